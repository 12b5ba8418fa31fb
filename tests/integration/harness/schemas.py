"""The schemas of docs/events, loaded as a program that consumes the topics loads them."""

import json
from functools import cache

from harness.process import ROOT
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

FOLDER = ROOT / "docs" / "events"
SUFFIX = ".schema.json"


@cache
def documents() -> dict[str, dict]:
    """By the name of their file, without its end."""
    return {
        path.name.removesuffix(SUFFIX): json.loads(path.read_text())
        for path in sorted(FOLDER.glob(f"*{SUFFIX}"))
    }


@cache
def registry() -> Registry:
    resources = [(name + SUFFIX, Resource.from_contents(text)) for name, text in documents().items()]
    return Registry().with_resources(resources)


@cache
def validator(name: str = "event") -> Draft202012Validator:
    return Draft202012Validator(documents()[name], registry=registry())


def faults(event: object, name: str = "event") -> list[str]:
    """What is wrong with an event; none: it is as documented."""
    found = validator(name).iter_errors(event)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]
