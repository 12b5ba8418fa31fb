"""docs/api/openapi.yaml as schemathesis takes it, and what a schema can't say of a request."""

import json
import re
from functools import cache
from typing import Iterator
from urllib.parse import unquote

import hypothesis.configuration
import schemathesis
import yaml
from harness import schemas
from harness.process import ROOT
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FILE = ROOT / "docs" / "api" / "openapi.yaml"
CONFIG = {
    "generation": {
        "mode": "all",
        # The same requests in every run, so that a failure is due to a change.
        "deterministic": True,
        "database": "none",
        "max-examples": 25,
        "allow-extra-parameters": False,  # those that aren't known are passed over
    },
    "checks": {
        # It wants 405, which the API's documents don't know: what isn't there is 404.
        "unsupported_method": {"enabled": False},
        "allow_header_conformance": {"enabled": False},
    },
    "operations": [
        {
            "include-operation-id": "revokeTask",
            # A job that is over is a 400, too, and no schema can tell.
            "checks": {"positive_data_acceptance": {"enabled": False}},
        }
    ],
}

# Or it made a folder beside the tests.
hypothesis.configuration.set_hypothesis_home_dir(ROOT / "build" / "hypothesis")


@schemathesis.deserializer("application/x-ndjson")
def lines(_: schemathesis.DeserializationContext, response: schemathesis.Response) -> list:
    return [json.loads(line) for line in response.content.split(b"\n") if line.strip()]


def load() -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_path(FILE, config=schemathesis.Config.from_dict(CONFIG))


def examples() -> Iterator[tuple[str, object]]:
    """Of the document and the files that belong to it: where a schema stands, and a value for it."""
    for name, document in _documents().items():
        for path, node in _nodes(document):
            given = [node["example"]] if "example" in node else []
            if isinstance(node.get("examples"), dict):
                given += [example["value"] for example in node["examples"].values()]
            for value in given:
                yield f"{name}#{path}/schema", value
            if isinstance(node.get("examples"), list):
                for value in node["examples"]:
                    yield f"{name}#{path}", value


def faults(schema: str, value: object) -> list[str]:
    from jsonschema import Draft202012Validator

    resources = [
        (name, Resource(document, DRAFT202012)) for name, document in _documents().items()
    ] + [(f"events/{name}", resource) for name, resource in schemas.resources()]
    registry = Registry().with_resources(resources)
    return schemas.faults_by(Draft202012Validator({"$ref": schema}, registry=registry), value)


@cache
def _documents() -> dict[str, dict]:
    return {f"api/{path.name}": yaml.safe_load(path.read_text()) for path in FILE.parent.glob("*.yaml")}


def _nodes(value: object, path: str = "") -> Iterator[tuple[str, dict]]:
    """Every object in it, with its JSON pointer."""
    if isinstance(value, dict):
        yield path, value
    for name, inner in schemas.inside(value):
        yield from _nodes(inner, f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}")


def adjust(case: schemathesis.Case) -> None:
    """Makes a valid request keep what the descriptions say and no schema can."""
    if not case.meta or not case.meta.generation.mode.is_positive:
        return
    query, path = case.query or {}, case.path_parameters or {}
    if "similar" in query:  # alone; on the first page, as others hold nothing
        for name in set(query) - {"similar"}:
            del query[name]
    if {"from", "to"} <= set(query):
        query["from"], query["to"] = sorted((query["from"], query["to"]))
    if "bits" in path and ":" not in unquote(path["network"]):
        path["bits"] = min(int(path["bits"]), 32)
    for values, name in ((query, "ip"), (path, "target")):
        if name in values:
            values[name] = _target(values[name])
    if "port" in query:
        query["port"] = _ports(query["port"])
    for option in case.body["options"] if isinstance(case.body, dict) else ():
        option["targets"] = [_target(target) for target in option["targets"]]
        for entry in option["ports"]:
            entry["port"] = _ports(entry["port"])
            if "sample" in entry:
                entry["sample"] = min(int(entry["sample"]), 2**53)  # a schema's integers have no end


def _target(text: str) -> str:
    """A range, or a network, of what looks like one."""
    numbers = sorted((len(text) % 256, sum(map(ord, text)) % 256))
    plain = unquote(text)  # what is in a path is encoded by now
    if re.fullmatch("[0-9A-Fa-f.:]+-[0-9A-Fa-f.:]+", plain):
        return "-".join(f"203.0.113.{number}" for number in numbers)
    if re.fullmatch("[0-9A-Fa-f.:]+/[0-9]+", plain):
        return f"203.0.113.{numbers[0]}/{numbers[1] % 33}"
    return text


def _ports(value: object) -> object:
    """Each from 1 to 65535, the first of a range before the last. To a schema 80.0 is an integer; no
    client writes it."""
    if not isinstance(value, str):
        return int(value)
    ranges = [[int(port) % 65535 + 1 for port in part.split("-")] for part in value.split(",")]
    return ",".join("-".join(map(str, sorted(ports))) for ports in ranges)
