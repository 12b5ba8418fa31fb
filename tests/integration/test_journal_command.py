"""`penstock journal` beside a running daemon, and on what one left."""

import json
import re
import signal
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from harness import jobs, topics, wait
from harness.broker import Broker
from harness.daemon import Daemon
from harness.exactly_once import compared
from harness.process import PENSTOCK, clean_environment, run, variables
from harness.simulator import Simulator
from harness.verifier import is_whole_object

SOURCE = "firehose"


def cat(journal: Path) -> tuple[int, list[bytes], str]:
    """Exit status, lines, messages."""
    command = [PENSTOCK, "journal", "cat", journal]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, timeout=60, check=False)
    return done.returncode, [line.rstrip(b"\r") for line in done.stdout.split(b"\n") if line], done.stderr.decode()


def of_source(brokers: str) -> dict[str, str]:
    return variables(api_url="https://unused.test", sources=SOURCE, kafka_brokers=brokers)


def sent(remote: Simulator) -> list[bytes]:
    return [record.line for record in remote.sent(SOURCE) if record.whole]


@pytest.fixture
def left_behind(
    simulator: Callable[..., Simulator], connect: Callable[..., Daemon], tmp_path: Path
) -> tuple[Simulator, Path]:
    """What a killed daemon without a Kafka received: the remote, which sends no more, and the journal."""
    remote = simulator(rate=2000)
    daemon = connect(remote, folder="killed").wait_ready("/livez")
    wait.until("lines wait", lambda: daemon.metrics().get("received_bytes_total") > 5e6, 60)
    daemon.stop(signal.SIGKILL)
    remote.quiet((SOURCE,))
    return remote, tmp_path / "killed" / "journal"


@pytest.mark.kafka
def test_it_is_read_while_a_daemon_writes_and_frees(
    kafka: Broker,
    prefix: str,
    simulator: Callable[..., Simulator],
    connect: Callable[..., Daemon],
    tmp_path: Path,
) -> None:
    remote = simulator(rate="max")
    daemon = connect(
        remote, folder="busy", brokers=kafka.brokers, kafka_topic_prefix=prefix, journal_max_size="96MiB"
    ).wait_ready()
    wait.until("it publishes", lambda: daemon.metrics().get("published_events_total") > 0, 60)
    journal = tmp_path / "busy" / "journal"

    def segments() -> set[str]:
        return {path.name for path in (journal / SOURCE).glob("*.segment")}

    def look() -> str:
        done = run("journal", "verify", journal, "-o", "ndjson")
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        [verdict] = map(json.loads, done.stdout.splitlines())
        assert verdict["result"] == "ok" and verdict["text"].endswith("; a daemon has it")
        return verdict["text"]

    begun = segments()
    seen: list[str] = []

    def freed() -> bool:
        seen.append(look())
        return len(seen) >= 10 and not begun <= segments()

    wait.until("segments were freed in 10 looks or more", freed, 240, every=0)
    assert any("may not be in Kafka yet" in text for text in seen)
    daemon.kill()


@pytest.mark.sanitized
@pytest.mark.kafka
def test_cat_prints_what_the_next_start_publishes(
    kafka: Broker, prefix: str, left_behind: tuple[Simulator, Path], connect: Callable[..., Daemon]
) -> None:
    remote, journal = left_behind
    status, waiting, messages = cat(journal)
    assert (status, messages) == (0, "")
    assert waiting and waiting == sent(remote)[: len(waiting)]
    shown = [json.loads(row) for row in run("journal", "ls", journal, "-o", "ndjson").stdout.splitlines()]
    assert sum(row["lines"] for row in shown) == len(waiting)
    assert all(isinstance(row[number], int) for row in shown for number in ("blocks", "bytes"))
    assert all(re.fullmatch(r"20.{8}T.{8}\.\d{3}Z", row["received_from"]) for row in shown if row["blocks"])
    assert {row["source"] for row in shown} == {SOURCE}

    daemon = connect(remote, folder="killed", brokers=kafka.brokers, kafka_topic_prefix=prefix)
    daemon.wait_ready().wait_drained((SOURCE,))
    assert daemon.stop() == 0
    found = [message.value() for message in topics.read(kafka.brokers, f"{prefix}.{SOURCE}")]
    assert sorted(found) == sorted(waiting)
    assert cat(journal) == (0, [], "")
    nothing = run("journal", "ls", journal)
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert nothing.stderr == "nothing that Kafka may not have\n"
    assert run("journal", "ls", journal, "-o", "json").stdout == "[]\n"


@pytest.mark.sanitized
@pytest.mark.kafka
def test_what_another_daemon_left_is_published_beside_the_one_that_runs(
    kafka: Broker,
    prefix: str,
    simulator: Callable[..., Simulator],
    connect: Callable[..., Daemon],
    tmp_path: Path,
) -> None:
    remote = simulator(rate=1000, faults="malformed:probability=0.001")
    to_kafka = {"brokers": kafka.brokers, "kafka_topic_prefix": prefix}
    received = 0.0

    def receive_and_die(bytes_more: float, **settings: str) -> None:
        nonlocal received
        daemon = connect(remote, folder="first", kafka_topic_prefix=prefix, **settings)
        daemon.wait_ready("/livez")
        wait.until("it receives", lambda: daemon.metrics().get("received_bytes_total") > bytes_more, 60)
        if settings:  # a Kafka: the state says that there was a session
            wait.until("it publishes", lambda: daemon.metrics().get("published_events_total") > 0, 60)
        received += daemon.metrics().get("received_events_total")
        daemon.stop(signal.SIGKILL)

    receive_and_die(3e6, brokers=kafka.brokers)
    receive_and_die(3e6)  # without Kafka
    left = tmp_path / "first" / "journal"
    waiting = cat(left)[1]
    second = connect(remote, folder="second", **to_kafka).wait_ready()
    wait.until("it publishes", lambda: second.metrics().get("published_events_total") > 1000, 60)

    settings = of_source(kafka.brokers) | variables(kafka_topic_prefix=prefix)
    gap_notes = [gap["note"] for gap in jobs.newest(kafka.brokers, f"{prefix}.gaps").values()]
    [identity] = {line.split("=")[1] for line in (left / SOURCE / "journal").read_text().split() if "id=" in line}
    assert [note for note in gap_notes if f"journal {identity} on " in note]

    done = run("journal", "publish", left, env=settings)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    count = int(done.stderr.split()[0])
    assert "noted in 1 gap" in done.stderr and 0 < count <= len(waiting)
    again = run("journal", "publish", left, env=settings)
    assert (again.returncode, again.stderr) == (0, "0 lines published\n")
    remote.quiet((SOURCE,))
    last = second.wait_drained((SOURCE,))
    received += last.get("received_events_total")
    assert second.stop() == 0, "it was left alone"
    first = connect(remote, folder="first", **to_kafka).wait_ready()
    first.wait_drained((SOURCE,))
    assert first.stop() == 0

    verifier = compared(remote, kafka, prefix, (SOURCE,), killed=True)[SOURCE]
    # What was left comes behind what the second daemon published, and that alone.
    late = "was sent before the one ahead of it"
    assert [finding for finding in verifier.findings() if not finding.endswith(late)] == []
    assert verifier.lines_found >= received
    # Nobody received what came between the first daemon's death and the second one's session.
    gaps = jobs.newest(kafka.brokers, f"{prefix}.gaps").values()
    [gap] = [gap for gap in gaps if f"journal {identity} on " in gap["note"]]
    assert gap["state"] == "unrecoverable" and "published from there: what was received until 2" in gap["note"]
    published = waiting[-count:]
    assert gap["recovered_events"] == sum(map(is_whole_object, published)), "without what is no event"


@pytest.mark.kafka
def test_the_filter_leaves_out_of_a_journal_what_the_daemon_would(
    kafka: Broker, prefix: str, left_behind: tuple[Simulator, Path], tmp_path: Path
) -> None:
    _, journal = left_behind
    waiting = cat(journal)[1]
    kind = json.loads(waiting[0])["origin"]["type"]
    wanted = [line for line in waiting if json.loads(line)["origin"]["type"] in (kind, "job_status")]
    assert 0 < len(wanted) < len(waiting)
    config = tmp_path / "filtered.yaml"
    config.write_text(f"sources: {{{SOURCE}: {{filter: {{types: [{kind}]}}}}}}\n")
    settings = of_source(kafka.brokers) | variables(kafka_topic_prefix=prefix)
    settings.pop("PENSTOCK_SOURCES")
    done = run("journal", "publish", journal, "-c", config, env=settings)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    left_out = len(waiting) - len(wanted)
    assert f"{len(wanted)} lines published; the filter left out {left_out} events" in done.stderr
    found = [message.value() for message in topics.read(kafka.brokers, f"{prefix}.{SOURCE}")]
    assert sorted(found) == sorted(wanted)


def test_a_source_with_jobs_is_left_to_the_daemon(
    left_behind: tuple[Simulator, Path], tmp_path: Path
) -> None:
    _, journal = left_behind
    settings = of_source("unused:1")
    done = run("journal", "publish", journal, env={**settings, "PENSTOCK_SOURCES": "torrent"})
    assert done.returncode == 1 and "firehose, which isn't configured" in done.stderr
    config = tmp_path / "with-jobs.yaml"
    config.write_text("sources: {firehose: {jobs: true}}\n")
    settings.pop("PENSTOCK_SOURCES")
    done = run("journal", "publish", journal, "-c", config, env=settings)
    assert done.returncode == 1 and "its events go by the ledger" in done.stderr


@pytest.mark.sanitized
def test_damage_is_named_by_verify_and_validate(left_behind: tuple[Simulator, Path]) -> None:
    _, journal = left_behind
    _, whole, _ = cat(journal / SOURCE)
    segment = journal / SOURCE / "1.segment"
    with segment.open("r+b") as file:
        file.seek(1_000_000)
        file.write(bytes(byte ^ 0xFF for byte in segment.read_bytes()[1_000_000:1_000_001]))
    done = run("journal", "verify", journal)
    assert done.returncode == 1
    assert "1.segment: bytes " in done.stdout and " are no block" in done.stdout
    settings = of_source("unused:1") | variables(api_token="t", journal_directory=journal)
    done = run("validate", "--offline", env=settings)
    assert done.returncode == 0 and "1.segment: bytes " in done.stdout
    status, rest, messages = cat(journal)
    assert status == 1 and "are no block" in messages
    assert 0 < len(rest) < len(whole) and set(rest) < set(whole)


def test_what_is_no_journal_is_named(tmp_path: Path) -> None:
    for command in ("ls", "verify", "cat"):
        done = run("journal", command, tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert "holds no journal" in done.stderr
    of_configuration = run("journal", "ls", env=variables(journal_directory=tmp_path))
    assert of_configuration.returncode == 1 and f"{tmp_path} holds no journal" in of_configuration.stderr
    assert run("journal", "publish").returncode == 2
