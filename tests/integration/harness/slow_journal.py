"""A journal whose opening takes until the test lets it go on: its description is a pipe."""

import errno
import os
from pathlib import Path

from harness import wait


class SlowJournal:
    """Of `source`, in the folder of a daemon that doesn't run yet, or doesn't have it yet."""

    def __init__(self, folder: Path, source: str):
        directory = folder / "journal" / source
        directory.mkdir(parents=True)
        self.source = source
        self.description = directory / "journal"
        os.mkfifo(self.description)

    def wait_read(self) -> None:
        """Until it is being opened."""
        self.end = wait.until("the journal is read", self._writing_end)

    def go_on(self) -> None:
        os.write(self.end, f"version=1\nid=1\nsource={self.source}\nprocesses=0\n".encode())
        os.close(self.end)

    def _writing_end(self) -> int | None:
        try:
            return os.open(self.description, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            assert error.errno == errno.ENXIO, error  # nobody reads it
            return None
