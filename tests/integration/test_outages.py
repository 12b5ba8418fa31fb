"""Outages of Kafka as a running daemon sees them. It recovers alone, and an independent client then
finds each event once."""

import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
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
from harness.broker import Broker
from harness.daemon import Daemon
from harness.fed_daemon import FedDaemon, Feed
from harness.gap_times import CLOCK, sent_at
from harness.guarded_broker import GuardedBroker, documented_rights
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
    fed = feed().publishes()
    fed.remote.quiet()
    fed.daemon.wait_drained(SOURCES)

    def brokers_up() -> float:
        return fed.total("kafka_brokers_up")

    wait.until("the broker is seen", lambda: brokers_up() == len(SOURCES), 20)
    with broker.away():
        wait.until("it is seen that it is away", lambda: brokers_up() == 0, 20)
    wait.until("it is seen that it is back", lambda: brokers_up() == len(SOURCES), 20)


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


@pytest.mark.long
def test_a_broker_that_is_read_only(broker: Broker, feed: Feed, replicated: list[str]) -> None:
    """NOT_ENOUGH_REPLICAS."""
    fed = feed().publishes()
    with in_sync(broker, replicated, 2):
        fed.piles_up(2 * RATE)
        published = fed.total("published_events_total")
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
    fed.piles_up(4 * RATE)
    published = fed.total("published_events_total")
    fed.piles_up(2 * RATE)
    assert fed.total("published_events_total") == published
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


def let_a_transaction_fail(fed: FedDaemon, broker: GuardedBroker) -> None:
    """So that the daemon makes a new producer, and looks for what Kafka has."""
    rights = documented_rights(fed.prefix)
    taken = [right for right in rights if right.restype == ResourceType.TRANSACTIONAL_ID]
    broker.withdraw(taken)
    wait.until("it fails", lambda: fed.daemon.logged("producer is made anew"))
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
    fed.resume()
    let_a_transaction_fail(fed, broker)
    fed.publishes()
    fed.check_all_runs()


def test_what_an_earlier_process_committed_is_not_taken_for_what_failed(
    broker: GuardedBroker, feed: Feed, prefix: str
) -> None:
    """Both processes have put as much into their transactions."""
    broker.allow(documented_rights(prefix))
    slow = {"rate": 1, "sources": ("firehose",), "kafka_commit_interval": "5s"}
    fed = feed(**slow, **broker.settings())
    wait.until("two events come", lambda: fed.total("received_events_total") == 2)
    fed.drain()
    fed.daemon.kill()
    fed.daemon = fed.start().wait_ready()
    fed.resume()
    wait.until("one event comes", lambda: fed.total("received_events_total") == 1)
    fed.remote.quiet(fed.sources)
    let_a_transaction_fail(fed, broker)
    fed.check_all_runs()


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
