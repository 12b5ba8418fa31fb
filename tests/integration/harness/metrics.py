"""The Prometheus text format, as far as penstock's own names need it."""

import re
from functools import cached_property
from typing import Iterator

SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>[^}]*)\})? (?P<value>\S+)$")
LABEL = re.compile(r'(\w+)="((?:\\.|[^"\\])*)"')

Sample = tuple[str, dict[str, str], float]  # name, labels, value


class Metrics:
    def __init__(self, text: str):
        self._lines = text.splitlines()

    @cached_property
    def samples(self) -> list[Sample]:
        return list(self._parsed(""))

    def _parsed(self, start: str) -> Iterator[Sample]:
        """Those whose names begin so: a page has hundreds, and is read again and again for one."""
        for line in self._lines:
            if line.startswith(start) and (match := SAMPLE.match(line)):
                yield match["name"], dict(LABEL.findall(match["labels"] or "")), float(match["value"])

    def get(self, name: str, **labels: str) -> float:
        """The sum of the samples of penstock_<name> that have these labels; there has to be one."""
        values = [
            value
            for sample, has, value in self._parsed(f"penstock_{name}")
            if sample == f"penstock_{name}" and labels.items() <= has.items()
        ]
        assert values, f"no metric penstock_{name} with {labels}"
        return sum(values)

    def balance(self, source: str) -> tuple[float, float]:
        """Both sides of: received + recovered = published + duplicate + filtered + dead letters +
        in the journal."""
        came = ("received_events_total", "recovered_events_total")
        went = ("published_events_total", "duplicate_events_total", "filtered_events_total")
        went += ("dead_letters_total", "journal_events")

        def total(names: tuple[str, ...]) -> float:
            there = {sample for sample, _, _ in self.samples}
            return sum(self.get(n, source=source) for n in names if f"penstock_{n}" in there)

        return total(came), total(went)
