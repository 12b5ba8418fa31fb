"""What a daemon says of itself: /status by its schema, and `penstock top`."""

import base64
import copy
import json
import re
import signal
import threading
import uuid
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Callable, Iterator

import pytest
from harness import schemas, wait
from harness.api_server import answer
from harness.browser import chromium, picture
from harness.daemon import Daemon
from harness.process import PENSTOCK, ROOT, clean_environment, run, variables
from harness.screen import Screen
from harness.simulator import Simulator

SCHEMA = json.loads((ROOT / "docs" / "status.schema.json").read_text())
EMPTY = r'{"version":"9.9","host":"h\u001b[2J","sources":[{"name":"one"}]}'
JOBS = {"jobs_every": "500ms", "jobs_events": 100, "jobs_lasting": "5s"}


@dataclass
class Running:
    remote: Simulator
    daemon: Daemon
    folder: Path

    def status(self) -> dict:
        return json.loads(self.daemon.get("/status")[1])

    def stall_a_replay(self) -> None:
        """The next one, of a job that a gap meets: for a minute, then the daemon gives it up."""
        self.remote.fault("stall", "replay")
        self.remote.fault("reset", "stream")

    def complete(self) -> dict:
        def stream_of(status: dict) -> dict:
            return next(source for source in status["sources"] if source["name"] == "stream")

        def shown() -> dict | None:
            status = self.status()
            lists = ("latest_gaps", "latest_jobs", "running_replays")
            return status if all(stream_of(status)[name] for name in lists) else None

        if not stream_of(self.status())["running_replays"]:
            self.stall_a_replay()
        return wait.until("a gap, a job and a replay are shown", shown)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.daemon.port}"

    def environment(self) -> dict[str, str]:
        """Of a command on the same machine."""
        socket = self.folder / "admin.sock"
        return clean_environment() | variables(config=self.folder / "penstock.yaml", admin_socket=socket)


@pytest.fixture(scope="module")
def running(kafka, tmp_path_factory) -> Iterator[Running]:
    """With jobs, a gap, and a source that the API doesn't have."""
    folder = tmp_path_factory.mktemp("status")
    remote = Simulator(folder / "simulator", rate=100, **JOBS)
    daemon = Daemon(
        folder / "daemon",
        url=remote.url,
        api_ca_file=str(remote.ca_file),
        api_token=remote.token,
        brokers=kafka.brokers,
        kafka_topic_prefix=f"test-{uuid.uuid4().hex[:12]}",
        sources="firehose,stream,nowhere",
    )
    try:
        daemon.wait_ready()
        wait.until("a job runs", lambda: [job for job in remote.jobs() if job["status"] == "started"])
        wait.until("it publishes", lambda: daemon.metrics().get("published_events_total", source="stream"))
        made = Running(remote, daemon, folder / "daemon")
        made.stall_a_replay()
        yield made
    finally:
        daemon.kill()
        remote.kill()


@pytest.fixture
def screen() -> Iterator[Callable[..., Screen]]:
    """screen(argument, …, env=…, rows=…): `penstock top` on a terminal."""
    made: list[Screen] = []

    def make(*arguments: str, env: dict[str, str], **size: int) -> Screen:
        made.append(Screen([PENSTOCK, "top", *arguments], env, **size))
        return made[-1]

    yield make
    for each in made:
        each.close()


class Stub:
    """Answers as a daemon would."""

    def __init__(self, respond: Callable[[BaseHTTPRequestHandler], tuple[int, str]], port: int = 0):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = respond(self)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def stub() -> Iterator[Callable[..., Stub]]:
    made: list[Stub] = []

    def make(*arguments: object, **options: int) -> Stub:
        made.append(Stub(*arguments, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def members(schema: dict) -> set[int]:
    """All that are declared, by the identity of their description."""
    return {
        id(member)
        for part in schemas.objects(schema)
        if isinstance(part.get("properties"), dict)
        for member in part["properties"].values()
    }


def seen_members(schema: dict, value: object) -> set[int]:
    """Those declared members that `value` has."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    seen: set[int] = set()
    if isinstance(value, list):
        for item in value:
            seen |= seen_members(schema.get("items", {}), item)
    elif isinstance(value, dict):
        for name, member in schema.get("properties", {}).items():
            if name in value:
                seen |= {id(member)} | seen_members(member, value[name])
    return seen


def closed(schema: dict) -> dict:
    """The same, but nothing passes that it doesn't name."""
    copied = copy.deepcopy(schema)
    for part in schemas.objects(copied):
        if isinstance(part.get("properties"), dict):
            part["additionalProperties"] = False
    return copied


def test_the_schema_is_valid_and_describes_what_it_names():
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(SCHEMA)
    for part in schemas.objects(SCHEMA):
        if isinstance(part.get("properties"), dict):
            assert set(part["required"]) <= set(part["properties"])
            for name, member in part["properties"].items():
                assert member.get("description"), name


@pytest.fixture
def with_a_detail(running) -> Iterator[Running]:
    """A setting was changed that needs a restart: `degraded` says which."""
    config = running.daemon.config
    text = config.read_text()

    def detailed() -> bool:
        return any("detail" in finding for finding in running.status()["degraded"])

    config.write_text(text + "events: {max_size: 1MiB}\n")
    running.daemon.child.send_signal(signal.SIGHUP)
    wait.until("it says so", detailed)
    yield running
    config.write_text(text)
    running.daemon.child.send_signal(signal.SIGHUP)
    wait.until("it is as before", lambda: not detailed())


@pytest.mark.kafka
def test_status_has_what_the_schema_names_and_nothing_else(with_a_detail):
    from jsonschema import Draft202012Validator

    running = with_a_detail
    status = running.complete()
    assert not schemas.faults_by(Draft202012Validator(closed(SCHEMA)), status)
    assert members(SCHEMA) == seen_members(SCHEMA, status)
    assert not schemas.faults_by(Draft202012Validator(SCHEMA), {**status, "new": 1})
    for name in SCHEMA["required"]:
        without = {key: value for key, value in status.items() if key != name}
        assert schemas.faults_by(Draft202012Validator(SCHEMA), without), name


@pytest.mark.sanitized
@pytest.mark.kafka
def test_once_prints_one_frame_of_plain_text(running):
    for done in (
        run("top", "--once", env=running.environment()),
        run("top", "--once", "--sort", "name", "--url", running.url + "/"),
    ):
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        lines = done.stdout.splitlines()
        assert "\x1b" not in done.stdout and all(len(line) <= 80 for line in lines)
        assert lines[0].startswith("penstock 0.") and lines[0].endswith(" UTC")
        assert lines[1].startswith("ready, but  nowhere: ")
        assert [line.split()[0] for line in lines[4:7]] in (
            ["firehose", "stream", "nowhere"],
            ["firehose", "nowhere", "stream"],
        )
        assert re.match(r"\d\d:\d\d:\d\d +(firehose|stream|nowhere) +\w", lines[-1]), lines[-1]


@pytest.mark.kafka
def test_json_is_the_answer_as_it_is(running):
    from jsonschema import Draft202012Validator

    for output in (["json"], ["ndjson", "--once"]):
        done = run("top", "-o", *output, env=running.environment())
        assert (done.returncode, done.stderr) == (0, "")
        (line,) = done.stdout.splitlines()
        assert not schemas.faults_by(Draft202012Validator(SCHEMA), json.loads(line))


@pytest.mark.kafka
def test_the_terminal_shows_the_daemon_and_obeys_keys(running, screen):
    running.complete()
    top = screen(env=running.environment())
    pictures: dict[str, str] = {}
    top.until("EVENTS/S", "LATEST EVENTS", "nowhere", "q quit")
    assert len(top.lines()) == 24 and top.colours()
    top.until_chosen("firehose")
    top.press("\x1bOB")  # the arrow down
    top.until_chosen("stream")
    pictures["top-sources"] = top.html()
    top.press("\r")
    top.until("stream, connected since", "Balance", "Events/s", "Esc back")
    pictures["top-source"] = top.html()
    top.resize(16, 80)  # more than fits
    top.press_until("G", "settled, as of", without="connected since")
    top.resize(24, 80)
    top.press("\x1b")
    top.until("LATEST EVENTS")
    top.until_chosen("stream")

    top.press("h")
    top.until("from an event's own time", "any key back")
    pictures["top-help"] = top.html()
    top.press("x")  # that means nothing elsewhere
    top.until("sort: configured")
    top.press("s")
    top.until("sort: name")
    top.resize(10, 40)
    top.until("DELAY", without="JOURNAL")
    top.resize(30, 100)
    top.until("JOURNAL", "REPLAYS")
    top.press("q")
    assert top.stop() == 0
    assert top.restored()
    with chromium() as browser:
        for name, content in pictures.items():
            picture(browser, content, name)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_leaves_the_terminal_as_it_was(screen, stub, number):
    top = screen("--url", stub(answer_empty).url, env=clean_environment() | {"NO_COLOR": "1"})
    top.until("penstock 9.9", "q quit")
    assert not top.restored() and not top.colours()
    assert top.stop(number) == 0
    assert top.restored()


def answer_empty(_: BaseHTTPRequestHandler) -> tuple[int, str]:
    return 200, EMPTY


@pytest.mark.sanitized
def test_top_keeps_the_last_state_while_nobody_answers(screen, stub):
    first = stub(answer_empty)
    top = screen("--interval", "100ms", "--url", first.url, env=clean_environment())
    top.until("penstock 9.9 on h\\x1b[2J", "NOT READY")
    first.close()
    top.until("NO ANSWER  no daemon answers on " + first.url, "what follows is", "one")
    stub(answer_empty, port=first.port)
    top.until("NOT READY", without="NO ANSWER")


def test_top_says_what_is_wrong(stub, tmp_path):
    def once(*arguments: str | Path, env: dict[str, str] | None = None) -> tuple[int, str, str]:
        done = run("top", "--once", *arguments, env=env)
        return done.returncode, done.stdout, done.stderr

    config = tmp_path / "penstock.yaml"
    config.write_text(f"admin: {{listen: '0.0.0.0:1', socket: {tmp_path}/none.sock}}\n")
    assert once("-c", config) == (
        1,
        "",
        "penstock: no daemon answers on http://127.0.0.1:1: Connection refused\n",
    )
    assert once("--url", "localhost:1")[0] == 2
    for status, body, words in (
        (404, "{}", "answered 404"),
        (200, "<html>", "no JSON"),
        (200, "{}", "no state of penstock"),
    ):
        code, out, said = once("--url", stub(lambda _, a=(status, body): a).url)
        assert (code, out) == (1, "") and words in said, said
    code, out, _ = once("--url", stub(answer_empty).url)
    assert code == 1 and "NOT READY" in out
    without = run("top", "--url", "http://127.0.0.1:1")
    assert without.returncode == 2 and "--once" in without.stderr


def test_the_password_comes_from_a_file(stub, tmp_path):
    secret = tmp_path / "user"
    secret.write_text("me:secret\n")

    def guarded(request: BaseHTTPRequestHandler) -> tuple[int, str]:
        expected = "Basic " + base64.b64encode(b"me:secret").decode()
        return answer_empty(request) if request.headers["Authorization"] == expected else (401, "")

    url = stub(guarded).url
    assert "NOT READY" in run("top", "--once", "--url", url, "--user-file", str(secret)).stdout
    refused = run("top", "--once", "--url", url)
    assert refused.returncode == 1 and "--user-file" in refused.stderr
    secret.write_text("me:wrong\n")
    wrong = run("top", "--once", "--url", url, "--user-file", str(secret))
    assert wrong.returncode == 1 and "refuses" in wrong.stderr and "wrong\n" not in wrong.stderr
    in_url = run("top", "--once", "--url", "http://me:secret@127.0.0.1:1")
    assert in_url.returncode == 2 and "secret" not in in_url.stderr


def test_an_https_daemon_is_trusted_by_its_ca_and_name_alone(api):
    server = api(lambda _: answer(EMPTY), host="localhost")
    trust = ("--ca-file", str(server.ca_file))
    assert "NOT READY" in run("top", "--once", "--url", server.url, *trust).stdout
    elsewhere = server.url.replace("localhost", "127.0.0.1")
    for wrong in ((server.url,), (elsewhere, *trust)):
        done = run("top", "--once", "--url", *wrong)
        assert (done.returncode, done.stdout) == (1, "") and "--ca-file" in done.stderr
