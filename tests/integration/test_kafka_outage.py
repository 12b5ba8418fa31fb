"""Kafka goes away in the middle of a run and comes back."""

import pytest
from harness import exactly_once, wait
from harness.fed_daemon import FedDaemon
from harness.simulator import SOURCES

pytestmark = [pytest.mark.kafka, pytest.mark.own_broker]
RATE = 500  # of each source
SECONDS = 10  # of an outage, at least


def all_published(daemon, sources) -> bool:
    metrics = daemon.metrics()
    return all(metrics.get("published_events_total", source=source) > 0 for source in sources)


@pytest.mark.long
def test_nothing_is_lost_or_doubled(own_kafka, prefix, simulator, connect):
    """It is stopped, and then killed."""
    remote = simulator(rate=RATE)
    settings = {"sources": ",".join(SOURCES), "brokers": own_kafka.brokers, "kafka_topic_prefix": prefix}
    settings["journal_max_size"] = "512MiB"
    fed = FedDaemon(remote, lambda: connect(remote, **settings), own_kafka, prefix, SOURCES).publishes()
    for go_away in (own_kafka.stop, own_kafka.kill):
        go_away()
        fed.piles_up(SECONDS * RATE * len(SOURCES))
        own_kafka.start()
        fed.publishes()
    fed.check()


@pytest.mark.sanitized
def test_a_full_journal_stops_reading_until_kafka_is_back(own_kafka, prefix, simulator, connect):
    remote = simulator(rate="max")
    source = ("firehose",)
    daemon = connect(
        remote,
        brokers=own_kafka.brokers,
        kafka_topic_prefix=prefix,
        journal_max_size="96MiB",
    ).wait_ready()
    wait.until("the source publishes", lambda: all_published(daemon, source))

    own_kafka.kill()
    wait.until("/readyz says journal_full", lambda: "journal_full" in daemon.reasons(), 180)
    full = daemon.metrics()
    capacity = full.get("journal_capacity_bytes", source="firehose")
    assert full.get("journal_bytes", source="firehose") <= capacity
    wait.until(
        "reading stands still",
        lambda: daemon.metrics().get("paused_seconds_total", source="firehose") > 1,
    )
    received = daemon.metrics().get("received_bytes_total", source="firehose")
    own_kafka.start()
    wait.until(
        "reading goes on",
        lambda: daemon.metrics().get("received_bytes_total", source="firehose") > received,
        seconds=120,
    )
    remote.quiet(source)
    metrics = daemon.wait_drained(source, 300)
    assert daemon.reasons() == set()
    assert daemon.stop() == 0
    exactly_once.check(remote, own_kafka, prefix, source, metrics)
