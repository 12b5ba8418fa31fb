"""Every alert by a real fault: a real Prometheus scrapes the daemon, the alert fires and ends."""

import re
import struct
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator

import pytest
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource
from harness import alert_rules, jobs, memory, wait
from harness.broker import Broker
from harness.daemon import Daemon
from harness.kafka_proxy import Api, Error, Fate, KafkaProxy, Rule
from harness.process import run
from harness.prometheus import Prometheus
from harness.secure_broker import PASSWORD, SecureBroker
from harness.simulator import Simulator

pytestmark = pytest.mark.timeout(1800)

OF_THE_REMOTE = {
    "PenstockReloadRejected",
    "PenstockRestarts",
    "PenstockSourceRefused",
    "PenstockSourceThrottled",
    "PenstockSourceUnstable",
    "PenstockSourceSilent",
}
OF_JOBS = {
    "PenstockGapUnrecoverable",
    "PenstockReplayHeld",
    "PenstockReplaysBreak",
    "PenstockJobsUncounted",
    "PenstockLateEvents",
}
OF_KAFKA = {
    "PenstockSourceLag",
    "PenstockJournalFilling",
    "PenstockJournalFull",
    "PenstockPublishSlow",
    "PenstockTransactionsFail",
    "PenstockRecordsRejected",
}
OF_THE_LOGIN = {"PenstockKafkaRefused"}
IN_TEST_PROMETHEUS = {
    "PenstockDown",
    "PenstockSourceNotConnected",
    "PenstockNotPublishing",
    "PenstockDeadLetters",
}
OF_THE_LEDGER = {"PenstockLedgerFilling"}
OF_THE_BALANCE = {"PenstockBalanceBroken"}
HOUR = 60  # seconds: what is counted over an hour is forgotten then


def test_every_alert_is_raised_by_a_fault() -> None:
    here = OF_THE_REMOTE | OF_JOBS | OF_KAFKA | OF_THE_LOGIN | OF_THE_LEDGER | OF_THE_BALANCE
    assert here | IN_TEST_PROMETHEUS == set(alert_rules.alerts())
    text = (Path(__file__).parent / "test_prometheus.py").read_text()
    assert IN_TEST_PROMETHEUS <= set(re.findall(r'wait_firing\("(\w+)"\)', text))


def check_all_ended(prometheus: Prometheus, fired: set[str]) -> None:
    prometheus.wait_firing(seconds=2 * HOUR)
    assert prometheus.ever_fired() >= fired


# One daemon with four sources. What is counted over an hour comes first, so that it ends with the rest.

SOURCES = ("firehose", "torrent", "sinkhole", "stream")
RIGHT = "log: {format: json}\n"
WRONG = "log: {format: json, level: loud}\n"
SETTINGS = {
    "replay_settle_after": "3s",
    "replay_task_poll_interval": "1s",
    "replay_concurrency": "4",
    "replay_ledger_size": "1MiB",
}


def of_stream(daemon: Daemon, name: str) -> float:
    return daemon.metrics().get(name, source="stream")


def job_with_a_gap(remote: Simulator, daemon: Daemon, *faults: str, **options: float) -> str:
    """One that has just ended: only its replay has all of it, which begins in three seconds and meets the faults."""
    job = jobs.begin_and_hold(remote, daemon)
    sessions, replays = (of_stream(daemon, f"{name}_total") for name in ("sessions", "replays"))
    remote.fault("reset", "stream")
    wait.until("it connects again", lambda: of_stream(daemon, "sessions_total") > sessions)
    # So far as it is there it is fetched at once: compared, and published.
    wait.until("it is replayed", lambda: of_stream(daemon, "replays_total") >= replays + 2)
    for fault in faults:
        remote.fault(fault, "replay", **options)
    remote.fault("resume", "stream")
    wait.until("the job ends", lambda: remote.job(job)["status"] == "success", 60)
    return job


def jobs_go_wrong(remote: Simulator, daemon: Daemon, prometheus: Prometheus) -> None:
    # The stream lags behind the job's end, which the task list tells.
    jobs.begin_and_hold(remote, daemon)
    remote.fault("stall", "stream", **{"for": "40s"})
    remote.fault("resume", "stream")
    prometheus.wait_fires("PenstockLateEvents", seconds=120, source="stream")

    job_with_a_gap(remote, daemon, *["fin"] * 8)
    prometheus.wait_fires("PenstockReplaysBreak", source="stream")
    recovering = lambda: daemon.metrics().get("gaps", source="stream", state="recovering")
    wait.until("no replay of it breaks any more", lambda: recovering() == 0, 60)

    job_with_a_gap(remote, daemon, "http_404")
    prometheus.wait_fires("PenstockGapUnrecoverable", source="stream")

    held = job_with_a_gap(remote, daemon, "replay_missing", fraction=0.2)
    prometheus.wait_fires("PenstockReplayHeld", source="stream")
    socket = daemon.config.parent / "admin.sock"
    asks = remote.environment(admin_socket=socket, sources="stream", kafka_brokers="unused:1")
    forced = run("replay", held, "--force", env=asks)
    assert forced.returncode == 0, forced.stderr
    prometheus.wait_ends("PenstockReplayHeld")

    for _ in range(120):  # the ledger has room for 29,000 of their 120,000 events
        remote.create_job()
    prometheus.wait_fires("PenstockJobsUncounted", source="stream")


@pytest.mark.long
@pytest.mark.kafka
def test_the_remote_the_operator_and_jobs(
    tmp_path: Path, kafka: Broker, prefix: str, simulator, connect: Callable[..., Daemon], watch
) -> None:
    remote = simulator(
        rate=100, jobs_every="1h", jobs_lasting="9s", jobs_events=1000, jobs_failed=0, jobs_revoked=0
    )

    token = tmp_path / "token"
    token.write_text(remote.token)

    def start(**more: int) -> Daemon:
        known = {"sources": ",".join(SOURCES), "api_token": None, "api_token_file": str(token)}
        of_kafka = {"brokers": kafka.brokers, "kafka_topic_prefix": prefix}
        return connect(remote, folder="one", **known, **of_kafka, **SETTINGS, **more).wait_ready("/livez")

    daemon = start().wait_ready()
    prometheus = watch(daemon, thresholds=True)

    for _ in range(3):
        daemon.kill()
        daemon = start(port=daemon.port)
        prometheus.wait_scrapes(daemon)
    prometheus.wait_fires("PenstockRestarts")
    daemon.wait_ready()

    daemon.reload(WRONG)
    prometheus.wait_fires("PenstockReloadRejected")
    daemon.reload(RIGHT)
    prometheus.wait_ends("PenstockReloadRejected")

    token.write_text("another")  # sessions that are open go on
    remote.fault("reset", "torrent")
    prometheus.wait_fires("PenstockSourceRefused", "PenstockSourceUnstable", source="torrent")
    token.write_text(remote.token)
    prometheus.wait_ends("PenstockSourceRefused")

    for _ in range(4):
        remote.fault("http_429", "firehose")
    remote.fault("reset", "firehose")
    prometheus.wait_fires("PenstockSourceThrottled", source="firehose")

    remote.quiet(("sinkhole",))
    jobs_go_wrong(remote, daemon, prometheus)
    prometheus.wait_fires("PenstockSourceSilent", source="sinkhole")
    remote.fault("resume", "sinkhole")

    check_all_ended(prometheus, OF_THE_REMOTE | OF_JOBS)


NEVER_SETTLES = "log: {format: json}\nreplay: {settle_after: 1d}\n"
SETTLES = "log: {format: json}\nreplay: {settle_after: 1s}\n"


@pytest.mark.long
@pytest.mark.kafka
def test_the_ledger_is_nearly_full(
    kafka: Broker, prefix: str, simulator, connect: Callable[..., Daemon], watch
) -> None:
    remote = simulator(jobs_every="1h", jobs_lasting="2s", jobs_events=1000, jobs_failed=0, jobs_revoked=0)
    settings = {**SETTINGS, "replay_settle_after": None}
    of_kafka = {"brokers": kafka.brokers, "kafka_topic_prefix": prefix}
    daemon = connect(remote, text=NEVER_SETTLES, sources="stream", **of_kafka, **settings).wait_ready()
    prometheus = watch(daemon)

    def filled() -> float:
        return of_stream(daemon, "ledger_bytes") / of_stream(daemon, "ledger_capacity_bytes")

    while filled() < 0.92:
        job_with_a_gap(remote, daemon)
    prometheus.wait_firing("PenstockLedgerFilling")
    daemon.reload(SETTLES)
    check_all_ended(prometheus, OF_THE_LEDGER)


@pytest.mark.long
@pytest.mark.kafka
def test_a_bit_of_its_memory_flips(
    kafka: Broker, prefix: str, simulator, connect: Callable[..., Daemon], watch
) -> None:
    """No other fault breaks the balance: only a defect of penstock does."""
    remote = simulator()
    settings = {"brokers": kafka.brokers, "kafka_topic_prefix": prefix}
    daemon = connect(remote, **settings).wait_ready()
    prometheus = watch(daemon)
    remote.quiet()
    seen = daemon.wait_drained(("firehose",))
    of_the_balance = ("received", "recovered", "published", "filtered", "duplicate")
    counts = [int(seen.get(f"{name}_events_total", source="firehose")) for name in of_the_balance]

    # A scrape copies them; what it left is written over by others.
    def only_place() -> list[int]:
        found = memory.places(daemon.pid, struct.pack("=5Q", *counts))
        return found if len(found) == 1 else []

    (place,) = wait.until("its counters stand at one place", only_place, 120)
    published = place + 2 * 8
    memory.flip_bit(daemon.pid, published)
    prometheus.wait_firing("PenstockBalanceBroken")
    memory.flip_bit(daemon.pid, published)
    check_all_ended(prometheus, OF_THE_BALANCE)


@pytest.mark.long
@pytest.mark.kafka
@pytest.mark.own_broker
def test_kafka_is_slow_full_and_refuses(
    behind_proxy: Broker,
    proxy: KafkaProxy,
    prefix: str,
    its: str,
    simulator,
    connect: Callable[..., Daemon],
    watch,
) -> None:
    # Its events are years old when they come.
    remote = simulator(rate=2500, start_time="2020-01-01T00:00:00Z")
    daemon = connect(
        remote,
        brokers=proxy.brokers,
        kafka_topic_prefix=prefix,
        journal_max_size="64MiB",
        # A refusal is about a whole batch: batches below the limit but for large events.
        kafka_properties="compression.codec=none,batch.size=16384",
    ).wait_ready()
    prometheus = watch(daemon, thresholds=True)

    for _ in again_until(prometheus, "PenstockPublishSlow"):
        commit = proxy.add(Rule(Api.END_TXN, Fate.HOLD, text=its))
        commit.wait_caught()
        wait.until_time(time.monotonic() + 3)
        commit.release()
    prometheus.wait_fires("PenstockSourceLag")

    commit = proxy.add(Rule(Api.END_TXN, Fate.HOLD, text=its))
    prometheus.wait_fires("PenstockJournalFilling", "PenstockJournalFull", seconds=120)
    commit.release()
    prometheus.wait_ends("PenstockJournalFilling", "PenstockJournalFull")

    def aborted() -> float:
        return daemon.metrics().get("transactions_total", result="aborted")

    for _ in again_until(prometheus, "PenstockTransactionsFail"):
        before = aborted()
        # One is committed in between: the next is then tried at once.
        refused = Rule(Api.END_TXN, Fate.REFUSE, text=its, skip=1, error=Error.UNKNOWN_SERVER_ERROR)
        proxy.add(refused).wait_caught()
        wait.until("it is aborted", lambda: aborted() > before)

    # One event in a thousand is larger; of many at a time the daemon rejects none.
    with limited(behind_proxy, f"{prefix}.firehose", 100_000):
        prometheus.wait_fires("PenstockRecordsRejected")
    remote.quiet(("firehose",))
    check_all_ended(prometheus, OF_KAFKA)


def again_until(prometheus: Prometheus, name: str) -> Iterator[None]:
    """Once more, until the alert fires."""
    for _ in range(30):
        if name in prometheus.firing():
            return
        yield
    raise AssertionError(f"{name} doesn't fire")


@contextmanager
def limited(broker: Broker, topic: str, size: int) -> Iterator[None]:
    """The topic takes no larger record."""

    def alter(operation: AlterConfigOpType) -> None:
        entry = ConfigEntry("max.message.bytes", str(size), incremental_operation=operation)
        wanted = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
        for answer in broker.admin.incremental_alter_configs([wanted]).values():
            answer.result(30)

    alter(AlterConfigOpType.SET)
    try:
        yield
    finally:
        alter(AlterConfigOpType.DELETE)


@pytest.mark.long
@pytest.mark.kafka
@pytest.mark.own_broker
def test_kafka_refuses_the_login(
    tmp_path: Path, prefix: str, simulator, connect: Callable[..., Daemon], watch
) -> None:
    broker = SecureBroker(tmp_path / "secure")
    try:
        broker.set_password("another")
        settings = broker.settings()
        settings["brokers"] = settings.pop("kafka_brokers")
        daemon = connect(simulator(rate=100), kafka_topic_prefix=prefix, **settings)
        prometheus = watch(daemon.wait_ready("/livez"))
        prometheus.wait_fires("PenstockKafkaRefused")
        broker.set_password(PASSWORD)
        check_all_ended(prometheus, OF_THE_LOGIN)
    finally:
        broker.stop()
