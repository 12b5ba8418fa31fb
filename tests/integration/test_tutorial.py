"""docs/tutorial.md, executed as it is written."""

import shutil
import subprocess
from pathlib import Path

import pytest
from harness.document import Shell, blocks, matches
from harness.process import ROOT

pytestmark = [pytest.mark.kafka, pytest.mark.own_broker]

TUTORIAL = Path("docs", "tutorial.md")


def execute(clone: Path, work: Path, seconds: float) -> None:
    commands = blocks(clone / TUTORIAL)
    assert {block.language for block in commands} == {"bash"}
    shell = Shell(clone, work)
    shell.run(commands, seconds)
    for block, printed in zip(commands, shell.printed, strict=True):
        if block.shown is not None:
            assert matches(block.shown, printed), f"line {block.line} printed:\n{printed}"


def test_the_tutorial_where_everything_is_built(tmp_path: Path) -> None:
    execute(ROOT, tmp_path, 500)


@pytest.mark.campaign
@pytest.mark.timeout(2000)
def test_the_tutorial_in_a_fresh_clone(tmp_path: Path) -> None:
    """What git has, or would take, is in it. It compiles in no time where scripts/test compiled with
    ccache before."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    clone = tmp_path / "penstock"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, clone / name)
    execute(clone, tmp_path / "work", 1800)


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a  b\n", "a b\n", True),
        ("a … d\n", "a b c d\n", True),
        ("a …\n", "b c\n", False),
        ("…\nlast\n", "first\nsecond\nlast\n", True),
        ("first\n…\n", "first\n", True),
        ("first\n…\nlast\n", "first\nsecond\n", False),
        ("a.b\n", "a-b\n", False),
    ],
)
def test_what_a_page_shows_is_compared(shown: str, printed: str, same: bool) -> None:
    assert matches(shown, printed) == same


def test_a_command_that_fails_ends_the_shell(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```bash\necho one\nfalse\n```\n\n```bash\necho two\n```\n")
    shell = Shell(tmp_path, tmp_path / "work")
    with pytest.raises(AssertionError, match="line 1: status 1"):
        shell.run(blocks(page), 60)
    assert shell.printed == ["one\n"]
