"""A Kafka that makes each topic that it is asked for, as it does by default: penstock's topics are made by penstock,
with their settings, or not at all."""

from pathlib import Path
from typing import Callable, Iterator

import pytest
from confluent_kafka.admin import ConfigResource, ResourceType
from harness import wait
from harness.broker import Broker
from harness.daemon import Daemon
from harness.process import run
from harness.simulator import Simulator

pytestmark = [pytest.mark.kafka, pytest.mark.own_broker]


@pytest.fixture
def lavish(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path / "kafka", properties={"auto.create.topics.enable": "true"})
    yield broker
    broker.stop()


def partitions(broker: Broker, prefix: str) -> dict[str, int]:
    """Of each topic."""
    found = broker.admin.list_topics(timeout=30).topics
    return {name: len(topic.partitions) for name, topic in found.items() if prefix in name}


def setting(broker: Broker, topic: str, name: str) -> str:
    resource = ConfigResource(ResourceType.TOPIC, topic)
    return broker.admin.describe_configs([resource])[resource].result(30)[name].value


def test_it_makes_none_of_penstocks(
    lavish: Broker,
    prefix: str,
    simulator: Callable[..., Simulator],
    connect: Callable[..., Daemon],
) -> None:
    remote = simulator(rate=500)
    to_kafka = {"kafka_brokers": lavish.brokers, "kafka_topic_prefix": prefix}
    # Else librdkafka waits half a minute for a topic that isn't there.
    at_once = {"kafka_properties": "topic.metadata.propagation.max.ms=0"}

    def query(**settings: str) -> int:
        asked = ("query", "historical", "198.51.100.0/24", "--into-kafka")
        return run(*asked, env=remote.environment(**to_kafka, **settings)).returncode

    assert query(kafka_create_topics="false", **at_once) == 1
    assert partitions(lavish, prefix) == {}
    assert query() == 0
    assert partitions(lavish, prefix) == {f"{prefix}.query": 4}

    daemon = connect(remote, brokers=lavish.brokers, kafka_topic_prefix=prefix).wait_ready()

    def publishes() -> None:
        before = daemon.metrics().get("published_events_total")
        wait.until("it publishes", lambda: daemon.metrics().get("published_events_total") > before, 60)

    publishes()
    state, events = f"penstock.{prefix}.state", f"{prefix}.firehose"
    one_partition = {f"{prefix}.{name}": 1 for name in ("dead-letters", "status", "jobs", "gaps")}
    made = {state: 16, events: 4, f"{prefix}.query": 4, **one_partition}
    assert partitions(lavish, prefix) == made
    compacted = {name for name in made if setting(lavish, name, "cleanup.policy") == "compact"}
    assert compacted == {state, f"{prefix}.jobs", f"{prefix}.gaps"}

    lavish.admin.delete_topics([events])[events].result(30)
    wait.until("it is made again", lambda: len(daemon.logged("topic created", events)) == 2, 60)
    publishes()
    assert partitions(lavish, prefix) == made
    assert int(setting(lavish, events, "max.message.bytes")) > 16 * 1024 * 1024
    assert daemon.stop() == 0
