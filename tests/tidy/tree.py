"""The project's files as the rules see them."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Iterator, NamedTuple

LEFT_OUT = {".git", ".cache", ".venv", "__pycache__", ".pytest_cache"}
COMMENT_OR_STRING = re.compile(
    r'R"(?P<delimiter>[^()\\ ]{0,16})\(.*?\)(?P=delimiter)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'"  # a character, not a digit separator
    r"|//[^\n]*|/\*.*?\*/",
    re.DOTALL,
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


class Finding(NamedTuple):
    path: str
    line: int
    text: str


class Include(NamedTuple):
    line: int
    quoted: bool
    path: str


@dataclass(frozen=True)
class File:
    path: str  # relative to the project, with slashes
    text: str

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def stem(self) -> str:
        return self.name.rsplit(".", 1)[0]

    @property
    def suffix(self) -> str:
        return self.name.rpartition(".")[2] if "." in self.name else ""

    @property
    def is_cpp(self) -> bool:
        return self.suffix in ("hpp", "cpp")

    @property
    def is_script(self) -> bool:
        return self.text.startswith("#!/usr/bin/env bash") or self.suffix == "sh"

    @cached_property
    def room(self) -> str | None:
        """The room a C++ file belongs to; tests belong to none."""
        match = re.match(r"(?:src|include/penstock)/([a-z_]+)/", self.path)
        return match.group(1) if match and self.is_cpp else None

    @cached_property
    def code(self) -> str:
        """The text of a C++ file with comments and literals blanked, line numbers kept."""

        def blank(match: re.Match) -> str:
            return re.sub(r"[^\n]", " ", match.group(0))

        return COMMENT_OR_STRING.sub(blank, self.text)

    @cached_property
    def includes(self) -> list[Include]:
        return [
            Include(self.line_of(match.start(2)), match.group(1) == '"', match.group(2))
            for match in INCLUDE.finditer(self.text)
        ]

    def line_of(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def lines(self, pattern: str, text: str | None = None) -> Iterator[tuple[int, str]]:
        """Line number and match of every place where `pattern` matches the text, or the code."""
        for match in re.finditer(pattern, self.text if text is None else text, re.MULTILINE):
            yield self.line_of(match.start()), match.group(0).strip()


class Tree:
    """All text files of a checkout but what is built or hidden. `root` is for the tools that read
    files themselves; rules that only read use `files`."""

    def __init__(self, files: dict[str, str], root: Path | None = None):
        self.files = {path: File(path, text) for path, text in sorted(files.items())}
        self.root = root

    @staticmethod
    def read(root: Path) -> "Tree":
        files = {}
        folders = [root]
        while folders:
            for entry in sorted(folders.pop().iterdir()):
                if entry.name in LEFT_OUT or re.match(r"build(-|$)", entry.name):
                    continue
                if entry.is_dir():
                    folders.append(entry)
                    continue
                try:
                    files[entry.relative_to(root).as_posix()] = entry.read_text("utf-8")
                except UnicodeDecodeError:
                    continue  # an image or other binary
        return Tree(files, root)

    def cpp(self) -> Iterator[File]:
        return (file for file in self.files.values() if file.is_cpp)

    def sources(self) -> Iterator[File]:
        """C++ of the rooms, without tests and benchmarks."""
        return (file for file in self.cpp() if file.room)

    def scripts(self) -> Iterator[File]:
        return (file for file in self.files.values() if file.is_script)

    def exists(self, path: str) -> bool:
        return path in self.files or any(name.startswith(path + "/") for name in self.files)

    def included(self, include: Include) -> File | None:
        """The project's file that an include names, from include/ or src/."""
        for folder in ("include/", "src/"):
            if include.quoted and folder + include.path in self.files:
                return self.files[folder + include.path]
        return None
