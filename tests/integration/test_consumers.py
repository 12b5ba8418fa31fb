"""docs/how-to/consumers.md: each example runs as it stands, and shows what is committed alone."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Callable, Iterator

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import NewTopic
from harness import wait
from harness.broker import Broker
from harness.document import blocks
from harness.process import ROOT, end_with_parent

# Of Java's example, the classes are those of the broker that the tests start.
pytestmark = [pytest.mark.kafka, pytest.mark.own_broker]

PAGE = ROOT / "docs" / "how-to" / "consumers.md"


@pytest.fixture
def topic(kafka: Broker, prefix: str) -> str:
    """Has a transaction that was committed, one that was taken back, and one more."""
    name = f"{prefix}.firehose"
    kafka.admin.create_topics([NewTopic(name, 1, 1)])[name].result(30)
    producer = Producer({"bootstrap.servers": kafka.brokers, "transactional.id": prefix})
    producer.init_transactions(30)
    for key in ("committed-1", "aborted", "committed-2"):
        producer.begin_transaction()
        producer.produce(name, f'{{"origin":{{"type":"port"}},"target":{{"ip":"{key}"}}}}', key)
        producer.flush(30)
        if key == "aborted":
            producer.abort_transaction(30)
        else:
            producer.commit_transaction(30)
    return name


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """begin(command): what it prints goes to the file that is returned."""
    running: list[subprocess.Popen] = []

    def start(command: list[str], **environment: str) -> Path:
        output = tmp_path / f"{len(running)}.out"
        running.append(
            subprocess.Popen(
                command,
                cwd=tmp_path,
                env={**os.environ, **environment},
                stdout=output.open("wb"),
                stderr=subprocess.STDOUT,
                preexec_fn=end_with_parent,
            )
        )
        return output

    yield start
    for process in running:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_every_example_shows_what_is_committed_alone(
    kafka: Broker, topic: str, begin: Callable[..., Path], tmp_path: Path
) -> None:
    java, classes = kafka.java()
    (tmp_path / "libs").symlink_to(Path(classes).parent)
    path = f"{Path(java).parent}:{os.environ['PATH']}"
    outputs = []
    for block in blocks(PAGE):
        assert "localhost:9092" in block.text or "java " in block.text
        text = block.text.replace("localhost:9092", kafka.brokers)
        text = text.replace("binaryedge.firehose", topic)
        if block.language == "java":
            (tmp_path / "Events.java").write_text(text)
        elif block.language == "python":
            outputs.append(begin([sys.executable, "-c", text]))
        else:
            outputs.append(begin(["bash", "-c", f"exec {text}"], PATH=path))

    for output in outputs:
        wait.until(f"{output} has all", lambda: "committed-2" in output.read_text(), 60)
        assert "committed-1" in output.read_text()
        assert "aborted" not in output.read_text()
    assert len(outputs) == 4
