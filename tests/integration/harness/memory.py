"""A process's anonymous memory: what it allocated, without the files that it maps."""

import threading
from pathlib import Path

LOOK_EVERY = 0.005  # seconds


def anonymous(pid: int) -> int:
    """0 where it is over."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon:"))


class MemoryWatch:
    """Looks again and again, from now on to close()."""

    def __init__(self, pid: int):
        self._pid = pid
        self._first = self._most = anonymous(pid)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._closed.wait(LOOK_EVERY):
            self._most = max(self._most, anonymous(self._pid))

    def grown(self) -> int:
        """The most that there was since this was last asked, above what there was at first."""
        most, self._most = self._most, 0
        return most - self._first

    def close(self) -> None:
        self._closed.set()
        self._thread.join()
