"""What child processes take: CPU, time and memory."""

import resource
import threading
import time
from pathlib import Path
from typing import NamedTuple


class Run(NamedTuple):
    cpu: float  # seconds
    wall: float  # seconds
    peak: float = 0.0  # MiB of resident memory
    own: float = 0.0  # the same without pages of files


class Usage:
    """CPU time of the child processes that end while it is open, theirs included, and wall time.
    Memory is that of the processes that it is told of, together."""

    LOOK_EVERY = 0.02  # seconds

    def __enter__(self) -> "Usage":
        self._pids: list[int] = []
        self._peaks: dict[int, tuple[float, float]] = {}
        self._over = threading.Event()
        self._looks = threading.Thread(target=self._look, daemon=True)
        self._looks.start()
        self._cpu, self._wall = children_cpu(), time.monotonic()
        return self

    def of(self, *pids: int) -> None:
        self._pids += pids

    def __exit__(self, *_: object) -> None:
        cpu, wall = children_cpu() - self._cpu, time.monotonic() - self._wall
        self._over.set()
        self._looks.join()
        peaks = self._peaks.values()
        self.run = Run(cpu, wall, sum(peak for peak, _ in peaks), sum(own for _, own in peaks))

    def _look(self) -> None:
        while not self._over.wait(self.LOOK_EVERY):
            for pid in self._pids:
                peak, own = memory(pid)
                before = self._peaks.get(pid, (0.0, 0.0))
                self._peaks[pid] = max(before[0], peak), max(before[1], own)


def children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def memory(pid: int) -> tuple[float, float]:
    """MiB: the most there was resident, and what is now that isn't of files.

    Not rusage's figure, which begins with what Python had when it started the process."""
    try:
        rows = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0, 0.0  # it has ended
    found = {name: text for name, _, text in (row.partition(":") for row in rows)}
    # One that has ended and wasn't waited for has neither.
    mib = [int(found[name].split()[0]) / 1024 if name in found else 0.0 for name in ("VmHWM", "RssAnon")]
    return mib[0], mib[1]
