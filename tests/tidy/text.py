"""Rules on what stands in a file."""

import re
from typing import Iterator

from tree import File, Finding, Tree

MAX_LINES = 400
# Path → why it may be longer.
LONGER_FILES: dict[str, str] = {
    "tests/unit/publish/transactor_test.cpp": "every way in which Kafka can answer",
    "tests/unit/remote/session_fsm_test.cpp": "every row of the back-off table",
    "tests/unit/remote/session_test.cpp": "every way in which a remote can behave",
}

# The places that wait between two looks at a server which can't call back.
MAY_SLEEP = {"tests/integration/harness/wait.py", "tests/unit/simulator/simulator_test.cpp"}

OWN = "tests/tidy/"  # these files name what they look for


def nothing_is_left_to_do(tree: Tree) -> Iterator[Finding]:
    for file in tree.files.values():
        if not file.path.startswith(OWN):
            for line, text in file.lines(r"\b(TODO|FIXME|XXX|HACK)\b"):
                yield Finding(file.path, line, f"{text}: do it, or open an issue")


def nothing_sleeps(tree: Tree) -> Iterator[Finding]:
    for file in tree.cpp():
        if file.path in MAY_SLEEP:
            continue
        for line, text in file.lines(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b", file.code):
            yield Finding(file.path, line, f"{text}: wait for the condition")
    for file in tree.files.values():
        if file.suffix == "py" and file.path not in MAY_SLEEP and not file.path.startswith(OWN):
            for line, text in file.lines(r"\btime\.sleep\b|from time import .*\bsleep\b"):
                yield Finding(file.path, line, f"{text}: wait for the condition")


def headers_open_no_namespace(tree: Tree) -> Iterator[Finding]:
    for file in tree.cpp():
        if file.suffix == "hpp":
            for line, text in file.lines(r"\busing\s+namespace\b.*", file.code):
                yield Finding(file.path, line, f"{text} in a header")


def headers_are_included_once(tree: Tree) -> Iterator[Finding]:
    for file in tree.cpp():
        if file.suffix == "hpp" and not re.search(r"^#pragma once$", file.text, re.MULTILINE):
            yield Finding(file.path, 1, "no #pragma once")


def files_stay_short(tree: Tree) -> Iterator[Finding]:
    for file in tree.files.values():
        if not (file.is_cpp or file.is_script or file.suffix == "py"):
            continue
        length = file.text.count("\n")
        if length > MAX_LINES and file.path not in LONGER_FILES:
            yield Finding(file.path, length, f"{length} lines, more than {MAX_LINES}")
    for path in LONGER_FILES:
        file = tree.files.get(path)
        if file is None or file.text.count("\n") <= MAX_LINES:
            yield Finding(path, 1, "is on the list of longer files and isn't one")


def shared_ownership_has_a_reason(tree: Tree) -> Iterator[Finding]:
    """The reason stands once, as a comment "shared: …" on a use or above it: in the file, or in a
    header of ours that it includes."""

    def uses(file: File) -> list[int]:
        return [line for line, _ in file.lines(r"\b(shared_ptr|make_shared)\b", file.code)]

    def has_reason(file: File) -> bool:
        lines = file.text.split("\n")
        return any("shared:" in line for n in uses(file) for line in lines[max(0, n - 2) : n])

    for file in tree.sources():
        headers = filter(None, map(tree.included, file.includes))
        if uses(file) and not any(map(has_reason, [file, *headers])):
            yield Finding(file.path, uses(file)[0], 'shared_ptr without a "shared: …" comment')


def no_path_of_one_machine(tree: Tree) -> Iterator[Finding]:
    for file in tree.files.values():
        if not file.path.startswith(OWN):
            for line, text in file.lines(r"(?<![\w.])/(home|Users)/\w+|(?<![\w.])/(root|work)/\w+"):
                yield Finding(file.path, line, f"{text} is a path of one machine")


RULES = [
    nothing_is_left_to_do,
    nothing_sleeps,
    headers_open_no_namespace,
    headers_are_included_once,
    files_stay_short,
    shared_ownership_has_a_reason,
    no_path_of_one_machine,
]
