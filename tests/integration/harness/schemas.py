"""The schemas of docs/events, loaded as a program that consumes the topics loads them.

Here and in the tests jsonschema is imported where it is used: that takes two seconds of CPU in each worker, which
collects all tests."""

import json
from functools import cache
from typing import TYPE_CHECKING, Iterator

from harness.process import ROOT
from referencing import Registry, Resource

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

FOLDER = ROOT / "docs" / "events"
SUFFIX = ".schema.json"


@cache
def documents() -> dict[str, dict]:
    """By the name of their file, without its end."""
    return {
        path.name.removesuffix(SUFFIX): json.loads(path.read_text())
        for path in sorted(FOLDER.glob(f"*{SUFFIX}"))
    }


def resources() -> list[tuple[str, Resource]]:
    """By the names that the files have for each other."""
    return [(name + SUFFIX, Resource.from_contents(text)) for name, text in documents().items()]


@cache
def validator() -> "Validator":
    """Of any event."""
    from jsonschema import Draft202012Validator

    registry = Registry().with_resources(resources())
    return Draft202012Validator(documents()["event"], registry=registry)


def faults(event: object) -> list[str]:
    """What is wrong with an event; none: it is as documented."""
    return faults_by(validator(), event)


def faults_by(schema: "Validator", value: object) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in schema.iter_errors(value)]


def inside(value: object) -> list[tuple[object, object]]:
    """The members of an object by their names, the items of an array by their numbers."""
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def objects(value: object) -> Iterator[dict]:
    """Every object in it, itself included."""
    if isinstance(value, dict):
        yield value
    for _, inner in inside(value):
        yield from objects(inner)
