"""/metrics: promtool takes it, and it has every metric and label that alerts and dashboard read."""

import re
from pathlib import Path
from typing import Callable

import pytest
from harness import alert_rules, wait
from harness.alert_rules import metrics_in, promtool
from harness.daemon import Daemon
from harness.process import ROOT
from harness.simulator import SOURCES, Simulator

SIZING = ROOT / "docs" / "how-to" / "sizing.md"
NAMES = ROOT / "include" / "penstock" / "core" / "metric_names.hpp"
OF_THE_SCRAPE = {"job", "instance"}  # labels that Prometheus adds


@pytest.fixture
def daemon_that_receives(
    simulator: Callable[..., Simulator], connect: Callable[..., Daemon]
) -> Daemon:
    local = connect(simulator(rate=100), sources=",".join(SOURCES)).wait_ready("/livez")
    wait.until(
        "all sources receive",
        lambda: all(local.metrics().get("received_events_total", source=s) > 0 for s in SOURCES),
    )
    return local


def test_promtool_finds_no_fault(daemon_that_receives):
    done = promtool("check", "metrics", given=daemon_that_receives.get("/metrics")[1])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_metric_of_the_table_is_exported_and_no_other(daemon_that_receives):
    table = set(re.findall(r'Metric \w+\{\s*"(\w+)"', NAMES.read_text()))
    text = daemon_that_receives.get("/metrics")[1]
    assert table and table == set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))


def test_every_metric_and_label_that_is_read_is_exported(daemon_that_receives):
    exported: dict[str, dict[str, set[str]]] = {"up": {}}
    for name, labels, _ in daemon_that_receives.metrics().samples:
        values = exported.setdefault(name, {})
        for label, value in labels.items():
            values.setdefault(label, set()).add(value)
    read = [rule["expr"] for rule in alert_rules.rules()] + alert_rules.dashboard_queries()
    read += alert_rules.variable_queries()
    for expression in read:
        for name, matchers in metrics_in(expression):
            assert name in exported, f"{name} in {expression}"
            for label, operator, value in matchers:
                if label not in OF_THE_SCRAPE:
                    wanted = value.split("|") if "~" in operator else [value]
                    there = exported[name].get(label, set())
                    assert there and (set(wanted) <= there or value == alert_rules.ANY), (
                        f"{name} with {label}={value} in {expression}"
                    )


def test_no_event_is_received_before_it_happened(daemon_that_receives):
    lags = [daemon_that_receives.metrics().get("source_lag_seconds", source=source) for source in SOURCES]
    assert all(lag >= 0 for lag in lags), lags


def test_the_page_of_metrics_has_each_of_them():
    table = set(re.findall(r'Metric \w+\{\s*"(\w+)"', NAMES.read_text()))
    page = (ROOT / "docs" / "metrics.md").read_text()
    assert table == set(re.findall(r"(?<=`)(?:penstock|process)_\w+(?=`)", page))


@pytest.mark.parametrize("page", ["alerts.md", "operations.md"])
def test_every_metric_that_the_documentation_names_is_exported(daemon_that_receives, page):
    exported = {name for name, _, _ in daemon_that_receives.metrics().samples}
    named = set(re.findall(r"(?<![\w:])(?:penstock|process)_\w+", (ROOT / "docs" / page).read_text()))
    assert named and named <= exported


def test_the_page_of_metrics_has_every_value_of_a_label(daemon_that_receives):
    """In the row of its metric, and no value that isn't exported."""
    rows = [line.split("|") for line in (ROOT / "docs" / "metrics.md").read_text().splitlines()]
    described = {row[1].strip(" `"): set(re.findall(r"`(\w+)`", row[3])) for row in rows if len(row) > 4}
    exported: dict[str, set[str]] = {}
    for name, labels, _ in daemon_that_receives.metrics().samples:
        for label in labels.keys() & {"cause", "reason", "result", "state", "status"}:
            exported.setdefault(name, set()).add(labels[label])
    assert exported
    for name, values in exported.items():
        assert described[name] - {"reasons", "degraded"} == values - {"degraded"}, name


def test_every_label_that_is_grouped_by_is_exported(daemon_that_receives):
    labels = {label for _, has, _ in daemon_that_receives.metrics().samples for label in has}
    read = [rule["expr"] for rule in alert_rules.rules()] + alert_rules.dashboard_queries()
    grouping = r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)"
    named = {name for text in read for group in re.findall(grouping, text) for name in group.split(", ")}
    assert {"cause", "result"} <= named
    assert named <= labels | OF_THE_SCRAPE


def test_every_thread_has_the_name_that_the_page_of_sizing_gives_it(daemon_that_receives):
    documented = set(re.findall(r"^\| `([a-z ]+)` \|", SIZING.read_text(), re.MULTILINE))
    tasks = Path(f"/proc/{daemon_that_receives.pid}/task").iterdir()
    names = {(task / "comm").read_text().strip() for task in tasks}
    ours = {name for name in names if not name.startswith("rdk:")}
    assert documented and ours == documented | {f"pub {source}" for source in SOURCES}
