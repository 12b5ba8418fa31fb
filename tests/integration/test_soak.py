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
from harness.held import Held, Rest, Watch, held, slope, wait_held
from harness.kafka_proxy import KafkaProxy
from harness.process import ROOT
from harness.simulator import SOURCES, Simulator
from harness.soak import Figures, Soak

SECONDS = number("SOAK_SECONDS", 16)
ROUND = min(SECONDS, number("SOAK_ROUND", 120))
RATE = number("SOAK_RATE", 500)  # of each of the three streams without jobs
WARM_UP = 600  # seconds
STEEPEST = 1.0  # MB/h: even the upper end of the slope's interval is below
ENOUGH = 8  # rests; of less the interval tells nothing
# At rest, above what is allocated: libraries' data and stacks (5), and pages on which something is in use.
KEPT = 12.0  # MB
# Of its own, so that the short form overwrites none of a campaign that runs.
RESULTS = ROOT / "build" / "results" / ("soak" if SECONDS > 60 else "soak-short")
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


def memory_at(rests: list[Rest]) -> dict[str, list[tuple[float, float]]]:
    """By the hours."""
    return {
        "allocated": [(rest.hours, rest.allocated) for rest in rests],
        "anonymous memory": [(rest.hours, rest.anonymous) for rest in rests],
    }


def memory_rows(rests: list[Rest]) -> dict[str, str]:
    """Of rests after the first ten minutes."""
    rows = {}
    for what, amounts in memory_at(rests).items():
        rows[f"{what} at rest, after ten minutes and at the end"] = f"{amounts[0][1]:.2f} and {amounts[-1][1]:.2f} MB"
        rows[f"{what} at rest, its slope"] = str(slope(amounts))
    return rows


def table(done: Counter[str], figures: Figures, watch: Watch, first: Held, last: Held, rests: list[Rest]) -> str:
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
        "anonymous memory under load, least and most": f"{min(memory):.1f} and {max(memory):.1f} MiB",
        "the same after the first ten minutes": f"{min(late):.1f} and {max(late):.1f} MiB",
        **(memory_rows(rests) if rests else {}),
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
@pytest.mark.timeout(SECONDS + 1800)
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
    rests: list[Rest] = []
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
                if time.monotonic() > begun + WARM_UP:
                    rests.append(watch.rest())
        last = held(soak.daemon)
        assert soak.daemon.stop() == 0

    text = table(done, soak.figures, watch, first, last, rests)
    (RESULTS / "table.md").write_text(text + "\n")
    print(text)
    assert all(done.values()), done
    assert soak.figures.bad > 0 and soak.figures.jobs > 0
    if len(rests) >= ENOUGH:
        for what, amounts in memory_at(rests).items():
            assert slope(amounts).most < STEEPEST, what
    assert all(rest.anonymous - rest.allocated < KEPT for rest in rests)
