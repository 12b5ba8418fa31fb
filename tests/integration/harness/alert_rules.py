"""Alert rules and dashboard of config/, and what promtool says of them."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Iterator

import yaml
from harness.process import ROOT

FILE = ROOT / "config" / "prometheus" / "alerts.yaml"
DASHBOARD = ROOT / "config" / "grafana" / "penstock.json"
RUNBOOK = ROOT / "docs" / "alerts.md"

TARGET = 'job="penstock",instance="here:9469"'
SOURCE = 'source="firehose"'
OF_THE_PROCESS = {"penstock_config_last_reload_successful", "penstock_degraded"}


@cache
def rules() -> tuple[dict, ...]:
    return tuple(rule for group in yaml.safe_load(FILE.read_text())["groups"] for rule in group["rules"])


def alerts() -> dict[str, dict]:
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


ANY = ".+"  # what a variable of the dashboard stands for in queries


def _dashboard() -> dict:
    return json.loads(DASHBOARD.read_text())


def dashboard_queries() -> list[str]:
    """As Grafana sends them when everything is chosen."""
    found = [target["expr"] for panel in _dashboard()["panels"] for target in panel.get("targets", ())]
    return [re.sub(r"\$\w+", ANY, text.replace("$__rate_interval", "1m")) for text in found]


def variable_queries() -> list[str]:
    """The series whose labels the dashboard's variables are made of."""
    found = [v["definition"] for v in _dashboard()["templating"]["list"] if "definition" in v]
    series = [re.fullmatch(r"label_values\((.*), \w+\)", text)[1] for text in found]
    return [re.sub(r"\$\w+", ANY, text) for text in series]


def promtool(*arguments: str | Path, given: str | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["promtool", *arguments], input=given, capture_output=True, text=True, timeout=60, check=False
    )


def sections() -> dict[str, str]:
    """Of the runbook: title → text."""
    parts = re.split(r"^## (.*)\n", RUNBOOK.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def labelled(series: str) -> str:
    """A series of a story with the labels that the story leaves out."""
    name, _, labels = series.partition("{")
    of_a_source = name.startswith("penstock_") and name not in OF_THE_PROCESS
    has = [TARGET, SOURCE] if of_a_source else [TARGET]
    return f"{name}{{{','.join([*has, *filter(None, [labels.rstrip('}')])])}}}"


Expected = dict[tuple[str, str], set[str]]  # query and time → the alerts that it finds


def told(well: dict[str, str], changed: dict[str, str], expected: Expected) -> dict:
    """A story as a file for `promtool test rules`."""
    unknown = set(changed) - set(well)
    assert not unknown, f"a story of {unknown}, which nothing reads"
    return {
        "rule_files": [str(FILE)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": labelled(name), "values": values}
                    for name, values in {**well, **changed}.items()
                ],
                "promql_expr_test": [
                    {
                        "expr": f"group by (alertname) ({query})",
                        "eval_time": when,
                        "exp_samples": [
                            {"labels": f'{{alertname="{name}"}}', "value": 1} for name in sorted(names)
                        ],
                    }
                    for (query, when), names in expected.items()
                ],
            }
        ],
    }


# PromQL's words that stand where a metric's name could.
WORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan"}


def metrics_in(expression: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """The metrics that an expression reads, each with its matchers: label, operator, value."""
    grouping = r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)"
    text = re.sub(grouping, " ", expression)
    text = re.sub(r"\[[^\]]*\]", " ", text)
    for match in re.finditer(r"(?<![\w:.])([a-zA-Z_:][\w:]*)\s*(\(|\{[^}]*\})?", text):
        name, behind = match[1], match[2] or ""
        if behind != "(" and name not in WORDS:
            yield name, re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', behind)
