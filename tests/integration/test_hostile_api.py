"""An API whose answers about jobs and replays are hostile. The streams arrive, and memory stays bounded."""

import gzip
import itertools
from typing import Callable

import pytest
from harness import wait
from harness.api_server import Answer, Request, answer
from harness.hostile import END, HEAD, Exposed, chunk

pytestmark = pytest.mark.kafka

TASKS = "/v1/tasks"
MEBIBYTE = 1024 * 1024


SETTINGS = {"replay_task_poll_interval": "1s", "replay_settle_after": "0s"}


def endless(start: bytes, part: bytes) -> Answer:
    """Until the connection ends; a quarter of a GB, where nobody ends it."""
    return itertools.chain([start], itertools.repeat(part * (16 * 1024 // len(part)), 16_000))


def length(size: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size


BOMBS = {
    "a line without end": lambda: endless(HEAD, chunk(b"[" * 1024)),
    "depth bombs": lambda: [HEAD, chunk(b"[" * 8_000_000 + b"\n"), chunk(b'{"a":' * 1_000_000 + b"\n"), END],
    "large lines": lambda: [HEAD, *[chunk(b'{"a":"%s"}\n' % (b"x" * (16 * MEBIBYTE - 8)))] * 4, END],
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_replay(exposed: Exposed, name: str) -> None:
    """Asked for after a session with its job was cut."""
    job = f"job-{name}".replace(" ", "-")
    asked = []

    def respond(request: Request) -> Answer:
        if request.target == TASKS:
            return answer('[{"job_id":"%s","status":"success"}]' % job)
        if request.target == f"/v1/replay/{job}":
            asked.append(request)
            return BOMBS[name]()
        return exposed.server.no_jobs(request)

    exposed.server.api = respond
    met = exposed.meets(lambda _: [HEAD, chunk(b'{"origin":{"job_id":"%s","type":"x"}}\n' % job.encode()), END])
    assert len(met.arrived) == 1
    wait.until("its replay is read twice", lambda: len(asked) > 1)
    exposed.server.api = exposed.server.no_jobs
    wait.until("it is given up", lambda: exposed.daemon.logged("replay_finished", job, "gone"))
    exposed.unharmed()


ANSWERS: dict[str, Callable[[], Answer]] = {
    "without end": lambda: endless(HEAD, chunk(b"[" * 1024)),
    "an error without end": lambda: endless(HEAD.replace(b"200 OK", b"500 No"), chunk(b"x" * 1024)),
    "a header without end": lambda: endless(HEAD[:-2], b"A: b\r\n"),
    "the smallest jobs": lambda: answer(b"[" + b'{"job_id":"a"},' * 1_100_000 + b'{"job_id":"b"}]'),
    "a depth bomb": lambda: answer(b"[" * (16 * MEBIBYTE - 1)),
    "a depth bomb in a job": lambda: answer(b'[{"job_id":' * 1_000_000),
    "a million members": lambda: answer(b"[{" + b'"a":1,' * 1_000_000 + b'"job_id":"x"}]'),
    "huge strings": lambda: answer(b'[{"job_id":"%s"}]' % (b"x" * 10 * MEBIBYTE)),
    "a compressed bomb": lambda: answer(gzip.compress(b"[" * 100_000_000), Content_Encoding="gzip"),
    "what is no JSON": lambda: answer(bytes(range(256)) * 4096),
    "the most jobs": lambda: answer("[" + ",".join(f'{{"job_id":"{n}"}}' for n in range(20_000)) + "]"),
}


# The largest that are taken in; the others are long.
LARGEST = ("without end", "the smallest jobs", "huge strings", "the most jobs")


@pytest.mark.parametrize(
    "name", [name if name in LARGEST else pytest.param(name, marks=pytest.mark.long) for name in ANSWERS]
)
def test_the_list_of_jobs(exposed: Exposed, name: str) -> None:
    asked = []

    def respond(request: Request) -> Answer:
        if request.target == TASKS:
            asked.append(request)
            return ANSWERS[name]()
        return exposed.server.no_jobs(request)

    exposed.server.api = respond
    wait.until("the list is read twice", lambda: len(asked) > 1)
    exposed.server.api = exposed.server.no_jobs
    exposed.unharmed()
