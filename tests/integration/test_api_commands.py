"""The commands that ask the API: what they print of its answers, and of its errors."""

import json
import re
from pathlib import Path

import pytest
from harness import wait
from harness.api_server import SILENCE, TOKEN, answer
from harness.process import PENSTOCK, Process, clean_environment, run, variables

JOB = "32637b98-8f01-46eb-a1f7-3eaee18ab1d5"
CREATE = ["tasks", "create", "--type", "scan", "--target", "192.0.2.7"]
CREATE += ["--port", "80", "--module", "http"]
COMMANDS = {
    "tasks list": ["tasks", "list"],
    "tasks list as JSON": ["tasks", "list", "-o", "json"],
    "tasks create": CREATE,
    "tasks status": ["tasks", "status", JOB],
    "tasks revoke": ["tasks", "revoke", JOB],
    "replay": ["replay", JOB, "--to-stdout"],
    "historical": ["query", "historical", "192.0.2.7"],
    "latest": ["query", "latest", "192.0.2.0/24"],
    "torrent": ["query", "torrent", "192.0.2.7"],
    "torrent-latest": ["query", "torrent-latest", "192.0.2.7"],
    "search": ["query", "search", "mysql"],
    "images": ["images", "latest"],
    "images of an address": ["images", "ip", "192.0.2.7"],
    "an image": ["images", "get", "f1b0a311"],
    "images search": ["images", "search", "--tag", "vnc"],
}
POSTS = {"tasks create", "tasks revoke"}
FAST = variables(api_backoff_network_step="1ms")
# For a connection; then, for an answer:
AS_LONG = variables(api_connect_timeout="2s")
SIX_TIMES_AS_LONG = variables(api_connect_timeout="200ms")


def documented(status: int, title: str, message: str) -> str:
    return json.dumps({"status": status, "title": title, "message": message})


# The answer; what standard error holds; how often a GET asks.
ERRORS = {
    "400": (
        answer(documented(400, "Bad Request", "no such thing"), "400 Bad Request"),
        ["400 Bad Request: no such thing", '{"status": 400, "title": "Bad Request"'],
        1,
    ),
    "401": (
        answer(documented(401, "Unauthorized", "Could not validate token."), "401 Unauthorized"),
        ["401 Unauthorized: Could not validate token."],
        1,
    ),
    "403": (answer("", "403 Forbidden"), ["403 Forbidden"], 1),
    "404": (
        answer(documented(404, "Not Found", "No such job."), "404 Not Found"),
        ["404 Not Found: No such job."],
        1,
    ),
    "429": (
        answer("slow down", "429 Too Many Requests", Retry_After="3600"),
        ["429 Too Many Requests; the API asks to wait for 1h"],
        1,
    ),
    "500": (answer("", "500 Oops"), ["500 Oops"], 5),
    "a proxy's page": (
        answer("<html>\r\n<h1>Bad \x1b[31mgateway</h1>\r\n", "502 Bad Gateway"),
        ["502 Bad Gateway", "  <html>\n", "  <h1>Bad \\x1b[31mgateway</h1>\n"],
        5,
    ),
    "a broken body": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n",
        ["the connection ended before the body did"],
        5,
    ),
    "time-out": (SILENCE, ["no response header from 127.0.0.1:", "within 1200ms"], 1),
}
# Each of a GET, a POST and the command that has a way of its own; of the others, what ends at once and what is repeated.
ERRORS_OF_COMMANDS = [
    (name, error)
    for name in COMMANDS
    for error in (ERRORS if name in ("tasks list", "tasks create", "replay") else ("401", "a broken body"))
]


@pytest.mark.parametrize(("name", "error"), ERRORS_OF_COMMANDS)
def test_an_error_is_told(api, name, error):
    data, texts, asked = ERRORS[error]
    if name == "replay" and error == "time-out":
        texts = ["no response header from 127.0.0.1:", "within 2s"]
    if name == "replay" and error not in ("a broken body", "time-out"):
        texts = [texts[0].split(":")[0].split(";")[0]]  # its body isn't read
    server = api(lambda request: data)
    patience = {}
    if error == "time-out":
        patience = AS_LONG if name == "replay" else SIX_TIMES_AS_LONG
    done = run(*COMMANDS[name], env={**server.environment(), **FAST, **patience})
    assert done.returncode == 1, done.stderr
    for text in texts:
        assert text in done.stderr
    assert TOKEN not in done.stderr + done.stdout
    assert "\x1b" not in done.stderr
    once = name in POSTS or name == "replay"
    assert len(server.requests) == (1 if once else asked)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "replay"])
def test_an_answer_that_is_none_is_told(api, name):
    server = api(lambda request: answer("<html>not \x1b[31mJSON</html>"))
    done = run(*COMMANDS[name], env={**server.environment(), **FAST})
    assert done.returncode == 1
    assert "the answer isn't the JSON expected" in done.stderr
    assert "\x1b" not in done.stderr
    assert len(server.requests) == 1


@pytest.mark.parametrize("last, whole", [('{"b":2}', True), ('{"b":2}\r', True), ('{"b":', False), ("2", False)])
def test_a_replay_may_lack_its_last_line_end(api, last, whole):
    server = api(lambda request: answer('{"a":1}\n' + last))
    done = run(*COMMANDS["replay"], env={**server.environment(), **FAST})
    if whole:
        assert (done.returncode, done.stdout.split()) == (0, ['{"a":1}', '{"b":2}'])
        assert done.stdout.endswith("\n")
    else:
        assert (done.returncode, done.stdout) == (1, '{"a":1}\n')
        assert f"the last line was cut, {len(last)} bytes of it aren't written" in done.stderr


def test_what_passes_is_asked_again(api):
    answers = iter([answer("", "503 Busy"), b"", answer("[]")])
    server = api(lambda request: next(answers) or b"\r\n\r\n")
    done = run("tasks", "list", env={**server.environment(), **FAST})
    assert done.returncode == 0, done.stderr
    assert done.stdout == "" and done.stderr.endswith("\nno jobs\n")
    # A millisecond with its jitter, in whole milliseconds.
    assert re.search(r"503 Busy; again in (0s|1ms)$", done.stderr, re.MULTILINE), done.stderr


# The documentation's example answers.
TASKS = (
    '[{"status": "Success", "requested_at": "2017-04-10T17:44:58.636681+00:00", "description": '
    '"Job Description 1", "finished_at": "2017-04-10T17:47:46.534544+00:00", "options": [{"targets":'
    ' ["192.0.2.7"], "ports": [{"modules": ["service", "service-simple", "ssh"], "port": "80,8080"}]'
    '}], "job_id": "32637b98-8f01-46eb-a1f7-3eaee18ab1d5"}, {"status": "Success", "requested_at": '
    '"2017-04-10T17:39:53.066632+00:00", "description": "Test web", "finished_at": '
    '"2017-04-10T17:41:57.919141+00:00", "options": [{"targets": ["example.org"], "ports": '
    '[{"config": {"https": true}, "modules": ["web"], "port": 443}]}], "job_id": '
    '"73364d62-d768-4dbd-9947-aba2a453dfb7"}]'
)
EVENT = """{
  "origin": {
    "country": "uk",
    "module": "grabber",
    "ts": 1464558594512,
    "type": "service-simple"
  },
  "target": {
    "ip": "222.208.0.7",
    "protocol": "tcp",
    "port": 992
  },
  "result": {
    "data": {
      "state": {
        "state": "open|filtered"
      },
      "service": {
        "name": "telnets",
        "method": "table_default"
      }
    }
  }
}
"""
LINE = (
    '{"origin":{"country":"uk","module":"grabber","ts":1464558594512,"type":"service-simple"},'
    '"target":{"ip":"222.208.0.7","protocol":"tcp","port":992},"result":{"data":{"state":{"state":'
    '"open|filtered"},"service":{"name":"telnets","method":"table_default"}}}}\n'
)


def ask(api, body: str | bytes, *arguments: str):
    server = api(lambda request: answer(body))
    done = run(*arguments, env=server.environment())
    assert done.returncode == 0, done.stderr
    return done


def test_the_documented_list_of_jobs_is_printed(api):
    lines = ask(api, TASKS, "tasks", "list").stdout.splitlines()
    assert lines[0].split() == ["STATUS", "JOB", "AGE", "TOOK", "DESCRIPTION"]
    assert lines[1].startswith("Success  32637b98-8f01-46eb-a1f7-3eaee18ab1d5  ")
    assert lines[1].endswith("2m47s  Job Description 1")
    assert lines[2].startswith("Success  73364d62-d768-4dbd-9947-aba2a453dfb7  ")
    assert max(map(len, lines)) <= 80
    assert json.loads(ask(api, TASKS, "tasks", "list", "-o", "json").stdout) == json.loads(TASKS)
    lines = ask(api, TASKS, "tasks", "list", "-o", "ndjson").stdout.splitlines()
    assert [json.loads(line) for line in lines] == json.loads(TASKS)


def test_the_documented_answers_about_a_job_are_printed(api):
    assert ask(api, '{"status":"Success"}', "tasks", "status", JOB).stdout == "Success\n"
    done = ask(api, '{"status": "Success"}', "tasks", "status", JOB, "-o", "json")
    assert done.stdout == '{"status":"Success"}\n'
    done = ask(api, '{"message": "Job revoked"}', "tasks", "revoke", JOB)
    assert (done.stdout, done.stderr) == ("", "Job revoked\n")
    done = ask(api, f'{{"stream_url":"https://s.example/v1/stream", "job_id":"{JOB}"}}', *CREATE)
    assert done.stdout == f"{JOB}\n"
    assert "https://s.example/v1/stream" in done.stderr


IMAGE = """{
  "image_id": "993cad4bb78fc0fa3e8f5f1d07311af802ea73ac48b6143c6286ae54df",
  "asn": 5432,
  "url": "https://images.example/993cad4bb78fc0fa3e8f5f1d07311af802ea73ac48b6143c6286ae54df.jpg",
  "width": 1280,
  "as_name": "Proximus NV",
  "thumb": "https://thumbs.example/993cad4bb78fc0fa3e8f5f1d07311af802ea73ac48b6143c6286ae54df.jpg",
  "geoip": {"country_code": "BE", "city_name": null, "longitude": 4.35, "location": [4.35, 50.85]},
  "tags": ["vnc"],
  "words": ["show", "results", "user"],
  "height": 800,
  "port": 5900,
  "country": "BE",
  "ip": "81.246.69.245",
  "ts": 1536345753000
}"""
PAGE = '{"total_records": 3, "page": 1, "query": {"ip": "58.56.83.212", "face": true}, "events": [%s]}'


def test_the_documented_images_are_printed(api):
    shown = (
        "993cad4bb78fc0fa3e8f5f1d07311af802ea73ac48b6143c6286ae54df\n"
        "  81.246.69.245:5900, BE, 2018-09-07T18:42:33.000Z, vnc\n"
    )
    done = ask(api, IMAGE, "images", "get", "993cad4bb78fc0fa3e8f5f1d", "--ocr")
    assert (done.stdout, done.stderr) == (shown, "1 image\n")
    page = PAGE % f"{IMAGE}, {IMAGE}, {IMAGE}"
    for asked in (["ip", "81.246.69.245"], ["latest"], ["search", "--similar", "f1b0a311"]):
        done = ask(api, page, "images", *asked)
        assert (done.stdout, done.stderr) == (3 * shown, "3 images\n")
        lines = ask(api, page, "images", *asked, "-o", "ndjson").stdout.splitlines()
        assert [json.loads(line) for line in lines] == 3 * [json.loads(IMAGE)]


PEER = """{
  "origin":{
    "type":"peer",
    "module":"torrent",
    "ts":1491827676263
  },
  "node":{"ip":"219.88.0.1", "port":25923},
  "peer":{"ip":"222.208.0.1", "port":30236},
  "torrent":{"infohash":"cbe45addbb48c07ef6451bd3bee326d5cd82538f", "category":"TV Show"}
}
"""


@pytest.mark.parametrize("kind", ["torrent", "torrent-latest"])
def test_the_documented_torrent_event_is_printed(api, kind):
    done = ask(api, PEER, "query", kind, "222.208.0.1")
    assert json.loads(done.stdout) == json.loads(PEER)
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize(
    "body", [EVENT * 3, "[" + ",".join([EVENT] * 3) + "]", LINE * 3, (LINE * 3).replace("\n", "\r\n")]
)
def test_events_are_printed_one_a_line_however_they_come(api, body):
    done = ask(api, body, "query", "historical", "222.208.0.7")
    assert done.stdout == 3 * LINE
    assert done.stderr == "3 events\n"


def test_an_answer_without_events_is_none(api):
    done = ask(api, "", "query", "latest", "192.0.2.7")
    assert (done.stdout, done.stderr) == ("", "0 events\n")


def test_what_is_no_event_is_left_out_and_told(api):
    bad = '{"a":\x1b}'
    server = api(lambda request: answer(f"{LINE}{bad}\n7\n{LINE}"))
    done = run("query", "latest", "192.0.2.7", env=server.environment())
    assert done.returncode == 1
    assert done.stdout == 2 * LINE
    assert "warning: 2 values of the answer left out, the first: invalid_json" in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.sanitized
def test_what_came_before_an_answer_broke_is_printed_once(api):
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nConnection: close\r\n\r\n"
    server = api(lambda request: cut + LINE.encode() * 2 + b'{"orig')
    done = run("query", "historical", "192.0.2.7", env={**server.environment(), **FAST})
    assert done.returncode == 1
    assert done.stdout == 2 * LINE
    assert "2 events\n" in done.stderr
    assert "the connection ended before the body did" in done.stderr
    assert len(server.requests) == 1


def test_gigabytes_go_through_in_constant_memory(api, tmp_path):
    """256 MiB here: what were kept would be seen."""
    event = '{"origin":{"type":"x"},"text":"' + "y" * 100_000 + '"}\n'
    count = 256 * 1024 * 1024 // len(event)
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
    server = api(lambda request: head + event.encode() * count)
    command = Process(
        [PENSTOCK, "query", "search", "x"],
        tmp_path / "printed",
        {**clean_environment(), **server.environment()},
    )
    peak = 0

    def over() -> bool:
        nonlocal peak
        peak = max(peak, high_water(command.pid))
        return command.child.poll() is not None

    wait.until("all is printed", over, 300, every=0.02)
    assert command.child.returncode == 0
    assert (tmp_path / "printed").stat().st_size == len(event) * count + len(f"{count} events\n")
    assert 0 < peak < 64 * 1024 * 1024


def high_water(pid: int) -> int:
    """Of a process's resident memory, in bytes; 0 where it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = [line.split() for line in status.splitlines() if line.startswith("VmHWM")]
    return int(found[0][1]) * 1024 if found else 0
