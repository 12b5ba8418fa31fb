"""Jobs of the simulator, and whether Kafka has each of their events exactly once."""

import json
from collections import Counter
from dataclasses import dataclass

from harness import topics, wait
from harness.daemon import Daemon
from harness.simulator import Simulator


def normal(job_id: str) -> str:
    return job_id.removeprefix("client-")


def canonical(line: bytes) -> str:
    """Equal for the same value, however it is written."""
    return json.dumps(json.loads(line), sort_keys=True)


def is_result(event: dict) -> bool:
    return event["origin"]["type"] != "job_status"


def truth_by_job(simulator: Simulator, jobs: set[str]) -> dict[str, Counter]:
    """Each event of each job, as its replay has them when nothing is wrong."""
    truth = {}
    for job in jobs:
        lines = simulator.replay(job)
        truth[job] = Counter(canonical(line) for line in lines if is_result(json.loads(line)))
    return truth


def found_by_job(brokers: str, topic: str) -> dict[str, Counter]:
    found: dict[str, Counter] = {}
    for message in topics.read(brokers, topic):
        origin = json.loads(message.value())["origin"]
        if "job_id" in origin and origin["type"] != "job_status":
            lines = found.setdefault(normal(origin["job_id"]), Counter())
            lines[canonical(message.value())] += 1
    return found


@dataclass
class Differences:
    events: int = 0
    missing: int = 0
    doubled: int = 0


def compare(truth: dict[str, Counter], found: dict[str, Counter]) -> Differences:
    result = Differences()
    for job in truth:
        sent, there = truth[job], found.get(job, Counter())
        result.events += sent.total()
        result.missing += (sent - there).total()
        result.doubled += (there - sent).total()
    return result


def newest(brokers: str, topic: str) -> dict[str, dict]:
    """The newest record of each key of `<prefix>.jobs` or `<prefix>.gaps`."""
    records = {message.key().decode(): message.value() for message in topics.read(brokers, topic)}
    return {key: json.loads(value) for key, value in records.items() if value}


def wait_ended(simulator: Simulator) -> None:
    going = ("requested", "started")
    wait.until("all jobs ended", lambda: all(job["status"] not in going for job in simulator.jobs()))


def begin_in_a_gap(simulator: Simulator, daemon: Daemon) -> str:
    """A job of which the first events come while the daemon has no session. Returns its id."""
    simulator.quiet(("stream",))
    job = simulator.create_job()
    with daemon.suspended():
        simulator.fault("reset", "stream")
        wait.until("no session is left", lambda: simulator.stats()["sources"]["stream"]["connected"] == 0)
        simulator.fault("resume", "stream")
        wait.until("events pass it by", lambda: simulator.job(job)["events"] > 10)
    return job


def begin_and_hold(simulator: Simulator, daemon: Daemon) -> str:
    """A job of which 200 events and more came live. It stands still until the stream is resumed. Returns its id."""

    def received() -> float:
        return daemon.metrics().get("received_events_total", source="stream")

    for _ in range(10):
        enough = received() + 200
        job = simulator.create_job()
        wait.until("its events come", lambda: received() > enough)
        simulator.quiet(("stream",))
        if simulator.job(job)["status"] == "started":
            return job
        simulator.fault("resume", "stream")
    raise AssertionError("each job ended before it stood still")


def wait_settled(brokers: str, prefix: str, jobs: set[str], seconds: float) -> dict[str, dict]:
    known: dict[str, dict] = {}

    def settled() -> dict[str, dict] | None:
        nonlocal known
        known = newest(brokers, f"{prefix}.jobs")
        return known if all(known.get(job, {}).get("settled") for job in jobs) else None

    try:
        return wait.until(f"{len(jobs)} jobs are settled", settled, seconds, 1)
    except AssertionError as failure:
        open_jobs = {job: known.get(job) for job in jobs if not known.get(job, {}).get("settled")}
        raise AssertionError(f"{failure}\nnot settled: {json.dumps(open_jobs, indent=1)}") from None


def wait_recovered(brokers: str, prefix: str, seconds: float) -> None:
    """Until no gap is open or unrecoverable."""

    def recovered() -> bool:
        gaps = newest(brokers, f"{prefix}.gaps")
        return {gap["state"] for gap in gaps.values()} == {"recovered"}

    wait.until("all gaps are recovered", recovered, seconds, 1)
