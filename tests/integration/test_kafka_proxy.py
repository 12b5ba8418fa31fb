"""The proxy does what it says, shown on a producer that has no guard."""

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic
from harness import topics
from harness.broker import Broker
from harness.kafka_proxy import Api, Error, Fate, KafkaProxy, Rule

pytestmark = [pytest.mark.kafka, pytest.mark.own_broker]
SECONDS = 30


def producer(proxy: KafkaProxy, name: str) -> Producer:
    made = Producer({"bootstrap.servers": proxy.brokers, "transactional.id": name})
    made.init_transactions(SECONDS)
    return made


def create(broker: Broker, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": broker.brokers})
    admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(SECONDS)


def values(broker: Broker, topic: str) -> list[bytes]:
    return [message.value() for message in topics.read(broker.brokers, topic)]


def test_a_delayed_commit_ends_the_next_transaction_of_a_producer_without_a_guard(
    behind_proxy: Broker, proxy: KafkaProxy, prefix: str
) -> None:
    """What the guard is there for. If this fails, Kafka has learned to defend itself, and the late
    requests in test_guard.py prove nothing."""
    create(behind_proxy, prefix)
    writer = producer(proxy, prefix)
    late = proxy.add(Rule(Api.END_TXN, Fate.HOLD, text=prefix, cut=True))
    writer.begin_transaction()
    writer.produce(prefix, b"first")
    writer.commit_transaction(SECONDS)
    assert late.caught == 1

    writer.begin_transaction()
    writer.produce(prefix, b"half")
    assert writer.flush(SECONDS) == 0
    late.release()
    assert late.wait_answered() == Error.NONE
    assert values(behind_proxy, prefix) == [b"first", b"half"]


def test_a_lost_answer_is_asked_for_again(
    behind_proxy: Broker, proxy: KafkaProxy, prefix: str
) -> None:
    create(behind_proxy, prefix)
    writer = producer(proxy, prefix)
    lost = proxy.add(Rule(Api.END_TXN, Fate.LOSE_ANSWER, text=prefix, cut=True))
    again = proxy.add(Rule(Api.END_TXN, Fate.COUNT, text=prefix))
    writer.begin_transaction()
    writer.produce(prefix, b"once")
    writer.commit_transaction(SECONDS)
    assert lost.wait_answered() == Error.NONE
    assert again.caught == 1
    assert values(behind_proxy, prefix) == [b"once"]
