"""What a process holds, over hours: memory, files, threads."""

import contextlib
import csv
import math
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
GIVEN_BACK = 35  # seconds; the daemon gives back what malloc keeps every 30


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
    allocated_mib: float
    fds: int
    segments: int
    threads: int
    journal_mib: float
    received: float  # events, since the daemon began
    published: float


class Rest(NamedTuple):
    """What the daemon has at rest, without what is in flight and what malloc keeps: what lives on."""

    hours: float  # since the watch began
    allocated: float  # MB
    anonymous: float  # MB: with the pages on which little is in use


class Watch:
    """Takes a sample every few seconds, in a thread of its own, and writes it down at once."""

    def __init__(self, daemon: Daemon, file: Path, every: float):
        self.samples: list[Sample] = []
        self._daemon = daemon
        self._every = every
        self._begun = time.monotonic()
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

    def rest(self) -> Rest:
        """Of a daemon that is at rest from now on; the least of a few samples, as a scrape allocates, too."""
        from_then_on = time.monotonic() - self._begun + GIVEN_BACK

        def taken() -> list[Sample]:
            self.check()
            late = [sample for sample in self.samples if sample.seconds > from_then_on]
            return late if len(late) > 2 else []

        samples = wait.until("it was at rest", taken, GIVEN_BACK + 10 * self._every)
        allocated = min(sample.allocated_mib for sample in samples)
        anonymous_mib = min(sample.anonymous_mib for sample in samples)
        return Rest(from_then_on / 3600, allocated * MIB / 1e6, anonymous_mib * MIB / 1e6)

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                self._take(time.monotonic() - self._begun)
                self._over.wait(self._every)
        except Exception as failure:  # told by check(), in the test's own thread
            self._failure = failure

    def _take(self, seconds: float) -> None:
        memory = anonymous(self._daemon.pid) / MIB
        metrics = self._daemon.metrics()
        names = ("allocated_bytes", "journal_bytes", "received_events_total", "published_events_total")
        allocated, journal, received, published = map(metrics.get, names)
        there = held(self._daemon)
        sample = Sample(seconds, memory, allocated / MIB, *there, journal / MIB, received, published)
        self.samples.append(sample)
        self._rows.writerow([f"{value:.6g}" for value in sample])
        self._file.flush()


class Slope(NamedTuple):
    """Of the line that fits best, and between what it is in 90 % of all cases."""

    least: float
    middle: float
    most: float

    def __str__(self) -> str:
        return f"{self.middle:+.2f} MB/h ({self.least:+.2f} to {self.most:+.2f})"


def slope(points: list[tuple[float, float]]) -> Slope:
    """The median of the slopes through any two points (Theil, Sen). Single points that are far off don't matter. The
    interval is Sen's, of Kendall's distribution: infinite for less than five points."""
    slopes = sorted((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2))
    n = len(points)
    spread = 1.645 * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    beyond = math.floor((len(slopes) - spread) / 2)  # so many slopes at each end are outside
    if beyond < 1:
        return Slope(-math.inf, statistics.median(slopes) if slopes else 0, math.inf)
    return Slope(slopes[beyond - 1], statistics.median(slopes), slopes[-beyond])


def wait_held(daemon: Daemon, before: Held, segments: int) -> None:
    """Until it holds what it held before, and at most so many segments."""

    def is_so() -> bool:
        now = held(daemon)
        return (now.fds, now.threads) == (before.fds, before.threads) and now.segments <= segments

    try:
        wait.until(f"it holds {before} again, with {segments} segments at most", is_so)
    except AssertionError as failure:
        raise AssertionError(f"{failure}; it holds {held(daemon)}") from None
