"""The documentation as a site: it builds, its links lead somewhere, it needs nothing from elsewhere.
And the configurations that its pages show are some."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from confluent_kafka.admin import ResourceType
from harness.document import Block, blocks
from harness.guarded_broker import documented_rights
from harness.process import ROOT, run

SITE = ROOT / "build" / "site"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "how-to").glob("*.md"))]


class Page(HTMLParser):
    def __init__(self, path: Path):
        super().__init__()
        self.path = path
        self.ids: set[str] = set()
        self.links: list[str] = []  # to be followed
        self.loaded: list[str] = []  # by a browser that shows it
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.add(given["id"])
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "link" and given.get("href"):
            self.loaded.append(given["href"])
        self.loaded += [given[name] for name in ("src", "srcset", "data", "poster") if given.get(name)]


@pytest.fixture(scope="module")
def site() -> dict[Path, Page]:
    done = subprocess.run([ROOT / "scripts" / "docs"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {path: Page(path) for path in SITE.rglob("*.html")}


def test_every_page_is_there(site):
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    expected = {SITE / page.relative_to(ROOT).with_suffix(".html") for page in pages}
    assert expected <= set(site)
    assert SITE / "index.html" in site


def test_every_link_leads_somewhere(site):
    for page in site.values():
        for link in page.links:
            to = urlsplit(link)
            if to.scheme:
                continue
            target = (page.path.parent / unquote(to.path)).resolve() if to.path else page.path
            assert target.is_file(), f"{page.path}: {link}"
            if to.fragment and target in site:
                assert unquote(to.fragment) in site[target].ids, f"{page.path}: {link}"


def test_nothing_is_loaded_from_elsewhere(site):
    for page in site.values():
        for link in page.loaded:
            assert not urlsplit(link).netloc, f"{page.path} loads {link}"
    sheets = list(SITE.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        for link in re.findall(r"(?:url\(|@import)\s*[\"']?([^\"')]+)", sheet.read_text("utf-8")):
            assert not urlsplit(link).netloc, f"{sheet} loads {link}"


def test_a_heading_that_is_missing_ends_the_build(site, tmp_path):
    shutil.copytree(ROOT / "docs" / "site", tmp_path / "docs" / "site")
    (tmp_path / "docs" / "README.md").write_text("# Documentation\n")
    (tmp_path / "README.md").write_text("# Project\n\n[There](docs/README.md#nowhere)\n")
    builder = [ROOT / "build" / "docs-venv" / "bin" / "sphinx-build", "--fail-on-warning", "-b", "html"]
    done = subprocess.run(
        [*builder, "-c", tmp_path / "docs" / "site", tmp_path, tmp_path / "out"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "nowhere" in done.stderr


def shown_configurations() -> list[pytest.param]:
    return [
        pytest.param(block, id=f"{page.stem}:{block.line}")
        for page in PAGES
        for block in blocks(page)
        if block.language == "yaml"
    ]


@pytest.mark.parametrize("block", shown_configurations())
def test_a_configuration_that_a_page_shows_is_taken(block: Block, tmp_path: Path):
    for name in re.findall(r"\$\{file:/etc/penstock/([\w-]+)\}", block.text):
        (tmp_path / name).write_text("secret")
    file = tmp_path / "penstock.yaml"
    file.write_text(block.text.replace("/etc/penstock", str(tmp_path)))
    needed = {
        "PENSTOCK_API_URL": "https://api.example.net",
        "PENSTOCK_SOURCES": "firehose",
        "PENSTOCK_KAFKA_BROKERS": "kafka1:9092",
    }
    done = run("config", "-c", file, env=needed)
    assert done.returncode == 0, done.stderr


def test_the_acls_are_the_rights_that_the_tests_give():
    page = (ROOT / "docs" / "how-to" / "secure-kafka.md").read_text()
    options = {"topic": ResourceType.TOPIC, "transactional-id": ResourceType.TRANSACTIONAL_ID}
    given = {
        (options[option], name, operation.upper())
        for option, name, operations in re.findall(r"^acl --([\w-]+) (\S+) (.*)$", page, re.MULTILINE)
        for operation in re.findall(r"--operation (\w+)", operations)
    }
    needed = documented_rights("binaryedge")
    assert given == {(right.restype, right.name, right.operation.name.replace("_", "")) for right in needed}
