"""A program on a terminal, and what a person sees there."""

import fcntl
import html
import itertools
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path
from typing import Callable

import pyte
from harness.process import end_with_parent


PICTURE = """<!doctype html><meta charset="utf-8"><title>Terminal</title>
<style>body { margin: 0; background: #101418; } pre { display: inline-block; margin: 0; padding: 12px;
color: #d8dde3; font: 14px/18px monospace; }</style><pre>ROWS</pre>"""
COLOURS = {"default": "#d8dde3", "green": "#62c36b", "brown": "#e0b050", "red": "#ff7b72"}


def _span(colour: str, bold: bool, reverse: bool, text: str) -> str:
    style = f"color: {COLOURS[colour]}; font-weight: {'bold' if bold else 'normal'};"
    if reverse:
        style += f" background: {COLOURS[colour]}; color: #101418;"
    return f'<span style="{style}">{html.escape(text)}</span>'


class Drawn(pyte.Screen):
    def back_tab(self, count: int = 1) -> None:
        for _ in range(count or 1):
            before = [stop for stop in self.tabstops if stop < self.cursor.x]
            self.cursor.x = max(before, default=0)

    def scroll_up(self, count: int = 1) -> None:
        self._scroll(self._margins().bottom, self.index, count)

    def scroll_down(self, count: int = 1) -> None:
        self._scroll(self._margins().top, self.reverse_index, count)

    def _margins(self) -> pyte.screens.Margins:
        return self.margins or pyte.screens.Margins(0, self.lines - 1)

    def _scroll(self, edge: int, step: Callable[[], None], count: int) -> None:
        row, self.cursor.y = self.cursor.y, edge
        for _ in range(count or 1):
            step()
        self.cursor.y = row


class Stream(pyte.ByteStream):
    """With what pyte passes over and ncurses uses to move."""

    csi = {**pyte.ByteStream.csi, "S": "scroll_up", "T": "scroll_down", "Z": "back_tab"}
    events = pyte.ByteStream.events | {"back_tab", "scroll_down", "scroll_up"}


class Screen:
    """`text()` is what the terminal shows. It is of a kind that pyte draws all of: an xterm repeats characters, which pyte passes over."""

    def __init__(self, command: list[str | Path], environment: dict[str, str], rows: int = 24, columns: int = 80):
        self._screen = Drawn(columns, rows)
        self._stream = Stream(self._screen)
        self.output = b""
        self._terminal, self._inner = pty.openpty()
        self._set_size(rows, columns)
        self._before = termios.tcgetattr(self._inner)
        self.child = subprocess.Popen(
            command,
            stdin=self._inner,
            stdout=self._inner,
            stderr=self._inner,
            env={**environment, "TERM": "screen-256color", "LC_ALL": "C.UTF-8"},
            start_new_session=True,
            preexec_fn=self._own_terminal,
        )

    def _own_terminal(self) -> None:
        end_with_parent()
        fcntl.ioctl(self._inner, termios.TIOCSCTTY, 0)

    def _set_size(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows: int, columns: int) -> None:
        self._screen.resize(rows, columns)
        self._set_size(rows, columns)

    def press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    def text(self) -> str:
        return "\n".join(self.lines())

    def html(self) -> str:
        """As a page, for a picture of it."""
        rows = []
        for row in range(self._screen.lines):
            cells = (self._screen.buffer[row][column] for column in range(self._screen.columns))
            spans = itertools.groupby(cells, lambda cell: (cell.fg, cell.bold, cell.reverse))
            rows.append("".join(_span(*look, "".join(cell.data for cell in run)) for look, run in spans))
        return PICTURE.replace("ROWS", "\n".join(rows))

    def colours(self) -> set[str]:
        return {cell.fg for row in self._screen.buffer.values() for cell in row.values()} - {"default"}

    def _read(self, seconds: float) -> bool:
        if not select.select([self._terminal], [], [], seconds)[0]:
            return False
        output = os.read(self._terminal, 65536)
        self.output += output
        self._stream.feed(output)
        return True

    def until(self, *words: str, without: str | None = None) -> str:
        """Once it shows all the words, and not this one."""

        self._wait(f"it shows {words} without {without}", lambda: self._shows(words, without))
        return self.text()

    def press_until(self, keys: str, *words: str, without: str | None = None) -> None:
        """The keys again and again, as the page may grow behind them."""

        def shows() -> bool:
            self.press(keys)
            return self._shows(words, without)

        self._wait(f"it shows {words} without {without} after {keys}", shows)

    def _shows(self, words: tuple[str, ...], without: str | None) -> bool:
        text = self.text()
        return all(word in text for word in words) and not (without and without in text)

    def until_chosen(self, name: str) -> None:
        self._wait(f"{name} is marked", lambda: self._marked_line().startswith(name))

    def _marked_line(self) -> str:
        for number, line in enumerate(self.lines()):
            if self._screen.buffer[number][0].reverse:
                return line
        return ""

    def _wait(self, what: str, condition: Callable[[], bool], seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not condition():
            status = self.child.poll()
            assert status is None, f"it ended with {status}:\n{self.text()}"
            assert time.monotonic() < end, f"not within {seconds:g} s: {what}\n{self.text()}"
            self._read(0.1)

    def stop(self, number: signal.Signals | None = None, seconds: float = 30) -> int:
        """Its exit status, after the signal."""
        if number:
            self.child.send_signal(number)
        end = time.monotonic() + seconds
        while self.child.poll() is None:
            assert time.monotonic() < end, f"it goes on:\n{self.text()}"
            self._read(0.1)
        while self._read(0):
            pass
        return self.child.wait()

    def restored(self) -> bool:
        """Line discipline, screen and cursor are as they were before."""
        entered, left = self.output.rfind(b"\x1b[?1049h"), self.output.rfind(b"\x1b[?1049l")
        return (
            termios.tcgetattr(self._inner) == self._before
            and left > entered
            and not self._screen.cursor.hidden
        )

    def close(self) -> None:
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        os.close(self._terminal)
        os.close(self._inner)
