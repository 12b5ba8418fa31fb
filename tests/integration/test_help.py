"""Help and man page, as a user reads them."""

import re
import subprocess
from typing import Iterator

import pytest
from harness.process import BUILD, PENSTOCK_SIM, run

PAGES = BUILD / "cli" / "doc"
MAN_PAGES = ("penstock.1", "penstock-sim.1")


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


def render(page: str = "penstock.1", width: int = 80) -> str:
    """A man page, as on a terminal of that width, without bold and underlining."""
    done = subprocess.run(
        ["mandoc", "-T", "utf8", "-O", f"width={width - 2}", PAGES / page],
        capture_output=True,
        text=True,
        check=True,
    )
    return re.sub(".\b", "", done.stdout)


@pytest.mark.parametrize("page", MAN_PAGES)
def test_a_man_page_is_without_a_complaint(page):
    mandoc = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "style", PAGES / page], capture_output=True, text=True, check=False
    )
    said = (mandoc.stdout + mandoc.stderr).splitlines()
    # Whether other pages are there is this machine's business.
    assert [x for x in said if "mandoc.db" not in x and "referenced manual" not in x] == []


@pytest.mark.parametrize("page", MAN_PAGES)
def test_a_man_page_fits_into_eighty_columns(page):
    text = render(page)
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


def test_the_simulators_man_page_has_its_options_and_faults():
    help_text = subprocess.run([PENSTOCK_SIM, "--help"], capture_output=True, text=True, check=True).stdout
    options, faults = help_text.split("\nFaults ")
    page = render("penstock-sim.1")
    for option in re.findall(r"^  (?:-\w,)?(--\w[\w-]*)", options, re.MULTILINE):
        assert re.search(rf"^ {{5}}(?:-\w, )?{option}\b", page, re.MULTILINE), option
    for fault in re.findall(r"^  ([a-z_\d]+)  ", faults, re.MULTILINE):
        assert re.search(rf"^ {{5}}{fault}\b", page, re.MULTILINE), fault


@pytest.mark.parametrize("name", ["PENSTOCK_SIM_TOKEN", "ca.pem", "/_sim/truth/", "every=DURATION"])
def test_the_simulators_man_page_names_what_tests_rely_on(name):
    assert name in render("penstock-sim.1")
