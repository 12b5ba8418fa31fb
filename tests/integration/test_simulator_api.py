"""The simulator's whole API over plain HTTPS: its answers agree with each other, and archives come
back byte for byte."""

import gzip
import http.client
import io
import json
import ssl
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import pytest
import zstandard
from harness import wait
from harness.simulator import Simulator
from PIL import Image

NETWORK = "198.51.100.0/24"


@dataclass
class Answer:
    status: int
    type: str
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def lines(self) -> list[bytes]:
        return self.body.splitlines()


class Api:
    """A client that has nothing of the project in it."""

    def __init__(self, simulator: Simulator):
        self.port = simulator.port
        self.token = simulator.token
        self.trust = ssl.create_default_context(cafile=str(simulator.ca_file))

    def connect(self, host: str = "127.0.0.1") -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(host, self.port, context=self.trust, timeout=60)

    def ask(self, path: str, method: str = "GET", body: str | None = None, token: bool = True) -> Answer:
        connection = self.connect()
        connection.request(method, path, body, {"X-Token": self.token} if token else {})
        response = connection.getresponse()
        answer = Answer(response.status, response.headers["Content-Type"], response.read())
        connection.close()
        return answer

    def query(self, path: str, **parameters: object) -> Answer:
        tail = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        return self.ask(f"/v1/query/{path}{tail}")

    def images(self, path: str = "", **parameters: object) -> dict:
        answer = self.query(f"image{path}", **parameters)
        assert answer.status == 200, answer.body
        return answer.json

    def download(self, url: str) -> bytes:
        """From the host that the URL names, without the token."""
        parts = urllib.parse.urlsplit(url)
        assert (parts.hostname, parts.port) == ("localhost", self.port)
        connection = self.connect("localhost")
        connection.request("GET", parts.path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        assert (response.status, response.headers["Content-Type"]) == (200, "image/jpeg")
        return body

    def stream(self, source: str, size: int) -> bytes:
        """The first bytes of a new session."""
        connection = self.connect()
        connection.request("GET", f"/v1/{source}", headers={"X-Token": self.token})
        body = connection.getresponse().read(size)
        connection.close()
        return body


@pytest.fixture
def api(simulator: Callable[..., Simulator]) -> Api:
    return Api(simulator())


@pytest.fixture
def all_images(api: Api) -> list[dict]:
    """Whole records with their words, the latest first."""
    events = api.images(pagesize=500)["events"]
    return [api.images(f"/{event['image_id']}", ocr=1) for event in events]


def test_pages_of_images_add_up(api):
    first = api.images(pagesize=37)
    pages = -(-first["total_records"] // 37)
    told = [
        event["image_id"]
        for page in range(1, pages + 1)
        for event in api.images(page=page, pagesize=37)["events"]
    ]
    assert len(told) == len(set(told)) == first["total_records"]
    assert told == [event["image_id"] for event in api.images(pagesize=500)["events"]]
    assert api.images(page=pages + 1, pagesize=37)["events"] == []


def test_every_image_downloads_and_decodes(api, all_images):
    for record in all_images:
        with Image.open(io.BytesIO(api.download(record["url"]))) as picture:
            picture.load()
            assert picture.format == "JPEG"
            assert picture.size == (record["width"], record["height"])
            assert len(picture.getcolors(1_000_000)) == 2
        with Image.open(io.BytesIO(api.download(record["thumb"]))) as thumbnail:
            thumbnail.load()
            assert thumbnail.size < picture.size
    figures = json.loads(api.ask("/_sim/stats").body)["pictures"]
    assert figures["responses"] == {"200": 2 * len(all_images)}


def test_pictures_want_no_token(api):
    path = urllib.parse.urlsplit(api.images(pagesize=1)["events"][0]["url"]).path
    answer = api.ask(path)
    assert answer.json == {"status": 400, "title": "Bad Request", "message": "A token has no place here."}


@pytest.mark.parametrize(
    "name, value, wanted",
    [
        ("ip", NETWORK, lambda image: image["ip"].startswith("198.51.100.")),
        ("port", "5901-5905", lambda image: 5901 <= image["port"] <= 5905),
        ("country", "pt", lambda image: image["country"] == "PT"),
        ("tag", "has_faces", lambda image: image["has_faces"]),
        ("word", "credit card", lambda image: {"credit", "card"} <= set(image["words"])),
        ("from", "2023-06-01", lambda image: image["ts"] >= 1_685_577_600_000),
        ("to", "2023-05-31", lambda image: image["ts"] < 1_685_577_600_000),
    ],
)
def test_filters_filter(api, all_images, name, value, wanted):
    found = api.images("/search", pagesize=500, **{name: value})
    expected = [image["image_id"] for image in all_images if wanted(image)]
    assert 0 < len(expected) < len(all_images)
    assert [event["image_id"] for event in found["events"]] == expected
    assert found["total_records"] == len(expected)
    assert found["query"] == {name: value}


def test_similar_images_come_best_first_and_without_filters(api):
    latest = api.images(pagesize=1)["events"][0]["image_id"]
    events = api.images("/search", similar=latest)["events"]
    scores = [event["score"] for event in events]
    assert scores and scores == sorted(scores, reverse=True)
    assert [event["dist"] for event in events] == sorted(event["dist"] for event in events)
    assert api.query("image/search", similar=latest, tag="vnc").status == 400
    assert api.query("image/search", similar="none").status == 404


def test_the_images_of_an_address_are_those_of_the_list(api, all_images):
    ip = all_images[0]["ip"]
    found = api.images(f"/ip/{ip}", ocr=1)
    assert found["events"] == [image for image in all_images if image["ip"] == ip]


def test_queries_of_a_network_are_those_of_its_addresses_together(api):
    network = api.query(f"historical/{NETWORK}")
    assert network.type == "application/x-ndjson"
    events = [json.loads(line) for line in network.lines]
    assert [event["origin"]["ts"] for event in events] == sorted(event["origin"]["ts"] for event in events)
    addresses = {event["target"]["ip"] for event in events}
    assert len(addresses) > 10
    apart = [line for ip in addresses for line in api.query(f"historical/{ip}").lines]
    assert sorted(apart) == sorted(network.lines)


@pytest.mark.parametrize(
    "all_of, latest_of, subject", [("historical", "latest", "target"), ("torrent", "torrent/latest", "peer")]
)
def test_latest_is_the_newest_of_each_address_port_and_type(api, all_of, latest_of, subject):
    newest = {}
    for line in api.query(f"{all_of}/{NETWORK}").lines:
        event = json.loads(line)
        newest[event[subject]["ip"], str(event[subject]["port"]), event["origin"]["type"]] = line
    latest = api.query(f"{latest_of}/{NETWORK}").lines
    assert sorted(latest) == sorted(newest.values())
    assert len(latest) < len(api.query(f"{all_of}/{NETWORK}").lines)


def test_a_search_finds_what_the_terms_say(api):
    everything = [line for net in (NETWORK, "203.0.113.0/24", "2001:db8::/32")
                  for line in api.query(f"historical/{net}").lines]  # fmt: skip
    expected = [line for line in everything if json.loads(line)["origin"]["type"] == "ssh" and b'"port":22' in line]
    assert expected
    found = api.query("search", query="TYPE:ssh AND port:22").lines
    assert {json.loads(line)["origin"]["type"] for line in found} == {"ssh"}
    assert set(found) <= set(expected)
    assert api.query("search", query="no-such-word").body == b""


def test_a_jobs_events_are_found_again(simulator):
    remote = simulator(jobs_lasting="1s", jobs_events=30)
    api = Api(remote)
    port = {"port": "80,443", "protocol": "tcp", "modules": ["http", "ssl"]}
    task = {"type": "scan", "description": "", "options": [{"targets": ["192.0.2.16/28"], "ports": [port]}]}
    job = api.ask("/v1/tasks", "POST", json.dumps(task)).json["job_id"]
    wait.until("the job is over", lambda: remote.job(job)["finished_at"])
    results = [line for line in remote.replay(job) if b"job_status" not in line]
    assert results and sorted(api.query("historical/192.0.2.16/28").lines) == sorted(results)
    assert api.query("search", query=f"job_id:client-{job}").lines == api.query("historical/192.0.2.0/24").lines


@pytest.mark.parametrize(
    "path, status",
    [
        ("historical/", 400),
        ("latest/a.example", 400),
        ("torrent/192.0.2.9-192.0.2.1", 400),
        ("search", 400),
        ("search?query=", 400),
        ("search?query=%22open", 400),
        ("image?page=0", 400),
        ("image?pagesize=501", 400),
        ("image/search?from=2018-01-02&to=2018-01-01", 400),
        ("image/search?port=vnc", 400),
        ("image/none", 404),
        ("image/ip/none", 400),
        ("nothing/192.0.2.1", 404),
    ],
)
def test_errors_are_the_documented_bodies(api, path, status):
    answer = api.query(path)
    assert (answer.status, answer.type) == (status, "application/json")
    assert set(answer.json) == {"status", "title", "message"} and answer.json["status"] == status
    assert api.ask(f"/v1/query/{path}", token=False).json["status"] == 401


def test_a_task_that_is_none_is_refused_with_the_place(api):
    task = {"type": "scan", "options": [{"targets": ["192.0.2.1"], "ports": [{"port": 0, "modules": ["ssh"]}]}]}
    answer = api.ask("/v1/tasks", "POST", json.dumps(task))
    assert answer.status == 400 and answer.json["message"].startswith("options[0].ports[0].port ")
    assert api.ask("/v1/tasks").json == []


ARCHIVED = b'{"origin":{"type":"port"}}\r\n\n{"n":1}\n \nno JSON\n{"n":2}'


def pack(text: bytes, kind: str, path: Path) -> None:
    if kind == "gz":
        path.write_bytes(gzip.compress(text))
    elif kind == "zst":
        path.write_bytes(zstandard.compress(text))
    else:
        path.write_bytes(text)


@pytest.mark.parametrize("ending", ["ndjson", "ndjson.gz", "ndjson.zst"])
def test_archives_come_back_byte_for_byte(tmp_path, simulator, ending):
    folder = tmp_path / "archives"
    folder.mkdir()
    big = b"".join(b'{"n":%d,"x":"%s"}\n' % (n, b"x" * (n % 3000)) for n in range(3000))
    pack(ARCHIVED, ending.rpartition(".")[2], folder / f"torrent-1.{ending}")
    pack(big, ending.rpartition(".")[2], folder / f"torrent-2.{ending}")
    remote = simulator(rate="max", serve=folder)
    expected = ARCHIVED + b"\n" + big
    assert Api(remote).stream("torrent", len(expected)) == expected
    sent = remote.sent("torrent")
    assert [line.line for line in sent] == [line for line in expected.splitlines() if line.strip()]
    assert [line.line for line in sent if line.bad] == [b"no JSON"]
