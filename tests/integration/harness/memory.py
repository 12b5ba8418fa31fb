"""A process's anonymous memory: what it allocated, without the files that it maps. How much, and what is in it."""

import os
import threading
from pathlib import Path

LOOK_EVERY = 0.005  # seconds
PAGE = os.sysconf("SC_PAGE_SIZE")


def anonymous(pid: int) -> int:
    """0 where it is over."""
    try:
        _, resident, of_files, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return (int(resident) - int(of_files)) * PAGE


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


def places(pid: int, pattern: bytes) -> list[int]:
    """The addresses at which it stands in memory that the process may write."""
    found = []
    with open(f"/proc/{pid}/mem", "rb") as content:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            area, rights, _, _, inode = line.split()[:5]
            if not rights.startswith("rw") or inode != "0":
                continue
            first, end = (int(address, 16) for address in area.split("-"))
            content.seek(first)
            try:
                text = content.read(end - first)
            except OSError:
                continue  # it is gone meanwhile, or is the kernel's
            at = text.find(pattern)
            while at >= 0:
                found.append(first + at)
                at = text.find(pattern, at + 1)
    return found


def flip_bit(pid: int, address: int) -> None:
    """The lowest of the byte there."""
    with open(f"/proc/{pid}/mem", "r+b", buffering=0) as content:
        content.seek(address)
        (byte,) = content.read(1)
        content.seek(address)
        content.write(bytes([byte ^ 1]))
