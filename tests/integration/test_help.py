"""Help and man page, as a user reads them."""

import re
import subprocess
from typing import Iterator

import pytest
from harness.process import BUILD, run

MAN_PAGE = BUILD / "cli" / "doc" / "penstock.1"


def helps(*command: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each command with what its --help prints, this one first."""
    done = run(*command, "--help")
    assert done.returncode == 0 and not done.stderr, command
    yield command, done.stdout
    below = re.search(r"^Subcommands:\n((?: .*\n)*)", done.stdout, re.MULTILINE)
    for name in re.findall(r"^  (\S+)", below.group(1) if below else "", re.MULTILINE):
        yield from helps(*command, name)


@pytest.fixture(scope="module")
def every_help() -> dict[tuple[str, ...], str]:
    return dict(helps())


def test_every_command_is_found(every_help):
    assert {("run",), ("journal", "verify"), ("dead-letters", "retry")} <= set(every_help)


def test_every_help_has_an_example_within_eighty_columns(every_help):
    for command, text in every_help.items():
        assert "\nExample: penstock " + " ".join(command) in text, command
        assert [line for line in text.splitlines() if len(line) > 80] == [], command


def render(width: int = 80) -> str:
    """The man page, as on a terminal of that width, without bold and underlining."""
    done = subprocess.run(
        ["mandoc", "-T", "utf8", "-O", f"width={width - 2}", MAN_PAGE],
        capture_output=True,
        text=True,
        check=True,
    )
    return re.sub(".\b", "", done.stdout)


def test_the_man_page_is_without_a_complaint():
    mandoc = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "style", MAN_PAGE], capture_output=True, text=True, check=False
    )
    said = (mandoc.stdout + mandoc.stderr).splitlines()
    # Whether other pages are there is this machine's business.
    assert [x for x in said if "mandoc.db" not in x and "referenced manual" not in x] == []


def test_the_man_page_fits_into_eighty_columns():
    text = render()
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_the_man_page_has_every_command_with_its_options(every_help):
    sections = re.split(r"^   penstock ", render(), flags=re.MULTILINE)
    for command, text in every_help.items():
        if "\nSubcommands:" in text:
            continue
        section = next(s for s in sections if s.startswith(" ".join(command) + "\n"))
        for option in re.findall(r"^  (?:-\w,)?(--\w[\w-]*)", text, re.MULTILINE):
            said = rf"^ {{5}}(?:-\w, )?{option}\b|^ {{5}}Also takes[^.]*{option}\b"
            assert option == "--help" or re.search(said, section, re.MULTILINE), (command, option)


@pytest.mark.parametrize("name", ["PENSTOCK_API_TOKEN", "/etc/penstock/penstock.yaml", "SIGHUP", "78"])
def test_the_man_page_names_what_scripts_rely_on(name):
    assert name in render()
