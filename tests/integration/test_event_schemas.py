"""docs/events: the simulator's events are as documented, and an event that isn't is noticed."""

import copy
import json
import re
import subprocess
from typing import Iterator

import pytest
from harness import schemas
from harness.process import PENSTOCK_SIM
from harness.simulator import SOURCES

# In the firehose is every type, and the rarest is three in a thousand events of 2 kB.
SIZES = {"firehose": "6MB", "stream": "1MB", "torrent": "200kB", "sinkhole": "200kB"}

# Members of `result.data` that the API's documents name; "[]" is any item of an array.
MEMBERS = {
    "service-simple": ("state.state", "service.name", "service.product", "service.version")
    + ("service.extrainfo", "service.cpe[]", "service.banner", "service.method"),
    "service": ("state.state", "service.name", "scripts[].output", "headers"),
    "ssh": ("cyphers[].cypher", "cyphers[].key", "cyphers[].fingerprint", "cyphers[].length")
    + ("algorithms.kex[]", "algorithms.server_host_key[]", "algorithms.encryption[]")
    + ("algorithms.mac[]", "algorithms.compression[]", "banner", "hassh", "hassh_algorithms"),
    "http": ("request.url", "request.headers", "response.url", "response.headers", "response.body")
    + ("response.httpVersion", "response.statusCode", "response.statusMessage", "redirects[].url"),
    "https": ("request.url", "response.body", "response.statusCode", "redirects"),
    "web": ("apps[].name", "apps[].confidence", "apps[].version", "apps[].categories")
    + ("headers", "html", "screenshot"),
    "ssl": ("truststores", "ciphers.tlsv1_2", "vulnerabilities")
    + ("cert_info.certificate_chain[].as_dict", "cert_info.certificate_chain[].as_pem"),
    "telnet": ("telnet.banner", "telnet.will[].name", "telnet.do[].value", "telnet.wont", "telnet.dont"),
    "rdp": ("security", "link", "reason"),
    "vnc": ("title", "width", "height", "version", "link", "auth_enabled"),
    "x11": ("link", "connected", "xdpyinfo.code", "xdpyinfo.stderr", "xdpyinfo.stdout"),
    "redis": ("redis_version", "redis_mode", "os", "process_id", "mem_fragmentation_ratio"),
    "memcached": ("server", "stats", "stats.pid"),
    "mongodb": ("serverInfo", "listDatabases", "listDatabases.databases[].name", "stats"),
    "elasticsearch": ("cluster_name", "cluster_nodes[].indices[].index_name")
    + ("cluster_nodes[].indices[].docs", "cluster_nodes[].indices[].size_in_bytes")
    + ("cluster_nodes[].os", "cluster_nodes[].jvm", "cluster_nodes[].process"),
    "mqtt": ("connected", "auth", "messages[].topic", "messages[].msg", "connack", "num_events")
    + ("num_topics", "bytes_captured", "topics"),
}
SCANNED = ("origin", "origin.type", "origin.module", "origin.ts", "origin.country", "origin.ip")
SCANNED += ("origin.port", "target", "target.ip", "target.port", "result")
# For each schema, the members whose wrong type has to be noticed.
NOTICED = {
    "port": SCANNED + ("target.protocol", "result.response"),
    **{
        name: SCANNED + ("result.data",) + tuple(f"result.data.{member}" for member in members)
        for name, members in MEMBERS.items()
    },
    "job_status": ("origin.job_id", "origin.client_id", "origin.ts", "status")
    + tuple(f"status.{flag}" for flag in ("success", "started", "completed", "revoked")),
    "torrent": ("origin.module", "origin.ts", "node.ip", "node.port", "peer.ip", "peer.port")
    + ("torrent.infohash", "torrent.name", "torrent.source", "torrent.category"),
    "sinkhole": ("target.port", "target.ip", "target.protocol", "data.payload", "origin.client_id")
    + ("origin.ip", "origin.ts"),
}
UNDOCUMENTED = {"x-ics"}  # the simulator's own: a type that no document lists
SCHEMA_OF_TYPE = {"peer": "torrent", "node": "torrent"}


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[bytes]]:
    folder = tmp_path_factory.mktemp("events")

    def of(source: str) -> list[bytes]:
        file = folder / f"{source}.ndjson"
        command = [PENSTOCK_SIM, "--write", file, "--source", source, "--bytes", SIZES[source], "--seed", "1"]
        subprocess.run(command, check=True, capture_output=True)
        return file.read_bytes().removesuffix(b"\n").split(b"\n")  # a lone CR is white space

    return {source: of(source) for source in SOURCES}


@pytest.fixture(scope="module")
def by_schema(lines: dict[str, list[bytes]]) -> dict[str, list[dict]]:
    events: dict[str, list[dict]] = {}
    for line in (line for source in SOURCES for line in lines[source]):
        event = json.loads(line)
        kind = event["origin"]["type"]
        events.setdefault(SCHEMA_OF_TYPE.get(kind, kind), []).append(event)
    return events


def paths_of(event: object, path: tuple = ()) -> Iterator[tuple]:
    """Of all that is in it, itself left out; of an array the first item alone."""
    for name, inner in schemas.inside(event[:1] if isinstance(event, list) else event):
        yield path + (name,)
        yield from paths_of(inner, path + (name,))


def written(path: tuple) -> str:
    return "".join("[]" if isinstance(name, int) else f".{name}" for name in path).removeprefix(".")


def with_wrong_type(event: dict, path: tuple) -> dict:
    """A copy in which the member is an object, or a string where it was one."""
    changed = copy.deepcopy(event)
    place: object = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = "wrong" if isinstance(place[path[-1]], dict) else {"wrong": True}
    return changed


@pytest.mark.parametrize("source", SOURCES)
def test_the_simulators_events_are_as_documented(lines, source):
    for line in lines[source]:
        assert not schemas.faults(json.loads(line)), line[:300]


def test_what_parsers_trip_over_is_among_them(lines):
    """Duplicate members, numbers beyond a double, lone surrogates: README.md says how they are met."""
    text = b"\n".join(lines["firehose"] + lines["stream"])
    for awkward in (b'"x":1,"x":2', b"1e400", rb"\ud800 and \udc00", b"[[[[[[[["):
        assert awkward in text, awkward


def test_every_type_occurs_and_has_its_schema(by_schema):
    assert set(by_schema) - UNDOCUMENTED == set(NOTICED)
    assert set(schemas.documents()) == set(NOTICED) | {"event", "definitions"}


@pytest.mark.parametrize("name", NOTICED)
def test_a_known_member_of_a_wrong_type_is_noticed(by_schema, name):
    missed = set(NOTICED[name])
    for event in by_schema[name]:
        for path in paths_of(event):
            if written(path) in missed and schemas.faults(with_wrong_type(event, path)):
                missed.remove(written(path))
        if not missed:
            break
    assert not missed


@pytest.mark.parametrize("name", NOTICED)
def test_a_missing_part_is_noticed(by_schema, name):
    event = by_schema[name][0]
    for part in schemas.documents()[name].get("required", ("origin", "target", "result")):
        if part != "origin":  # without one it has no type
            assert schemas.faults({key: event[key] for key in event if key != part}), part


def test_the_port_of_telnet_alone_may_be_a_string(by_schema):
    assert not schemas.faults(by_schema["telnet"][0])
    assert isinstance(by_schema["telnet"][0]["target"]["port"], str)
    for event in (by_schema["ssh"][0], by_schema["sinkhole"][0]):
        text = {**event, "target": {**event["target"], "port": str(event["target"]["port"])}}
        assert schemas.faults(text)


@pytest.mark.parametrize("name", NOTICED)
def test_unknown_members_pass(by_schema, name):
    event = by_schema[name][0]
    assert not schemas.faults({**event, "new": {"a": 1}, "origin": {**event["origin"], "new": []}})


def test_unknown_types_pass_and_what_is_no_object_does_not():
    assert not schemas.faults({"origin": {"type": "brand-new", "ts": 1}, "anything": None})
    assert not schemas.faults({"no": "origin"})
    for value in ([], "text", 1, None, {"origin": {"type": 1}}, {"origin": []}):
        assert schemas.faults(value), value


@pytest.mark.parametrize("name", schemas.documents())
def test_a_schema_is_valid_and_describes_what_it_names(name):
    from jsonschema import Draft202012Validator

    document = schemas.documents()[name]
    Draft202012Validator.check_schema(document)
    assert document["$id"] == name + schemas.SUFFIX
    assert document["title"] and document["description"]
    for schema in schemas.objects(document):
        for member, text in schema.get("properties", {}).items():
            # Without a type it narrows what another schema describes.
            assert "type" not in text or text.get("description"), member


def test_the_readme_lists_each_type_and_no_other():
    text = (schemas.FOLDER / "README.md").read_text()
    rows = re.findall(r"^\| \[`([a-z0-9_-]+)`\]\(([a-z0-9_-]+)\.schema\.json\)", text, re.MULTILINE)
    assert sorted(rows) == sorted((name, name) for name in NOTICED)
