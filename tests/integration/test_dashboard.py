"""config/grafana/penstock.json: Grafana and Prometheus can read it, wherever it is imported."""

import json
import re
from pathlib import Path
from typing import Iterator

import yaml
from harness import alert_rules
from harness.alert_rules import promtool
from harness.schemas import objects

BOARD = json.loads(alert_rules.DASHBOARD.read_text())
PANELS = BOARD["panels"]
VARIABLES = {variable["name"]: variable for variable in BOARD["templating"]["list"]}
WIDTH = 24  # columns of Grafana's grid


def test_promtool_finds_no_fault_in_a_query(tmp_path: Path):
    queries = alert_rules.dashboard_queries()
    assert queries
    file = tmp_path / "queries.yaml"
    rules = [{"record": f"query:{n}", "expr": query} for n, query in enumerate(queries)]
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    done = promtool("check", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_data_source_is_the_one_that_is_chosen():
    sources = [node["datasource"] for node in objects(BOARD) if "datasource" in node]
    assert sources
    assert all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources)


def test_every_variable_that_is_used_is_declared():
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(PANELS))) - {"__rate_interval"}
    assert used == set(VARIABLES)
    assert {panel["repeat"] for panel in PANELS if "repeat" in panel} <= set(VARIABLES)


def test_panels_have_ids_titles_and_queries_of_their_own():
    ids = [panel["id"] for panel in PANELS]
    assert len(ids) == len(set(ids))
    for panel in PANELS:
        assert panel["title"]
        if panel["type"] != "row":
            references = [target["refId"] for target in panel["targets"]]
            assert references and len(references) == len(set(references)), panel["title"]
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]


def cells(panel: dict) -> Iterator[tuple[int, int]]:
    place = panel["gridPos"]
    for x in range(place["x"], place["x"] + place["w"]):
        for y in range(place["y"], place["y"] + place["h"]):
            yield x, y


def test_panels_lie_beside_each_other_on_the_grid():
    taken: dict[tuple[int, int], str] = {}
    for panel in PANELS:
        for cell in cells(panel):
            assert cell[0] < WIDTH, panel["title"]
            assert cell not in taken, f"{panel['title']} lies on {taken[cell]}"
            taken[cell] = panel["title"]
