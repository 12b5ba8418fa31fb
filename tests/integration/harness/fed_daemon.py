"""A daemon in full flow from a simulator into Kafka, and what a test asks of it around an outage."""

from dataclasses import dataclass, field
from typing import Callable

from harness import exactly_once, wait
from harness.broker import Broker
from harness.daemon import Daemon
from harness.metrics import Metrics
from harness.simulator import Simulator


@dataclass
class FedDaemon:
    remote: Simulator
    start: Callable[[], Daemon]
    broker: Broker
    prefix: str
    sources: tuple[str, ...]
    daemon: Daemon = field(init=False)

    def __post_init__(self) -> None:
        self.daemon = self.start().wait_ready("/livez")

    def total(self, name: str) -> float:
        metrics = self.daemon.metrics()
        return sum(metrics.get(name, source=source) for source in self.sources)

    def publishes(self) -> "FedDaemon":
        """Waits until every source does, from now on."""
        before = self._published()
        wait.until("all sources publish", lambda: self._more_than(before), 120)
        return self

    def _published(self) -> list[float]:
        metrics = self.daemon.metrics()
        return [metrics.get("published_events_total", source=source) for source in self.sources]

    def _more_than(self, before: list[float]) -> bool:
        return all(now > then for now, then in zip(self._published(), before))

    def piles_up(self, events: int) -> None:
        """Waits until so many more are received and not published."""
        enough = self.total("journal_events") + events
        wait.until(
            f"{enough:g} events wait in the journal",
            lambda: self.total("journal_events") >= enough,
            90,
        )

    def says(self, reason: str, seconds: float = 90) -> None:
        wait.until(f"/readyz says {reason}", lambda: reason in self.daemon.reasons(), seconds)

    def drain(self) -> Metrics:
        """The remote is quiet from here on, and Kafka gets all."""
        self.remote.quiet(self.sources)
        return self.daemon.wait_drained(self.sources)

    def resume(self) -> None:
        """The remote isn't quiet any more."""
        for source in self.sources:
            self.remote.fault("resume", source)

    def check(self) -> exactly_once.Figures:
        """The end: each line sent is in Kafka once, and the daemon stops as if nothing had been."""
        self.publishes()
        metrics = self.drain()
        assert self.daemon.reasons() == set()
        assert self.daemon.stop() == 0
        figures = exactly_once.check(self.remote, self.broker, self.prefix, self.sources, metrics)
        assert figures.found == figures.sent
        print(f"{figures.sent} lines sent, {figures.found} found")
        return figures

    def check_all_runs(self) -> None:
        """The same, where this daemon isn't the first: the figures of the earlier ones are gone."""
        self.drain()
        assert self.daemon.stop() == 0
        verifiers = exactly_once.compared(self.remote, self.broker, self.prefix, self.sources)
        for source, verifier in verifiers.items():
            findings, sent, found = verifier.findings(), verifier.lines_sent, verifier.lines_found
            assert not findings and found == sent, f"{source}: {found} of {sent} lines; {findings}"


Feed = Callable[..., FedDaemon]
