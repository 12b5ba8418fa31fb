"""What bench/side_by_side says: tables, the machine, and a page of the docs."""

import os
import platform
import re
import statistics
import time
from pathlib import Path
from typing import NamedTuple

BEGIN, END = "<!-- begin: bench/side_by_side -->", "<!-- end: bench/side_by_side -->"
HEAD = ["", "CPU s (range)", "wall s (range)", "MiB", "events/CPU s", "ratio"]


class Run(NamedTuple):
    cpu: float  # seconds
    wall: float  # seconds
    peak: float  # MiB of resident memory


def rows(events: int, runs: dict[str, list[Run]], yardstick: str) -> list[list[str]]:
    """Medians of each contender's runs; the ratio is of CPU to the yardstick's."""

    def spread(values: list[float]) -> str:
        return f"{statistics.median(values):.2f} ({min(values):.2f}–{max(values):.2f})"

    cpu = {name: statistics.median(run.cpu for run in own) for name, own in runs.items()}
    return [
        [name, spread([run.cpu for run in own]), spread([run.wall for run in own])]
        + [f"{statistics.median(run.peak for run in own):.0f}", f"{events / cpu[name]:,.0f}"]
        + [f"{cpu[name] / cpu[yardstick]:.2f}"]
        for name, own in runs.items()
    ]


def as_text(table: list[list[str]]) -> str:
    return "\n".join(
        f"{row[0]:<19} {row[1]:>17} {row[2]:>18} {row[3]:>4} {row[4]:>12} {row[5]:>5}".rstrip()
        for row in [HEAD, *table]
    )


def as_markdown(table: list[list[str]]) -> str:
    lines = [HEAD, ["---"] + ["--:"] * (len(HEAD) - 1), *table]
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


def write_markdown(path: Path, text: str) -> None:
    """Between the marks of a page that has them, else as a page of its own."""
    section = f"{BEGIN}\n\n{text}\n\n{END}\n"
    page = path.read_text("utf-8") if path.exists() else ""
    if BEGIN in page and END in page:
        section = page.split(BEGIN)[0] + section.rstrip("\n") + page.split(END, 1)[1]
    path.write_text(section, "utf-8")
