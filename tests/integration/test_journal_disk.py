"""The journal's disk: full at the start, full while the journal grows, cut under a running daemon."""

import os
import subprocess
from pathlib import Path
from typing import Callable, Iterator

import pytest
from harness import exactly_once, wait
from harness.broker import Broker
from harness.daemon import Daemon
from harness.process import run, variables
from harness.simulator import Simulator

SOURCE = ("firehose",)
MIB = 1 << 20


class SmallDisk:
    """A tmpfs of a size of its own, which something else can fill."""

    def __init__(self, path: Path, size: int, kind: str = "tmpfs"):
        self.path = path
        path.mkdir()
        options = f"size={size},mode=1777" if kind == "tmpfs" else "mode=1777"
        self._as_root("mount", "-t", kind, "-o", options, kind, path)

    def _as_root(self, *command: str | Path) -> None:
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        subprocess.run([*sudo, *command], check=True, timeout=30)

    def fill(self, leaving: int = 0) -> None:
        free = os.statvfs(self.path).f_bavail * os.statvfs(self.path).f_frsize
        with (self.path / "something-else").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, free - leaving)

    def clear(self) -> None:
        (self.path / "something-else").unlink()

    def unmount(self) -> None:
        self._as_root("umount", self.path)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[..., SmallDisk]]:
    made: list[SmallDisk] = []

    def make(size: int = 200 * MIB, kind: str = "tmpfs") -> SmallDisk:
        made.append(SmallDisk(tmp_path / f"disk{len(made)}", size, kind))
        return made[-1]

    yield make
    for one in made:
        one.unmount()


@pytest.fixture
def on_disk(
    disk: Callable[..., SmallDisk], connect: Callable[..., Daemon], simulator: Callable[..., Simulator]
) -> Iterator[Callable[..., Daemon]]:
    """on_disk(disk, …): a daemon with its journal there, ended before the disk goes."""
    made: list[Daemon] = []

    def make(remote: Simulator, where: SmallDisk, **settings: str) -> Daemon:
        made.append(connect(remote, journal_directory=str(where.path / "journal"), **settings))
        return made[-1]

    yield make
    for daemon in made:
        daemon.kill()


def test_a_full_disk_at_the_start_is_a_clear_error(
    simulator: Callable[..., Simulator], disk: Callable[..., SmallDisk], on_disk: Callable[..., Daemon]
) -> None:
    where = disk()
    where.fill()
    daemon = on_disk(simulator(), where)
    assert daemon.ended() == 1
    [line] = daemon.logged("the journal can't be opened")
    assert "No space left on device" in line and str(where.path) in line


def test_validate_counts_what_the_journal_has_of_the_disk(disk: Callable[..., SmallDisk]) -> None:
    where = disk(100 * MIB)
    journal = where.path / "journal"
    settings = variables(
        api_url="https://unused.test",
        api_token="t",
        sources=",".join(SOURCE),
        kafka_brokers="unused:1",
        journal_directory=journal,
        journal_max_size="80MiB",
    )
    where.fill(leaving=70 * MIB)
    assert "70MiB free, and 80MiB may be needed" in run("validate", "--offline", env=settings).stdout
    where.clear()
    where.fill(leaving=70 * MIB + 16 * MIB)
    (journal / SOURCE[0]).mkdir(parents=True)
    with (journal / SOURCE[0] / "1.segment").open("wb") as segment:
        os.posix_fallocate(segment.fileno(), 0, 16 * MIB)
    assert "may be needed" not in run("validate", "--offline", env=settings).stdout


@pytest.mark.kafka
@pytest.mark.own_broker
def test_on_a_full_disk_it_starts_with_its_backlog_and_publishes_it(
    own_kafka: Broker,
    prefix: str,
    simulator: Callable[..., Simulator],
    disk: Callable[..., SmallDisk],
    on_disk: Callable[..., Daemon],
) -> None:
    where = disk()
    remote = simulator(rate=1000)
    known = {"brokers": own_kafka.brokers, "kafka_topic_prefix": prefix}
    daemon = on_disk(remote, where, folder="killed", **known).wait_ready()
    wait.until("it publishes", lambda: daemon.metrics().get("published_events_total") > 0)
    own_kafka.kill()
    wait.until("lines wait", lambda: daemon.metrics().get("journal_events") > 2000)
    where.fill()
    received = daemon.metrics().get("received_events_total")
    daemon.kill()
    daemon = on_disk(remote, where, folder="full", **known).wait_ready("/livez")
    own_kafka.start()
    wait.until("it reads on", lambda: daemon.metrics().get("received_events_total") > 0)
    remote.quiet(SOURCE)
    metrics = daemon.wait_drained(SOURCE)
    assert daemon.stop() == 0
    [verifier] = exactly_once.compared(remote, own_kafka, prefix, SOURCE, killed=True).values()
    assert not verifier.findings()
    assert verifier.lines_found >= received + metrics.get("received_events_total")


@pytest.mark.kafka
@pytest.mark.parametrize("sync_interval", ["1s", "0s"])
def test_without_room_for_a_segment_it_waits_and_goes_on(
    sync_interval: str,
    kafka: Broker,
    prefix: str,
    simulator: Callable[..., Simulator],
    disk: Callable[..., SmallDisk],
    on_disk: Callable[..., Daemon],
) -> None:
    where = disk()
    where.fill(leaving=MIB)
    remote = simulator()
    known = {"brokers": kafka.brokers, "kafka_topic_prefix": prefix, "journal_sync_interval": sync_interval}
    daemon = on_disk(remote, where, **known)
    wait.until("it answers", lambda: daemon._answers("/livez"))
    wait.until("/readyz says journal_full", lambda: "journal_full" in daemon.reasons(), 60)
    assert daemon.logged("the journal can't grow", "No space left on device")
    wait.until("it has looked again", lambda: daemon.metrics().get("paused_seconds_total") > 3)
    assert len(daemon.logged("reading paused")) == 1
    where.clear()
    wait.until("it reads on", lambda: daemon.metrics().get("published_events_total") > 1000, 60)
    assert daemon.reasons() == set()
    remote.quiet(SOURCE)
    metrics = daemon.wait_drained(SOURCE)
    assert daemon.stop() == 0
    exactly_once.check(remote, kafka, prefix, SOURCE, metrics)


@pytest.mark.long
@pytest.mark.kafka
@pytest.mark.own_broker
def test_a_disk_that_gets_full_while_kafka_is_away_stops_reading(
    own_kafka: Broker,
    prefix: str,
    simulator: Callable[..., Simulator],
    disk: Callable[..., SmallDisk],
    on_disk: Callable[..., Daemon],
) -> None:
    where = disk()
    remote = simulator(rate="max")
    daemon = on_disk(
        remote, where, brokers=own_kafka.brokers, kafka_topic_prefix=prefix, journal_max_size="4GiB"
    ).wait_ready()
    wait.until("it publishes", lambda: daemon.metrics().get("published_events_total") > 0)
    own_kafka.kill()
    wait.until("/readyz says journal_full", lambda: "journal_full" in daemon.reasons(), 60)
    assert daemon.logged("the journal can't grow", "No space left on device")
    where.fill()
    own_kafka.start()
    published = daemon.metrics().get("published_events_total")
    wait.until("it publishes on", lambda: daemon.metrics().get("published_events_total") > published, 120)
    remote.quiet(SOURCE)
    metrics = daemon.wait_drained(SOURCE)
    assert daemon.stop() == 0
    exactly_once.check(remote, own_kafka, prefix, SOURCE, metrics)


def test_a_file_that_is_cut_under_it_ends_it_with_its_name(
    simulator: Callable[..., Simulator], connect: Callable[..., Daemon], tmp_path: Path
) -> None:
    daemon = connect(simulator(rate=100), folder="cut").wait_ready("/livez")
    segment = tmp_path / "cut" / "journal" / "firehose" / "1.segment"
    wait.until("it receives", lambda: daemon.metrics().get("received_bytes_total") > 0)
    os.truncate(segment, 4096)
    assert daemon.ended() == 1
    assert daemon.logged("I/O error in the journal's file", str(segment))


def test_a_file_system_that_reserves_no_room_is_named(
    simulator: Callable[..., Simulator], disk: Callable[..., SmallDisk], on_disk: Callable[..., Daemon]
) -> None:
    where = disk(kind="ramfs")
    daemon = on_disk(simulator(), where)
    wait.until("it answers", lambda: daemon._answers("/livez"))
    wait.until("it receives", lambda: daemon.metrics().get("received_bytes_total") > 0)
    assert daemon.logged("can't reserve room", "the daemon ends instead of waiting")
    settings = variables(
        api_url="https://unused.test",
        api_token="t",
        sources="firehose",
        kafka_brokers="unused:1",
        journal_directory=where.path / "journal",
    )
    shown = run("validate", "--offline", env=settings).stdout
    assert "can't reserve room: a full disk ends the daemon" in shown
