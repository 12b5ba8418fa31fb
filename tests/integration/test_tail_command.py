"""`penstock tail`, and `penstock tasks create --follow`, against the simulator."""

import json
import os
import select
import signal
import subprocess
import threading
from pathlib import Path
from typing import Callable, Iterator

import pytest
from harness import wait
from harness.api_server import ApiServer, Request, answer
from harness.process import PENSTOCK, clean_environment, end_with_parent, printed, run
from harness.simulator import Simulator


class Command:
    """A penstock that runs, standard output and error in files."""

    def __init__(self, folder: Path, remote: Simulator | ApiServer, *arguments: str, **more: object):
        self._out, self._error = folder / "stdout", folder / "stderr"
        with self._out.open("wb") as out, self._error.open("wb") as error:
            self.child = subprocess.Popen(
                [PENSTOCK, *arguments],
                stdout=out,
                stderr=error,
                env={**clean_environment(), **remote.environment(**more)},
                preexec_fn=end_with_parent,
            )

    @property
    def lines(self) -> list[bytes]:
        return self._out.read_bytes().split(b"\n")[:-1]

    @property
    def said(self) -> str:
        return self._error.read_text()

    def ended(self) -> int:
        return self.child.wait(30)

    def stop(self) -> int:
        self.child.send_signal(signal.SIGINT)
        return self.ended()


@pytest.fixture
def start(tmp_path: Path) -> Iterator:
    made: list[Command] = []

    def make(remote: Simulator | ApiServer, *arguments: str, **more: object) -> Command:
        made.append(Command(tmp_path, remote, *arguments, **more))
        return made[-1]

    yield make
    for command in made:
        command.child.kill()
        command.child.wait()


@pytest.mark.parametrize("source", ["firehose", "torrent", "sinkhole", "stream"])
def test_what_is_printed_is_what_was_sent(simulator, source):
    remote = simulator(rate=2000)
    lines = printed("tail", source, "-n", "500", env=remote.environment())
    assert lines == [record.line for record in remote.sent(source)][:500]


@pytest.mark.sanitized
def test_disconnects_are_survived_and_told(simulator, start):
    remote = simulator(rate=500)
    tail = start(remote, "tail", "firehose")
    for kind in ("end", "reset", "fin", "tls_truncate"):
        before = remote.stats()["sources"]["firehose"]["sessions"]
        remote.fault(kind, "firehose")
        wait.until(
            "it connects again",
            lambda: remote.stats()["sources"]["firehose"]["sessions"] > before,
        )
        seen = len(tail.lines)
        wait.until("it goes on", lambda: len(tail.lines) > seen + 10)
    assert tail.stop() == 0
    assert tail.said.count("connected again; of ") == 4
    assert tail.said.count("firehose: disconnected: ") == 4
    whole = [record.line for record in remote.sent("firehose") if record.whole]
    printed = iter(whole)
    assert all(line in printed for line in tail.lines), "whole lines only, in their order, once"


def test_a_closed_standard_output_ends_it(simulator):
    """Its number is no other file's."""
    remote = simulator(rate=500)
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", PENSTOCK, "tail", "firehose", "-n", "3"],
        env={**clean_environment(), **remote.environment()},
        stderr=subprocess.PIPE,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "standard output" in done.stderr


def test_filters_choose(simulator):
    remote = simulator(rate="max")
    chosen = ("--type", "ssh", "--country", "DE", "-n", "20")
    lines = printed("tail", "firehose", *chosen, env=remote.environment())
    events = [json.loads(line)["origin"] for line in lines]
    assert len(events) == 20
    assert {(event["type"], event["country"]) for event in events} == {("ssh", "de")}


def test_a_file_of_networks_chooses(simulator, tmp_path):
    remote = simulator(rate="max")
    file = tmp_path / "networks"
    file.write_text("# half of IPv4\n0.0.0.0/1\n")
    asked = ("tail", "torrent", "--networks-file", str(file), "-n", "20")
    lines = printed(*asked, env=remote.environment())
    first = [int(json.loads(line)["peer"]["ip"].split(".")[0]) for line in lines]
    assert len(first) == 20 and max(first) < 128
    file.write_text("0.0.0.0/1\nnonsense\n")
    done = run(*asked, env=remote.environment())
    assert done.returncode == 1
    assert f"{file}:2: no network: nonsense" in done.stderr


def piped(remote: Simulator, *arguments: str) -> tuple[subprocess.Popen, int]:
    """The command, and the end of the pipe that it writes into."""
    reader, writer = os.pipe()
    child = subprocess.Popen(
        [PENSTOCK, *arguments],
        stdout=writer,
        stderr=subprocess.PIPE,
        env={**clean_environment(), **remote.environment()},
        preexec_fn=end_with_parent,
    )
    os.close(writer)
    return child, reader


def test_it_ends_with_its_reader_even_where_nothing_comes(simulator):
    remote = simulator(rate=100)
    remote.quiet()
    tail, reader = piped(remote, "tail", "firehose")
    wait.until("it is connected", lambda: remote.stats()["sources"]["firehose"]["connected"] == 1)
    os.close(reader)
    assert tail.wait(30) == 0
    assert tail.stderr.read() == b""


def test_interrupting_it_is_no_failure_while_its_reader_is_slow_either(simulator):
    remote = simulator(rate="max")
    tail, reader = piped(remote, "tail", "firehose")

    with open(f"/proc/{tail.pid}/fd/1", "wb", buffering=0) as writer:
        wait.until("the pipe is full", lambda: not select.select([], [writer], [], 0)[1])
    tail.send_signal(signal.SIGINT)
    assert tail.wait(30) == 0
    assert tail.stderr.read() == b""
    os.close(reader)


def test_a_refused_first_connection_ends_it(simulator):
    remote = simulator(token="another")
    done = run("tail", "firehose", env=remote.environment(api_token="wrong"))
    assert done.returncode == 1
    assert "firehose: unauthorised: 401 Unauthorized" in done.stderr


def test_a_source_of_the_configuration_has_its_path(simulator):
    remote = simulator(rate=1000)
    more = {"sources": "mine", "sources_mine_path": "/v1/torrent"}
    done = run("tail", "mine", "-n", "1", env=remote.environment(**more))
    assert done.returncode == 0, done.stderr
    assert "torrent" in json.loads(done.stdout)


CREATE = ("tasks", "create", "--type", "scan", "--target", "192.0.2.0/24", "--port", "80")
CREATE += ("--module", "http", "--follow")


QUICKLY = {"api_backoff_network_step": "1ms", "api_backoff_network_max": "1ms", "api_backoff_http_first": "1ms"}


def followed(away: threading.Event, status: Callable[[Request], bytes], create: Callable[[], bytes] | None = None):
    """An API whose stream carries nothing; the first session ends when `away` is set, the next one stays. `status`
    answers what is asked of the job that `create` creates."""
    sessions = iter((away, threading.Event()))

    def respond(request: Request):
        if request.target == "/v1/stream":
            return stream(next(sessions))
        if request.method == "POST":
            return create() if create else answer('{"job_id": "client-a"}')
        return status(request)

    def stream(end: threading.Event):
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        end.wait()

    return respond


@pytest.mark.sanitized
def test_a_job_is_followed_to_its_end(simulator, start):
    remote = simulator(jobs_lasting="1s", jobs_failed=0, jobs_revoked=0)
    command = start(remote, *CREATE)
    assert command.ended() == 0, command.said
    job = remote.jobs()[-1]["job_id"]
    assert f"job {job} is requested; its events follow" in command.said
    assert f"job {job} ended with success" in command.said
    whole = [json.loads(line) for line in command.lines]
    assert whole[-1]["status"]["completed"] is True
    replayed = remote.replay(job)
    assert sorted(command.lines) == sorted(replayed), "every event of the job, and no other"


def test_a_job_that_nobody_reads_to_its_end_is_no_success(simulator):
    remote = simulator(jobs_lasting="1h")
    command, reader = piped(remote, *CREATE)
    wait.until("there is the job", remote.jobs)
    remote.quiet(("stream",))
    os.close(reader)
    assert command.wait(30) == 1


def test_a_job_that_fails_or_is_revoked_is_no_success(simulator, start):
    remote = simulator(jobs_lasting="1s", jobs_failed=1, jobs_revoked=0)
    command = start(remote, *CREATE)
    assert command.ended() == 1
    assert "failed" in command.said
    remote = simulator(jobs_lasting="60s", jobs_failed=0, jobs_revoked=0)
    command = start(remote, *CREATE)
    wait.until("there is the job", lambda: remote.jobs() and "requested;" in command.said)
    done = run("tasks", "revoke", remote.jobs()[-1]["job_id"], env=remote.environment())
    assert (done.stdout, done.stderr) == ("", "Job revoked\n")
    assert command.ended() == 1
    assert "was revoked" in command.said


def test_a_disconnect_while_a_job_is_followed_is_no_success(simulator, start):
    remote = simulator(jobs_lasting="3s", jobs_failed=0, jobs_revoked=0)
    remote.quiet(("stream",))
    command = start(remote, *CREATE)
    wait.until("there is the job", lambda: "requested;" in command.said)
    remote.fault("reset", "stream")
    wait.until("it is disconnected", lambda: "stream: disconnected" in command.said)
    remote.fault("resume", "stream")
    assert command.ended() == 1
    assert "--to-stdout` prints all of its events" in command.said


def test_whether_a_job_has_ended_is_asked_until_the_api_answers(api, start):
    """It ends while the stream is away, and the API has no answer for longer than a request is tried again."""
    away, questions = threading.Event(), []

    def respond(request: Request):
        questions.append(request.target)
        return answer(status="503 Busy") if len(questions) <= 12 else answer('{"status": "Success"}')

    command = start(api(followed(away, respond)), *CREATE, **QUICKLY)
    wait.until("there is the job", lambda: "requested;" in command.said)
    away.set()
    assert command.ended() == 1
    assert set(questions) == {"/v1/tasks/a/status"}
    assert command.said.count("whether job a has ended isn't known: ") == 2, "each asks five times"
    assert "job a ended (Success); events of it may be missing" in command.said


@pytest.mark.parametrize("status", ["401 Unauthorized", "404 Not Found", "410 Gone"])
def test_an_api_that_will_not_say_whether_a_job_has_ended_is_not_asked_again(api, start, status):
    away = threading.Event()
    command = start(api(followed(away, lambda _: answer(status=status))), *CREATE, **QUICKLY)
    wait.until("there is the job", lambda: "requested;" in command.said)
    away.set()
    assert command.ended() == 1
    assert "whether job a has ended isn't known: " + status in command.said
    assert "`penstock replay a --to-stdout` prints all of its events" in command.said
    assert "asked again" not in command.said


def test_a_disconnect_while_a_job_is_created_is_one_within_it(api, start):
    """Its events, its end among them, may have come between the two sessions."""
    away = threading.Event()
    away.set()
    commands: list[Command] = []

    def create() -> bytes:
        wait.until("the next session is there", lambda: commands and "connected again" in commands[0].said)
        return answer('{"job_id": "client-a"}')

    respond = followed(away, lambda _: answer('{"status": "Success"}'), create)
    commands.append(start(api(respond), *CREATE, **QUICKLY))
    assert commands[0].ended() == 1
    assert "job a ended (Success); events of it may be missing" in commands[0].said
