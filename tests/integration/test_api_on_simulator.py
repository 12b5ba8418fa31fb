"""Each command that asks the API, against the simulator: what it prints, and what it says of the
simulator's errors."""

import json
from typing import Iterator

import pytest
from harness.process import printed, run
from harness.simulator import Simulator

TASK = ["--type", "grab", "--target", "192.0.2.7", "--port", "80", "--module", "http"]

# What it takes, with a {job}, an {image} and its {ip}; where faults strike.
COMMANDS = {
    "tasks list": (["tasks", "list"], "tasks"),
    "tasks create": (["tasks", "create", *TASK], "tasks"),
    "tasks status": (["tasks", "status", "{job}"], "tasks"),
    "tasks revoke": (["tasks", "revoke", "{job}"], "tasks"),
    "replay": (["replay", "{job}", "--to-stdout"], "replay"),
    "tail": (["tail", "firehose", "-n", "1"], "firehose"),
    "historical": (["query", "historical", "198.51.100.0/24"], "query"),
    "latest": (["query", "latest", "198.51.100.0-198.51.100.255"], "query"),
    "torrent": (["query", "torrent", "198.51.100.0/24"], "query"),
    "torrent-latest": (["query", "torrent-latest", "198.51.100.0/24"], "query"),
    "search": (["query", "search", "type:ssh"], "query"),
    "images": (["images", "latest"], "query"),
    "images of an address": (["images", "ip", "{ip}"], "query"),
    "an image": (["images", "get", "{image}"], "query"),
    "images search": (["images", "search", "--tag", "vnc"], "query"),
}
STAYS = {"http_401": "401 Unauthorized", "http_403": "403 Forbidden", "http_404": "404 Not Found"}
PASSES = {"http_429": "429 Too Many", "http_500": "500 Internal", "http_503": "503 Service"}


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    made = Simulator(tmp_path_factory.mktemp("simulator"), rate=1000, jobs_lasting="1h")
    yield made
    made.kill()


@pytest.fixture(scope="module")
def image(remote: Simulator) -> dict:
    """A whole record."""
    latest = printed("images", "latest", "--pagesize", "1", "-o", "ndjson", env=remote.environment())
    identity = json.loads(latest[0])["image_id"]
    return json.loads(printed("images", "get", identity, "-o", "ndjson", env=remote.environment())[0])


@pytest.fixture
def arguments(remote: Simulator, image: dict) -> Iterator:
    def make(name: str) -> list[str]:
        command, _ = COMMANDS[name]
        known = {"image": image["image_id"], "ip": image["ip"], "job": remote.create_job()}
        return [part.format(**known) for part in command]

    return make


@pytest.mark.parametrize("name", COMMANDS)
def test_it_does_what_it_is_asked_for(remote, arguments, name):
    done = run(*arguments(name), env=remote.environment())
    assert done.returncode == 0, done.stderr
    if name == "tasks revoke":
        assert "revoked" in done.stderr, "a message, no data"
        return
    lines = done.stdout.split("\n")[:-1]
    if name in ("replay", "tail", "historical", "latest", "torrent", "torrent-latest", "search"):
        assert all("origin" in json.loads(line) for line in lines)
    assert lines, "the simulator has something for each"


@pytest.mark.parametrize("fault", STAYS)
@pytest.mark.parametrize("name", COMMANDS)
def test_an_error_that_stays_ends_it(remote, arguments, name, fault):
    given = arguments(name)
    remote.fault(fault, COMMANDS[name][1])
    done = run(*given, env=remote.environment())
    assert done.returncode == 1, done.stdout
    assert STAYS[fault] in done.stderr
    assert not done.stdout


@pytest.mark.parametrize("fault", PASSES)
@pytest.mark.parametrize("name", COMMANDS)
def test_an_error_that_passes_is_waited_for_where_that_is_safe(remote, arguments, name, fault):
    given = arguments(name)
    more = {"retry_after": 1} if fault == "http_429" else {}
    remote.fault(fault, COMMANDS[name][1], **more)
    done = run(*given, env=remote.environment())
    repeated = name not in ("tasks create", "tasks revoke", "replay")
    assert done.returncode == (0 if repeated else 1), done.stderr
    assert PASSES[fault] in done.stderr
    assert bool(done.stdout) == repeated


@pytest.mark.parametrize("name", COMMANDS)
def test_a_token_that_is_wrong_is_told(remote, arguments, name):
    done = run(*arguments(name), env=remote.environment(api_token="another"))
    assert done.returncode == 1
    assert "401 Unauthorized" in done.stderr
    assert "another" not in done.stderr


@pytest.mark.parametrize("fault", ["reset", "fin"])
@pytest.mark.parametrize("name", ["historical", "latest", "torrent", "search"])
def test_an_answer_that_breaks_is_no_whole_one(remote, arguments, name, fault):
    given = arguments(name)
    whole = printed(*given, env=remote.environment())
    remote.fault(fault, "query")
    done = run(*given, env=remote.environment())
    assert done.returncode == 1
    assert f"{len(done.stdout.encode().split(chr(10).encode())) - 1} event" in done.stderr
    assert done.stdout.encode().split(b"\n")[:-1] == whole[: len(done.stdout.split("\n")) - 1]
