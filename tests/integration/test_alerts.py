"""config/prometheus/alerts.yaml: each alert fires when it should, alone, and says what to do."""

import json
import re
from pathlib import Path

import pytest
import yaml
from harness import alert_rules
from harness.alert_rules import alerts, promtool, told

STORIES = yaml.safe_load((Path(__file__).parent / "data" / "alert_stories.yaml").read_text())
FIRING = 'ALERTS{alertstate="firing"}'
EVER = f"max_over_time({FIRING}[200m])"


def check(folder: Path, changed: dict[str, str], expected: alert_rules.Expected) -> None:
    file = folder / "story.yaml"
    file.write_text(json.dumps(told(STORIES["well"], changed, expected)))
    done = promtool("test", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_finds_no_fault():
    done = promtool("check", "rules", "--lint-fatal", alert_rules.FILE)
    assert done.returncode == 0, done.stdout + done.stderr


def name_of(story: dict) -> str:
    return story.get("alert") or story["story"].replace(" ", "-")


@pytest.mark.parametrize("story", STORIES["fires"], ids=name_of)
def test_an_alert_fires_alone_and_ends(story, tmp_path):
    alert = {story["alert"]}
    check(
        tmp_path,
        story["with"],
        {
            (FIRING, f"{story['from'] - 1}m"): set(),
            (FIRING, f"{story['from']}m"): alert,
            (FIRING, f"{story['to'] - 1}m"): alert,
            (FIRING, f"{story['to']}m"): set(),
            (EVER, "200m"): alert,
        },
    )


@pytest.mark.parametrize("story", STORIES["quiet"], ids=name_of)
def test_no_alert_fires_when(story, tmp_path):
    check(tmp_path, story["with"], {(EVER, "200m"): set()})


def test_every_alert_has_a_story():
    assert {story["alert"] for story in STORIES["fires"]} == set(alerts())


def test_every_alert_has_a_runbook_section_and_every_section_an_alert():
    # In their order, so that the page reads as the file does.
    assert list(alerts()) == [title for title in alert_rules.sections() if title.startswith("Penstock")]


def test_every_section_that_the_runbook_refers_to_is_there():
    referred = set(re.findall(r"\(#(\w+)\)", alert_rules.RUNBOOK.read_text()))
    assert referred and referred <= {title.lower() for title in alert_rules.sections()}


@pytest.mark.parametrize("name", alerts())
def test_an_alert_says_how_bad_it_is_and_where_to_read_on(name):
    rule = alerts()[name]
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    assert rule["annotations"]["runbook"] == f"docs/alerts.md#{name.lower()}"
    opening = rule["labels"]["severity"]
    if "for" in rule:
        opening += f", after {rule['for'].removesuffix('m')} minutes"
    assert alert_rules.sections()[name].strip().startswith(f"{opening}. ")
