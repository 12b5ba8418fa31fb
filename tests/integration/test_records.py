"""What a record holds beside its value: key, headers, timestamp, and its topic's settings."""

import json
import time
from typing import Callable

import pytest
from confluent_kafka import TIMESTAMP_CREATE_TIME, Message
from confluent_kafka.admin import AdminClient, ConfigResource
from harness import topics, wait

pytestmark = pytest.mark.kafka


@pytest.fixture
def records(kafka, prefix, simulator, connect) -> Callable[..., list[Message]]:
    """records(source, setting=value, …): a short run's records."""

    def make(source: str, **settings: str) -> list[Message]:
        remote = simulator(rate=1000)
        local = connect(
            remote, sources=source, brokers=kafka.brokers, kafka_topic_prefix=prefix, **settings
        ).wait_ready()
        wait.until("it publishes", lambda: local.metrics().get("published_events_total") > 1000)
        assert local.stop() == 0
        found = list(topics.read(kafka.brokers, f"{prefix}.{source}"))
        assert len(found) > 1000
        return found

    return make


def member(event: dict, *path: str) -> object:
    for name in path:
        event = event.get(name) if isinstance(event, dict) else None
    return event


def ip_of(event: dict) -> object:
    for path in (("target", "ip"), ("peer", "ip"), ("origin", "ip")):
        found = member(event, *path)
        if isinstance(found, str):
            return found
    return None


def key_of(message: Message) -> str | None:
    return message.key().decode() if message.key() is not None else None


@pytest.mark.parametrize("source", ["firehose", "torrent", "sinkhole"])
def test_the_key_is_the_address_by_default(records, source):
    partitions: dict[str, int] = {}
    for message in records(source):
        expected = ip_of(json.loads(message.value()))
        assert key_of(message) == expected
        assert message.headers() is None
        if expected is not None:
            assert partitions.setdefault(expected, message.partition()) == message.partition()
    assert len(set(partitions.values())) == 4


@pytest.mark.parametrize(("key", "path"), [("job_id", ("origin", "job_id")), ("type", ("origin", "type"))])
def test_the_key_is_what_was_configured(records, key, path):
    for message in records("stream", kafka_key=key):
        assert key_of(message) == member(json.loads(message.value()), *path)


def test_key_none_is_no_key_and_fills_all_partitions(records):
    found = records("firehose", kafka_key="none")
    assert {key_of(message) for message in found} == {None}
    assert {message.partition() for message in found} == {0, 1, 2, 3}


def test_basic_headers_name_type_and_job(records):
    for message in records("stream", kafka_headers="basic"):
        event = json.loads(message.value())
        headers = {name: value.decode() for name, value in message.headers()}
        expected = {"penstock.type": event["origin"]["type"]}
        if "job_id" in event["origin"]:
            expected["penstock.job_id"] = event["origin"]["job_id"]
        assert headers == expected


def test_cloudevents_headers_are_those_of_the_kafka_binding(records):
    ids = set()
    for message in records("firehose", kafka_headers="cloudevents"):
        event = json.loads(message.value())
        headers = {name: value.decode() for name, value in message.headers()}
        assert headers["ce_specversion"] == "1.0"
        assert headers["ce_type"] == "io.binaryedge." + event["origin"]["type"]
        assert headers["ce_source"].startswith("https://127.0.0.1:")
        assert headers["ce_source"].endswith("/v1/firehose")
        assert headers["content-type"] == "application/json"
        assert headers.get("ce_subject") == member(event, "target", "ip")
        ids.add(headers["ce_id"])
    assert len(ids) > 1000


def test_the_timestamp_is_the_receipt_by_default(records):
    begun = time.time() * 1000
    for message in records("firehose"):
        kind, at = message.timestamp()
        assert kind == TIMESTAMP_CREATE_TIME
        assert begun - 1000 < at < time.time() * 1000 + 1000


def test_the_timestamp_is_the_events_own_on_request(records):
    for message in records("firehose", kafka_timestamp="event"):
        own = member(json.loads(message.value()), "origin", "ts")
        if isinstance(own, int):
            assert message.timestamp()[1] == own


def test_topics_are_created_as_configured(kafka, prefix, records):
    records("firehose", kafka_partitions="3", events_max_size="12MiB")
    admin = AdminClient({"bootstrap.servers": kafka.brokers})
    found = admin.list_topics(timeout=30).topics
    assert len(found[f"{prefix}.firehose"].partitions) == 3
    state = f"penstock.{prefix}.state"
    assert len(found[state].partitions) == 16

    def setting(topic: str, name: str) -> str:
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
        return admin.describe_configs([resource])[resource].result(30)[name].value

    assert int(setting(f"{prefix}.firehose", "max.message.bytes")) >= 12 * 1024 * 1024
    assert setting(state, "cleanup.policy") == "compact"
