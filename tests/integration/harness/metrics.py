"""The Prometheus text format, as far as penstock's own names need it."""

import re

SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>[^}]*)\})? (?P<value>\S+)$")
LABEL = re.compile(r'(\w+)="((?:\\.|[^"\\])*)"')


class Metrics:
    def __init__(self, text: str):
        self.samples: list[tuple[str, dict[str, str], float]] = []
        for line in text.splitlines():
            match = SAMPLE.match(line)
            if match:
                labels = dict(LABEL.findall(match["labels"] or ""))
                self.samples.append((match["name"], labels, float(match["value"])))

    def get(self, name: str, **labels: str) -> float:
        """The sum of the samples of penstock_<name> that have these labels; there has to be one."""
        values = [
            value
            for sample, has, value in self.samples
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
