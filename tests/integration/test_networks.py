"""Bad networks between the daemon and the remote, and between it and Kafka. Each fault is found within the times that
are configured, the daemon recovers alone, and an independent client finds each event once.

The remote and Kafka are in a namespace, where these tests are, too; the daemon is in another."""

import json
import time
from datetime import datetime
from pathlib import Path
from typing import Callable, Iterator

import pytest
from harness import exactly_once, gap_times, wait
from harness.broker import Broker
from harness.fed_daemon import FedDaemon, Feed
from harness.gap_times import Timeline
from harness.namespace import Namespace, may_make_networks
from harness.network import ELSEWHERE, FAR, KAFKA, REMOTE, NearDaemon, Network, address, with_prefix
from harness.process import ROOT, done
from harness.simulator import Simulator

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.own_broker,
    pytest.mark.skipif(not may_make_networks(), reason="only root that may make namespaces has networks of its own"),
]

SOURCE = "firehose"
RATE = 500  # port events: 140 kB a second
STALL, CONNECT, ANSWER = 2, 0.5, 2  # seconds, as configured below
CONNECT_BY_DEFAULT = 10  # the others are 60
MARGIN = 1.5  # seconds that the end of such a time may seem to be early
LATE = 15  # seconds from there to the line in the log, on a loaded machine: what is configured by default takes longer
DEAD_PEER = 60  # seconds: limits::dead_peer
COARSE = 3  # seconds that the kernel's timers, one of 30 s and three of 10 s, may be late: 2 s and 0.3 s
BAD_LINES = {
    "loss": {"loss": 0.03},
    "disorder": {"disorder": 0.1},
    "1 Mbit/s": {"rate": 125_000},
    "a delay of 300 ms": {"delay": 0.3},
}


@pytest.fixture(scope="module")
def far() -> Iterator[Namespace]:
    """The tests are in it, with all that they start."""
    done(ROOT / "scripts" / "kafka", "fetch")  # there is no way out from there
    made = Namespace()
    with made.entered():
        # So that the remote gives a lost session up after 25 s, not after a quarter of an hour.
        Path("/proc/sys/net/ipv4/tcp_retries2").write_text("6")
        yield made
    made.close()


@pytest.fixture(scope="module")
def broker(far: Namespace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """For the tests it is on loopback, for the daemon it is KAFKA."""
    properties = {
        "listeners": "PLAINTEXT://127.0.0.1:9092,OUTER://[::]:19092,CONTROLLER://127.0.0.1:9093",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:9092,OUTER://{KAFKA}:19092",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,OUTER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.quorum.voters": "1@127.0.0.1:9093",
    }
    made = Broker(tmp_path_factory.mktemp("kafka"), properties=properties, port=9092)
    yield made
    made.stop()


@pytest.fixture
def versions() -> tuple[int, ...]:
    """Of IP."""
    return (4,)


@pytest.fixture
def network(far: Namespace, tmp_path: Path, versions: tuple[int, ...]) -> Iterator[Network]:
    made = Network(tmp_path / "etc", far, versions)
    yield made
    made.close()


@pytest.fixture
def feed(
    broker: Broker, network: Network, prefix: str, tmp_path: Path, simulator: Callable[..., Simulator]
) -> Iterator[Feed]:
    """feed(setting=value, …): a daemon that has just begun, and what feeds it."""
    made: list[NearDaemon] = []

    def make(host: str = REMOTE, **settings: str) -> FedDaemon:
        remote = simulator(rate=RATE, mix="port", address="[::]", host=host.strip("[]"))
        known = {
            "url": f"https://{host}:{remote.port}",
            "api_ca_file": str(remote.ca_file),
            "api_token": remote.token,
            "api_connect_timeout": f"{CONNECT * 1000:g}ms",
            "sources": SOURCE,
            "sources_firehose_stall_timeout": f"{STALL}s",
            "brokers": f"{KAFKA}:19092",
            "kafka_properties": f"socket.timeout.ms={ANSWER * 1000}",
            "kafka_topic_prefix": prefix,
        }

        def start() -> NearDaemon:
            made.append(NearDaemon(tmp_path / "daemon", network, **{**known, **settings}))
            return made[-1]

        return FedDaemon(remote, start, broker, prefix, (SOURCE,))

    yield make
    for daemon in made:
        daemon.kill()


def found(fed: FedDaemon, since: float, *words: str, seconds: float = 30) -> float:
    """How long after that the log said so."""

    def first() -> float | None:
        times = (json.loads(line)["time"] for line in fed.daemon.logged(*words))
        return next((at for at in map(seconds_of, times) if at >= since), None)

    after = wait.until(f"the log says {words}", first, seconds) - since
    print(f"{after:.2f} s: {', '.join(words)}")
    return after


def seconds_of(time_text: str) -> float:
    return datetime.fromisoformat(time_text).timestamp()


def check_gaps(fed: FedDaemon, *causes: str) -> None:
    """The end, after sessions were lost: each line is there once, or in the gap that is on record for it."""
    fed.publishes()
    wait_told(fed)
    metrics = fed.drain()
    assert fed.daemon.reasons() == set()
    assert fed.daemon.stop() == 0
    timelines = {SOURCE: Timeline(SOURCE)}
    exactly_once.check(fed.remote, fed.broker, fed.prefix, fed.sources, metrics, timelines)
    gaps = gap_times.recorded(fed.broker, fed.prefix)[SOURCE]
    # A machine that stands still for the seconds of STALL makes gaps of its own.
    recorded = iter(gap.cause for gap in sorted(gaps, key=lambda gap: gap.started_at))
    assert all(cause in recorded for cause in causes), gaps
    assert {gap.cause for gap in gaps} <= {*causes, "stalled"}
    assert timelines[SOURCE].findings(gaps) == []


def wait_told(fed: FedDaemon) -> None:
    """Until the remote knows that lost sessions are over, from what TCP sends again."""
    wait.until("one session is left", lambda: fed.remote.stats()["sources"][SOURCE]["connected"] == 1, 120)


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.long if "delay" in BAD_LINES[kind] else ()) for kind in BAD_LINES]
)
def test_a_bad_line_is_taken_for_no_outage(network: Network, feed: Feed, kind: str) -> None:
    ways = network.remote.ways + network.kafka.ways
    for way in ways:
        vars(way).update(BAD_LINES[kind])
    fed = feed(sources_firehose_stall_timeout=None, api_connect_timeout=None, kafka_properties=None).publishes()
    wait.until("enough comes", lambda: fed.total("received_events_total") > 3 * RATE)
    metrics = fed.daemon.metrics()
    latency = metrics.get("publish_latency_seconds_sum") / metrics.get("publish_latency_seconds_count")
    struck = {
        "loss": sum(way.lost for way in ways),
        "disorder": sum(way.late for way in ways),
        "1 Mbit/s": sum(way.waited for way in ways),
        "a delay of 300 ms": latency > 4 * 0.3,
    }
    print(struck)
    assert struck[kind]
    fed.check()
    assert metrics.get("sessions_total") == 1
    assert metrics.get("transactions_total", result="reinitialised") == 0


def test_a_partition_from_the_remote(network: Network, feed: Feed) -> None:
    """In one direction at a time: what comes isn't acknowledged, or nothing comes."""
    fed = feed().publishes()
    for way in network.remote.ways:
        way.blocked, since = True, time.time()
        stalled = found(fed, since, "session closed", "stalled")
        unreachable = found(fed, since, "no session", "unreachable")
        way.blocked = False
        assert STALL - MARGIN < stalled < STALL + LATE
        assert unreachable < stalled + CONNECT_BY_DEFAULT
        fed.publishes()
        wait_told(fed)
    check_gaps(fed, "stalled", "stalled")


@pytest.mark.long
def test_tcp_finds_a_partition_from_a_silent_remote(network: Network, feed: Feed) -> None:
    """A source that may be silent for an hour; what the remote sends comes again and again, as no answer gets there."""
    fed = feed(sources_firehose_stall_timeout="1h").publishes()
    network.remote.there.blocked, since = True, time.time()
    seconds = found(fed, since, "session closed", "aborted", seconds=2 * DEAD_PEER)
    network.remote.there.blocked = False
    assert DEAD_PEER - MARGIN < seconds < DEAD_PEER + COARSE + LATE
    check_gaps(fed, "aborted")


def test_a_partition_from_kafka(network: Network, feed: Feed) -> None:
    """In one direction at a time: requests don't arrive, or are done and not answered."""
    fed = feed(sources_firehose_stall_timeout=None).publishes()
    for way in network.kafka.ways:
        way.blocked, since = True, time.time()
        seconds = found(fed, since, "librdkafka", "timed out")
        fed.piles_up(RATE)
        way.blocked = False
        assert ANSWER - MARGIN < seconds < ANSWER + LATE
        fed.publishes()
    assert fed.total("sessions_total") == 1, "the remote has nothing to do with it"
    fed.check()


def test_the_remote_moves_to_another_address(network: Network, feed: Feed) -> None:
    fed = feed().publishes()
    old, new = (with_prefix(REMOTE, end) for end in (FAR, ELSEWHERE))
    done("ip", "address", "del", old, "dev", REMOTE)
    done("ip", "address", "add", new, "dev", REMOTE)
    since = time.time()
    assert found(fed, since, "session closed", "stalled") < STALL + LATE
    found(fed, since, "no session", "unreachable", address(REMOTE, FAR))
    network.names.addresses[REMOTE] = [address(REMOTE, ELSEWHERE)]
    found(fed, since, "session opened", address(REMOTE, ELSEWHERE))
    done("ip", "address", "add", old, "dev", REMOTE)  # so that the remote sees that nobody is there any more
    check_gaps(fed, "stalled")


@pytest.mark.parametrize("versions", [(6,)])
@pytest.mark.parametrize(
    "host", [REMOTE, pytest.param(f"[{address(REMOTE, FAR, 6)}]", marks=pytest.mark.long)]
)
def test_ipv6_alone(feed: Feed, host: str) -> None:
    """No name has another address, and the daemon has none."""
    fed = feed(host, sources_firehose_stall_timeout=None).publishes()
    assert fed.daemon.logged("session opened", f"[{address(REMOTE, FAR, 6)}]")
    fed.check()


def test_names_are_dead_at_the_start(network: Network, feed: Feed) -> None:
    network.names.silent = True
    fed = feed(sources_firehose_stall_timeout=None)
    wait.until("the log says why", lambda: fed.daemon.logged("no session", "unreachable", f"resolving {REMOTE}"))
    assert fed.daemon.get("/livez")[0] == 200
    network.names.silent = False
    fed.check()


def test_names_die_meanwhile(network: Network, feed: Feed) -> None:
    """Who is connected stays so. A new session waits until there are names again."""
    fed = feed().publishes()
    network.names.silent = True
    fed.publishes()
    since = time.time()
    fed.remote.fault("reset", SOURCE)
    found(fed, since, "no session", "unreachable", f"resolving {REMOTE}")
    assert fed.daemon.get("/livez")[0] == 200
    network.names.silent = False
    check_gaps(fed, "aborted")


def test_a_daemon_ends_while_names_are_dead(network: Network, feed: Feed) -> None:
    """A lookup takes 10 s then, and can't be interrupted. It isn't waited for."""
    fed = feed().publishes()
    network.names.silent, since = True, time.time()
    fed.remote.fault("reset", SOURCE)
    found(fed, since, "no session", "unreachable", f"resolving {REMOTE}")
    assert fed.daemon.stop(seconds=9) == 0
