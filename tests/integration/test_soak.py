"""Hours of mixed faults: each event is in Kafka once, and the daemon holds in the end what it held at first.
scripts/campaign soak does an hour of it or more; a short form is a test of scripts/test --all."""

import time
from collections import Counter
from pathlib import Path
from typing import Callable, Iterator

import pytest
from harness.broker import Broker
from harness.crash_plan import SEED, number
from harness.daemon import Daemon
from harness.deeds import carry_out
from harness.held import Held, Watch, held, minutes, slope, wait_held
from harness.kafka_proxy import KafkaProxy
from harness.process import ROOT
from harness.simulator import SOURCES, Simulator
from harness.soak import Figures, Soak

SECONDS = number("SOAK_SECONDS", 16)
ROUND = min(SECONDS, number("SOAK_ROUND", 600))
RATE = number("SOAK_RATE", 500)  # of each of the three streams without jobs
WARM_UP = 600  # seconds
STEEPEST = 1.0  # MB/h
RESULTS = ROOT / "build" / "results" / "soak"
JOBS = {"jobs_every": "3s", "jobs_lasting": "3s", "jobs_events": 200}
SEGMENTS = 3 * len(SOURCES)  # one that is written to, and two free ones
PROPERTIES = {
    # A killed broker comes back when its old session has ended; 9 s by default.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "log.flush.start.offset.checkpoint.interval.ms": "500",
    "log.segment.bytes": str(64 << 20),  # what was compared is deleted by whole segments
}


@pytest.fixture
def network() -> Iterator[KafkaProxy]:
    made = KafkaProxy()
    yield made
    made.close()


@pytest.fixture
def broker(network: KafkaProxy, tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path / "kafka", properties=PROPERTIES, proxy_port=network.port)
    network.start(made.proxied)
    yield made
    made.stop()


def table(done: Counter[str], figures: Figures, watch: Watch, first: Held, last: Held, steep: str) -> str:
    memory = [sample.anonymous_mib for sample in watch.samples]
    late = [s.anonymous_mib for s in watch.samples if s.seconds >= WARM_UP] or memory
    rows = {
        "seed": SEED,
        "lasted": f"{watch.samples[-1].seconds / 60:.0f} min",
        **done,
        "lines sent": f"{figures.sent:,}",
        "of them in Kafka, once each": f"{figures.found:,}",
        "dead letters among them": f"{figures.bad:,}",
        "jobs, each event of them in Kafka once": f"{figures.jobs:,} with {figures.job_events:,} events",
        "anonymous memory, least and most": f"{min(memory):.1f} and {max(memory):.1f} MiB",
        "the same after the first ten minutes": f"{min(late):.1f} and {max(late):.1f} MiB",
        "its slope after the first ten minutes": steep,
        "file descriptors at rest, first and last": f"{first.fds} and {last.fds}",
        "file descriptors under load, most": max(sample.fds for sample in watch.samples),
        "segments at rest, first and last": f"{first.segments} and {last.segments}",
        "threads at rest, first and last": f"{first.threads} and {last.threads}",
        "journal, most": f"{max(sample.journal_mib for sample in watch.samples):.0f} MiB",
    }
    return "\n".join(["| what | figure |", "|---|---|", *(f"| {k} | {v} |" for k, v in rows.items())])


@pytest.mark.long
@pytest.mark.kafka
@pytest.mark.own_broker
def test_hours_of_faults_leave_nothing_behind(
    broker: Broker,
    network: KafkaProxy,
    prefix: str,
    simulator: Callable[..., Simulator],
    connect: Callable[..., Daemon],
    tmp_path: Path,
) -> None:
    print(f"seed {SEED}")

    def make_remote(part: int, port: int | None) -> Simulator:
        return simulator(port=port, token=f"token-{part}", seed=SEED + part, rate=RATE, **JOBS)

    done: Counter[str] = Counter()
    with Soak(make_remote, connect, broker, network, prefix, tmp_path, ROUND) as soak:
        soak.end()
        first = held(soak.daemon)
        with Watch(soak.daemon, RESULTS / "samples.csv", every=min(5, SECONDS / 30)) as watch:
            begun = time.monotonic()
            part = 0
            while time.monotonic() < begun + SECONDS:
                part += 1
                soak.begin(part)
                end = min(time.monotonic() + ROUND, begun + SECONDS)
                done.update(carry_out(soak.deeds(), f"{SEED} {part}", end))
                soak.end()
                watch.check()
                wait_held(soak.daemon, first, SEGMENTS)
        last = held(soak.daemon)
        assert soak.daemon.stop() == 0

    steady = minutes([sample for sample in watch.samples if sample.seconds >= WARM_UP])
    steepness = slope(steady) * 1.048576 if len(steady) > 2 else None
    told = "too short to tell" if steepness is None else f"{steepness:+.2f} MB/h"
    text = table(done, soak.figures, watch, first, last, told)
    (RESULTS / "table.md").write_text(text + "\n")
    print(text)
    assert all(done.values()), done
    assert soak.figures.bad > 0 and soak.figures.jobs > 0
    assert steepness is None or steepness < STEEPEST
