#!/usr/bin/env python3
"""Checks the house rules on this checkout: run.py [--report FILE]

Prints one line a finding, `path:line: text (rule)`. First the rules themselves are tested, in
rules_test.py. A rule counts as one test. Needs Python 3 only; shellcheck and clang-format are used
where they are installed. Exit status 1 if a rule is broken.
"""

import argparse
import io
import json
import sys
import unittest
from pathlib import Path

import layout
import rooms
import rules_test
import text
from tree import Tree

ROOT = Path(__file__).resolve().parents[2]


def check_the_rules() -> unittest.TestResult:
    tests = unittest.defaultTestLoader.loadTestsFromModule(rules_test)
    output = io.StringIO()
    result = unittest.TextTestRunner(stream=output, verbosity=0).run(tests)
    if not result.wasSuccessful():
        print(output.getvalue())
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--report", type=Path, help="write passed, failed, left_out as JSON")
    arguments = parser.parse_args()

    own = check_the_rules()
    failed = len(own.failures) + len(own.errors)
    left_out = len(own.skipped)
    passed = own.testsRun - failed - left_out

    tree = Tree.read(ROOT)
    for rule in [*rooms.RULES, *text.RULES, *layout.RULES]:
        name = rule.__name__.replace("_", " ")
        try:
            findings = list(rule(tree))
        except layout.ToolMissing as missing:
            print(f"left out: {name}: {missing}")
            left_out += 1
            continue
        for finding in findings:
            print(f"{finding.path}:{finding.line}: {finding.text} ({name})")
        if findings:
            failed += 1
        else:
            passed += 1

    print(f"tidy: {passed} passed, {failed} failed, {len(tree.files)} files read")
    if arguments.report:
        arguments.report.parent.mkdir(parents=True, exist_ok=True)
        report = {"passed": passed, "failed": failed, "left_out": left_out}
        arguments.report.write_text(json.dumps(report))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
