"""A page's fenced blocks, and a shell that runs them as a reader would."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from harness.process import clean_environment


@dataclass
class Block:
    language: str
    line: int  # of the page, where it begins
    text: str
    shown: str | None = None  # the block of text that follows it: what it prints


def blocks(page: Path) -> list[Block]:
    """Those of a language, each with the block ```text that comes next, if one does."""
    found: list[Block] = []
    content = page.read_text("utf-8")
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", content, re.MULTILINE | re.DOTALL):
        if match[1] == "text":
            assert found and found[-1].shown is None, f"{page.name}: what prints {match[2]!r}?"
            found[-1].shown = match[2]
        else:
            found.append(Block(match[1], content.count("\n", 0, match.start()) + 1, match[2]))
    return found


def matches(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed: … is anything, on a line of its own any lines; how
    columns are padded doesn't matter."""

    def pattern(line: str) -> str:
        parts = [re.escape(re.sub(" +", " ", part)) for part in line.split("…")]
        return ".*".join(parts) + "\n"

    lines = ["(?:.*\n)*" if line == "…" else pattern(line) for line in shown.splitlines()]
    return re.fullmatch("".join(lines), re.sub(" +", " ", printed).rstrip("\n") + "\n") is not None


# Processes of its own, which end with it, and a network of its own: the ports that a page names are
# free, and nothing is reached from there.
ALONE = ["unshare", "--net", "--pid", "--fork", "--mount-proc", "--kill-child=KILL"]


@dataclass
class Shell:
    """One bash for all the blocks of a page, so that a variable or a process of one is there in
    the next. It ends at the first command that fails."""

    folder: Path  # where it begins
    work: Path  # for the blocks' output, and the reader's home
    printed: list[str] = field(default_factory=list)  # by each block that was begun

    def run(self, commands: list[Block], seconds: float) -> None:
        home = self.work / "home"
        home.mkdir(parents=True)
        script = ["set -euo pipefail", "ip link set lo up"]
        for number, block in enumerate(commands):
            script += ["{", block.text, f'}} >"{self._output(number)}" 2>&1']
        root = [] if os.geteuid() == 0 else ["--map-root-user"]
        # Kafka and compiled files are where they were.
        cache = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))
        environment = {**clean_environment(), "HOME": str(home), "XDG_CACHE_HOME": cache}
        try:
            done = subprocess.run(
                [*ALONE, *root, "bash", "-c", "\n".join(script)],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
            ended = f"status {done.returncode}, {done.stderr}"
        except subprocess.TimeoutExpired:
            ended = f"not within {seconds:g} s"
        outputs = [self._output(number) for number in range(len(commands))]
        self.printed = [path.read_text("utf-8", "replace") for path in outputs if path.exists()]
        if ended != "status 0, ":
            block = commands[max(0, len(self.printed) - 1)]
            said = self.printed[-1] if self.printed else ""
            raise AssertionError(f"line {block.line}: {ended}\n{block.text}\nprinted:\n{said}")

    def _output(self, number: int) -> Path:
        return self.work / f"{number}.out"
