"""Daemon and Kafka are killed and suspended at any time: what the daemon received is in its journal
and reaches Kafka once, and what it couldn't receive is in gap records. scripts/campaign crash does
more of it."""

import random
import time
from pathlib import Path
from typing import Callable, Iterator

import pytest
from harness import crash_plan, gap_times
from harness.broker import Broker
from harness.crash_plan import AMOUNTS, LONGEST_STOP, RATE, ROUNDS, SEED
from harness.crashes import Crashes
from harness.daemon import Daemon
from harness.exactly_once import compared
from harness.gap_times import Timeline
from harness.simulator import SOURCES, Simulator

# A killed broker comes back when its old session has ended; 9 s by default.
SHORT_SESSION = {"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"}


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path / "kafka", properties=SHORT_SESSION)
    yield broker
    broker.stop()


@pytest.mark.long
@pytest.mark.kafka
@pytest.mark.own_broker
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(ROUNDS))
def test_crashes_lose_and_double_nothing(
    own_kafka: Broker,
    prefix: str,
    simulator: Callable[..., Simulator],
    connect: Callable[..., Daemon],
    part: int,
) -> None:
    seed = SEED + part
    plan = crash_plan.steps(AMOUNTS.share(part, ROUNDS), LONGEST_STOP, random.Random(seed))
    print(f"seed {seed}: {len(plan)} blows")
    remote = simulator(rate=RATE, faults="malformed:probability=0.001", seed=seed)

    def start() -> Daemon:
        return connect(
            remote,
            folder="crashed",
            sources=",".join(SOURCES),
            brokers=own_kafka.brokers,
            kafka_topic_prefix=prefix,
            journal_max_size="2GiB",
        )

    begun = time.monotonic()
    with Crashes(remote, own_kafka, start) as crashes:
        crashes.carry_out(plan)
        crashes.end()
    lasted = time.monotonic() - begun

    timelines = {source: Timeline(source) for source in SOURCES}
    verifiers = compared(remote, own_kafka, prefix, SOURCES, killed=True, timelines=timelines)
    gaps = gap_times.recorded(own_kafka, prefix)
    wrong = []
    for source, verifier in verifiers.items():
        wrong += [f"{source}: {finding}" for finding in verifier.findings()]
        wrong += [f"{source}: {finding}" for finding in timelines[source].findings(gaps[source])]
        for number, run in enumerate(crashes.runs):
            arrived = verifier.arrived(run.sessions[source])
            if arrived < run.received[source]:
                wrong.append(
                    f"{source}: run {number} received {run.received[source]:g} lines, in Kafka are "
                    f"{arrived} of its sessions, {run.sessions[source]}"
                )
    assert not wrong, "\n".join(wrong)

    sent = sum(verifier.lines_sent for verifier in verifiers.values())
    found = sum(verifier.lines_found for verifier in verifiers.values())
    print(
        f"{lasted:.0f} s, {sent} lines sent, {found} in Kafka, {crashes.recovered:g} recovered from "
        f"the journal, {crashes.reinitialised:g} producers made anew, "
        f"{sum(map(len, gaps.values()))} gap records"
    )
    assert crashes.recovered > 0
    assert crashes.reinitialised > 0
