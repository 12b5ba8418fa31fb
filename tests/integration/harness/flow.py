"""One source from simulator to Kafka, and what Kafka's troubles did to it."""

from harness import exactly_once, topics, wait
from harness.broker import Broker
from harness.daemon import Daemon
from harness.simulator import Simulator

SOURCE = "firehose"


class Flow:
    def __init__(
        self,
        remote: Simulator,
        daemon: Daemon,
        broker: Broker,
        prefix: str,
        source: str = SOURCE,
    ):
        self.remote = remote
        self.daemon = daemon
        self.broker = broker
        self.prefix = prefix
        self.source = source

    def count(self, name: str, **labels: str) -> float:
        return self.daemon.metrics().get(name, source=self.source, **labels)

    def transactions(self, result: str) -> float:
        return self.count("transactions_total", result=result)

    def wait_transactions(self, result: str, count: float, seconds: float = 60) -> None:
        """At least so many."""
        what = f"{count:g} transactions are {result}"
        wait.until(what, lambda: self.transactions(result) >= count, seconds)

    def wait_goes_on(self) -> None:
        """What waited is published, and more: transactions are committed one after the other."""
        self.wait_transactions("committed", self.transactions("committed") + 3)

    def wait_receives(self) -> None:
        """The source is read on, whatever publishing does."""
        received = self.count("received_events_total")
        wait.until("events come", lambda: self.count("received_events_total") > received + 50)

    def finish(self, sessions: int | None = 1) -> int:
        """Every event sent is in Kafka once; nobody on the source's side noticed anything. Returns
        how many were produced and not committed: with 0, none was produced a second time."""
        self.remote.quiet((self.source,))
        metrics = self.daemon.wait_drained((self.source,))
        assert sessions in (None, metrics.get("sessions_total", source=self.source))
        assert metrics.get("paused_seconds_total", source=self.source) == 0
        assert self.daemon.stop() == 0
        exactly_once.check(self.remote, self.broker, self.prefix, (self.source,), metrics)
        topic = f"{self.prefix}.{self.source}"
        produced = sum(
            1 for _ in topics.read(self.broker.brokers, topic, isolation="read_uncommitted")
        )
        return produced - int(metrics.get("published_events_total", source=self.source))
