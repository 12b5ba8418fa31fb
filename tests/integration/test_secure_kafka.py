"""Kafka with SASL_SSL, a broker that knows TLS and SCRAM: everything works; what is wrong is said in
plain words, at once, without the password."""

import json
from pathlib import Path
from typing import Callable, Iterator

import pytest
from harness import exactly_once, wait
from harness.daemon import Daemon
from harness.process import run, variables
from harness.secure_broker import PASSWORD, SecureBroker
from harness.tls_server import issue

pytestmark = [pytest.mark.kafka, pytest.mark.own_broker]

SOURCE = "firehose"
WRONG = "wrong-canary-77"
LOGIN = "Kafka refuses the login"
DISTRUST = "the broker's certificate isn't trusted"
PAGES = ["/readyz", "/metrics", "/status", "/"]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureBroker]:
    made = SecureBroker(tmp_path_factory.mktemp("secure") / "kafka")
    yield made
    made.stop()


@pytest.fixture
def command(remote, prefix: str) -> Callable:
    """command(settings, argument, …): with the daemon's API and topics."""

    def started(settings: dict[str, str], *arguments: str):
        known = {"api_url": remote.url, "api_ca_file": remote.ca_file, "api_token": remote.token}
        environment = variables(**known, sources=SOURCE, kafka_topic_prefix=prefix, **settings)
        done = run(*arguments, env=environment)
        assert_clean(done.stdout, done.stderr)
        return done

    return started


@pytest.fixture
def remote(simulator):
    return simulator(rate=200)


def assert_clean(*texts: str) -> None:
    for text in texts:
        assert PASSWORD not in text and WRONG not in text


def refusals(daemon: Daemon) -> list[str]:
    findings = json.loads(daemon.get("/readyz")[1])["degraded"]
    return [found["detail"] for found in findings if found["reason"] == "kafka_refused"]


def connected(connect, remote, prefix: str, settings: dict[str, str]) -> Daemon:
    given = {"brokers": settings["kafka_brokers"], "kafka_properties": settings["kafka_properties"]}
    return connect(remote, kafka_topic_prefix=prefix, **given)


@pytest.mark.sanitized
def test_everything_works_over_tls_with_a_login(broker, prefix, remote, connect, command):
    settings = broker.settings()
    daemon = connected(connect, remote, prefix, settings).wait_ready()
    wait.until("it publishes", lambda: daemon.metrics().get("published_events_total") > 0)
    wait.until("the client tells of itself", lambda: daemon.metrics().get("kafka_brokers_up") == 1)
    assert daemon.metrics().get("kafka_round_trip_p99_seconds") > 0
    assert daemon.metrics().get("unaccounted_events") == 0

    validated = command(settings, "validate")
    assert validated.returncode == 0, validated.stdout + validated.stderr
    assert "1 broker(s) answer" in validated.stdout
    for arguments in (["gaps", "--all", "-o", "ndjson"], ["dead-letters", "ls", "-o", "ndjson"]):
        read = command(settings, *arguments)
        assert read.returncode == 0, read.stderr

    remote.quiet((SOURCE,))
    metrics = daemon.wait_drained((SOURCE,))
    assert_clean(*(daemon.get(page)[1] for page in PAGES))
    assert daemon.stop() == 0
    assert_clean(daemon.log_text())
    figures = exactly_once.check(remote, broker, prefix, (SOURCE,), metrics)
    assert figures.found == figures.sent > 0


def test_a_password_that_is_wrong(broker, prefix, remote, connect, command):
    settings = broker.settings(sasl_password=WRONG)
    check_refusal(connected(connect, remote, prefix, settings), command, settings, LOGIN, "sasl.password")


def test_a_ca_that_did_not_sign_the_certificate(
    broker, prefix, remote, connect, command, tmp_path: Path
):
    other = issue("another CA", is_ca=True).write(tmp_path, "other")
    settings = broker.settings(ssl_ca_location=str(other))
    daemon = connected(connect, remote, prefix, settings)
    check_refusal(daemon, command, settings, DISTRUST, "ssl.ca.location")


def check_refusal(
    daemon: Daemon, command: Callable, settings: dict[str, str], words: str, key: str
) -> None:
    """Everybody who asks is told what is wrong, and which key to look at."""
    daemon.wait_ready("/livez")
    # Long before Kafka counts as away.
    (detail,) = wait.until("/readyz says that Kafka refuses", lambda: refusals(daemon), 20)
    assert detail.startswith(words) and key in detail
    assert daemon.get("/readyz")[0] == 503
    assert daemon.metrics().get("degraded", reason="kafka_refused") == 1
    assert daemon.logged("Kafka call failed", words, key)
    for arguments in (["validate"], ["gaps"], ["dead-letters", "ls"]):
        done = command(settings, *arguments)
        assert done.returncode == 1
        assert words in done.stdout + done.stderr and key in done.stdout + done.stderr, arguments
    assert_clean(daemon.log_text(), *(daemon.get(page)[1] for page in PAGES))


@pytest.mark.long
def test_a_password_that_changes_while_it_runs(broker, prefix, remote, connect):
    daemon = connected(connect, remote, prefix, broker.settings()).wait_ready()
    broker.set_password("another")
    try:
        with broker.away():
            pass  # connections that are open would stay
        wait.until("/readyz says that Kafka refuses", lambda: refusals(daemon), 60)
    finally:
        broker.set_password(PASSWORD)
    wait.until("it is well again", lambda: daemon.get("/readyz")[0] == 200 and not refusals(daemon), 60)
    published = daemon.metrics().get("published_events_total")
    wait.until("it publishes", lambda: daemon.metrics().get("published_events_total") > published)
