"""Kafka goes away in the middle of a run and comes back."""

import os
import time

import pytest
from harness import exactly_once, wait
from harness.simulator import SOURCES

pytestmark = [pytest.mark.kafka, pytest.mark.own_broker]
OUTAGE = float(os.environ.get("PENSTOCK_TEST_OUTAGE", "30"))


def all_published(daemon, sources) -> bool:
    metrics = daemon.metrics()
    return all(metrics.get("published_events_total", source=source) > 0 for source in sources)


@pytest.mark.long
@pytest.mark.parametrize("way", ["stop", "kill"])
def test_nothing_is_lost_or_doubled(own_kafka, prefix, simulator, connect, way):
    remote = simulator(rate=500)
    daemon = connect(
        remote,
        sources=",".join(SOURCES),
        brokers=own_kafka.brokers,
        kafka_topic_prefix=prefix,
        journal_max_size="512MiB",
    ).wait_ready()
    wait.until("all sources publish", lambda: all_published(daemon, SOURCES))

    getattr(own_kafka, way)()
    wait.until_time(time.monotonic() + OUTAGE)
    before = daemon.metrics().get("received_bytes_total")
    wait.until("reading goes on", lambda: daemon.metrics().get("received_bytes_total") > before)
    own_kafka.start()

    published = daemon.metrics().get("published_events_total")
    wait.until(
        "publishing goes on",
        lambda: daemon.metrics().get("published_events_total") > published,
        seconds=120,
    )
    remote.quiet()
    metrics = daemon.wait_drained(SOURCES)
    assert daemon.stop() == 0
    figures = exactly_once.check(remote, own_kafka, prefix, SOURCES, metrics)
    assert figures.found == figures.sent


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
