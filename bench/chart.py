"""A bar for each contender, a group for each input, as SVG: readable on a light page and a dark one."""

import statistics
from typing import NamedTuple
from xml.sax.saxutils import escape

from report import Row

WIDTH, LEFT, RIGHT = 760, 220, 90  # px; left and right of the bars there is text
BAR, STEP, HEAD = 14, 22, 34
CUT = 4  # times the median
STYLE = """
  text { font: 13px sans-serif; fill: #1f2328 }
  .group { font-weight: bold }
  .own { fill: #1a7f64 }
  .floor { fill: #8c959f }
  .other { fill: #5470c6 }
  .range { stroke: #1f2328 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .own { fill: #3fb994 }
    .floor { fill: #7d8590 }
    .other { fill: #7f9cf5 }
    .range { stroke: #e6edf3 }
  }
"""


class Group(NamedTuple):
    title: str
    rows: list[Row]


def kind_of(row: Row) -> str:
    if row.name.startswith(("A:", "B:")):
        return "floor"
    return "own" if row.name.startswith(("penstock", "the default")) else "other"


def svg(groups: list[Group]) -> str:
    """Bars are medians; a line shows the range. Each group has a scale of its own, on which the others
    can be told apart: a bar much longer than most is cut off."""
    parts: list[str] = []
    described: list[str] = []
    y = 0
    for group in groups:
        rows = [row for row in group.rows if row.runs]
        longest = max(run.cpu for row in rows for run in row.runs)
        longest = min(longest, CUT * statistics.median(row.cpu for row in rows))
        scale = (WIDTH - LEFT - RIGHT) / longest
        parts.append(f'<text class="group" x="0" y="{y + 20}">{escape(group.title)}</text>')
        y += HEAD
        for row in rows:
            parts += bar(row, scale, y)
            y += STEP
        figures = ", ".join(f"{row.name} {row.cpu:.2f} s" for row in rows)
        described.append(f"{group.title}: {figures}.")
        y += STEP - BAR
    title = "Seconds of CPU to take the same events from HTTPS to Kafka"
    return document(WIDTH, y, title, " ".join(described), STYLE, parts)


def document(
    width: int, height: int, title: str, description: str, style: str, parts: list[str]
) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
            f' height="{height}" role="img" aria-labelledby="title desc">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="desc">{escape(description)}</desc>',
            f"<style>{style}</style>",
            *parts,
            "</svg>\n",
        ]
    )


def bar(row: Row, scale: float, y: int) -> list[str]:
    middle = y + BAR / 2
    end = WIDTH - RIGHT
    low, high = (min(end, LEFT + pick(run.cpu for run in row.runs) * scale) for pick in (min, max))
    length = min(end - LEFT, row.cpu * scale)
    cut = "" if row.cpu * scale <= length else ", cut"
    return [
        f'<text x="{LEFT - 8}" y="{y + BAR - 2}" text-anchor="end">{escape(row.name)}</text>',
        f'<rect class="{kind_of(row)}" x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}"/>',
        f'<line class="range" x1="{low:.1f}" y1="{middle:g}" x2="{high:.1f}" y2="{middle:g}"/>',
        f'<text x="{high + 8:.1f}" y="{y + BAR - 2}">{row.cpu:.2f} s{cut}</text>',
    ]
