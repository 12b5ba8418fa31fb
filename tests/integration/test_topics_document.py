"""docs/topics.asyncapi.yaml: it is sound, and what the daemon writes is as it says."""

import json
import re
from typing import Callable

import pytest
from confluent_kafka import Message
from harness import jobs, topics, topics_document, wait
from harness.broker import Broker
from harness.daemon import Daemon
from harness.process import ROOT
from harness.schemas import objects
from harness.simulator import Simulator
from harness.topics_document import document, faults, headers_of, message

MESSAGES = document()["components"]["messages"]
RECORDS = {"jobs": "job", "gaps": "gap", "status": "status"}  # topic → its message

# The fixed fields of AsyncAPI 3.0.0 that there are in the document, by the kind of object. The
# specification's own schema comes in no Python package.
FIELDS = {
    "AsyncAPI": "asyncapi info defaultContentType servers channels operations components",
    "Channel": "address title description parameters messages bindings externalDocs",
    "Operation": "action channel summary",
    "Message": "title summary contentType payload headers bindings examples",
    "Parameter": "default description examples",
}
KINDS = {
    "AsyncAPI": [document()],
    "Channel": document()["channels"].values(),
    "Operation": document()["operations"].values(),
    "Message": MESSAGES.values(),
    "Parameter": document()["components"]["parameters"].values(),
}


@pytest.mark.parametrize("kind", FIELDS)
def test_an_object_has_fields_of_the_specification_alone(kind):
    assert document()["asyncapi"] == "3.0.0"
    for made in KINDS[kind]:
        assert set(made) <= set(FIELDS[kind].split())


def test_every_reference_leads_somewhere():
    references = {node["$ref"] for node in objects(document()) if "$ref" in node}
    assert references
    for reference in references:
        if reference.startswith("#/"):
            assert topics_document.at(reference), reference
        else:
            assert (topics_document.FILE.parent / reference).exists(), reference


def test_every_channel_is_written_and_every_message_belongs_to_one():
    channels = document()["channels"]
    written = [made["channel"]["$ref"] for made in document()["operations"].values()]
    assert sorted(written) == sorted(f"#/channels/{name}" for name in channels)
    carried = [m["$ref"] for channel in channels.values() for m in channel["messages"].values()]
    assert sorted(carried) == sorted(f"#/components/messages/{name}" for name in MESSAGES)


def test_an_address_names_its_parameters():
    for channel in document()["channels"].values():
        assert re.findall(r"{(\w+)}", channel["address"]) == list(channel["parameters"])


def test_schemas_are_valid():
    from jsonschema import Draft7Validator

    schemas = list(document()["components"]["schemas"].values())
    for made in MESSAGES.values():
        schemas += [made[part] for part in ("payload", "headers") if part in made]
    for schema in schemas:
        Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("name", [name for name in MESSAGES if "examples" in MESSAGES[name]])
def test_an_example_is_as_documented_and_one_that_lacks_something_is_not(name):
    for example in message(name)["examples"]:
        for part, value in example.items():
            assert not faults(name, part, value)
            for member in message(name)[part].get("required", ()):
                assert faults(name, part, {key: value[key] for key in value if key != member})


@pytest.mark.parametrize(
    ("enumeration", "schema"),
    [
        ("SourceEvent", document()["components"]["schemas"]["status"]["properties"]["event"]),
        ("DisconnectCause", document()["components"]["schemas"]["gap"]["properties"]["cause"]),
        ("DeadLetterReason", MESSAGES["deadLetter"]["headers"]["properties"]["penstock.reason"]),
    ],
)
def test_the_words_are_those_of_the_program(enumeration, schema):
    source = (ROOT / "src" / "core" / "words.cpp").read_text()
    found = re.search(rf"to_string\({enumeration} .*?\n}}", source, re.DOTALL)
    words = set(re.findall(r'return "(\w+)"', found[0])) - {"unknown"}
    documented = schema.get("enum") or re.findall(r"(\w+)[,.]", schema["description"])
    assert words and words == set(documented) - {"come"}


def written(kafka: Broker, topic: str) -> list[Message]:
    found = list(topics.read(kafka.brokers, topic))
    assert found, topic
    return found


def check_events(name: str, records: list[Message]) -> None:
    for record in records:
        assert not faults(name, "payload", json.loads(record.value()))
        assert not faults(name, "headers", headers_of(record)), headers_of(record)
        assert record.key() is None or not faults(name, "key", record.key().decode())


@pytest.mark.kafka
def test_what_the_daemon_writes_is_as_documented(
    kafka: Broker, prefix: str, simulator: Callable[..., Simulator], connect: Callable[..., Daemon]
) -> None:
    remote = simulator(rate=100, jobs_every="1h", jobs_lasting="4s", jobs_events=100)
    daemon = connect(
        remote,
        sources="firehose,stream",
        brokers=kafka.brokers,
        kafka_topic_prefix=prefix,
        kafka_headers="basic",
        replay_settle_after="1s",
        replay_task_poll_interval="1s",
    ).wait_ready()
    wait.until("both are connected", lambda: daemon.metrics().get("source_connected") == 2)
    job = jobs.begin_in_a_gap(remote, daemon)
    for kind in ("malformed", "invalid_utf8"):
        remote.fault(kind, "firehose")
    wait.until(
        "there are dead letters",
        lambda: daemon.metrics().get("dead_letters_total", source="firehose") > 1,
    )
    jobs.wait_settled(kafka.brokers, prefix, {job}, 60)
    assert daemon.stop() == 0

    for topic, name in RECORDS.items():
        members = document()["components"]["schemas"][name]["properties"]
        for record in written(kafka, f"{prefix}.{topic}"):
            value = json.loads(record.value())
            assert not faults(name, "payload", value), value
            assert not faults(name, "key", record.key().decode())
            assert list(value) == list(members), "a member that isn't documented"
    for record in written(kafka, f"{prefix}.dead-letters"):
        assert record.key() is None
        assert not faults("deadLetter", "headers", headers_of(record))
    stream = written(kafka, f"{prefix}.stream")
    assert any("penstock.replayed" in headers_of(record) for record in stream)
    check_events("eventWithBasicHeaders", stream + written(kafka, f"{prefix}.firehose"))


@pytest.mark.kafka
def test_cloudevents_are_as_documented(
    kafka: Broker, prefix: str, simulator: Callable[..., Simulator], connect: Callable[..., Daemon]
) -> None:
    daemon = connect(
        simulator(rate=1000),
        sources="torrent",
        brokers=kafka.brokers,
        kafka_topic_prefix=prefix,
        kafka_headers="cloudevents",
    ).wait_ready()
    wait.until("it publishes", lambda: daemon.metrics().get("published_events_total") > 200)
    assert daemon.stop() == 0
    check_events("cloudEvent", written(kafka, f"{prefix}.torrent"))
