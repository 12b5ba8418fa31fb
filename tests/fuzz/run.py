#!/usr/bin/env python3
"""Runs the fuzzers, several at a time, and says what they found.

The seeds are made of events that penstock-sim writes (seeds.py). What a fuzzer learns is kept in
build/fuzz/corpus, and is where the next run begins. An input that shows a fault stays in
build/fuzz/found until the next run that doesn't show it.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import seeds

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/fuzz"
DICTIONARIES = Path(__file__).parent / "dictionaries"
FOUND = BUILD / "found"
EVENTS = "200kB"
INPUT_SECONDS = 10  # one input, at most
MEMORY_MIB = 2048
ENDING_SECONDS = 120  # above what was given: reading the corpus, the last input, a report
# A stack of 5 for an allocation: more takes a third of the time. The sanitizer bounds the memory, as libFuzzer, when it
# does, first looks at all of it, and may never come back.
SANITIZER = f"malloc_context_size=5:hard_rss_limit_mb={MEMORY_MIB}"


@dataclass
class Outcome:
    name: str
    good: bool
    figures: str  # of one line
    inputs: list[Path]
    log: Path


def events(simulator: Path) -> list[bytes]:
    file = BUILD / "events.ndjson"
    subprocess.run([simulator, "--write", file, "--bytes", EVENTS, "--seed", "1"], check=True, stdout=subprocess.DEVNULL)
    return file.read_bytes().splitlines()


def symbolizer() -> str:
    return shutil.which("llvm-symbolizer-16") or shutil.which("llvm-symbolizer") or ""


def run(name: str, seconds: int) -> Outcome:
    corpus = BUILD / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    log = BUILD / "log" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    dictionary = DICTIONARIES / f"{name}.dict"
    command = [
        BUILD / f"tests/fuzz/fuzz_{name}",
        f"-max_total_time={seconds}",
        f"-timeout={INPUT_SECONDS}",
        "-rss_limit_mb=0",
        f"-artifact_prefix={FOUND}/{name}-",
        "-print_final_stats=1",
        *([f"-dict={dictionary}"] if dictionary.exists() else []),
        corpus,
        BUILD / "seeds" / name,
    ]
    for old in FOUND.glob(f"{name}-*"):
        shutil.copy(old, corpus)  # what was found last time is tried first
        old.unlink()
    environment = {**os.environ, "ASAN_OPTIONS": SANITIZER, "ASAN_SYMBOLIZER_PATH": symbolizer()}
    with log.open("wb") as output:
        try:
            good = subprocess.run(command, stdout=output, stderr=output, env=environment, timeout=seconds + ENDING_SECONDS, check=False).returncode == 0
        except subprocess.TimeoutExpired:
            output.write(b"\nit never ends\n")
            good = False
    text = log.read_text("utf-8", "replace")
    return Outcome(name, good, figures(text), sorted(FOUND.glob(f"{name}-*")), log)


def figures(log: str) -> str:
    coverage = re.findall(r"cov: (\d+) ft: (\d+)", log)
    inputs = re.findall(r"stat::number_of_executed_units: (\d+)", log)
    rate = re.findall(r"stat::average_exec_per_sec: +(\d+)", log)
    if not coverage or not inputs or not rate:
        return "no figures"
    return f"{int(inputs[-1]):,} inputs, {int(rate[-1]):,}/s, {coverage[-1][0]} edges"


def why(log: Path) -> str:
    """What the program or the sanitizer said of it."""
    text = log.read_text("utf-8", "replace")
    said = re.search(r"^.*(it doesn't hold that|runtime error:|ERROR: \w+Sanitizer|Assertion `|ERROR: libFuzzer: (timeout|out-of-memory)|hard rss limit exhausted|terminate called|it never ends).*$", text, re.M)
    return said.group(0)[:300] if said else "it ended with an error"


def tell(outcome: Outcome) -> None:
    print(f"{outcome.name}: {'good' if outcome.good else 'FAILED'}, {outcome.figures}", flush=True)
    if not outcome.good:
        print(f"  {why(outcome.log)}\n  log: {outcome.log.relative_to(ROOT)}")
        for found in outcome.inputs:
            print(f"  input: {found.relative_to(ROOT)}")
            print(f"  again: build/fuzz/tests/fuzz/fuzz_{outcome.name} {found.relative_to(ROOT)}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=30, help="of each fuzzer")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="fuzzers at a time")
    parser.add_argument("--filter", default="", help="those whose name holds it")
    parser.add_argument("--simulator", type=Path, default=ROOT / "build/release/src/simulator/penstock-sim")
    parser.add_argument("--report", type=Path, help="write passed, failed, left_out as JSON")
    arguments = parser.parse_args()

    names = [maker.__name__ for maker in seeds.MAKERS if arguments.filter in maker.__name__]
    FOUND.mkdir(parents=True, exist_ok=True)
    seeds.write(BUILD / "seeds", events(arguments.simulator))
    with ThreadPoolExecutor(arguments.jobs) as pool:
        outcomes = []
        for outcome in pool.map(lambda name: run(name, arguments.seconds), names):
            tell(outcome)
            outcomes.append(outcome)
    failed = sum(not outcome.good for outcome in outcomes)
    if arguments.report:
        arguments.report.parent.mkdir(parents=True, exist_ok=True)
        report = {"passed": len(outcomes) - failed, "failed": failed, "left_out": 0}
        arguments.report.write_text(json.dumps(report))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
