"""Each end of a session shows in /metrics under its cause, and the source comes back. No Kafka."""

import pytest
from harness import sanitizers, wait
from harness.daemon import SHORT_BACKOFF

SOURCE = "firehose"
ANSWERS = [
    ("http_401", "refused"),
    ("http_403", "refused"),
    ("http_404", "refused"),
    ("redirect_elsewhere", "refused"),
    ("http_420", "throttled"),
    ("http_429", "throttled"),
    ("http_500", "server_error"),
    ("http_503", "server_error"),
]
ENDS = [
    ("end", "ended"),
    ("fin", "aborted"),
    ("content_length", "ended"),
    ("until_close", "ended"),
    ("reset", "aborted"),
    ("tls_truncate", "aborted"),
    ("stall", "stalled"),
]


@pytest.fixture
def pair(simulator, connect):
    remote = simulator(rate=200)
    local = connect(remote, sources_firehose_stall_timeout="1s").wait_ready("/livez")
    wait.until("the source is connected", lambda: connected(local))
    return remote, local


def connected(daemon) -> bool:
    return daemon.metrics().get("source_connected", source=SOURCE) == 1


def disconnects(daemon, cause: str) -> float:
    return daemon.metrics().get("disconnects_total", source=SOURCE, cause=cause)


def sessions(daemon) -> float:
    return daemon.metrics().get("sessions_total", source=SOURCE)


@pytest.mark.parametrize(("kind", "cause"), sanitizers.some(ANSWERS, "http_401"))
def test_a_refused_attempt_is_counted_by_its_cause(pair, kind, cause):
    remote, local = pair
    before = disconnects(local, cause)
    remote.fault(kind, SOURCE)
    remote.fault("end", SOURCE)  # the next connection meets it
    wait.until(f"{kind} counts as {cause}", lambda: disconnects(local, cause) > before)
    wait.until("the source is connected again", lambda: connected(local))
    assert disconnects(local, cause) == before + 1


@pytest.mark.parametrize(("kind", "cause"), sanitizers.some(ENDS, "tls_truncate", "stall"))
def test_an_end_of_a_session_is_counted_by_its_cause(pair, kind, cause):
    remote, local = pair
    before = disconnects(local, cause)
    remote.fault(kind, SOURCE)
    if kind in ("content_length", "until_close"):
        remote.fault("reset", SOURCE)  # they shape the next connection
    wait.until(f"{kind} counts as {cause}", lambda: disconnects(local, cause) > before)
    wait.until("the source is connected again", lambda: connected(local))


def test_a_redirect_within_the_origin_is_followed(pair):
    remote, local = pair
    opened = sessions(local)
    of_attempts = ("refused", "throttled", "server_error", "unreachable")
    before = [disconnects(local, cause) for cause in of_attempts]
    remote.fault("redirect", SOURCE)
    remote.fault("end", SOURCE)
    wait.until("a session is open behind the redirect", lambda: sessions(local) > opened)
    assert [disconnects(local, cause) for cause in of_attempts] == before


@pytest.mark.sanitized
def test_retry_after_is_kept(simulator, connect):
    """The configured wait is an hour; only the header lets it come back."""
    long_wait = {name: "1h" for name in SHORT_BACKOFF if "THROTTLED" in name}
    settings = {name.removeprefix("PENSTOCK_").lower(): value for name, value in long_wait.items()}
    remote = simulator(rate=200)
    local = connect(remote, **settings).wait_ready("/livez")
    wait.until("the source is connected", lambda: connected(local))
    remote.fault("http_429", SOURCE, retry_after=1)
    remote.fault("end", SOURCE)
    wait.until("the source is throttled", lambda: disconnects(local, "throttled") == 1)
    wait.until("the source is connected again", lambda: connected(local))


def test_an_absent_remote_is_unreachable(pair):
    remote, local = pair
    remote.kill()
    wait.until("it counts as unreachable", lambda: disconnects(local, "unreachable") > 1)
    assert not connected(local)
