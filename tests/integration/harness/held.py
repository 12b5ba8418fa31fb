"""What a process holds, over hours: memory, files, threads."""

import contextlib
import csv
import os
import statistics
import threading
import time
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from harness import wait
from harness.daemon import Daemon
from harness.memory import anonymous

MIB = 1 << 20


class Held(NamedTuple):
    """With nobody connected to the admin endpoint, and the remote quiet, always the same, but for segments: of these
    some are kept for what comes."""

    fds: int  # of all but segments
    segments: int
    threads: int


def held(daemon: Daemon) -> Held:
    process = Path(f"/proc/{daemon.pid}")
    files = []
    for link in (process / "fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it is closed meanwhile
            files.append(os.readlink(link))
    segments = sum(file.endswith(".segment") for file in files)
    return Held(len(files) - segments, segments, len(os.listdir(process / "task")))


class Sample(NamedTuple):
    seconds: float  # since the watch began
    anonymous_mib: float
    fds: int
    segments: int
    threads: int
    journal_mib: float
    received: float  # events, since the daemon began
    published: float


class Watch:
    """Takes a sample every few seconds, in a thread of its own, and writes it down at once."""

    def __init__(self, daemon: Daemon, file: Path, every: float):
        self.samples: list[Sample] = []
        self._daemon = daemon
        self._every = every
        self._over = threading.Event()
        self._failure: Exception | None = None
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file.open("w", encoding="ascii", newline="")
        self._rows = csv.writer(self._file)
        self._rows.writerow(Sample._fields)
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._file.close()

    def check(self) -> None:
        if self._failure:
            raise self._failure

    def _run(self) -> None:
        begun = time.monotonic()
        try:
            while not self._over.is_set():
                self._take(time.monotonic() - begun)
                self._over.wait(self._every)
        except Exception as failure:  # told by check(), in the test's own thread
            self._failure = failure

    def _take(self, seconds: float) -> None:
        memory = anonymous(self._daemon.pid) / MIB
        metrics = self._daemon.metrics()
        names = ("journal_bytes", "received_events_total", "published_events_total")
        journal, received, published = map(metrics.get, names)
        sample = Sample(seconds, memory, *held(self._daemon), journal / MIB, received, published)
        self.samples.append(sample)
        self._rows.writerow([f"{value:.6g}" for value in sample])
        self._file.flush()


def minutes(samples: list[Sample]) -> list[tuple[float, float]]:
    """Of each minute: when it was, in hours, and the least memory, as what is in flight comes and goes."""
    least: dict[int, float] = {}
    for sample in samples:
        minute = int(sample.seconds // 60)
        least[minute] = min(least.get(minute, sample.anonymous_mib), sample.anonymous_mib)
    return [(minute / 60, memory) for minute, memory in least.items()]


def slope(points: list[tuple[float, float]]) -> float:
    """Of the line that fits best: the median of those through any two points (Theil, Sen). Single
    points that are far off don't matter."""
    return statistics.median((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2))


def wait_held(daemon: Daemon, before: Held, segments: int) -> None:
    """Until it holds what it held before, and at most so many segments."""

    def is_so() -> bool:
        now = held(daemon)
        return (now.fds, now.threads) == (before.fds, before.threads) and now.segments <= segments

    try:
        wait.until(f"it holds {before} again, with {segments} segments at most", is_so)
    except AssertionError as failure:
        raise AssertionError(f"{failure}; it holds {held(daemon)}") from None
