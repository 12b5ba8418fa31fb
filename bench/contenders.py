"""Who is measured by bench/side_by_side, and how a run of each goes."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, NamedTuple

from harness import wait
from harness.broker import Broker
from harness.daemon import Daemon
from harness.process import ROOT, clean_environment, end_with_parent
from servers import FileServer, Remote, StreamServer, checked
from usage import Run, Usage

PARTITIONS = 4
MAX_EVENT = 16 * 1024 * 1024  # penstock's default, events.max_size; Kafka's is 1 MiB
RUN_LIMIT = 300  # seconds
CURL_TOO_SLOW = 28
FLOORS = ROOT / "build" / "release" / "bench"
BENTHOS = ROOT / "build" / "benthos"


class Input(NamedTuple):
    name: str
    source: str
    file: Path
    size: int
    events: int


@dataclass
class Bench:
    folder: Path
    broker: Broker
    codec: str
    server: FileServer | StreamServer
    input: Input

    def topics(self, *arguments: str) -> None:
        """Kafka's own tool, from where the broker has its classes."""
        broker = Path(f"/proc/{self.broker.pid}/cmdline").read_text().split("\0")
        java, classes = broker[0], broker[broker.index("-cp") + 1]
        tool = [java, "-cp", classes, "org.apache.kafka.tools.TopicCommand"]
        checked([*tool, "--bootstrap-server", self.broker.brokers, *arguments])

    def make_topic(self, topic: str) -> None:
        self.topics(
            *["--create", "--topic", topic, "--partitions", str(PARTITIONS)],
            *["--config", f"max.message.bytes={2 * MAX_EVENT}"],
        )

    def delete_topics(self) -> None:
        self.topics("--delete", "--topic", r"(penstock\.)?bench-.*")

    def check_topic(self, topic: str) -> None:
        """What a consumer sees of it is as much as was sent: soon, as Kafka marks what is committed after its answer."""
        sent = self.input.events, self.input.size
        wait.until(
            f"{topic} has the {sent[0]} events, {sent[1]} B that were sent",
            lambda: self._seen(topic) == sent,
        )

    def _seen(self, topic: str) -> tuple[int, int]:
        """Events and bytes. kcat ends each event with a line end."""
        reader = subprocess.Popen(
            ["kcat", "-C", "-q", "-e", "-b", self.broker.brokers, "-t", topic, "-o", "beginning"]
            + ["-X", "isolation.level=read_committed", "-X", f"fetch.message.max.bytes={MAX_EVENT}"],
            stdout=subprocess.PIPE,
        )
        size = events = 0
        while block := reader.stdout.read(1 << 20):
            size += len(block)
            events += block.count(b"\n")
        assert reader.wait() == 0, f"kcat can't read {topic}"
        return events, size


class Contender(NamedTuple):
    word: str  # for the command line
    name: str
    run: Callable[[Bench, Remote, str], Run]  # the last: a name that no other run has
    missing: Callable[[Bench], str] = lambda bench: ""  # why it can't run here
    floor: str = ""  # the word of what publishing costs it by itself


def run_penstock(bench: Bench, remote: Remote, name: str, **settings: str) -> Run:
    prefix = f"bench-{name}"
    with Usage() as usage:
        daemon = Daemon(
            bench.folder / name,
            url=remote.url,
            brokers=bench.broker.brokers,
            sources=bench.input.source,
            api_ca_file=str(remote.ca_file),
            api_token=name,
            api_backoff_refused="1h",
            kafka_topic_prefix=prefix,
            kafka_partitions=str(PARTITIONS),
            kafka_properties=f"compression.codec={bench.codec}",
            **settings,
        )
        usage.of(daemon.pid)
        try:
            wait.until("all is committed", lambda: committed(daemon, bench.input), RUN_LIMIT)
            status = daemon.stop()
        finally:
            daemon.kill()
    assert status == 0, f"penstock ended with {status}:\n{daemon.log_text()[-4000:]}"
    bench.check_topic(f"{prefix}.{bench.input.source}")
    return usage.run


def run_penstock_in_memory(bench: Bench, remote: Remote, name: str) -> Run:
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="penstock-") as folder:
        return run_penstock(bench, remote, name, journal_directory=folder)


def committed(daemon: Daemon, events: Input) -> bool:
    try:
        samples = daemon.metrics().samples
    except OSError:
        return False  # it doesn't listen yet
    ends = ("penstock_published_events_total", "penstock_dead_letters_total")
    return sum(value for name, _, value in samples if name in ends) >= events.events


def run_kcat(bench: Bench, remote: Remote, name: str) -> Run:
    topic = f"bench-{name}"
    bench.make_topic(topic)
    curl = ["curl", "-s", "--fail", "--cacert", remote.ca_file, "-H", f"X-Token: {name}"]
    curl += [f"{remote.url}/v1/{bench.input.source}"]
    kcat = ["kcat", "-P", "-z", bench.codec, "-b", bench.broker.brokers, "-t", topic]
    kcat += ["-X", f"message.max.bytes={MAX_EVENT}"]
    # kcat waits for more than a line before it sends one: what doesn't end has to be ended.
    if bench.server.endless:
        curl += ["--speed-limit", "1", "--speed-time", "1"]
    else:
        curl += ["-S"]
    with Usage() as usage:
        source = start(curl, stdout=subprocess.PIPE)
        sink = start(kcat, stdin=source.stdout)
        source.stdout.close()
        usage.of(source.pid, sink.pid)
        try:
            statuses = ended(source), ended(sink)
        finally:
            for child in (source, sink):
                child.kill()
                child.wait()
    assert statuses == (CURL_TOO_SLOW if bench.server.endless else 0, 0), (
        f"curl and kcat ended with {statuses}"
    )
    bench.check_topic(topic)
    return usage.run


def run_receive(bench: Bench, remote: Remote, name: str) -> Run:
    url = f"{remote.url}/v1/{bench.input.source}"
    command = [FLOORS / "receive_floor", url, remote.ca_file, name]
    if bench.server.endless:
        command += [str(bench.input.size)]
    with Usage() as usage:
        child = start(command, stdout=subprocess.PIPE)
        usage.of(child.pid)
        output = child.stdout.read()
        child.wait()
    assert child.returncode == 0, "receive_floor failed"
    received = int(output)  # of chunks, their framing as well
    assert received == bench.input.size or bench.server.endless, f"received: {received} B"
    return usage.run


def run_produce(bench: Bench, name: str, key: str) -> Run:
    topic = f"bench-{name}"
    bench.make_topic(topic)
    command = [FLOORS / "produce_floor", bench.broker.brokers, topic, bench.input.file, key]
    cpu, wall = map(float, checked([*command, f"compression.codec={bench.codec}"]).split())
    bench.check_topic(topic)
    return Run(cpu, wall)


# No key: it would be one more look at the JSON.
BENTHOS_CONFIG = """
http: {{enabled: false}}
logger: {{level: WARN}}
input:
  http_client:
    url: {url}
    verb: GET
    headers: {{X-Token: {token}}}
    tls: {{enabled: true, root_cas_file: {ca_file}}}
    stream: {{enabled: true, reconnect: false, codec: lines, max_buffer: {max_event}}}
output:
  kafka_franz:
    seed_brokers: ["{brokers}"]
    topic: {topic}
    compression: {codec}
    max_message_bytes: {max_event}B
    batching: {{count: 5000, byte_size: 1000000, period: 100ms}}
"""


def run_benthos(bench: Bench, remote: Remote, name: str) -> Run:
    topic = f"bench-{name}"
    bench.make_topic(topic)
    config, log = bench.folder / f"{name}.yaml", bench.folder / f"{name}.log"
    config.write_text(
        BENTHOS_CONFIG.format(
            url=f"{remote.url}/v1/{bench.input.source}",
            token=name,
            ca_file=remote.ca_file,
            brokers=bench.broker.brokers,
            topic=topic,
            codec=bench.codec,
            max_event=MAX_EVENT,
        )
    )
    with log.open("wb") as output, Usage() as usage:
        child = start([BENTHOS, "-c", config], stdout=output, stderr=output)
        usage.of(child.pid)
        try:
            status = ended(child)
        finally:
            child.kill()
            child.wait()
    assert status == 0, f"Benthos ended with {status}:\n{log.read_text()[-2000:]}"
    bench.check_topic(topic)
    return usage.run


def ended(child: subprocess.Popen) -> int:
    try:
        return child.wait(RUN_LIMIT)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{child.args[0]} was still there after {RUN_LIMIT} s") from None


def start(command: list[str | Path], **streams: object) -> subprocess.Popen:
    return subprocess.Popen(command, env=clean_environment(), preexec_fn=end_with_parent, **streams)


def benthos_missing(bench: Bench) -> str:
    if not BENTHOS.exists():
        return "not built: go build -C bench/benthos -o ../../build/"
    return "ends with its input only, and this one has no end" if bench.server.endless else ""


def no_package(_: Bench) -> str:
    return "Debian 12 has no package of it"


def never(*_: object) -> Run:
    raise AssertionError("is missing")


KCAT = Contender("kcat", "curl | kcat -P", run_kcat)
RECEIVE = Contender("tls", "A: TLS receive only", run_receive)
CONTENDERS = [
    RECEIVE,
    Contender("produce", "B: rd_kafka_produce, key: ip", lambda b, _, name: run_produce(b, name, "ip")),
    Contender(
        "produce-none", "B: rd_kafka_produce, key: none", lambda b, _, name: run_produce(b, name, "none")
    ),
    Contender("penstock", "penstock, key: ip", run_penstock, floor="produce"),
    Contender(
        "penstock-none",
        "penstock, key: none",
        lambda bench, remote, name: run_penstock(bench, remote, name, kafka_key="none"),
        floor="produce-none",
    ),
    Contender(
        "penstock-tmpfs", "the default, journal in tmpfs", run_penstock_in_memory, floor="produce"
    ),
    KCAT,
    Contender("benthos", "Benthos 4.27", run_benthos, benthos_missing),
    Contender("vector", "Vector", never, no_package),
    Contender("fluent-bit", "Fluent Bit", never, no_package),
]
# What the ledger costs: of a stream of jobs, once as any other stream.
CONTENDERS_OF_JOBS = [
    Contender(
        "penstock-without-jobs",
        "penstock, jobs: false",
        lambda bench, remote, name: run_penstock(bench, remote, name, sources_stream_jobs="false"),
    ),
    Contender("penstock-jobs", "penstock, jobs: true", run_penstock),
    KCAT,
]
