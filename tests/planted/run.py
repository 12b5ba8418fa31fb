#!/usr/bin/env python3
"""Plants bugs, one at a time, and demands that the test named with each fails: run.py [--filter TEXT]

A bug is a patch beside this file. Above its difference stand three lines:

  Bug: what is wrong then
  Room: of the code that it changes
  Test: <program> <GoogleTest filter>, or <file>::<test> of the integration tests

Each is applied to a copy of the tree, build/planted/tree; what the test needs is built there, and
the test is run. Without a bug it has to pass, with it to fail: by a check of its own, so neither
what doesn't compile nor what hangs counts. Prints a table of all. Exit status 1 if a bug wasn't
caught.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as xml
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATCHES = Path(__file__).parent
WORK = ROOT / "build/planted"
TREE = WORK / "tree"
BUILD = TREE / "build/release"
PROGRAMS = ("penstock", "penstock-sim")  # of the integration tests
TEST_SECONDS = 600
ENVIRONMENT = {
    **os.environ,
    "PENSTOCK_SEEDS": "2000",  # of the scenario
    # The copy is compiled from what ccache knows of this tree; git takes it for no part of it.
    "CCACHE_BASEDIR": str(ROOT),
    "CCACHE_NOHASHDIR": "true",
    "GIT_CEILING_DIRECTORIES": str(WORK),
}


@dataclass(frozen=True)
class Bug:
    patch: Path
    what: str
    room: str
    test: str

    @property
    def targets(self) -> tuple[str, ...]:
        return PROGRAMS if is_integration(self.test) else (self.test.split()[0],)


@dataclass(frozen=True)
class Outcome:
    passed: int
    failed: list[str]  # by a check
    trouble: str  # why there is no outcome
    seconds: float


def is_integration(test: str) -> bool:
    return test.startswith("tests/integration/")


def read_bug(patch: Path) -> Bug:
    head = patch.read_text().split("\n--- ", 1)[0]
    found = dict(re.findall(r"^(Bug|Room|Test): (.+)$", head, re.MULTILINE))
    assert len(found) == 3, f"{patch.name} has no lines Bug, Room and Test"
    return Bug(patch, found["Bug"], found["Room"], found["Test"])


def copy_tree() -> None:
    """Only what differs is written, so that only that is compiled again."""
    listed = checked(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    wanted = {name for name in listed.split("\0") if name and (ROOT / name).is_file()}
    for name in wanted:
        source, copy = ROOT / name, TREE / name
        if not copy.exists() or copy.read_bytes() != source.read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
            shutil.copymode(source, copy)
    for copy in TREE.rglob("*"):
        name = copy.relative_to(TREE)
        if name.parts[0] != "build" and copy.is_file() and name.as_posix() not in wanted:
            copy.unlink()


def checked(command: list[str | Path]) -> str:
    done = subprocess.run(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(map(str, command[:6]))} …:\n{done.stdout[-4000:]}"
    return done.stdout


def build(targets: tuple[str, ...]) -> None:
    checked(["cmake", "--build", BUILD, "--target", *targets])


def run_test(test: str) -> Outcome:
    report = WORK / "report"
    report.unlink(missing_ok=True)
    environment = {**ENVIRONMENT, "GTEST_OUTPUT": f"json:{report}"}
    if is_integration(test):
        command = [ROOT / "build/venv/bin/python", "-m", "pytest", TREE / test, f"--junitxml={report}"]
        command += ["--basetemp", WORK / "basetemp"]
    else:
        program, filter_ = test.split()
        command = [program_of(program), f"--gtest_filter={filter_}"]
    begun = time.monotonic()
    with (WORK / "test.log").open("wb") as log:
        try:
            subprocess.run(command, env=environment, stdout=log, stderr=log, timeout=TEST_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return Outcome(0, [], "hangs", TEST_SECONDS)
    seconds = time.monotonic() - begun
    if not report.exists():
        return Outcome(0, [], "ended without a report", seconds)
    passed, failed = read_junit(report) if is_integration(test) else read_gtest(report)
    return Outcome(passed, failed, "" if passed or failed else "no test has that name", seconds)


def program_of(name: str) -> Path:
    room = name.removesuffix("_unit_test")
    return BUILD / (f"tests/unit/{room}/{name}" if room != name else f"tests/scenario/{name}")


def read_gtest(report: Path) -> tuple[int, list[str]]:
    tests = [
        (f"{suite['name']}.{test['name']}", "failures" in test)
        for suite in json.loads(report.read_text())["testsuites"]
        for test in suite["testsuite"]
        if test["status"] == "RUN"
    ]
    return sum(not bad for _, bad in tests), [name for name, bad in tests if bad]


def read_junit(report: Path) -> tuple[int, list[str]]:
    cases = list(xml.parse(report).getroot().iter("testcase"))
    failed = [case.get("name") for case in cases if case.find("failure") is not None]
    good = [case for case in cases if not any(case.find(bad) is not None for bad in ("failure", "error", "skipped"))]
    return len(good), failed


def passes_without(test: str) -> bool:
    outcome = run_test(test)
    if outcome.failed or outcome.trouble:
        print(f"{test} doesn't pass without a bug: {outcome.trouble or ', '.join(outcome.failed)}")
        return False
    return True


def plant(bug: Bug) -> Outcome:
    changed = re.findall(r"^\+\+\+ b/(\S+)", bug.patch.read_text(), re.MULTILINE)
    before = {TREE / path: (TREE / path).read_bytes() for path in changed}
    try:
        checked(["git", "-C", TREE, "apply", bug.patch])
        build(bug.targets)
        return run_test(bug.test)
    except AssertionError as error:
        return Outcome(0, [], f"not built: {error}", 0)
    finally:
        for path, text in before.items():
            path.write_bytes(text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--filter", default="", help="bugs whose patch's name or room holds it")
    arguments = parser.parse_args()
    bugs = [read_bug(patch) for patch in sorted(PATCHES.glob("*.patch"))]
    bugs = [bug for bug in bugs if arguments.filter in f"{bug.room} {bug.patch.stem}"]
    assert bugs, f'no bug\'s name holds "{arguments.filter}"'

    WORK.mkdir(parents=True, exist_ok=True)
    copy_tree()
    checked(["cmake", "-S", TREE, "--preset", "release"])
    build(tuple(sorted({target for bug in bugs for target in bug.targets})))
    good = all([passes_without(test) for test in sorted({bug.test for bug in bugs})])
    print("| bug | room | caught by | seconds |\n|---|---|---|---|", flush=True)
    for bug in bugs:
        outcome = plant(bug)
        caught = outcome.failed[0] if outcome.failed else f"NOT CAUGHT: {outcome.trouble or bug.test}"
        good = good and bool(outcome.failed)
        print(f"| {bug.what} | {bug.room} | {caught} | {outcome.seconds:.1f} |", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AssertionError as error:
        sys.exit(f"planted: {error}")
