"""Outages of Kafka as a running daemon sees them. It recovers alone, and an independent client then
finds each event once."""

import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Callable, Iterator

import pytest
from confluent_kafka.admin import (
    AclOperation,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)
from harness import topics, wait
from harness.api_server import TOKEN, ApiServer, Request
from harness.broker import Broker
from harness.daemon import Daemon
from harness.fed_daemon import FedDaemon, Feed
from harness.gap_times import CLOCK, sent_at
from harness.guarded_broker import GuardedBroker, documented_rights
from harness.hostile import HEAD, chunk
from harness.process import run
from harness.simulator import Simulator

pytestmark = [pytest.mark.kafka, pytest.mark.own_broker]

SOURCES = ("firehose", "torrent")
RATE = 500
LONGER_THAN_A_TRANSACTION = 70  # seconds; transaction.timeout.ms and message.timeout.ms are 60 s


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedBroker]:
    made = GuardedBroker(tmp_path_factory.mktemp("kafka"))
    yield made
    made.stop()


@pytest.fixture
def feed(
    broker: GuardedBroker,
    prefix: str,
    simulator: Callable[..., Simulator],
    connect: Callable[..., Daemon],
) -> Feed:
    """feed(rate=…, sources=…, setting=value, …): a daemon that has just begun, and what feeds it."""

    def make(
        rate: float = RATE, sources: tuple[str, ...] = SOURCES, **settings: str
    ) -> FedDaemon:
        remote = simulator(rate=rate)
        known = {
            "folder": "fed",
            "sources": ",".join(sources),
            "brokers": broker.brokers,
            "kafka_topic_prefix": prefix,
            "journal_max_size": "512MiB",
        }
        return FedDaemon(
            remote, lambda: connect(remote, **{**known, **settings}), broker, prefix, sources
        )

    return make


@pytest.mark.long
def test_kafka_is_away_at_the_start(broker: Broker, feed: Feed) -> None:
    with broker.away():
        fed = feed()
        wait.until("events come", lambda: fed.total("received_bytes_total") > 0)
        assert "kafka_away" not in fed.daemon.reasons(), "it was away for seconds only"
        fed.says("kafka_away")
        assert fed.total("published_events_total") == 0
        assert fed.daemon.get("/livez")[0] == 200
        assert fed.daemon.logged("Kafka call failed")
    figures = fed.check()
    assert figures.sent > 60 * RATE, "what came in the first minute is there as well"


@pytest.mark.long
def test_no_event_times_out(broker: Broker, feed: Feed) -> None:
    """librdkafka gives a record up after message.timeout.ms; the daemon doesn't."""
    fed = feed().publishes()
    with broker.suspended():
        end = time.monotonic() + LONGER_THAN_A_TRANSACTION
        fed.says("kafka_away")
        wait.until_time(end)
        assert fed.daemon.get("/livez")[0] == 200
    figures = fed.check()
    assert figures.sent > LONGER_THAN_A_TRANSACTION * RATE
    timed_out = fed.daemon.logged("Kafka call failed", "Message timed out")
    assert timed_out, "librdkafka gave no record up: the outage was too short"


def test_a_quiet_source_sees_kafka_go_and_come(broker: Broker, feed: Feed) -> None:
    """Nothing is to be sent that would fail: it looks."""
    fed = feed(kafka_properties="reconnect.backoff.max.ms=500").publishes()
    fed.remote.quiet()
    fed.daemon.wait_drained(SOURCES)

    def brokers_up() -> float:
        return fed.total("kafka_brokers_up")

    wait.until("the broker is seen", lambda: brokers_up() == len(SOURCES), 60)
    with broker.away():
        wait.until("it is seen that it is away", lambda: brokers_up() == 0, 60)
    wait.until("it is seen that it is back", lambda: brokers_up() == len(SOURCES), 60)


def test_a_broker_that_stutters(broker: Broker, feed: Feed) -> None:
    fed = feed().publishes()
    for _ in range(8):
        with broker.suspended():
            fed.piles_up(RATE)
        wait.until_time(time.monotonic() + 0.3)
    fed.check()


@contextmanager
def throttled(broker: Broker, bytes_per_second: int) -> Iterator[None]:
    """By a quota of the daemon's client id: answers are held back, for seconds at last."""
    quota = ("--alter", "--entity-type", "clients", "--entity-name", "penstock")
    limit = f"producer_byte_rate={bytes_per_second}"
    broker.tool("kafka.admin.ConfigCommand", *quota, "--add-config", limit)
    try:
        yield
    finally:
        broker.tool("kafka.admin.ConfigCommand", *quota, "--delete-config", "producer_byte_rate")


@pytest.mark.long
def test_a_broker_that_throttles(broker: Broker, feed: Feed) -> None:
    fed = feed().publishes()
    with throttled(broker, 100_000):
        fed.piles_up(8 * RATE)
    fed.check()


@pytest.fixture
def replicated(broker: Broker, prefix: str, tmp_path: Path) -> list[str]:
    """The event topics, with a second replica each, on a broker that is gone."""
    names = [f"{prefix}.{source}" for source in SOURCES]
    with broker.joined(tmp_path / "second"):
        room = {"max.message.bytes": str(32 * 1024 * 1024)}  # as penstock's own: events of 16 MiB
        made = [NewTopic(name, 2, replica_assignment=[[1, 2], [1, 2]], config=room) for name in names]
        for answer in broker.admin.create_topics(made).values():
            answer.result(30)
    return names


@contextmanager
def in_sync(broker: Broker, names: list[str], replicas: int) -> Iterator[None]:
    """So many replicas are asked for."""

    def alter(operation: AlterConfigOpType, value: str) -> None:
        entry = ConfigEntry("min.insync.replicas", value, incremental_operation=operation)
        wanted = [
            ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=[entry])
            for name in names
        ]
        for answer in broker.admin.incremental_alter_configs(wanted).values():
            answer.result(30)

    alter(AlterConfigOpType.SET, str(replicas))
    try:
        yield
    finally:
        alter(AlterConfigOpType.DELETE, "")


def stands_still(fed: FedDaemon) -> float:
    """Waits until nothing is published while events come; what was under way still is. How many were."""

    def published() -> float | None:
        before = fed.total("published_events_total")
        fed.piles_up(2 * RATE)
        return before if fed.total("published_events_total") == before else None

    return wait.until("nothing is published", published, 60)


@pytest.mark.long
def test_a_broker_that_is_read_only(broker: Broker, feed: Feed, replicated: list[str]) -> None:
    """NOT_ENOUGH_REPLICAS."""
    fed = feed().publishes()
    with in_sync(broker, replicated, 2):
        published = stands_still(fed)
        fed.says("kafka_away")
        assert fed.total("published_events_total") == published
        assert fed.daemon.get("/livez")[0] == 200
        wait.until("the log says so", lambda: fed.daemon.logged("Kafka call failed"))
    fed.check()


# Taken from a daemon that has what docs/operations.md asks for, and given back.
TAKEN = {
    "topics": (ResourceType.TOPIC, AclOperation.WRITE),
    "transactions": (ResourceType.TRANSACTIONAL_ID, AclOperation.WRITE),
    "all": None,
}


@pytest.mark.parametrize("what", TAKEN)
def test_rights_are_taken_away(broker: GuardedBroker, feed: Feed, prefix: str, what: str) -> None:
    rights = documented_rights(prefix)
    broker.allow(rights)
    fed = feed(**broker.settings()).publishes()
    taken = [right for right in rights if TAKEN[what] in (None, (right.restype, right.operation))]
    broker.withdraw(taken)
    stands_still(fed)
    assert fed.daemon.logged("Kafka call failed", "authorization failed")
    broker.allow(taken)
    fed.check()


def test_validate_needs_no_other_rights(
    broker: GuardedBroker, feed: Feed, prefix: str
) -> None:
    rights = documented_rights(prefix)
    broker.allow(rights)
    fed = feed(**broker.settings()).publishes()
    daemon = fed.daemon

    def validate() -> str:
        done = run("validate", env=daemon.env)
        assert done.returncode == 0, done.stdout
        return done.stdout

    assert "warning" not in validate()
    broker.withdraw([one for one in rights if one.operation == AclOperation.DESCRIBE_CONFIGS])
    wait.until("it says what it can't see", lambda: "whether it is compacted isn't visible" in validate())
    fed.check()


@contextmanager
def a_transaction_fails(daemon: Daemon, broker: GuardedBroker, prefix: str) -> Iterator[None]:
    """With what comes within. The daemon makes a new producer, and looks for what Kafka has."""
    rights = documented_rights(prefix)
    taken = [right for right in rights if right.restype == ResourceType.TRANSACTIONAL_ID]
    broker.withdraw(taken)
    yield
    wait.until("it fails", lambda: daemon.logged("producer is made anew"))
    broker.allow(taken)


def test_the_first_transaction_of_a_restarted_daemon_fails(
    broker: GuardedBroker, feed: Feed, prefix: str
) -> None:
    """The position that Kafka has is then one that an earlier process wrote."""
    broker.allow(documented_rights(prefix))
    fed = feed(**broker.settings()).publishes()
    fed.drain()
    assert fed.daemon.stop() == 0
    fed.daemon = fed.start().wait_ready()
    with a_transaction_fails(fed.daemon, broker, prefix):
        fed.resume()
    fed.publishes()
    fed.check_all_runs()


def test_what_an_earlier_process_committed_is_not_taken_for_what_failed(
    broker: GuardedBroker,
    prefix: str,
    api: Callable[..., ApiServer],
    daemon: Callable[..., Daemon],
) -> None:
    """Both processes have put as much into their transactions."""
    broker.allow(documented_rights(prefix))
    lines = [b'{"n":%d}' % number for number in range(3)]
    sessions = [SimpleQueue(), SimpleQueue()]
    opened = iter(sessions)

    def stream(_: Request) -> Iterator[bytes]:
        given = next(opened)
        yield HEAD
        while line := given.get():
            yield chunk(line + b"\n")

    remote = api(stream)
    to_remote = {"url": remote.url, "api_ca_file": str(remote.ca_file), "api_token": TOKEN}
    settings = {"sources": "firehose", "sources_firehose_stall_timeout": "1h", "kafka_topic_prefix": prefix}

    def start() -> Daemon:
        return daemon(folder="one", **to_remote, **settings, **broker.settings()).wait_ready()

    def claims() -> int:
        return sum(topics.ends(broker.brokers, f"penstock.{prefix}.state", "read_committed").values())

    first = start()
    for line in lines[:2]:
        sessions[0].put(line)
    wait.until("two events come", lambda: first.metrics().get("received_events_total") == 2)
    first.wait_drained(("firehose",))
    first.kill()
    before = claims()
    second = start()
    wait.until("it has claimed the source", lambda: claims() > before)
    with a_transaction_fails(second, broker, prefix):
        sessions[1].put(lines[2])
    second.wait_drained(("firehose",))
    assert second.metrics().get("received_events_total") == 1
    assert second.stop() == 0
    for session in sessions:
        session.put(b"")
    found = [message.value() for message in topics.read(broker.brokers, f"{prefix}.firehose")]
    assert sorted(found) == lines


def test_the_status_topic_is_made_again_when_it_is_deleted(
    broker: Broker, feed: Feed, prefix: str
) -> None:
    topic = f"{prefix}.status"
    fed = feed().publishes()
    made = len(fed.daemon.logged("topic created", topic))
    broker.admin.delete_topics([topic])[topic].result(30)

    def made_again() -> bool:
        fed.remote.fault("reset", "firehose")  # something to tell: the first may still have gone out
        return len(fed.daemon.logged("topic created", topic)) > made

    wait.until("it is made again", made_again, 60)

    def told() -> bool:
        fed.remote.fault("reset", "firehose")
        found = topics.read(broker.brokers, topic)
        return any(b'"disconnected"' in message.value() for message in found)

    wait.until("what happens is told", told, 60)


def test_a_topic_that_is_deleted_is_made_again(broker: Broker, feed: Feed, prefix: str) -> None:
    """What was in it is gone. What comes from then on is there, once."""
    topic = f"{prefix}.firehose"
    fed = feed().publishes()
    broker.admin.delete_topics([topic])[topic].result(30)
    wait.until("it is made again", lambda: len(fed.daemon.logged("topic created", topic)) == 2, 60)
    gone = time.time()
    fed.publishes()

    def lines() -> int:
        return fed.remote.stats()["sources"]["firehose"]["lines"]

    enough = lines() + 3 * RATE
    wait.until("more is sent", lambda: lines() > enough)
    fed.drain()
    assert fed.daemon.stop() == 0

    sent = [record.line for record in fed.remote.sent("firehose")]
    found = Counter(message.value() for message in topics.read(broker.brokers, topic))
    expected = Counter(line for line in sent if sent_at(line) > gone + CLOCK)
    assert len(expected) > RATE
    assert not expected - found, "lines are missing that were sent after the topic was deleted"
    assert not found - Counter(sent), "lines are there too often"


def test_it_ends_where_the_state_topic_is_made_again_by_another(
    broker: Broker, feed: Feed, prefix: str
) -> None:
    topic = f"penstock.{prefix}.state"
    fed = feed().publishes()
    producers = len(fed.daemon.logged("producer is made anew"))
    broker.admin.delete_topics([topic])[topic].result(30)
    wait.until(
        "it misses the topic",
        lambda: len(fed.daemon.logged("producer is made anew")) > producers,
        60,
    )
    new = NewTopic(topic, num_partitions=16, config={"cleanup.policy": "compact"})
    broker.admin.create_topics([new])[topic].result(30)
    assert fed.daemon.ended() == 1
    assert fed.daemon.logged("the state topic isn't the one that was read")
