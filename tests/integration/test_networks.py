"""Bad networks between the daemon and the remote, and between it and Kafka. Each fault is found within the times that
are configured, the daemon recovers alone, and an independent client finds each event once.

The remote and Kafka are in a namespace, where these tests are, too; the daemon is in another."""

import json
import re
import subprocess
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Callable, Iterator

import pytest
from harness import exactly_once, gap_times, wait
from harness.broker import Broker
from harness.fed_daemon import FedDaemon, Feed
from harness.gap_times import Gap, Timeline
from harness.namespace import Namespace, may_make_networks
from harness.network import ELSEWHERE, FAR, KAFKA, REMOTE, NearDaemon, Network, address, with_prefix
from harness.process import PENSTOCK, ROOT, clean_environment, done
from harness.simulator import Simulator

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.own_broker,
    pytest.mark.skipif(not may_make_networks(), reason="only root that may make namespaces has networks of its own"),
]

SOURCE = "firehose"
RATE = 500  # port events: 140 kB a second
STALL, CONNECT, ANSWER = 2, 0.5, 2  # seconds, as configured below
DEAD_PEER = 60  # seconds: limits::dead_peer
STALL_LOOK = 5  # seconds: limits::stall_look, after which a stall_timeout that was lowered is seen
ROUNDED = 0.001  # seconds: times are written in milliseconds
READ_LATE = 1.5  # seconds from what the kernel receives to what penstock does
MARGIN = 1.5  # seconds that the better of two may come late: a loaded machine delays one, a defect both
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
            "text": configuration(),
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


def configuration(stall_timeout: str = "60s") -> str:
    return f"log: {{format: json}}\nsources: {{{SOURCE}: {{stall_timeout: {stall_timeout}}}}}\n"


@contextmanager
def stalling(fed: FedDaemon) -> Iterator[float]:
    """From the time that it gives on, STALL ends a session. Later it doesn't: a machine may stand still that long."""
    yield reloaded(fed, f"{STALL}s")
    reloaded(fed, "1m")


def reloaded(fed: FedDaemon, stall_timeout: str) -> float:
    """When it was."""
    since = time.time() - ROUNDED
    fed.daemon.reload(configuration(stall_timeout))
    return found(fed, since, "setting changed", "stall_timeout", f'"after":"{stall_timeout}"')


def found(fed: FedDaemon, since: float, *words: str, seconds: float = 30) -> float:
    """When the log said so, first after that."""

    def first() -> float | None:
        return next((at for at in map(time_of, fed.daemon.logged(*words)) if at >= since), None)

    at = wait.until(f"the log says {words}", first, seconds)
    print(f"{at - since:.2f} s: {', '.join(words)}")
    return at


def time_of(line: str) -> float:
    """Of the log."""
    return datetime.fromisoformat(json.loads(line)["time"]).timestamp()


def silence(gaps: list[Gap], closed: float) -> float:
    """For how long nothing had come when the session was closed."""
    (gap,) = (gap for gap in gaps if gap.started_at <= closed <= gap.ended_at)
    return closed - gap.started_at


def check_gaps(fed: FedDaemon, *causes: str) -> list[Gap]:
    """The end, after sessions were lost: each line is there once, or in the gap that is on record for it."""
    fed.publishes()
    wait_told(fed)
    metrics = fed.drain()
    assert fed.daemon.reasons() == set()
    assert fed.daemon.stop() == 0
    timelines = {SOURCE: Timeline(SOURCE)}
    exactly_once.check(fed.remote, fed.broker, fed.prefix, fed.sources, metrics, timelines)
    gaps = sorted(gap_times.recorded(fed.broker, fed.prefix)[SOURCE], key=lambda gap: gap.started_at)
    assert [gap.cause for gap in gaps] == [*causes], gaps
    assert timelines[SOURCE].findings(gaps) == []
    return gaps


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
    fed = feed(api_connect_timeout=None, kafka_properties=None).publishes()
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
    closed, took = [], []
    for way in network.remote.ways:
        way.blocked = True
        with stalling(fed) as since:
            closed.append(found(fed, since, "session closed", "stalled", f"no byte for {STALL}s"))
            took.append(closed[-1] - since)
        found(fed, closed[-1], "no session", "unreachable", f"within {CONNECT * 1000:g}ms")
        way.blocked = False
        fed.publishes()
        wait_told(fed)
    assert min(took) < STALL_LOOK + MARGIN
    gaps = check_gaps(fed, "stalled", "stalled")
    assert all(silence(gaps, at) >= STALL - ROUNDED for at in closed)


@pytest.mark.long
def test_tcp_finds_a_partition_from_a_silent_remote(network: Network, feed: Feed) -> None:
    """A source that may be silent for an hour; what the remote sends comes again and again, as no answer gets there."""
    fed = feed(text=configuration("1h")).publishes()
    network.remote.there.blocked, since = True, time.time()
    closed = found(fed, since, "session closed", "aborted", seconds=2 * DEAD_PEER)
    network.remote.there.blocked = False
    assert silence(check_gaps(fed, "aborted"), closed) >= DEAD_PEER - READ_LATE


def test_a_partition_from_kafka(network: Network, feed: Feed) -> None:
    """In one direction at a time: requests don't arrive, or are done and not answered."""
    fed = feed().publishes()
    timed_out = ("Timed out ", "Request in flight (after ")
    for way in network.kafka.ways:
        way.blocked, since = True, time.time()
        found(fed, since, "librdkafka", *timed_out)
        fed.piles_up(RATE)
        way.blocked = False
        fed.publishes()
    waited = [int(re.search(r"\(after (\d+)ms", line)[1]) for line in fed.daemon.logged(*timed_out)]
    print(f"requests timed out after {waited} ms")
    assert ANSWER <= min(waited) / 1000 < ANSWER + MARGIN
    assert fed.total("sessions_total") == 1, "the remote has nothing to do with it"
    fed.check()


def test_the_remote_moves_to_another_address(network: Network, feed: Feed) -> None:
    fed = feed().publishes()
    old, new = (with_prefix(REMOTE, end) for end in (FAR, ELSEWHERE))
    done("ip", "address", "del", old, "dev", REMOTE)
    done("ip", "address", "add", new, "dev", REMOTE)
    with stalling(fed) as since:
        found(fed, since, "session closed", "stalled", f"no byte for {STALL}s")
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
    fed = feed(host).publishes()
    assert fed.daemon.logged("session opened", f"[{address(REMOTE, FAR, 6)}]")
    fed.check()


@pytest.mark.parametrize("versions", [(4, 6)])
def test_an_address_takes_connections_and_no_more(network: Network, feed: Feed) -> None:
    """The way to it loses what is long, and a handshake is. The name has another address."""
    network.remote.back.largest[6] = 600
    fed = feed().publishes()
    assert fed.daemon.logged("no session", "unreachable", f"handshake with [{address(REMOTE, FAR, 6)}]")
    assert fed.daemon.logged("session opened", f"{address(REMOTE, FAR)}:")
    fed.check()


def test_names_are_dead_at_the_start(network: Network, feed: Feed) -> None:
    network.names.silent = True
    fed = feed()
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


@pytest.mark.long
def test_a_command_gives_up_while_names_are_dead(network: Network) -> None:
    """The C library doesn't, for minutes."""
    network.names.silent = True
    look = (PENSTOCK, "top", "--once", "--url", f"http://{REMOTE}")
    with network.near.entered():
        looked = subprocess.run(
            [*network.names.command, *look],
            env={**clean_environment(), "RES_OPTIONS": "timeout:30 attempts:5"},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert looked.stderr == f"penstock: no daemon answers on http://{REMOTE}:80: Connection timed out\n"
    assert looked.returncode == 1


def test_a_daemon_ends_while_names_are_dead(network: Network, feed: Feed) -> None:
    """A lookup takes 10 s then, and can't be interrupted. It isn't waited for."""
    fed = feed().publishes()
    network.names.silent, since = True, time.time()
    fed.remote.fault("reset", SOURCE)
    found(fed, since, "no session", "unreachable", f"resolving {REMOTE}")
    assert fed.daemon.stop(seconds=9) == 0
