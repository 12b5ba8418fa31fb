"""Kafka is away until the journal is full: little memory, restarts in between, and all is published after."""

import os
import signal
import time
from typing import Callable

import pytest
from harness import wait
from harness.broker import Broker
from harness.daemon import Daemon
from harness.exactly_once import compared
from harness.memory import anonymous
from harness.simulator import Simulator

pytestmark = [pytest.mark.kafka, pytest.mark.own_broker]

SIZE_MIB = int(os.environ.get("PENSTOCK_TEST_BACKLOG_MIB", "256"))
RATE = int(os.environ.get("PENSTOCK_TEST_BACKLOG_RATE", "20000"))
MEMORY_MIB = 150  # file pages aside
MINUTES = SIZE_MIB / 256
SOURCE = ("firehose",)


class Watched:
    """A daemon whose memory is looked at whenever something is asked."""

    def __init__(self) -> None:
        self.peak_mib = 0.0
        self.daemon: Daemon | None = None

    def metric(self, name: str) -> float:
        self.peak_mib = max(self.peak_mib, anonymous(self.daemon.pid) / 1024**2)
        return self.daemon.metrics().get(name, source=SOURCE[0])

    def is_full(self) -> bool:
        self.metric("journal_bytes")
        return "journal_full" in self.daemon.reasons()


@pytest.mark.long
def test_a_full_journal_takes_little_memory_and_is_published(
    own_kafka: Broker, prefix: str, simulator: Callable[..., Simulator], connect: Callable[..., Daemon]
) -> None:
    remote = simulator(rate=RATE)
    watched = Watched()
    received = 0.0

    def start() -> None:
        watched.daemon = connect(
            remote,
            folder="one",
            brokers=own_kafka.brokers,
            kafka_topic_prefix=prefix,
            journal_max_size=f"{SIZE_MIB}MiB",
        ).wait_ready("/livez")

    start()
    wait.until("it publishes", lambda: watched.metric("published_events_total") > 0, 60)
    own_kafka.kill()
    wait.until("the journal is full", watched.is_full, 120 * MINUTES)
    full = watched.metric("journal_bytes")  # of its first segment a part is committed
    assert full > 0.8 * watched.metric("journal_capacity_bytes")
    for number in (signal.SIGKILL, signal.SIGKILL):
        received += watched.metric("received_events_total")
        watched.daemon.stop(number)
        start()
        wait.until("the journal is full again", watched.is_full, 60 * MINUTES)

    own_kafka.start()
    wait.until("it publishes", lambda: watched.metric("published_events_total") > 0, 120)
    begun, bytes_before = time.monotonic(), watched.metric("received_bytes_total")
    wait.until("the backlog is published", lambda: watched.metric("journal_bytes") < full / 10, 120 * MINUTES)
    seconds = time.monotonic() - begun
    live = watched.metric("received_bytes_total") - bytes_before
    remote.quiet(SOURCE)
    last = watched.daemon.wait_drained(SOURCE)
    received += last.get("received_events_total")
    assert watched.daemon.stop() == 0

    verifiers = compared(remote, own_kafka, prefix, SOURCE, killed=True)
    print(
        f"{full / 1e6:.0f} MB waited, {(0.9 * full + live) / seconds / 1e6:.0f} MB/s came out, "
        f"{live / 1e6:.0f} MB came in meanwhile, {watched.peak_mib:.0f} MiB of memory at most"
    )
    assert verifiers[SOURCE[0]].findings() == []
    assert verifiers[SOURCE[0]].lines_found >= received
    assert live > 0
    assert watched.peak_mib < MEMORY_MIB
