"""Jobs on a real Kafka: what disconnects and kills cost is fetched again, exactly once."""

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Callable

import pytest
from harness import jobs, sanitizers, topics, wait
from harness.api_server import ApiServer, Request, answer
from harness.broker import Broker
from harness.daemon import Daemon
from harness.simulator import Simulator

JOBS = int(os.environ.get("PENSTOCK_TEST_JOBS", "100"))
DISCONNECTS = 3 * JOBS
KILLS = max(2, JOBS // 10)
CUTS = ("reset", "fin", "tls_truncate")

# Short times, so that a job's whole life fits in a test.
QUICK = {
    "sources": "stream",
    "replay_settle_after": "1s",
    "replay_task_poll_interval": "1s",
    "replay_concurrency": "4",
    "journal_max_size": "64MiB",
}


def check(remote: Simulator, kafka: Broker, prefix: str, ids: set[str]) -> jobs.Differences:
    truth = jobs.truth_by_job(remote, ids)
    result = jobs.compare(truth, jobs.found_by_job(kafka.brokers, f"{prefix}.stream"))
    print(f"{len(ids)} jobs, {result.events} events: {result.missing} lost, {result.doubled} doubled")
    return result


@pytest.mark.long
@pytest.mark.kafka
@pytest.mark.timeout(1800)
def test_jobs_are_whole_after_disconnects_and_kills(
    kafka: Broker, prefix: str, simulator: Callable[..., Simulator], connect: Callable[..., Daemon]
) -> None:
    """Disconnects at random bytes, and kill -9 of the daemon, among them during replays."""
    remote = simulator(jobs_every="1h", jobs_lasting="8s", jobs_events=300, jobs_twins=0.05)
    settings = {**QUICK, "brokers": kafka.brokers, "kafka_topic_prefix": prefix}

    def start() -> Daemon:
        return connect(remote, **settings)

    daemon = start().wait_ready()
    daemon.wait_session()
    ids: set[str] = set()
    dice = random.Random(7)
    disconnects = kills = kills_in_replays = 0
    seconds = 0.4 * JOBS
    end = time.monotonic() + seconds
    next_job = next_cut = time.monotonic()
    next_kill = time.monotonic() + seconds / KILLS / 2
    while disconnects < DISCONNECTS or kills < KILLS or len(ids) < JOBS:
        now = time.monotonic()
        assert now < end + 360, f"{disconnects} disconnects, {kills} kills so far"
        if now >= next_job:
            ids.add(jobs.normal(remote.create_job()))
            next_job += 0.4
        if now >= next_cut and disconnects < DISCONNECTS:
            remote.fault(dice.choice(CUTS), "stream")
            disconnects += 1
            next_cut = now + dice.expovariate(DISCONNECTS / seconds)
        if now >= next_kill and kills < KILLS:
            metrics = daemon.metrics()
            kills_in_replays += metrics.get("replay_events_total", source="stream") > 0
            daemon.stop(signal.SIGKILL)
            kills += 1
            next_kill = now + seconds / KILLS
            daemon = start().wait_ready()
        wait.until_time(min(next_job, next_cut, next_kill, now + 0.2))

    jobs.wait_settled(kafka.brokers, prefix, ids, 180)
    jobs.wait_recovered(kafka.brokers, prefix, 60)
    assert daemon.stop() == 0
    result = check(remote, kafka, prefix, ids)
    print(f"{disconnects} disconnects, {kills} kills, {kills_in_replays} after a replay had begun")
    assert (result.missing, result.doubled) == (0, 0)
    assert kills_in_replays > 0


@pytest.mark.sanitized
@pytest.mark.kafka
def test_a_job_whose_whole_life_lies_in_a_gap_is_fetched(
    kafka: Broker, prefix: str, simulator: Callable[..., Simulator], connect: Callable[..., Daemon]
) -> None:
    """The daemon is down meanwhile: it is found in the task list only."""
    remote = simulator(jobs_every="1h", jobs_lasting="1s", jobs_events=50)
    settings = {**QUICK, "brokers": kafka.brokers, "kafka_topic_prefix": prefix}
    daemon = connect(remote, **settings).wait_ready()
    daemon.wait_session()
    ids = {jobs.normal(remote.create_job())}
    jobs.wait_settled(kafka.brokers, prefix, ids, 60)
    assert daemon.stop() == 0
    ids |= {jobs.normal(remote.create_job()) for _ in range(5)}
    jobs.wait_ended(remote)
    daemon = connect(remote, **settings).wait_ready()
    jobs.wait_settled(kafka.brokers, prefix, ids, 90)
    assert daemon.stop() == 0
    result = check(remote, kafka, prefix, ids)
    assert (result.missing, result.doubled) == (0, 0)


@pytest.mark.kafka
def test_replays_are_where_the_streams_are(
    kafka: Broker,
    prefix: str,
    tmp_path: Path,
    simulator: Callable[..., Simulator],
    api: Callable[..., ApiServer],
    connect: Callable[..., Daemon],
) -> None:
    """Two hosts, as the API has: tasks on one, streams and replays on the other. Neither knows what the other has."""
    remote = simulator(jobs_every="1h", jobs_lasting="1s", jobs_events=50)

    def tasks_alone(request: Request) -> bytes:
        known = request.target.startswith("/v1/tasks")
        return answer(remote.get(request.target)) if known else answer(status="404 Not Found")

    elsewhere = api(tasks_alone)
    trusted = tmp_path / "both.pem"
    trusted.write_bytes(remote.ca_file.read_bytes() + elsewhere.ca_file.read_bytes())
    hosts = {"url": elsewhere.url, "api_stream_url": remote.url, "api_ca_file": str(trusted)}
    settings = {**QUICK, **hosts, "brokers": kafka.brokers, "kafka_topic_prefix": prefix}
    daemon = connect(remote, **settings).wait_ready()
    daemon.wait_session()
    job = jobs.normal(jobs.begin_in_a_gap(remote, daemon))
    jobs.wait_settled(kafka.brokers, prefix, {job}, 60)
    jobs.wait_recovered(kafka.brokers, prefix, 60)
    assert daemon.stop() == 0
    assert elsewhere.requests and all(asked.target.startswith("/v1/tasks") for asked in elsewhere.requests)
    result = check(remote, kafka, prefix, {job})
    assert (result.missing, result.doubled) == (0, 0)


@pytest.mark.long
@pytest.mark.kafka
def test_a_job_whose_first_2000_of_5000_events_fall_into_a_gap_is_whole(
    kafka: Broker, prefix: str, simulator: Callable[..., Simulator], connect: Callable[..., Daemon]
) -> None:
    # A job has half to 1.5 of the events, and of the time.
    remote = simulator(jobs_every="1h", jobs_lasting="20s", jobs_events=10_000, jobs_twins=0.05)
    settings = {**QUICK, "brokers": kafka.brokers, "kafka_topic_prefix": prefix}
    daemon = connect(remote, **settings).wait_ready()
    daemon.wait_session()
    assert daemon.stop() == 0
    for _ in range(10):
        job = remote.create_job()
        wait.until("2,000 events passed", lambda: remote.job(job)["events"] >= 2_000, 60)
        remote.quiet(("stream",))
        missed = remote.job(job)["events"]
        if missed <= 4_000:  # 1,000 are left, and more
            break
        remote.fault("resume", "stream")
        jobs.wait_ended(remote)
    daemon = connect(remote, **settings).wait_ready()
    daemon.wait_session()
    remote.fault("resume", "stream")
    records = jobs.wait_settled(kafka.brokers, prefix, {jobs.normal(job)}, 120)
    jobs.wait_recovered(kafka.brokers, prefix, 60)
    live = daemon.metrics().get("received_events_total") - daemon.metrics().get("replay_events_total")
    assert daemon.stop() == 0
    result = check(remote, kafka, prefix, {jobs.normal(job)})
    print(f"{missed} events before the session, {live:.0f} came live")
    assert missed >= 2_000 and live >= 1_000 and result.events >= 5_000
    assert (result.missing, result.doubled) == (0, 0)
    assert records[jobs.normal(job)]["events"] == result.events


@pytest.mark.kafka
def test_a_job_that_was_settled_before_a_gap_is_left_alone(
    kafka: Broker, prefix: str, simulator: Callable[..., Simulator], connect: Callable[..., Daemon]
) -> None:
    """The gap is widened by ten minutes, so that the job's time meets it."""
    remote = simulator(jobs_every="1h", jobs_lasting="5s", jobs_events=200)
    settings = {**QUICK, "brokers": kafka.brokers, "kafka_topic_prefix": prefix}
    daemon = connect(remote, **settings).wait_ready()
    daemon.wait_session()
    before = jobs.normal(remote.create_job())
    settled = jobs.wait_settled(kafka.brokers, prefix, {before}, 60)
    replays = daemon.logged("replay ended", before)

    after = jobs.normal(jobs.begin_in_a_gap(remote, daemon))
    jobs.wait_settled(kafka.brokers, prefix, {before, after}, 60)
    jobs.wait_recovered(kafka.brokers, prefix, 60)
    assert daemon.stop() == 0
    assert daemon.logged("replay ended", after)
    assert daemon.logged("replay ended", before) == replays
    left = jobs.newest(kafka.brokers, f"{prefix}.jobs")[before]
    for name in ("status", "settled", "events", "replays"):
        assert left[name] == settled[before][name], name
    result = check(remote, kafka, prefix, {before, after})
    assert (result.missing, result.doubled) == (0, 0)


@pytest.mark.kafka
@pytest.mark.parametrize("fault", sanitizers.some(["replay_missing", "replay_changed"], "replay_changed"))
def test_a_replay_that_does_not_match_publishes_nothing(
    kafka: Broker,
    prefix: str,
    simulator: Callable[..., Simulator],
    connect: Callable[..., Daemon],
    fault: str,
) -> None:
    remote = simulator(
        jobs_every="1h",
        jobs_lasting="8s",
        jobs_events=800,
        jobs_failed=0,
        jobs_revoked=0,
        faults=f"{fault}:probability=1:fraction=0.05",
    )
    daemon = connect(remote, **QUICK, brokers=kafka.brokers, kafka_topic_prefix=prefix).wait_ready()
    daemon.wait_session()

    def of_stream(name: str, **labels: str) -> float:
        return daemon.metrics().get(name, source="stream", **labels)

    # Of fewer events, each could be among the 95 % that are as they were.
    jobs.begin_and_hold(remote, daemon)
    wait.until("they are published", lambda: of_stream("published_events_total") > 200, 120)
    sessions = of_stream("sessions_total")
    remote.fault("reset", "stream")
    wait.until("it connects again", lambda: of_stream("sessions_total") > sessions)
    remote.fault("resume", "stream")
    wait.until("a replay is held", lambda: of_stream("replays_total", result="held") > 0, 90)
    assert daemon.stop() == 0
    assert daemon.logged("replay_held")
    # Nothing but what the live stream brought, and that once.
    sent = Counter(line.line for line in remote.sent("stream") if line.whole)
    found = Counter(message.value() for message in topics.read(kafka.brokers, f"{prefix}.stream"))
    assert found
    assert not found - sent
