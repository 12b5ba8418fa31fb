"""`penstock gaps` and `penstock replay` beside a running daemon, and without one."""

import http.client
import json
import signal
import socket
import stat
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from harness import wait
from harness.process import PENSTOCK, clean_environment, run, variables
from harness.simulator import Simulator

JOBS = {"jobs_lasting": "1s", "jobs_failed": 0, "jobs_revoked": 0}
LIVE = {**JOBS, "jobs_every": "500ms", "jobs_events": 100, "jobs_lasting": "5s"}
SMALL = {**JOBS, "jobs_every": "500ms", "jobs_events": 50}
LARGE = {**JOBS, "jobs_every": "5s", "jobs_events": 30_000}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def of_kafka(brokers: str, prefix: str) -> dict[str, str]:
    return variables(
        api_url="https://unused.test",
        sources="firehose",
        kafka_brokers=brokers,
        kafka_topic_prefix=prefix,
    )


def of_api(remote: Simulator) -> dict[str, str]:
    return variables(api_url=remote.url, api_ca_file=remote.ca_file, api_token=remote.token)


def jobs_that_are(remote: Simulator, status: str) -> list[str]:
    return [job["job_id"] for job in remote.jobs() if job["status"] == status]


def finished_job(remote: Simulator) -> str:
    return wait.until("a job has succeeded", lambda: jobs_that_are(remote, "success"))[0]


def over_socket(path: Path, method: str, target: str) -> tuple[int, dict]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        connection.sendall(f"{method} {target} HTTP/1.0\r\n\r\n".encode())
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status, json.loads(answer.read())


@pytest.fixture
def bare(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess]:
    """bare(argument, …, env=…): with an empty configuration file."""
    config = tmp_path / "empty.yaml"
    config.write_text("log: {format: json}\n")

    def command(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess:
        return run(*arguments, env={"PENSTOCK_CONFIG": str(config), **env})

    return command


@pytest.mark.kafka
def test_a_cut_session_shows_as_a_gap(kafka, prefix, simulator, connect, bare):
    remote = simulator(rate=500)
    local = connect(remote, brokers=kafka.brokers, kafka_topic_prefix=prefix).wait_ready()
    wait.until("it publishes", lambda: local.metrics().get("published_events_total") > 500)
    environment = of_kafka(kafka.brokers, prefix)
    before = bare("gaps", env=environment)
    assert (before.returncode, before.stdout, before.stderr) == (0, "", "no gaps\n")

    remote.fault("reset", "firehose")

    def over() -> list[dict]:
        done = bare("gaps", "-o", "ndjson", env=environment)
        assert done.returncode == 0, done.stderr
        found = [json.loads(line) for line in done.stdout.splitlines()]
        return [gap for gap in found if gap["ended_at"]]

    (gap,) = wait.until("the gap is told", over)
    assert (gap["source"], gap["cause"]) == ("firehose", "aborted")
    assert gap["state"] == "unrecoverable"  # firehose has no jobs to replay

    table = bare("gaps", env=environment).stdout.splitlines()
    assert table[0].split()[:5] == ["STARTED,", "UTC", "LASTED", "CAUSE", "STATE"]
    assert "aborted" in table[1] and "unrecoverable" in table[1]
    assert f"firehose/{gap['gap_id']}" in table[2]
    assert all(len(line) <= 80 for line in table)
    assert bare("gaps", "--source", "stream", env=environment).stderr == "no gaps\n"
    assert bare("gaps", "--source", "stream", "-o", "json", env=environment).stdout == "[]\n"
    assert json.loads(bare("gaps", "--all", "-o", "json", env=environment).stdout) == [gap]


@pytest.mark.kafka
def test_gaps_says_that_the_topic_is_missing(kafka, prefix, bare):
    done = bare("gaps", env=of_kafka(kafka.brokers, prefix))
    assert done.returncode == 1
    assert f"there is no topic {prefix}.gaps" in done.stderr


def test_a_replay_to_standard_output_is_the_jobs_lines(simulator, bare):
    remote = simulator(rate=1, **SMALL)
    job = finished_job(remote)
    expected = remote.replay(job)
    assert len(expected) > 10
    for written in (job, f"client-{job}"):
        done = bare("replay", written, "--to-stdout", env=of_api(remote))
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.encode().splitlines() == expected


def test_a_replay_to_standard_output_says_what_went_wrong(simulator, bare):
    remote = simulator(rate=1)
    unknown = bare("replay", UNKNOWN, "--to-stdout", env=of_api(remote))
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert f"the API has no replay of job {UNKNOWN}" in unknown.stderr
    refused = bare("replay", UNKNOWN, "--to-stdout", env=of_api(remote) | variables(api_token="no"))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "401" in refused.stderr


def test_a_replay_to_standard_output_ends_with_its_reader_and_at_a_signal(simulator, tmp_path):
    # More than pipes and sockets hold, so that it waits for its reader.
    remote = simulator(rate=1, **LARGE)
    job = finished_job(remote)
    config = tmp_path / "empty.yaml"
    config.write_text("log: {format: json}\n")

    def start() -> subprocess.Popen:
        return subprocess.Popen(
            [PENSTOCK, "replay", job, "--to-stdout", "-c", config],
            env=clean_environment() | of_api(remote),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    with start() as reader_leaves:
        json.loads(reader_leaves.stdout.readline())
        reader_leaves.stdout.close()
        assert reader_leaves.stderr.read() == b""
        assert reader_leaves.wait(30) == 0

    with start() as interrupted:
        first = interrupted.stdout.readline()
        interrupted.send_signal(signal.SIGINT)
        rest = interrupted.stdout.read()
        assert interrupted.wait(30) == 1
        assert b"interrupted; written: " in interrupted.stderr.read()
    lines = (first + rest).splitlines(keepends=True)
    assert len(lines) < 30_000 / 2
    for line in lines:
        assert line.endswith(b"\n") and json.loads(line)


@pytest.mark.kafka
def test_a_replay_is_asked_of_the_daemon(kafka, prefix, simulator, connect, tmp_path, bare):
    remote = simulator(rate=100, **LIVE)
    local = connect(
        remote,
        folder="local",
        sources="firehose,stream",
        brokers=kafka.brokers,
        kafka_topic_prefix=prefix,
        replay_settle_after="1h",
    ).wait_ready()
    path = tmp_path / "local" / "admin.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    environment = of_kafka(kafka.brokers, prefix) | variables(admin_socket=path)

    # A job that a gap touched isn't settled by what came live, and not for an hour by replays.
    wait.until("it publishes", lambda: local.metrics().get("published_events_total", source="stream"))
    running = wait.until("jobs run", lambda: jobs_that_are(remote, "started"))
    remote.fault("reset", "stream")
    # The newest may have begun so late that the daemon doesn't know it yet.
    replayed = wait.until("a gap is recovered", lambda: [j for j in running if local.logged("replay_started", j)])
    job = replayed[0]
    wait.until("the job ends", lambda: job in jobs_that_are(remote, "success"))
    before = len(local.logged("replay_finished", job))
    done = bare("replay", job, env=environment)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr == (
        f"accepted: job {job} of the source stream is replayed as soon as its turn comes\n"
    )
    wait.until("it is replayed", lambda: len(local.logged("replay_finished", job)) > before)

    unknown = bare("replay", UNKNOWN, env=environment)
    assert unknown.returncode == 1 and "isn't known" in unknown.stderr
    nowhere = bare("replay", job, "--source", "sinkhole", env=environment)
    assert nowhere.returncode == 1 and "there is no source sinkhole" in nowhere.stderr
    assert over_socket(path, "POST", f"/replay/{job}?source=firehose")[0] == 409
    assert over_socket(path, "GET", "/version")[0] == 200
    accepted = {"accepted": True, "applied": [], "needs_restart": []}
    assert over_socket(path, "POST", "/reload") == (202, accepted)
    (tmp_path / "local" / "penstock.yaml").write_text("log: {level: loud}\n")
    status, answer = over_socket(path, "POST", "/reload")
    assert status == 409 and "loud" in answer["error"]

    assert local.stop() == 0
    assert not path.exists()
    gone = bare("replay", job, env=environment)
    assert gone.returncode == 1
    assert gone.stderr == f"penstock: no daemon answers on {path}: No such file or directory\n"


def test_a_daemon_runs_without_a_place_for_its_socket(simulator, connect, tmp_path):
    local = connect(simulator(rate=1), admin_socket=str(tmp_path / "none" / "admin.sock"))
    local.wait_ready("/livez")
    assert local.logged("no admin socket")
