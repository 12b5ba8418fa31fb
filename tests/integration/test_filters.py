"""Filters: what they let pass is published, the rest is counted, and nothing of it is lost."""

import ipaddress
import json
from collections import Counter
from pathlib import Path
from typing import Callable

import pytest
from harness import jobs, topics, wait
from harness.broker import Broker
from harness.daemon import Daemon
from harness.simulator import Simulator

pytestmark = pytest.mark.kafka

SOURCE = "firehose"


def address(event: dict) -> str | None:
    """As `kafka.key: ip` takes it."""
    for part in ("target", "peer", "origin"):
        if "ip" in event.get(part, {}):
            return event[part]["ip"]
    return None


def test_what_passes_is_published_and_the_rest_counted(
    kafka: Broker,
    prefix: str,
    simulator: Callable[..., Simulator],
    connect: Callable[..., Daemon],
    tmp_path: Path,
) -> None:
    networks = [ipaddress.ip_network(text) for text in ("0.0.0.0/2", "128.0.0.0/3", "2000::/4")]
    file = tmp_path / "networks.txt"
    file.write_text("# two of three\n" + "\n".join(map(str, networks[1:])) + "\n")
    types = ("service-simple", "web", "ssl-simple", "http", "ssh")
    remote = simulator(rate=2000)
    daemon = connect(
        remote,
        brokers=kafka.brokers,
        kafka_topic_prefix=prefix,
        sources_firehose_filter_types=",".join(types),
        sources_firehose_filter_networks=str(networks[0]),
        sources_firehose_filter_networks_file=str(file),
    ).wait_ready()
    wait.until("enough is sent", lambda: remote.stats()["sources"][SOURCE]["lines"] > 10_000, 60)
    remote.quiet((SOURCE,))
    metrics = daemon.wait_drained((SOURCE,))
    assert daemon.stop() == 0

    def passes(line: bytes) -> bool:
        event = json.loads(line)
        try:
            ip = ipaddress.ip_address(address(event) or "")
        except ValueError:
            return False  # a host name stands there
        return any(ip in network for network in networks) and event["origin"]["type"] in types

    sent = [record.line for record in remote.sent(SOURCE) if record.whole and not record.bad]
    expected = Counter(filter(passes, sent))
    assert 100 < expected.total() < len(sent) / 2
    found = Counter(message.value() for message in topics.read(kafka.brokers, f"{prefix}.{SOURCE}"))
    assert found == expected
    assert metrics.get("published_events_total", source=SOURCE) == expected.total()
    assert metrics.get("filtered_events_total", source=SOURCE) == len(sent) - expected.total()
    assert metrics.get("received_events_total", source=SOURCE) == len(sent)


def test_jobs_settle_and_their_status_passes(
    kafka: Broker, prefix: str, simulator: Callable[..., Simulator], connect: Callable[..., Daemon]
) -> None:
    """What is filtered of a job isn't missing: no replay is asked for."""
    remote = simulator(jobs_every="1h", jobs_lasting="2s", jobs_events=200)
    daemon = connect(
        remote,
        sources="stream",
        sources_stream_filter_types="no-such-type",
        brokers=kafka.brokers,
        kafka_topic_prefix=prefix,
    ).wait_ready()
    daemon.wait_session()
    job = jobs.normal(remote.create_job())
    jobs.wait_settled(kafka.brokers, prefix, {job}, 60)
    assert daemon.stop() == 0
    types = [
        json.loads(message.value())["origin"]["type"]
        for message in topics.read(kafka.brokers, f"{prefix}.stream")
    ]
    assert set(types) == {"job_status"} and len(types) >= 3
    assert not daemon.logged("replay ended")


def test_a_file_that_is_no_list_of_networks_is_refused_at_the_start(
    simulator: Callable[..., Simulator], connect: Callable[..., Daemon], tmp_path: Path
) -> None:
    file = tmp_path / "networks.txt"
    file.write_text("192.0.2.0/24\nnonsense\n")
    daemon = connect(simulator(), sources_firehose_filter_networks_file=str(file))
    assert daemon.ended() == 78
    assert daemon.logged("the filter can't be made", f"{file}:2: no network: nonsense")
