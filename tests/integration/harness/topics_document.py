"""docs/topics.asyncapi.yaml, and whether records are as it says."""

from functools import cache
from typing import TYPE_CHECKING

import yaml
from confluent_kafka import Message
from harness import schemas
from harness.process import ROOT
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

FILE = ROOT / "docs" / "topics.asyncapi.yaml"
EVENTS = {"$ref": "events/event.schema.json"}  # of a later draft than AsyncAPI's own schemas


@cache
def document() -> dict:
    return yaml.safe_load(FILE.read_text())


def at(reference: str) -> dict:
    """What "#/a/b" leads to."""
    place: dict = document()
    for name in reference.removeprefix("#/").split("/"):
        place = place[name]
    return place


def message(name: str) -> dict:
    return document()["components"]["messages"][name]


@cache
def _validator(name: str, part: str) -> "Validator":
    from jsonschema import Draft7Validator

    if part == "payload" and message(name)["payload"].get("schema") == EVENTS:
        return schemas.validator()
    path = "bindings/kafka/key" if part == "key" else part
    registry = Registry().with_resource("topics", Resource(document(), DRAFT7))
    return Draft7Validator({"$ref": f"topics#/components/messages/{name}/{path}"}, registry=registry)


def faults(name: str, part: str, value: object) -> list[str]:
    """What is wrong with the `payload`, the `headers` or the `key` of a message; none: nothing."""
    return schemas.faults_by(_validator(name, part), value)


def headers_of(record: Message) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers() or ()}
