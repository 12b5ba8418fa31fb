"""A journal whose opening takes until the test lets it go on: its description is a pipe."""

import errno
import os
from pathlib import Path

from harness import wait


class SlowJournal:
    """Of `source`, in the folder of a daemon that doesn't run yet, or doesn't have it yet, or has it open and is to
    open it again."""

    def __init__(self, folder: Path, source: str):
        directory = folder / "journal" / source
        directory.mkdir(parents=True, exist_ok=True)
        self.description = directory / "journal"
        self.text = f"version=1\nid=1\nsource={source}\nprocesses=0\n"
        if self.description.exists():
            self.text = self.description.read_text()
            self.description.unlink()
        os.mkfifo(self.description)

    def wait_read(self) -> None:
        """Until it is being opened."""
        self.end = wait.until("the journal is read", self._writing_end)

    def go_on(self) -> None:
        os.write(self.end, self.text.encode())
        os.close(self.end)

    def _writing_end(self) -> int | None:
        try:
            return os.open(self.description, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            assert error.errno == errno.ENXIO, error  # nobody reads it
            return None
