"""kill -9 at any time: what the daemon received is in its journal, and reaches Kafka once."""

import os
import random
import signal
import time
from typing import Callable

import pytest
from harness import wait
from harness.broker import Broker
from harness.daemon import Daemon
from harness.exactly_once import compared
from harness.simulator import SOURCES, Simulator

KILLS = int(os.environ.get("PENSTOCK_TEST_KILLS", "20"))


@pytest.mark.kafka
def test_what_was_received_survives_kills(
    kafka: Broker, prefix: str, simulator: Callable[..., Simulator], connect: Callable[..., Daemon]
) -> None:
    remote = simulator(rate=2000, faults="malformed:probability=0.001")
    settings = {
        "folder": "killed",
        "sources": ",".join(SOURCES),
        "brokers": kafka.brokers,
        "kafka_topic_prefix": prefix,
        "journal_max_size": "128MiB",
    }
    dice = random.Random(11)
    received = dict.fromkeys(SOURCES, 0.0)
    recovered = 0.0
    for _ in range(KILLS):
        daemon = connect(remote, **settings)
        wait.until("it answers", lambda: daemon._answers("/livez"), 60)
        wait.until_time(time.monotonic() + dice.uniform(0.1, 2))
        metrics = daemon.metrics()
        for source in SOURCES:
            received[source] += metrics.get("received_events_total", source=source)
            recovered += metrics.get("recovered_events_total", source=source)
        daemon.stop(signal.SIGKILL)
    daemon = connect(remote, **settings).wait_ready()
    remote.quiet()
    last = daemon.wait_drained(SOURCES)
    assert daemon.stop() == 0

    verifiers = compared(remote, kafka, prefix, SOURCES, killed=True)
    for source, verifier in verifiers.items():
        received[source] += last.get("received_events_total", source=source)
        assert verifier.findings() == []
        assert verifier.lines_found >= received[source], f"{source}: received lines are lost"
    total = sum(verifier.lines_found for verifier in verifiers.values())
    print(f"{KILLS} kills, {total} lines in Kafka, {recovered:g} recovered from the journal")
    assert recovered > 0
