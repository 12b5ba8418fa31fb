"""SIGTERM drains: what was received is in Kafka, and the exit status is 0."""

import os
import signal
import socket
import time

import pytest
from harness import topics, wait
from harness.api_server import SILENCE
from harness.exactly_once import compared, dead_letters
from harness.daemon import Daemon
from harness.process import printed
from harness.service_manager import ServiceManager
from harness.simulator import SOURCES
from harness.slow_journal import SlowJournal
from harness.verifier import Verifier

pytestmark = pytest.mark.kafka


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_and_exits_with_0(kafka, prefix, simulator, connect, number):
    """In full flight: what the daemon took from the connection is published, each line once."""
    remote = simulator(rate=2000)
    local = connect(
        remote, sources=",".join(SOURCES), brokers=kafka.brokers, kafka_topic_prefix=prefix
    ).wait_ready()
    wait.until(
        "all sources publish",
        lambda: all(
            local.metrics().get("published_events_total", source=source) > 2000
            for source in SOURCES
        ),
    )
    assert local.stop(number) == 0
    remote.quiet()

    letters = list(dead_letters(kafka, prefix))
    for source in SOURCES:
        verifier = Verifier(source)
        for record in remote.sent(source):
            verifier.sent(record.session, record.line, record.bad, record.whole)
            verifier.ended(record.session, orderly=False)  # cut by the daemon's own end
        for message in topics.read(kafka.brokers, f"{prefix}.{source}"):
            verifier.delivered(message.partition(), message.value())
        for letter in letters:
            if letter.source == source:
                verifier.dead_letter(letter.reason, letter.size, letter.value)
        assert verifier.findings() == []
        assert verifier.lines_found > 2000
        assert printed("journal", "cat", local.config.parent / "journal" / source) == []


@pytest.mark.parametrize("brokers", ["127.0.0.1:9", "nowhere.invalid:9092"])
def test_a_daemon_that_has_nothing_for_kafka_does_not_wait_for_it(daemon, brokers):
    local = daemon(url="https://127.0.0.1:9", brokers=brokers, sources="firehose", api_token="t0ken").wait_ready("/livez")
    wait.until("Kafka was asked for", lambda: local.logged("Kafka call failed"), 60)
    assert local.stop() == 0
    assert not local.logged("not drained in time")
    # The call that was under way isn't waited for.
    _, drained = local.log_text().split('"draining"')
    assert "source ended" in drained and "Kafka call failed" not in drained


@pytest.mark.parametrize(
    "tasks",
    [
        pytest.param(SILENCE, id="no answer"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[", id="no end of it"),
    ],
)
def test_an_answer_about_tasks_is_not_waited_for(kafka, prefix, api, daemon, tasks):
    server = api(lambda request: tasks if request.target.startswith("/v1/tasks") else SILENCE)
    local = daemon(
        url=server.url,
        api_ca_file=server.ca_file,
        api_token="t0ken",
        api_connect_timeout="5m",
        brokers=kafka.brokers,
        kafka_topic_prefix=prefix,
        sources="stream",
    ).wait_ready("/livez")
    wait.until("tasks are asked for", lambda: any(r.target.startswith("/v1/tasks") for r in server.requests), 60)
    assert local.stop() == 0
    assert not local.logged("not all requests ended in time")


@pytest.mark.parametrize(
    "signals",
    [
        pytest.param(1, marks=pytest.mark.long, id="drained in vain"),
        pytest.param(2, marks=pytest.mark.sanitized, id="at once"),
    ],
)
def test_what_cannot_be_drained_is_published_by_the_next_start(
    kafka, prefix, simulator, connect, signals
):
    """Without Kafka the drain goes on to its limit of 20 s, unless a second signal ends it."""
    remote = simulator(rate=500)
    local = connect(remote, folder="left", kafka_topic_prefix=prefix).wait_ready("/livez")
    wait.until("events come", lambda: local.metrics().get("received_bytes_total") > 1e6)
    local.child.send_signal(signal.SIGTERM)
    wait.until("the daemon drains", lambda: "draining" in local.reasons())
    received = local.metrics().get("received_events_total")
    if signals == 2:
        local.child.send_signal(signal.SIGTERM)
    assert local.ended(60) == 1
    assert bool(local.logged("not drained in time")) == (signals == 1)
    assert bool(local.logged("second signal")) == (signals == 2)
    remote.quiet(("firehose",))

    local = connect(remote, folder="left", brokers=kafka.brokers, kafka_topic_prefix=prefix)
    metrics = local.wait_ready().wait_drained(("firehose",))
    assert local.stop() == 0
    verifier = compared(remote, kafka, prefix, ("firehose",), killed=True)["firehose"]
    assert verifier.findings() == []
    assert metrics.get("recovered_events_total", source="firehose") >= received > 0
    assert verifier.lines_found >= received


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_counts_while_journals_are_read(tmp_path, daemon, end):
    """A backlog takes minutes on a cold disk. Until then it shows itself, and ends when it is told to."""
    journal = SlowJournal(tmp_path / "slow", "firehose")
    local = daemon(folder="slow", url="https://127.0.0.1:9", sources="firehose", api_token="t0ken")
    journal.wait_read()
    wait.until("it answers", lambda: local.get("/livez")[0] == 200)
    assert "starting" in local.reasons()
    local.child.send_signal(signal.SIGHUP)
    local.child.send_signal(end)
    wait.until("it drains", lambda: "draining" in local.reasons())
    journal.go_on()
    assert local.ended(60) == 0
    assert not local.logged("the journal can't be opened")


def test_a_reload_waits_until_the_journals_are_read(tmp_path, daemon):
    journal = SlowJournal(tmp_path / "slow", "firehose")
    local = daemon(folder="slow", url="https://127.0.0.1:9", sources="firehose", api_token="t0ken")
    journal.wait_read()
    wait.until("it answers", lambda: local.get("/livez")[0] == 200)
    local.reload("log: {format: json, level: debug}\n")
    assert local.get("/livez")[0] == 200
    journal.go_on()
    wait.until("it is reloaded", lambda: local.logged("setting changed", "log.level"))


def test_systemd_is_told_that_it_is_ready_once_the_journals_are_read(tmp_path, daemon):
    """However long that takes, and longer than systemd would give it: until then the end of that time is moved."""
    manager = ServiceManager()
    journal = SlowJournal(tmp_path / "slow", "firehose")
    local = daemon(
        folder="slow",
        url="https://127.0.0.1:9",
        sources="firehose",
        api_token="t0ken",
        environment=manager.environment,
    )
    journal.wait_read()
    wait.until("it answers", lambda: local.get("/livez")[0] == 200)
    wait.until_time(time.monotonic() + 11)  # as long as Kafka would be waited for
    assert "READY=1" not in manager.told
    assert "EXTEND_TIMEOUT_USEC=60000000" in manager.told
    journal.go_on()
    wait.until("it is ready", lambda: "READY=1" in manager.told)


def test_it_goes_on_when_the_reader_of_its_log_is_gone(tmp_path, daemon):
    pipe = tmp_path / "log"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    local = daemon(
        url="https://127.0.0.1:9",
        sources="firehose",
        api_token="t0ken",
        within=("/bin/sh", "-c", f'exec "$@" 2> {pipe}', "sh"),
    ).wait_ready("/livez")
    assert b"starting" in os.read(reader, 10_000)
    os.close(reader)

    def reloaded_at() -> float:
        return local.metrics().get("config_last_reload_success_timestamp_seconds")

    before = reloaded_at()
    local.child.send_signal(signal.SIGHUP)
    wait.until("it is reloaded, which is logged", lambda: reloaded_at() > before)
    assert local.get("/livez")[0] == 200
    assert local.stop() == 0


def test_reloads_that_wait_for_a_journal_are_answered_when_it_stops(tmp_path, daemon):
    journal = SlowJournal(tmp_path / "slow", "firehose")
    local = daemon(folder="slow", url="https://127.0.0.1:9", sources="firehose", api_token="t0ken")
    journal.wait_read()
    wait.until("it answers", lambda: local.get("/livez")[0] == 200)
    first, second = (asked(local, "POST /reload") for _ in range(2))
    assert " 200 " in told(asked(local, "GET /livez")), "so the daemon has read what came before"
    local.child.send_signal(signal.SIGTERM)
    for waiting in (first, second):
        assert "the daemon is stopping" in told(waiting)
    journal.go_on()
    assert local.ended(60) == 0


def asked(local: Daemon, request: str) -> socket.socket:
    """At the admin socket."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(30)
    connection.connect(str(local.config.parent / "admin.sock"))
    connection.sendall(f"{request} HTTP/1.0\r\n\r\n".encode())
    return connection


def told(connection: socket.socket) -> str:
    with connection, connection.makefile("rb") as answer:
        return answer.read().decode()
