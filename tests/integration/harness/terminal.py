"""A shell at a terminal, and what is typed there."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from pathlib import Path

from harness.process import end_with_parent

# Of the shell's start-up file: `penstock` says how it was called, in bytes that nothing else prints.
PROMPT = "\x03"
CALLED = r"""
PS1=$'\003' PS2=
penstock() { printf '\001%s' "$@"; printf '\002\n'; }
"""


class Shell:
    """Completes what is typed, then runs it: what the line had become is told by the command itself,
    whatever the shell drew meanwhile."""

    def __init__(self, command: list[str], folder: Path, **variables: str):
        self.command = command
        self.terminal, inner = pty.openpty()
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 400, 0, 0))
        self.child = subprocess.Popen(
            command,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "TERM": "dumb", "HOME": str(folder), **variables},
            start_new_session=True,
            preexec_fn=lambda: self._own_terminal(inner),
        )
        os.close(inner)
        self._read_to(PROMPT)

    @staticmethod
    def _own_terminal(inner: int) -> None:
        end_with_parent()
        fcntl.ioctl(inner, termios.TIOCSCTTY, 0)

    def arguments(self, keys: str) -> list[str]:
        """Those that penstock gets when this and Enter were typed."""
        os.write(self.terminal, keys.encode() + b"\n")
        said = self._read_to("\x02").split("\x01")
        self._read_to(PROMPT)
        return said[1:]

    def _read_to(self, mark: str, seconds: float = 30) -> str:
        text = ""
        end = time.monotonic() + seconds
        while mark not in text:
            left = end - time.monotonic()
            assert left > 0, f"{self.command[0]} didn't go on within {seconds:g} s: {text!r}"
            if select.select([self.terminal], [], [], left)[0]:
                text += os.read(self.terminal, 1).decode("latin-1")
        return text.removesuffix(mark)

    def close(self) -> None:
        self.child.kill()
        self.child.wait()
        os.close(self.terminal)
