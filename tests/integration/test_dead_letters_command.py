"""`penstock dead-letters`: what is in the topic, its bytes, and what becomes of a retry."""

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
)
from harness import jobs, topics, wait
from harness.process import PENSTOCK, clean_environment
from harness.simulator import first_lines, size_of_few

pytestmark = pytest.mark.kafka

SOURCE = "firehose"
LINES = 3000
RECEIVED = "2026-11-23T20:15:30.250Z"
EVENT = b'{"origin":{"type":"ssh","ts":1700000000000},"target":{"ip":"192.0.2.7","port":22}}'


class Letters:
    """The command with a prefix of its own, and a client that writes letters as the daemon does."""

    def __init__(self, brokers: str, prefix: str, folder: Path):
        self.brokers = brokers
        self.prefix = prefix
        self.topic = f"{prefix}.dead-letters"
        self.producer = Producer({"bootstrap.servers": brokers})
        config = folder / "penstock.yaml"
        config.write_text(
            "api: {url: https://unused.test}\nsources: {firehose: {}, stream: {}}\n"
            f"kafka: {{brokers: '{brokers}', topic_prefix: {prefix}, "
            "properties: {compression.codec: none}}\n"
        )
        self.environment = {**clean_environment(), "PENSTOCK_CONFIG": str(config)}

    def command(self, *arguments: str) -> list[str]:
        return [str(PENSTOCK), "dead-letters", *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """Output as bytes."""
        return subprocess.run(
            self.command(*arguments),
            env=self.environment,
            capture_output=True,
            timeout=120,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            self.command(*arguments),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def ls(self, *arguments: str) -> list[dict]:
        done = self.run("ls", "-o", "ndjson", *arguments)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def create(self, partitions: int = 1, event_bytes: int = 4_000_000) -> None:
        make_topics(
            self.brokers,
            NewTopic(self.topic, partitions, 1),
            NewTopic(f"{self.prefix}.{SOURCE}", 2, 1, config={"max.message.bytes": str(event_bytes)}),
        )

    def write(self, value: bytes, size: int | None = None, partition: int = 0, **headers: str) -> None:
        known = {
            "reason": "rejected_by_broker",
            "source": SOURCE,
            "session": "1",
            "received_at": RECEIVED,
            "size": str(len(value) if size is None else size),
        }
        self.write_record(
            value, partition, {f"penstock.{name}": text for name, text in (known | headers).items()}
        )

    def write_record(self, value: bytes, partition: int, headers: dict) -> None:
        self.producer.produce(self.topic, value, partition=partition, headers=headers)
        assert self.producer.flush(30) == 0

    def events(self) -> list:
        return list(topics.read(self.brokers, f"{self.prefix}.{SOURCE}"))


def make_topics(brokers: str, *wanted: NewTopic) -> None:
    admin = AdminClient({"bootstrap.servers": brokers})  # its answers need it alive
    for made in admin.create_topics(list(wanted)).values():
        made.result(30)


def allow(brokers: str, topic: str, size: int) -> None:
    entry = ConfigEntry(
        "max.message.bytes", str(size), incremental_operation=AlterConfigOpType.SET
    )
    admin = AdminClient({"bootstrap.servers": brokers})
    resource = ConfigResource("topic", topic, incremental_configs=[entry])
    for done in admin.incremental_alter_configs([resource]).values():
        done.result(30)


@pytest.fixture
def letters(kafka, prefix, tmp_path) -> Letters:
    return Letters(kafka.brokers, prefix, tmp_path)


def test_malformed_lines_are_listed_and_printed_and_not_published(
    kafka, prefix, simulator, connect, letters
):
    assert letters.run("ls").returncode == 1
    assert b"there is no topic" in letters.run("ls").stderr

    remote = simulator(rate=200)
    local = connect(remote, brokers=kafka.brokers, kafka_topic_prefix=prefix).wait_ready()
    empty = letters.run("ls")
    assert (empty.returncode, empty.stdout, empty.stderr) == (0, b"", b"no dead letters\n")
    assert letters.run("ls", "-o", "json").stdout == b"[]\n"
    for _ in range(5):
        remote.fault("malformed", SOURCE)

    found = wait.until("they are there", lambda: (all := letters.ls()) and len(all) >= 5 and all)
    remote.quiet((SOURCE,))
    local.wait_drained((SOURCE,))
    assert local.stop() == 0

    sent = [line.line for line in remote.sent(SOURCE) if line.bad]
    printed = [letters.run("cat", letter["where"]).stdout for letter in found]
    assert sorted(printed) == sorted(sent)
    assert {letter["reason"] for letter in found} == {"invalid_json"}
    assert all(len(line) == letter["size"] for line, letter in zip(printed, found))
    assert json.loads(letters.run("ls", "-o", "json").stdout) == found
    assert letters.ls("-n", "2") == found[-2:]
    assert letters.ls("--source", "stream") == letters.ls("--reason", "too_deep") == []

    table = letters.run("ls").stdout.decode().splitlines()
    assert table[0].split() == ["WHERE", "RECEIVED,", "UTC", "SOURCE", "REASON", "SIZE", "PARTS"]
    assert len(table) == 6 and all(len(line) <= 80 for line in table)

    before = len(letters.events())
    refused = letters.run("retry", "--all")
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr.endswith(b"\n0 published, 5 not\n")
    assert refused.stderr.count(b"isn't published: it is no valid event: invalid_json") == 5
    assert len(letters.events()) == before
    assert letters.ls() == found


@pytest.mark.sanitized
def test_what_the_broker_rejected_is_published_once_after_its_limit_is_raised(
    kafka, prefix, simulator, connect, letters, tmp_path
):
    topic = f"{prefix}.{SOURCE}"
    limit = str(size_of_few(first_lines(tmp_path, SOURCE, LINES)))
    make_topics(kafka.brokers, NewTopic(topic, 2, 1, config={"max.message.bytes": limit}))
    remote = simulator(rate=1000, seed=1)
    local = connect(
        remote,
        brokers=kafka.brokers,
        kafka_topic_prefix=prefix,
        kafka_properties="compression.codec=none,batch.size=16384",
    ).wait_ready()
    wait.until("enough is sent", lambda: remote.stats()["sources"][SOURCE]["lines"] > LINES)
    remote.quiet((SOURCE,))
    local.wait_drained((SOURCE,))
    assert local.stop() == 0
    rejected = letters.ls()
    assert {letter["reason"] for letter in rejected} == {"rejected_by_broker"} and len(rejected) > 1
    sent = [record.line for record in remote.sent(SOURCE)]

    too_early = letters.run("retry", rejected[0]["where"])
    assert too_early.returncode == 1
    assert b"Kafka refuses it" in too_early.stderr and b"max.message.bytes" in too_early.stderr
    assert letters.ls() == rejected

    allow(kafka.brokers, topic, 20_000_000)
    first = rejected[0]["where"]
    one = letters.run("retry", first)
    assert (one.returncode, one.stderr) == (0, b"")
    assert one.stdout == f"{first} published to {topic}\n".encode()
    rest = letters.run("retry", "--all", "--reason", "rejected_by_broker", "--source", SOURCE)
    assert rest.returncode == 0, rest.stderr
    assert rest.stdout.count(b" published to ") == len(rejected) - 1

    # Each line is there once, with the key that its neighbours have.
    found = letters.events()
    assert sorted(message.value() for message in found) == sorted(sent)
    for message in found:
        event = json.loads(message.value())
        sections = [event.get(name, {}) for name in ("target", "peer", "origin")]
        assert message.key() == next(s["ip"] for s in sections if "ip" in s).encode()

    again = letters.run("retry", first)
    assert again.returncode == 1
    assert b"it was retried at 20" in again.stderr and b"--force" in again.stderr
    assert letters.run("retry", "--all").stderr == b"no dead letters to retry\n"
    assert letters.events() and len(letters.events()) == len(sent)

    assert letters.ls() == []
    hidden = letters.run("ls").stderr
    assert hidden == f"no dead letters\n{len(rejected)} more were retried: --all shows them\n".encode()
    retried = letters.ls("--all")
    assert [letter["where"] for letter in retried] == [letter["where"] for letter in rejected]
    assert all(letter["retried_at"] for letter in retried)
    table = letters.run("ls", "--all").stdout.decode().splitlines()
    assert "  retried 20" in table[2] and all(len(line) <= 80 for line in table)

    assert letters.run("retry", "--force", first).returncode == 0
    assert len(letters.events()) == len(sent) + 1


def test_events_of_jobs_are_whole_after_a_retry(kafka, prefix, simulator, connect, letters):
    """The ledger counts what the broker rejected: no replay publishes it, a retry does."""
    remote = simulator(jobs_every="1h", jobs_lasting="1s", jobs_events=50)
    settings = {
        "sources": "stream",
        "brokers": kafka.brokers,
        "kafka_topic_prefix": prefix,
        "kafka_properties": "compression.codec=none,batch.size=16384",
        "replay_settle_after": "1s",
        "replay_task_poll_interval": "1s",
    }
    local = connect(remote, folder="local", **settings).wait_ready()
    local.wait_session()
    assert local.stop() == 0
    ids = {jobs.normal(remote.create_job()) for _ in range(5)}
    jobs.wait_ended(remote)
    limit = size_of_few([line for job in ids for line in remote.replay(job)])
    allow(kafka.brokers, f"{prefix}.stream", limit)

    local = connect(remote, folder="local", **settings).wait_ready()
    jobs.wait_settled(kafka.brokers, prefix, ids, 120)
    local.wait_drained(("stream",))
    rejected = letters.ls("--reason", "rejected_by_broker")
    truth = jobs.truth_by_job(remote, ids)
    found = jobs.compare(truth, jobs.found_by_job(kafka.brokers, f"{prefix}.stream"))
    assert (found.missing, found.doubled) == (len(rejected), 0) and found.missing > 0

    allow(kafka.brokers, f"{prefix}.stream", 20_000_000)
    done = letters.run("retry", "--all")  # beside the daemon
    assert done.returncode == 0, done.stderr
    assert local.stop() == 0
    found = jobs.compare(truth, jobs.found_by_job(kafka.brokers, f"{prefix}.stream"))
    assert (found.missing, found.doubled) == (0, 0)


def test_parts_are_joined_and_foreign_records_are_left_out(letters):
    letters.create(partitions=2)
    large = EVENT[:-1] + b',"data":"' + b"x" * 2_000_000 + b'"}'
    pieces = [large[i : i + 700_000] for i in range(0, len(large), 700_000)]
    for number, piece in enumerate(pieces, 1):
        letters.write(piece, len(large), part=f"{number}/{len(pieces)}")
    letters.write(b"second half", 30, reason="invalid_json", part="2/2")
    letters.write(b"the beginning", 20_000_000, reason="too_large")
    letters.write(b"\x1b]0;title\x07\xff\\", reason="invalid_utf8", partition=1)
    letters.write_record(b"x", 1, {})
    letters.write_record(b"x", 1, {"penstock.reason": b"\xff\x00", "penstock.source": b"\x1b[2J"})
    letters.write_record(b"", 1, {"penstock.retried": "elsewhere"})

    listed = letters.run("ls")
    assert listed.returncode == 0
    assert listed.stderr == b"warning: 3 record(s) left out: not penstock's\n"
    table = listed.stdout.decode("ascii").splitlines()
    assert all(line.isprintable() and len(line) <= 80 for line in table), table
    whole, cut_off, cut, escape = letters.ls()
    assert (whole["where"], whole["parts"], whole["complete"]) == ("0/0", len(pieces), True)
    assert (cut_off["where"], cut_off["parts"], cut_off["complete"]) == ("0/3", 2, False)
    assert "  incomplete: of its 2 parts 2 is there" in table
    assert (cut["kept"], cut["size"]) == (13, 20_000_000)
    assert "  only the first 13 bytes were kept" in table

    assert letters.run("cat", "0/0").stdout == large
    assert letters.run("cat", "0/2").stdout == large  # the place of any part
    beginning = letters.run("cat", cut["where"])
    assert (beginning.returncode, beginning.stdout) == (0, b"the beginning")
    assert b"only the first 13 bytes were kept" in beginning.stderr
    half = letters.run("cat", "0/3")
    assert (half.returncode, half.stdout) == (1, b"second half")
    assert b"incomplete" in half.stderr
    assert letters.run("cat", escape["where"]).stdout == b"\x1b]0;title\x07\xff\\"
    nothing = letters.run("cat", "1/99")
    assert nothing.returncode == 1 and b"there is no dead letter at 1/99" in nothing.stderr

    done = letters.run("retry", "0/1", "0/3", cut["where"], "7/7")
    assert done.returncode == 1
    assert f"0/0 published to {letters.prefix}.{SOURCE}".encode() in done.stdout
    assert b"1 published, 3 not\n" in done.stderr
    assert b"1 of its 2 parts aren't there" in done.stderr
    assert b"only the first 13 of its 20000000 bytes were kept" in done.stderr
    assert b"7/7 isn't published: there is no such dead letter" in done.stderr
    (event,) = letters.events()
    assert (event.key(), event.value()) == (b"192.0.2.7", large)
    assert event.timestamp()[1] == 1795464930250  # that of receipt


def test_a_terminal_gets_no_control_characters(letters):
    letters.create()
    letters.write(b"{\x1b]0;title\x07\xc3\xa4\\", reason="invalid_json")
    terminal, child = pty.openpty()
    with subprocess.Popen(
        letters.command("cat", "0/0"), env=letters.environment, stdout=child
    ) as shown:
        assert shown.wait(60) == 0
    os.close(child)
    assert os.read(terminal, 1000) == rb"{\x1b]0;title\x07\xc3\xa4\\" + b"\r\n"
    os.close(terminal)


def test_headers_are_those_of_the_daemon(letters):
    letters.create()
    letters.write(EVENT)
    done = letters.run("retry", "0/0", "--set", "kafka.headers=basic", "--set", "kafka.key=type")
    assert done.returncode == 0, done.stderr
    (event,) = letters.events()
    assert (event.key(), event.headers()) == (b"ssh", [("penstock.type", b"ssh")])


def test_retries_at_the_same_time_publish_each_letter_once(letters):
    letters.create()
    expected = []
    for number in range(50):
        expected.append(EVENT[:-1] + b',"n":%d}' % number)
        letters.write(expected[-1])
    running = [letters.start("retry", "--all") for _ in range(4)]
    for process in running:
        _, errors = process.communicate(timeout=120)
        assert process.returncode in (0, 1), errors
    last = letters.run("retry", "--all")
    assert last.returncode == 0, last.stderr
    assert sorted(event.value() for event in letters.events()) == sorted(expected)


def test_a_retry_waits_for_marks_behind_an_open_transaction(letters):
    letters.create()
    letters.write(EVENT)
    # Another client's transaction stays open: nothing behind it is shown to a reader of what is
    # committed.
    stuck = Producer(
        {
            "bootstrap.servers": letters.brokers,
            "transactional.id": f"{letters.prefix}.stuck",
            "transaction.timeout.ms": 60000,
            "message.timeout.ms": 60000,
        }
    )
    stuck.init_transactions(30)
    stuck.begin_transaction()
    stuck.produce(letters.topic, b"never committed", partition=0)
    assert stuck.flush(30) == 0
    letters.write_record(
        b"", 0, {"penstock.retried": "0/0", "penstock.retried_at": "2026-11-24T08:00:00.000Z"}
    )
    retry = letters.start("retry", "0/0")
    assert [letter["retried_at"] for letter in letters.ls("--all")] == [None]
    assert retry.poll() is None, "it waits"
    stuck.abort_transaction(30)
    _, errors = retry.communicate(timeout=120)
    assert retry.returncode == 1
    assert b"it was retried at 2026-11-24T08:00:00.000Z" in errors
    assert letters.events() == []
