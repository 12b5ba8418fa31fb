"""`penstock demo`."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from harness import topics, wait
from harness.process import PENSTOCK, clean_environment, end_with_parent, run


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_early_and_leaves_nothing_behind(tmp_path: Path, number: signal.Signals):
    scratch, out = tmp_path / "scratch", tmp_path / "out"
    scratch.mkdir()
    with out.open("wb") as file:
        demo = subprocess.Popen(
            [PENSTOCK, "demo", "--seconds", "3600", "--rate", "50"],
            stdout=file,
            env=clean_environment() | {"TMPDIR": str(scratch)},
            preexec_fn=end_with_parent,
        )
    try:
        wait.until("it runs", lambda: "events in Kafka" in out.read_text())
        assert len(os.listdir(scratch)) == 1
        demo.send_signal(number)
        assert demo.wait(60) == 0, out.read_text()
    finally:
        demo.kill()
    assert "stopped by a signal" in out.read_text()
    assert re.search(r"^  lost +0$", out.read_text(), re.MULTILINE), "what was sent is counted all the same"
    assert os.listdir(scratch) == []


@pytest.mark.kafka
def test_it_says_what_it_leaves_in_a_kafka_of_others(kafka):
    done = run("demo", "--seconds", "1", "--rate", "50", "--brokers", kafka.brokers)
    assert done.returncode == 0, done.stdout + done.stderr
    prefix = re.search(r"The topics stay in that Kafka: (penstock-demo-\d+)\.\* and penstock\.(.*)\.state", done.stdout)
    assert prefix and prefix[1] == prefix[2]
    assert f"{prefix[1]}.firehose" in topics.names(kafka.brokers, prefix[1])
