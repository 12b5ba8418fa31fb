"""`penstock demo`."""

import contextlib
import os
import re
import resource
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import topics, wait
from harness.process import PENSTOCK, clean_environment, end_with_parent, free_port, run


@pytest.fixture
def scratch() -> Iterator[Path]:
    """Its TMPDIR: short, as there is a UNIX socket in it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@contextlib.contextmanager
def demo(
    out: Path, scratch: Path, *options: str, before: Callable[[], None] = lambda: None
) -> Iterator[subprocess.Popen]:
    """One that runs for an hour, if nobody ends it."""

    def prepare():
        end_with_parent()
        before()

    with out.open("wb") as file:
        process = subprocess.Popen(
            [PENSTOCK, "demo", "--seconds", "3600", "--rate", "50", *options],
            stdout=file,
            stderr=subprocess.STDOUT,
            env=clean_environment() | {"TMPDIR": str(scratch)},
            preexec_fn=prepare,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_early_and_leaves_nothing_behind(tmp_path: Path, scratch: Path, number: signal.Signals):
    out = tmp_path / "out"
    with demo(out, scratch) as process:
        wait.until("it runs", lambda: "events in Kafka" in out.read_text())
        assert len(os.listdir(scratch)) == 1
        process.send_signal(number)
        assert process.wait(60) == 0, out.read_text()
    assert "stopped by a signal" in out.read_text()
    assert re.search(r"^  lost +0$", out.read_text(), re.MULTILINE), "what was sent is counted all the same"
    assert os.listdir(scratch) == []


def test_it_says_how_to_look_at_its_daemon(tmp_path: Path, scratch: Path):
    out = tmp_path / "out"
    with demo(out, scratch) as process:
        wait.until("it runs", lambda: "events in Kafka" in out.read_text())
        told = re.search(r"penstock (top --set admin\.socket=\S+)$", out.read_text(), re.MULTILINE)
        assert told, out.read_text()
        seen = run(*told[1].split(), "--once")
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert seen.returncode == 0 and "firehose" in seen.stdout, seen.stdout + seen.stderr


def test_a_signal_before_the_daemon_is_ready_ends_it(tmp_path: Path, scratch: Path):
    """It never is ready here: no file can be as long as a journal's segment."""
    out, longest = tmp_path / "out", 1 << 20

    def no_journal():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (longest, longest))

    with demo(out, scratch, before=no_journal) as process:
        wait.until("it starts", lambda: "embedded mock" in out.read_text())
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 1, out.read_text()
    assert "stopped by a signal before the daemon was ready" in out.read_text()
    assert os.listdir(scratch) == []


def test_a_signal_ends_it_where_kafka_is_away(tmp_path: Path, scratch: Path):
    """What it received meanwhile would be drained for as long as that takes."""
    out = tmp_path / "out"
    with demo(out, scratch, "--brokers", f"127.0.0.1:{free_port()}") as process:
        wait.until("events are in its journal", lambda: any(b"origin" in s.read_bytes() for s in scratch.rglob("*.segment")))
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 1, out.read_text()
    assert "stopped by a signal before the daemon was ready" in out.read_text()
    assert os.listdir(scratch) == []


def test_a_long_tmpdir_does_not_matter(tmp_path: Path):
    """A UNIX socket's path has at most 107 bytes: its folder is in /tmp then."""
    folder = tmp_path / ("a" * 108)
    folder.mkdir()
    before = set(Path("/tmp").glob("penstock-demo-*"))
    done = run("demo", "--seconds", "1", "--rate", "50", env=clean_environment() | {"TMPDIR": str(folder)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert os.listdir(folder) == []
    assert set(Path("/tmp").glob("penstock-demo-*")) <= before


@pytest.mark.kafka
def test_it_says_what_it_leaves_in_a_kafka_of_others(kafka):
    done = run("demo", "--seconds", "1", "--rate", "50", "--brokers", kafka.brokers)
    assert done.returncode == 0, done.stdout + done.stderr
    prefix = re.search(r"The topics stay in that Kafka: (penstock-demo-\d+)\.\* and penstock\.(.*)\.state", done.stdout)
    assert prefix and prefix[1] == prefix[2]
    assert f"{prefix[1]}.firehose" in topics.names(kafka.brokers, prefix[1])
