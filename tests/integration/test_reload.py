"""A configuration that is read again: what can be taken is, what can't is named, and what is wrong
leaves the old one and is seen."""

import json
import signal
from pathlib import Path

import pytest
from harness import exactly_once, wait
from harness.api_server import SILENCE, Request, answer
from harness.daemon import Daemon
from harness.metrics import Metrics
from harness.slow_journal import SlowJournal


def last_was_successful(daemon: Daemon) -> bool:
    return daemon.metrics().get("config_last_reload_successful") == 1


def degraded(daemon: Daemon, reason: str) -> str | None:
    """The detail of what /readyz has of it."""
    found = json.loads(daemon.get("/readyz")[1])["degraded"]
    return next((finding["detail"] for finding in found if finding["reason"] == reason), None)


def test_a_rejected_reload_is_shown_until_one_succeeds(simulator, connect):
    local = connect(simulator(rate=10)).wait_ready("/livez")
    assert last_was_successful(local)
    assert degraded(local, "reload_rejected") is None
    read_at = local.metrics().get("config_last_reload_success_timestamp_seconds")

    local.reload("log: {format: json, level: loud}\n")
    wait.until("the reload is rejected", lambda: not last_was_successful(local))
    assert "loud" in degraded(local, "reload_rejected")
    assert "loud" in local.logged("configuration not reloaded")[0]

    # A file that the configuration names is a part of it.
    local.reload("api: {token_file: /nowhere/token}\n")
    wait.until("so is another", lambda: "/nowhere/token" in degraded(local, "reload_rejected"))
    assert local.metrics().get("config_last_reload_success_timestamp_seconds") == read_at

    local.reload("log: {format: text, level: debug}\nkafka: {properties: {sasl.password: s3cret}}\n")
    wait.until("the reload succeeds", lambda: last_was_successful(local))
    assert degraded(local, "reload_rejected") is None
    assert local.metrics().get("config_last_reload_success_timestamp_seconds") > read_at
    needed = degraded(local, "restart_needed")
    assert needed == 'kafka.properties.sasl.password: "", now "(hidden)"; log.format: "json", now "text"'
    assert local.logged("setting changed", '"key":"log.level","before":"info","after":"debug"')
    assert local.logged("a changed setting needs a restart", "sasl.password")
    assert "s3cret" not in local.log_text()


def swap(mount: Path, version: str, **files: str) -> None:
    """As a kubelet changes a volume: the link `..data` leads to a new directory at once."""
    (mount / version).mkdir(parents=True)
    for name, text in files.items():
        (mount / version / name).write_text(text)
        if not (mount / name).is_symlink():
            (mount / name).symlink_to(f"..data/{name}")
    (mount / "..data_tmp").symlink_to(version)
    (mount / "..data_tmp").rename(mount / "..data")


@pytest.mark.sanitized
def test_a_rotated_token_is_taken_at_once_and_ends_no_other_session(tmp_path, api, daemon):
    """The configuration and the token come from a volume of Kubernetes. `firehose` takes the old
    token, `torrent` only the new one."""
    event = b'{"origin": {"type": "http"}}\n'

    def respond(request: Request) -> bytes:
        path, token = request.target, request.header("X-Token")
        if path == "/v1/torrent" and token != "new":
            return answer("no", "401 Unauthorized")
        if path not in ("/v1/firehose", "/v1/torrent"):
            return SILENCE
        return b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + event

    remote = api(respond)
    mount = tmp_path / "mount"
    swap(mount, "..1", token="old", configuration="log: {format: json}\n")
    local = daemon(
        url=remote.url,
        api_ca_file=str(remote.ca_file),
        api_token_file=str(mount / "token"),
        api_backoff_refused="1h",
        config=str(mount / "configuration"),
        sources="firehose,torrent",
        arguments=("--watch",),
    ).wait_ready("/livez")

    def connected(source: str) -> bool:
        return local.metrics().get("source_connected", source=source) == 1

    wait.until("firehose is connected", lambda: connected("firehose"))
    wait.until("torrent is refused", lambda: local.logged("no session", "torrent"))
    # What was changed before the watch began is read once.
    wait.until("the watch has begun", lambda: local.logged("configuration reloaded"))

    swap(mount, "..2", token="new", configuration="log: {format: json, level: debug}\n")
    wait.until("torrent is connected", lambda: connected("torrent"))
    assert local.logged("setting changed", "log.level")
    assert local.metrics().get("sessions_total", source="firehose") == 1
    assert connected("firehose")


def published(metrics: Metrics, source: str) -> float:
    return metrics.get("published_events_total", source=source)


@pytest.mark.sanitized
@pytest.mark.kafka
def test_sources_come_and_go_without_the_others_notice(kafka, prefix, simulator, connect):
    """And without an event lost or doubled, theirs or the others'."""
    remote = simulator(rate=1000)

    def listing(*names: str) -> str:
        return f"log: {{format: json}}\nsources: {{{', '.join(f'{name}: {{}}' for name in names)}}}\n"

    local = connect(
        remote,
        sources=None,
        text=listing("firehose", "torrent"),
        brokers=kafka.brokers,
        kafka_topic_prefix=prefix,
    ).wait_ready()

    def publish(*sources: str) -> None:
        wait.until(
            f"{sources} publish",
            lambda: all(
                f'source="{source}"' in local.get("/metrics")[1]
                and published(local.metrics(), source) > 500
                for source in sources
            ),
        )

    publish("firehose", "torrent")
    local.reload(listing("firehose", "sinkhole"))
    wait.until("torrent is gone", lambda: 'source="torrent"' not in local.get("/metrics")[1])
    publish("firehose", "sinkhole")

    # Removed and wanted again while it drains: it comes back when it is gone.
    local.reload(listing("firehose"))
    wait.until("sinkhole is removed", lambda: local.logged("source removed", "sinkhole"))
    local.reload(listing("firehose", "torrent", "sinkhole"))
    wait.until("sinkhole is gone", lambda: local.logged("source gone", "sinkhole"))
    publish("torrent", "sinkhole")

    sources = ("firehose", "torrent", "sinkhole")
    remote.quiet(sources)
    metrics = local.wait_drained(sources)
    assert metrics.get("sessions_total", source="firehose") == 1
    assert local.reasons() == set()
    assert local.stop() == 0
    exactly_once.check(remote, kafka, prefix, ("firehose",), metrics)
    for source, verifier in exactly_once.compared(remote, kafka, prefix, sources[1:]).items():
        assert verifier.findings() == [], source
        assert verifier.lines_found > 1000


def test_a_reload_opens_a_journal_while_the_others_go_on(tmp_path, simulator, connect):
    """One reload at a time: what is asked for meanwhile comes next."""

    def listing(names: str, level: str) -> str:
        return f"log: {{format: json, level: {level}}}\nsources: {{{names}}}\n"

    journal = SlowJournal(tmp_path / "slow", "torrent")
    local = connect(
        simulator(rate=100), folder="slow", sources=None, text=listing("firehose: {}", "info")
    ).wait_ready("/livez")
    both = "firehose: {}, torrent: {}"
    local.reload(listing(both, "info"))
    journal.wait_read()
    received = local.metrics().get("received_events_total", source="firehose")
    wait.until("events come", lambda: local.metrics().get("received_events_total", source="firehose") > received)
    local.reload(listing(both, "debug"))
    assert local.get("/livez")[0] == 200
    assert not local.logged("configuration reloaded")
    journal.go_on()
    wait.until("torrent is added", lambda: local.logged("source added", "torrent"))
    wait.until("the other comes next", lambda: local.logged("setting changed", "log.level"))
    assert len(local.logged("configuration reloaded")) == 2


def test_a_source_that_comes_back_lets_the_others_go_on(tmp_path, daemon):
    """Its journal may hold what another instance left it, or what Kafka didn't take. A reload meanwhile comes next."""

    def listing(path: str, level: str) -> str:
        return f"log: {{format: json, level: {level}}}\nsources: {{firehose: {{path: {path}}}, torrent: {{}}}}\n"

    local = daemon(
        folder="slow", url="https://127.0.0.1:9", api_token="t0ken", text=listing("/v1/firehose", "info")
    ).wait_ready("/livez")
    journal = SlowJournal(tmp_path / "slow", "firehose")
    local.reload(listing("/v1/stream", "info"))
    journal.wait_read()
    assert local.get("/livez")[0] == 200
    local.reload(listing("/v1/stream", "debug"))
    assert local.get("/livez")[0] == 200
    assert not local.logged("setting changed", "log.level")
    journal.go_on()
    wait.until("firehose is back", lambda: local.logged("source added", "firehose"))
    wait.until("the other comes next", lambda: local.logged("setting changed", "log.level"))
    assert len(local.logged("source added", "firehose")) == 1


def test_a_daemon_stops_while_its_only_source_comes_back(tmp_path, daemon):
    def listing(path: str) -> str:
        return f"log: {{format: json}}\nsources: {{firehose: {{path: {path}}}}}\n"

    local = daemon(folder="slow", url="https://127.0.0.1:9", api_token="t0ken", text=listing("/v1/firehose"))
    local.wait_ready("/livez")
    journal = SlowJournal(tmp_path / "slow", "firehose")
    local.reload(listing("/v1/stream"))
    journal.wait_read()
    assert local.get("/livez")[0] == 200
    local.child.send_signal(signal.SIGTERM)
    wait.until("it drains", lambda: local.logged("draining"))
    journal.go_on()
    assert local.ended(60) == 0
    assert not local.logged("the source can't be opened again")


@pytest.mark.kafka
def test_a_source_that_comes_back_knows_what_it_was_at(kafka, prefix, simulator, connect):
    """A changed path closes the source and opens it anew, in the same process. What it knows by then is in the state
    topic, behind claims of this very process."""

    def reading(path: str) -> str:
        return f"log: {{format: json}}\nsources: {{firehose: {{path: {path}}}}}\n"

    local = connect(
        simulator(rate=500),
        sources=None,
        text=reading("/v1/firehose"),
        brokers=kafka.brokers,
        kafka_topic_prefix=prefix,
    ).wait_ready()
    for times, path in enumerate(("/v1/torrent", "/v1/sinkhole"), start=1):
        wait.until("events are published", lambda: published(local.metrics(), "firehose") > 0)
        local.reload(reading(path))
        wait.until("it is gone", lambda: len(local.logged("source gone")) == times)
        wait.until(
            "the time without a session is a gap",
            lambda: (
                'source="firehose"' in local.get("/metrics")[1]
                and local.metrics().get("gaps", source="firehose", state="unrecoverable") == 1
            ),
        )
        assert local.metrics().get("gap_seconds_total", source="firehose") > 0
    assert local.stop() == 0


@pytest.mark.kafka
def test_a_daemon_whose_sources_are_all_taken_over_waits_for_those_that_come(
    tmp_path, kafka, prefix, simulator, connect
):
    def listing(names: str) -> str:
        return f"log: {{format: json}}\nsources: {{{names}}}\n"

    remote = simulator(rate=100)
    known = {"brokers": kafka.brokers, "kafka_topic_prefix": prefix}
    journal = SlowJournal(tmp_path / "slow", "torrent")
    local = connect(remote, folder="slow", sources=None, text=listing("firehose: {}"), **known).wait_ready()
    local.reload(listing("firehose: {}, torrent: {}"))
    journal.wait_read()
    other = connect(remote, **known).wait_ready()
    wait.until("firehose is taken over", lambda: local.logged("source ended", "firehose"))
    assert local.get("/livez")[0] == 200
    journal.go_on()
    wait.until("torrent is added", lambda: local.logged("source added", "torrent"))
    wait.until("it publishes", lambda: published(local.metrics(), "torrent") > 0)
    assert local.stop() == 0
    assert other.stop() == 0


def test_a_stop_while_a_reload_opens_a_journal_is_no_error(tmp_path, simulator, connect):
    def listing(names: str) -> str:
        return f"log: {{format: json}}\nsources: {{{names}}}\n"

    journal = SlowJournal(tmp_path / "slow", "torrent")
    local = connect(simulator(rate=100), folder="slow", sources=None, text=listing("firehose: {}")).wait_ready("/livez")
    wait.until("something waits for Kafka", lambda: local.metrics().get("received_events_total") > 0)
    local.reload(listing("firehose: {}, torrent: {}"))
    journal.wait_read()
    local.child.send_signal(signal.SIGTERM)
    wait.until("it drains", lambda: "draining" in local.reasons())
    journal.go_on()
    wait.until("the reload is over", lambda: local.logged("configuration not reloaded"))
    assert local.logged("configuration not reloaded", '"level":"info"', "the daemon is stopping")
    assert last_was_successful(local)
    assert local.stop_at_once() == 1


@pytest.mark.kafka
def test_readiness_does_not_wait_for_a_removed_source(kafka, prefix, simulator, connect):
    """Its topic is missing, so what it received waits for ever."""

    def listing(names: str) -> str:
        return f"log: {{format: json}}\nsources: {{{names}}}\n"

    remote = simulator(rate=100)
    known = {"brokers": kafka.brokers, "kafka_topic_prefix": prefix}
    assert connect(remote, **known).wait_ready().stop() == 0  # the other topics are made
    known |= {"kafka_create_topics": "false", "sources": None}
    local = connect(remote, text=listing("firehose: {}, torrent: {}"), **known).wait_ready("/livez")
    wait.until("firehose publishes", lambda: published(local.metrics(), "firehose") > 0)
    wait.until(
        "torrent has something",
        lambda: local.metrics().get("received_events_total", source="torrent") > 0,
    )
    assert local.reasons() == {"starting"}
    local.reload(listing("firehose: {}"))
    wait.until("torrent is removed", lambda: local.logged("source removed", "torrent"))
    wait.until("it is ready", lambda: local.get("/readyz")[0] == 200)
    assert f"{prefix}.torrent" in degraded(local, "removed")
    assert local.stop_at_once() == 1
