"""Control characters, markup and escape sequences in events, answers and certificates: who reads of them in a log, in
metrics, on a page or at a terminal reads text. What topics and series there are doesn't depend on them."""

import json
import re
import ssl
from typing import Iterable, Iterator

import pytest
from harness import topics, wait
from harness.api_server import Answer, Request, answer
from harness.browser import chromium, open_page
from harness.hostile import END, HEAD, HOSTILE, Exposed, chunk
from harness.process import PENSTOCK
from harness.screen import Screen
from harness.tls_server import issue
from playwright.sync_api import expect

pytestmark = pytest.mark.kafka

CANARY = "canary-93d1"  # stands in events alone
VALUES = 1000  # distinct ones of a field
JOBS = 20

# Without blanks, so that they can be job ids.
MARKUP = (
    "<script>document.title='pwned'</script>",
    "\"><img/src=x/onerror=document.title='pwned'>",
    "'><svg/onload=document.title='pwned'>",
    "</section></template></style><h1/class=pwned>",
    "javascript:alert(1)",
    "{{7*7}}${7*7}$(id)`id`%s%n%1$s",
    "a\\u001b[2Jb\\x1b[2J\\033[2J",
    '"}1\\npenstock_pwned{a="',
    "../../../pwned",
)
CONTROLS = (
    "\x1b[2J\x1b[1;31mpwned\x1b[0m",
    "\x1b]0;pwned\x07\x1b]52;c;cHduZWQ=\x1b\\",
    "\x1b]8;;https://pwned.example\x1b\\here\x1b]8;;\x1b\\",
    "\x1bP$qm\x1b\\\x1b_pwned\x1b\\\x1bc",
    "\x9b2J\x9d0;pwned\x9c\x90pwned\x9c\x85",
    "\r\x08\x08\x7f\x00\x07\x0e\x0f\x1b",
    "\r\n2026-01-01T00:00:00.000Z error   pwned\n",
    "\u202epwned\u202c\u2066pwned\u2069\u200f\u061c",
)
# What a terminal, or a reader of text, may take for more than text: controls of C0 and C1, and bidirectional ones.
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]")
OWN = (b"\r\n", b"\r\x1b[K")  # of the terminal's line ends, of progress


def controls_in(output: bytes) -> list[str]:
    """And what is no UTF-8."""
    for own in OWN:
        output = output.replace(own, b"\n")
    return OBEYED.findall(output.decode("utf-8", "replace"))


def event(text: str) -> dict:
    """All that is read of an event holds the text, and more does."""
    names = ("type", "job_id", "country", "ip", "ts", "client_id", "module", "port")
    return {
        "origin": {name: text for name in names} | {text: CANARY},
        "target": {"ip": text, "port": text, "protocol": text},
        "peer": {"ip": text, "port": text},
        "status": {name: text for name in ("success", "started", "completed", "revoked")} | {text: text},
        "result": {"data": {text: [text, {text: CANARY}]}},
        text: text,
    }


def lines(longest: int = 100_000) -> Iterator[bytes]:
    for number in range(VALUES):
        names = ("type", "country", "ip", "module", "client_id")
        yield json.dumps({"origin": {name: f"pwned-{number}" for name in names}}).encode()
    texts = [*(f"job-{number}" for number in range(JOBS)), "x" * longest, *CONTROLS, *MARKUP]
    for text in texts:
        yield json.dumps(event(text)).encode()
        yield json.dumps(event(text), ensure_ascii=False).encode()
        status = {"origin": {"type": "job_status", "job_id": text}, "status": {"started": True, text: text}}
        yield json.dumps(status, ensure_ascii=False).encode()


def letters() -> Iterator[bytes]:
    for text in (*MARKUP, *CONTROLS):
        yield f'{{"{CANARY}":"{text}"'.replace("\n", "").encode()
        yield text.replace("\n", "").encode("latin-1", "replace") + b"\xff"


def body(lines: Iterable[bytes]) -> Iterator[bytes]:
    yield HEAD
    yield from (chunk(line + b"\n") for line in lines)
    yield END


def heads() -> Iterator[bytes]:
    """Answers that are told of."""
    for text in (*MARKUP, *CONTROLS):
        shown = text.replace("\r", "").replace("\n", "").encode("utf-8")
        for data in (shown, text.encode("latin-1", "replace").translate(None, bytes(range(0x20)) + b"\x7f")):
            yield b"HTTP/1.1 500 %s\r\nContent-Length: 0\r\n\r\n" % data
            yield b"HTTP/1.1 401 %s\r\nContent-Length: 0\r\n\r\n" % data
            yield b"HTTP/1.1 302 %s\r\nLocation: https://e/%s\r\nContent-Length: 0\r\n\r\n" % (data, data)
            yield b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\n\r\n" % data


def api(request: Request) -> Answer:
    """Of jobs, images and queries: everything is made of such texts."""
    everything = [*MARKUP, *CONTROLS]
    if request.target == "/v1/tasks":
        names = ("job_id", "status", "description", "message", "stream_url", "requested_at", "finished_at")
        return answer(json.dumps([{name: text for name in names} for text in everything], ensure_ascii=False))
    if request.target.startswith("/v1/tasks/"):
        return answer(json.dumps({"status": "".join(everything), "message": "".join(everything)}, ensure_ascii=False))
    if request.target.startswith("/v1/query/image"):
        image = {"image_id": "".join(CONTROLS), "url": f"https://e/{CONTROLS[0]}", "tags": everything}
        page = {"total_records": 1, "page": 1, "events": [image]}
        found = image if request.target.endswith("/x") else page
        return answer(json.dumps(found, ensure_ascii=False))
    if request.target == "/v1/replay/x":
        return answer(b"\n".join(lines(1000)))
    if request.target.startswith("/v1/query/search"):
        return answer(json.dumps({"status": 400, "message": "".join(everything)}), "400 Bad \x9b2J")
    if request.target.startswith("/v1/replay/"):
        return answer(json.dumps({"message": "".join(everything)}), "404 Not \x9b2J")
    return answer(b"\n".join([*lines(1000), *letters()]))


class Attacked(Exposed):
    """It knows what there was before."""

    series: set[tuple]
    topics_before: set[str]


def series(exposed: Exposed) -> set[tuple]:
    return {(name, *sorted(labels.items())) for name, labels, _ in exposed.daemon.metrics().samples}


@pytest.fixture(scope="module", params=["text", pytest.param("json", marks=pytest.mark.long)])
def attacked(kafka, tmp_path_factory, request) -> Iterator[Attacked]:
    """All of it was received, told of, and published."""
    log = {"log_level": "debug", "log_format": request.param}
    folder = tmp_path_factory.mktemp(f"attacked-{request.param}")
    made = Attacked(folder, kafka, replay_task_poll_interval="1s", **log)
    try:
        made.begin()
        made.series = series(made)
        made.topics_before = topics.names(kafka.brokers, made.prefix)
        made.server.api = api
        met = made.meets(lambda _: body([*lines(), *letters(), *lines()]))
        assert len(met.arrived) == 2 * len(list(lines())) and len(met.letters) == len(list(letters()))
        gone = lambda: made.daemon.metrics().get("replays_total", source=HOSTILE, result="gone")
        wait.until("all jobs were asked for", lambda: gone() >= JOBS)
        made.meets(*(lambda _, head=head: [head] for head in heads()))
        distrusted(made, folder)
        yield made
    finally:
        made.close()


def distrusted(exposed: Exposed, folder) -> None:
    """Certificates with such names, which the log quotes."""
    kept = exposed.server.context
    for number, text in enumerate((*MARKUP[:3], *CONTROLS[:3])):  # the latest events are those before, too
        name = text[:50].encode("ascii", "replace").decode()
        authority = issue(f"{name} CA", is_ca=True)
        exposed.server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        exposed.server.context.load_cert_chain(issue(name, authority).write(folder, f"bad{number}"))
        exposed.server.goes_on()
        count = lambda: exposed.daemon.metrics().get("disconnects_total", source=HOSTILE, cause="refused")
        before = count()
        wait.until("it is refused", lambda: count() > before, every=0.01)
    with exposed.meeting():
        exposed.server.context = kept


def test_the_log_is_printable_and_has_no_event(attacked: Attacked) -> None:
    text = attacked.daemon.log.read_bytes()
    assert CANARY.encode() not in text and b"pwned-" not in text
    assert b"pwned" in text, "what the remote said is told"
    assert re.findall(rb"[^\n\x20-\x7e]", text) == []
    for line in text.splitlines():
        if attacked.settings["log_format"] == "json":
            assert {"time", "level", "event"} <= json.loads(line).keys()
        else:
            assert re.match(rb"\d{4}-\d\d-\d\dT[\d:.]+Z (debug|info|warning|error) ", line), line


def test_no_series_is_made_of_what_was_received(attacked: Attacked) -> None:
    assert series(attacked) == attacked.series
    assert "pwned" not in attacked.daemon.get("/metrics")[1]


def test_no_topic_is_named_by_what_was_received(attacked: Attacked) -> None:
    assert topics.names(attacked.broker.brokers, attacked.prefix) == attacked.topics_before
    assert not [name for name in topics.names(attacked.broker.brokers, "") if "pwned" in name]


def test_the_status_has_no_control(attacked: Attacked) -> None:
    text = attacked.daemon.get("/status")[1]
    assert controls_in(text.encode()) == []
    assert CANARY not in text and "pwned-" not in text
    assert "pwned" in text, "what the remote said is shown"
    json.loads(text)


def test_the_page_shows_markup_as_text(attacked: Attacked) -> None:
    with chromium() as browser:
        page, complaints = open_page(browser, f"http://127.0.0.1:{attacked.daemon.port}/")
        expect(page.locator("#live")).to_have_text("Live")
        page.locator("summary").evaluate_all("all => all.forEach(one => one.parentElement.open = true)")
        as_of = page.locator("#summary time").inner_text()
        expect(page.locator("#summary time")).not_to_have_text(as_of)  # it was brought up to date
        assert "pwned" in page.inner_text("body"), "what the remote said is shown"
        assert "pwned" not in page.title(), "a script ran"
        assert page.locator("img, svg[onload], .pwned, iframe, template").count() == 0
        assert page.locator("script").count() == 1
        assert OBEYED.findall(page.inner_text("body")) == []
        assert complaints == []


# What is called, and a word of what is shown then.
COMMANDS = {
    "top --once": HOSTILE,
    "top -o json": "pwned",
    "gaps --all": "STARTED, UTC",
    "gaps --all -o ndjson": "gap_id",
    "dead-letters ls": "invalid_json",
    "dead-letters ls -o ndjson": "invalid_json",
    "dead-letters cat 0/0": CANARY,
    "journal verify {journal}": "SOURCE",
    "tasks list": "pwned",
    "tasks list -o json": "pwned",
    "tasks status x": "pwned",
    "tasks status x -o json": "pwned",
    "tasks revoke x": "pwned",
    "tasks create --type scan --target 192.0.2.1 --port 80 --module http": "pwned",
    "query historical 192.0.2.7": "pwned",
    "query search x": "pwned",
    "images latest": "pwned",
    "images latest -o ndjson": "pwned",
    "images get x": "pwned",
    "images latest --download {folder}": "pwned",
    "replay x --to-stdout": "pwned",
    "replay x": "known",
    f"tail {HOSTILE} -n {VALUES + 3 * (JOBS + 1 + len(CONTROLS) + len(MARKUP))}": CANARY,
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_no_control_on_a_terminal(attacked: Attacked, tmp_path, command: str) -> None:
    if command.startswith("tail"):
        attacked.server.scripts.append(lambda _: body(lines(1000)))
    places = {"journal": attacked.daemon.config.parent / "journal", "folder": tmp_path}
    screen = Screen([PENSTOCK, *command.format(**places).split()], attacked.environment())
    try:
        status = screen.stop()
    finally:
        screen.close()
    assert status in (0, 1)
    assert COMMANDS[command].encode() in screen.output
    assert controls_in(screen.output) == []
    assert [path.name for path in tmp_path.iterdir()] == []


def test_top_obeys_nothing_that_it_shows(attacked: Attacked) -> None:
    screen = Screen([PENSTOCK, "top"], attacked.environment(), rows=50, columns=200)
    try:
        screen.until("LATEST EVENTS", HOSTILE, "pwned")
        screen.press("\r")
        screen.until("Balance")
        screen.press_until("G", "job-")
        screen.press("q")
        assert screen.stop() == 0
    finally:
        screen.close()
    assert OBEYED.findall(screen.text()) == []
    # What draws it has none of these.
    strings_and_controls = r"\x1b[\]P_^]|[\x80-\x9f\u202a-\u202e\u2066-\u2069\ufffd\x07]"
    assert re.findall(strings_and_controls, screen.output.decode("utf-8", "replace")) == []
