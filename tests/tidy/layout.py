"""Rules on how files belong together, and what the tools say of them."""

import posixpath
import re
import shutil
import subprocess
from typing import Iterator

from tree import Finding, Tree


# Tests of what several files do together → what that is.
TESTS_OF_SEVERAL = {
    "tests/unit/extract/differential_test.cpp": "the parser agrees with RapidJSON",
    "tests/unit/settings/documents_test.cpp": "docs and example agree with the table of keys",
}


class ToolMissing(Exception):
    """A rule's tool isn't installed: the rule is left out, and that is said."""


def sources_are_built(tree: Tree) -> Iterator[Finding]:
    """Every .cpp stands in the nearest CMakeLists.txt above it."""
    for file in tree.cpp():
        if file.suffix != "cpp":
            continue
        folder = posixpath.dirname(file.path)
        while folder and f"{folder}/CMakeLists.txt" not in tree.files:
            folder = posixpath.dirname(folder)
        lists = tree.files.get(f"{folder}/CMakeLists.txt")
        inside = posixpath.relpath(file.path, folder or ".")
        if lists is None or not re.search(
            rf"(?<![\w/.]){re.escape(inside)}(?![\w.])", re.sub(r"#.*", "", lists.text)
        ):
            yield Finding(file.path, 1, f"isn't listed in {posixpath.join(folder, 'CMakeLists.txt')}")


def tests_mirror_sources(tree: Tree) -> Iterator[Finding]:
    """tests/unit/<room>/<file>_test.cpp tests src/<room>/<file> or the public header of that name;
    <file>_<aspect>_test.cpp is a part of it."""

    def exists(tested: str) -> bool:
        paths = (f"src/{tested}.cpp", f"src/{tested}.hpp", f"include/penstock/{tested}.hpp")
        return any(path in tree.files for path in paths)

    for file in tree.cpp():
        match = re.fullmatch(r"tests/unit/(.+)_test\.cpp", file.path)
        if not match or file.path in TESTS_OF_SEVERAL:
            continue
        tested = match.group(1)
        folder, _, stem = tested.rpartition("/")
        words = stem.split("_")
        stems = ("_".join(words[:count]) for count in range(len(words), 0, -1))
        if not any(exists(f"{folder}/{stem}") for stem in stems):
            yield Finding(file.path, 1, f"there is no src/{tested} to test")


def links_lead_somewhere(tree: Tree) -> Iterator[Finding]:
    for file in tree.files.values():
        if file.suffix != "md":
            continue
        text = re.sub(r"```.*?```", lambda m: re.sub(r"[^\n]", " ", m.group(0)), file.text, flags=re.S)
        for match in re.finditer(r"\[[^\]]*\]\(([^)\s]+)[^)]*\)", text):
            target = match.group(1).split("#")[0]
            if not target or re.match(r"[a-z]+:", target):
                continue
            path = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), target))
            if path != "." and not tree.exists(path):
                yield Finding(file.path, file.line_of(match.start()), f"no such file: {target}")


def scripts_pass_shellcheck(tree: Tree) -> Iterator[Finding]:
    paths = [file.path for file in tree.scripts()]
    output = run_tool(tree, ["shellcheck", "-x", "-f", "gcc", *paths])
    for match in re.finditer(r"^([^:\n]+):(\d+):\d+: (.*)$", output, re.MULTILINE):
        yield Finding(match.group(1), int(match.group(2)), match.group(3))


def sources_are_formatted(tree: Tree) -> Iterator[Finding]:
    paths = [file.path for file in tree.cpp()]
    if not paths:
        return
    output = run_tool(tree, ["clang-format", "--style=file", "--dry-run", *paths])
    seen = set()
    for match in re.finditer(r"^([^:\n]+):(\d+):\d+: warning: (.*)$", output, re.MULTILINE):
        if match.group(1) not in seen:  # the first place of a file is enough
            seen.add(match.group(1))
            yield Finding(match.group(1), int(match.group(2)), "run clang-format -i on it")


def planted_bugs_apply(tree: Tree) -> Iterator[Finding]:
    """The patches of tests/planted say what they are, and fit the sources as they stand."""
    for file in tree.files.values():
        if file.suffix != "patch":
            continue
        for line in ("Bug", "Room", "Test"):
            if not re.search(rf"^{line}: \S", file.text, re.MULTILINE):
                yield Finding(file.path, 1, f"no line {line}: tests/planted/run.py")
        output = run_tool(tree, ["git", "apply", "--check", file.path])
        if output:
            yield Finding(file.path, 1, output.splitlines()[0])


def run_tool(tree: Tree, command: list[str]) -> str:
    if shutil.which(command[0]) is None:
        raise ToolMissing(f"{command[0]} isn't installed")
    done = subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


RULES = [
    sources_are_built,
    tests_mirror_sources,
    links_lead_somewhere,
    scripts_pass_shellcheck,
    sources_are_formatted,
    planted_bugs_apply,
]
