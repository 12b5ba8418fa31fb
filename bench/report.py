"""What bench/side_by_side says: tables, the machine, and a page of the docs."""

import os
import platform
import re
import statistics
import time
from pathlib import Path
from typing import NamedTuple

from usage import Run

HEAD = ["", "CPU s (range)", "wall s (range)", "MiB", "own", "events/CPU s", "ratio", "× (A + B)"]


class Row(NamedTuple):
    """Of one contender. Without runs it is missing, and `why` says so."""

    name: str
    runs: list[Run]
    why: str
    of_floors: float | None  # CPU, in multiples of what TLS and librdkafka cost by themselves

    @property
    def cpu(self) -> float:
        return statistics.median(run.cpu for run in self.runs)


def cells(row: Row, events: int, yardstick: Row | None) -> list[str]:
    """Medians of its runs; the ratio is of CPU to the yardstick's."""
    if not row.runs:
        return [row.name, f"missing: {row.why}", "", "", "", "", "", ""]

    def spread(values: list[float]) -> str:
        return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"

    def mib(values: list[float]) -> str:
        return f"{statistics.median(values):.0f}" if any(values) else "–"

    return [
        row.name,
        spread([run.cpu for run in row.runs]),
        spread([run.wall for run in row.runs]),
        mib([run.peak for run in row.runs]),
        mib([run.own for run in row.runs]),
        f"{events / row.cpu:,.0f}",
        f"{row.cpu / yardstick.cpu:.2f}" if yardstick and yardstick.runs else "–",
        f"{row.of_floors:.2f}" if row.of_floors else "–",
    ]


def as_text(table: list[list[str]]) -> str:
    return "\n".join(
        f"{row[0]:<30} {row[1]:>17} {row[2]:>18} {row[3]:>4} {row[4]:>4} {row[5]:>12} {row[6]:>5}"
        f" {row[7]:>9}".rstrip()
        for row in [HEAD, *table]
    )


def as_markdown(table: list[list[str]], head: list[str] | None = None) -> str:
    head = head or HEAD
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *table]
    escaped = [[cell.replace("|", r"\|") for cell in row] for row in lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in escaped)


def machine() -> str:
    """What figures depend on, and how busy others kept it in the last minute."""

    def field(path: str, name: str) -> str:
        found = re.search(rf"^{name}\s*: *(.+)$", Path(path).read_text(), re.MULTILINE)
        return found[1] if found else "unknown"

    memory = int(field("/proc/meminfo", "MemTotal").split()[0]) / 1024 / 1024
    return (
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {field('/proc/cpuinfo', 'model name')},"
        f" {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()};"
        f" load before the first run: {os.getloadavg()[0]:.1f}."
    )


def write_markdown(path: Path, program: str, text: str) -> None:
    """Between the program's marks of a page that has them, else as a page of its own."""
    begin, end = (f"<!-- {which}: bench/{program} -->" for which in ("begin", "end"))
    section = f"{begin}\n\n{text}\n\n{end}\n"
    page = path.read_text("utf-8") if path.exists() else ""
    if begin in page and end in page:
        section = page.split(begin)[0] + section.rstrip("\n") + page.split(end, 1)[1]
    path.write_text(section, "utf-8")
