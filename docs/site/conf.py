"""The documentation as a site: the repository's own Markdown, as it is read on a forge, by Sphinx with
MyST. scripts/docs builds it.

Links are those between the files. One that leads nowhere, to a missing heading too, ends the build.
What isn't Markdown (schemas, alert rules, …) is linked as a download.
"""

import os
import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx

REPOSITORY = Path(__file__).resolve().parents[2]
MAP = "docs/README"

project = "penstock"
author = "the penstock authors"
html_title = "penstock"
html_theme = "furo"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_static_path = ["static"]
html_css_files = ["penstock.css"]

extensions = ["myst_parser"]
root_doc = "README"
include_patterns = ["*.md", "docs/*.md", "docs/*/*.md"]
myst_heading_anchors = 4  # as forges make them
nitpicky = True
smartquotes = False  # of `--all` it would make a dash


def contents(folder: Path, text: str, caption: str = "") -> str:
    """The pages that a list links to, as a table of contents: for the navigation."""
    links = re.findall(r"^\* \[([^]]+)\]\(([^)#]+\.md)\)", text, re.MULTILINE)
    pages = [f"{label} </{os.path.normpath(folder / target)}>" for label, target in links]
    options = [":hidden:"] + ([f":caption: {caption}"] if caption else [])
    return "\n".join(["", "```{toctree}", *options, "", *pages, "```", ""]) if pages else ""


def add_navigation(app: Sphinx, docname: str, source: list[str]) -> None:
    """The map's sections are the navigation's; below a page are those that it lists."""
    if docname == app.config.root_doc:
        app.env.note_dependency(str(REPOSITORY / f"{MAP}.md"))
        page = (REPOSITORY / f"{MAP}.md").read_text("utf-8")
        source[0] += contents(Path(), f"* [Documentation]({MAP}.md)")
        sections = re.split(r"^## (.+)$", page, flags=re.MULTILINE)[1:]
        for caption, text in zip(sections[::2], sections[1::2]):
            source[0] += contents(Path(MAP).parent, text, caption)
    elif docname != MAP and docname.endswith("README"):
        source[0] += contents(Path(docname).parent, source[0])


def add_index(app: Sphinx, error: Exception | None) -> None:
    """The README is what a folder shows on a forge. A web server looks for index.html."""
    if error is None:
        for readme in Path(app.outdir).rglob("README.html"):
            shutil.copy(readme, readme.with_name("index.html"))


def setup(app: Sphinx) -> None:
    app.connect("source-read", add_navigation)
    app.connect("build-finished", add_index)
