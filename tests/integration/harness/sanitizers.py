"""Where PENSTOCK_TEST_BUILD names a build with a sanitizer: what that finds is a file, and fails the test."""

import os
import shutil
from typing import Iterable

import pytest
from harness.process import ROOT, TEST_BUILD

# A status that penstock has no use for. An assertion that fails is reported, too.
COMMON = "exitcode=99:halt_on_error=1:handle_abort=1"
OPTIONS = {
    "asan": {
        # Leaks are looked for where a process ends in order: by main()'s end or exit(3).
        "ASAN_OPTIONS": f"{COMMON}:detect_leaks=1",
        # Beside ASan, g++'s UBSan writes to standard error whatever log_path says; ASan reports the abort that follows.
        "UBSAN_OPTIONS": "print_stacktrace=1:abort_on_error=1",
    },
    # Where a daemon is to end at once, _exit(2) leaves threads that nobody joined any more: no leaks.
    "tsan": {"TSAN_OPTIONS": f"{COMMON}:second_deadlock_stack=1:report_thread_leaks=0"},
}
IN_USE = TEST_BUILD in OPTIONS
# Of this worker; several run at a time, and a report is of one of its tests.
REPORTS = ROOT / "build" / "results" / f"{TEST_BUILD}-runs" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
MOST_SHOWN = 20_000  # characters


def begin() -> None:
    """What is started from now on, daemon or command, writes its reports there."""
    if not IN_USE:
        return
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    for name, options in OPTIONS[TEST_BUILD].items():
        os.environ[name] = f"{options}:log_path={REPORTS / 'report'}"


def check() -> None:
    """Fails with the reports that have come since it was last called. They stay, under other names."""
    if not IN_USE:
        return
    found = sorted(REPORTS.glob("report.*"))
    text = "\n".join(report.read_text("utf-8", "replace") for report in found)
    for report in found:
        report.rename(report.with_name(f"seen-{report.name}"))
    if found:
        pytest.fail(f"a sanitizer reports:\n{text[:MOST_SHOWN]}", pytrace=False)


def some(values: Iterable, *chosen: object) -> list:
    """For parametrize: the chosen ones of the values, each by its first, are for sanitizers as well."""
    tuples = [value if isinstance(value, tuple) else (value,) for value in values]
    assert {first for first, *_ in tuples} >= set(chosen)
    return [pytest.param(*each, marks=pytest.mark.sanitized if each[0] in chosen else ()) for each in tuples]
