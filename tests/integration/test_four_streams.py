"""All four streams on a real Kafka for a minute, with a fault on each every second on average."""

import os
import random
import time

import pytest
from harness import exactly_once, wait
from harness.simulator import SOURCES

SECONDS = float(os.environ.get("PENSTOCK_TEST_SECONDS", "60"))
RATE = float(os.environ.get("PENSTOCK_TEST_RATE", "700"))  # of each stream
FAULTS = (
    *("fin", "reset", "tls_truncate", "end", "content_length", "until_close", "redirect"),
    *("tiny_chunks", "split_chunks", "crlf", "blank_lines"),
    *("malformed", "truncated_line", "not_an_object", "invalid_utf8", "too_deep", "too_large"),
    "http_429",
)


def faults_until(end: float, seed: int) -> list[tuple[float, str, str]]:
    """When, where and what; every second on average on each source."""
    dice = random.Random(seed)
    plan = []
    for source in SOURCES:
        moment = time.monotonic() + 1 + dice.expovariate(1)
        while moment < end:
            plan.append((moment, source, dice.choice(FAULTS)))
            moment += dice.expovariate(1)
    return sorted(plan)


@pytest.mark.kafka
def test_every_event_is_in_kafka_exactly_once(kafka, prefix, simulator, connect):
    remote = simulator(rate=RATE)
    daemon = connect(
        remote,
        sources=",".join(SOURCES),
        brokers=kafka.brokers,
        kafka_topic_prefix=prefix,
        journal_max_size="512MiB",
    ).wait_ready()

    end = time.monotonic() + SECONDS
    for moment, source, kind in faults_until(end, seed=3):
        wait.until_time(moment)
        daemon.check_alive()
        options = {"retry_after": 1} if kind == "http_429" else {}
        remote.fault(kind, source, **options)
    wait.until_time(end)
    remote.quiet()
    metrics = daemon.wait_drained(SOURCES)
    assert daemon.stop() == 0

    figures = exactly_once.check(remote, kafka, prefix, SOURCES, metrics)
    print(f"{figures.sent} lines sent, {figures.found} found, {figures.bad} of them dead letters")
    assert figures.bad > 0 and figures.ended_in_order > 0
    for source in SOURCES:
        assert metrics.get("sessions_total", source=source) > SECONDS / 20
        assert metrics.get("published_events_total", source=source) > 0
