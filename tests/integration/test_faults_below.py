"""Below the programs: memory and system calls that fail, wherever they are made. The answer is a clear error or
another try, never a crash, and never a journal that isn't what it was. scripts/campaign faults takes each call, and this some of them."""

import itertools
import re
import signal
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Callable, Iterator

import pytest
from harness import wait
from harness.broker import Broker
from harness.crash_plan import number
from harness.daemon import Daemon
from harness.exactly_once import compared
from harness.faulty_calls import Counted, Faults
from harness.process import PENSTOCK, Process, clean_environment, printed, run, variables
from harness.simulator import Simulator

POINTS = int(number("FAULTS", 12))  # calls of each row, spread over all that there are
CRASHES = re.compile("terminate called|Segmentation fault|assert", re.IGNORECASE)
STATUSES = (0, 1, 78)
ONCE, FOR_GOOD = 1, 0
# What the C library needs memory for, it needs for librdkafka, mostly.
LIBRARIES = "librdkafka,libcrypto,libssl,libsasl2,ld-linux,libc.so"


class Below:
    """A program with faults below it, called again and again."""

    def __init__(self, folder: Path, environment: dict[str, str]):
        self.folder = folder
        self.counted = Counted(folder / "count")
        self.environment = clean_environment() | environment

    def run(self, faults: Faults, *arguments: str | Path) -> subprocess.CompletedProcess:
        return subprocess.run(
            [PENSTOCK, *arguments],
            env=self.environment | self.counted.below(faults),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            check=False,
        )

    def start(self, faults: Faults) -> Process:
        """A daemon, until it has ended, or asked for a session, or waits for room in the journal."""
        log = self.folder / "start.log"
        log.unlink(missing_ok=True)
        daemon = Process([PENSTOCK, "run"], log, self.environment | self.counted.below(faults))
        try:
            wait.until(
                "it ends or goes on",
                lambda: daemon.child.poll() is not None
                or daemon.logged("no session")
                or daemon.logged("the journal can't grow"),
                every=0.02,
            )
        except AssertionError as failure:
            daemon.kill()
            raise AssertionError(f"{faults}, {self.counted.first}: {failure}\n{daemon.log_text()[-2000:]}") from None
        return daemon

    def points(self, faults: Faults) -> Iterator[Faults]:
        """The faults at POINTS of the calls that were counted last."""
        total = self.counted.calls
        assert total > 0, "nothing was called"
        for at in range(1, total + 1, max(1, -(-total // POINTS))):
            yield replace(faults, at=at)


def status_of(daemon: Process) -> int | None:
    """None: it goes on. One that has said that it crashes is still there for a moment."""
    return daemon.child.wait(60) if CRASHES.search(daemon.log_text()) else daemon.child.poll()


def wrong_with(status: int, said: str, may_abort: bool = False) -> str | None:
    """What nobody should see of a program some call of which failed."""
    if may_abort and status == -signal.SIGABRT:
        return None
    if status not in STATUSES:
        return f"ends with {status}: {said[-500:]}"
    if CRASHES.search(said):
        return f"crashes: {said[-500:]}"
    if status and not said.strip():
        return f"ends with {status} and says nothing"
    return None


def leave_backlog(folder: Path, remote: Simulator) -> Path:
    """The journal of two daemons that were killed, with two segments."""
    for _ in range(2):
        daemon = Daemon(
            folder, url=remote.url, api_ca_file=str(remote.ca_file), api_token=remote.token, sources="firehose"
        )
        try:
            daemon.wait_ready("/livez")
            wait.until("lines wait", lambda: daemon.metrics().get("received_bytes_total") > 3e5, 60)
        finally:
            daemon.kill()
    remote.quiet(("firehose",))
    return folder / "journal"


@pytest.fixture(scope="module")
def backlog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """That nobody publishes."""
    folder = tmp_path_factory.mktemp("backlog")
    remote = Simulator(folder / "remote", rate=500)
    yield leave_backlog(folder, remote)
    remote.kill()


def settings(journal: Path, **more: object) -> dict[str, str]:
    known = {
        "api_url": "https://127.0.0.1:1",
        "api_token": "t0ken",
        "sources": "firehose",
        "kafka_brokers": "127.0.0.1:1",
        "journal_directory": journal,
        "admin_listen": "127.0.0.1:0",
        "admin_socket": journal.parent / "faulty.sock",
        "log_format": "json",
    }
    return variables(**{**known, **more})


COMMANDS = {
    "config": ("config",),
    "validate": ("validate", "--offline"),
    "ls": ("journal", "ls", "{journal}"),
    "verify": ("journal", "verify", "{journal}"),
    "cat": ("journal", "cat", "{journal}"),
}


@pytest.mark.parametrize("times", [ONCE, FOR_GOOD], ids=["once", "for-good"])
@pytest.mark.parametrize("calls", ["calls", "memory"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_what_it_says_or_says_what_failed(
    tmp_path: Path, backlog: Path, command: str, calls: str, times: int
) -> None:
    below = Below(tmp_path, settings(backlog))
    arguments = [part.format(journal=backlog) for part in COMMANDS[command]]
    faults = Faults(calls, times=times, left_alone=LIBRARIES if calls == "memory" else "")
    whole = below.run(faults, *arguments)
    assert whole.returncode == 0, whole.stderr
    wrong = []
    for point in below.points(faults):
        done = below.run(point, *arguments)
        found = wrong_with(done.returncode, done.stderr + (done.stdout if done.returncode else ""))
        if done.returncode == 0 and done.stdout != whole.stdout:
            found = f"says that all is well, and not the same as else: {done.stdout[-500:]}"
        if found:
            wrong.append(f"{below.counted.first}, number {point.at}: {found}")
    assert not wrong, "\n".join(wrong)


STARTS = {
    "calls of penstock": Faults("calls", left_alone=LIBRARIES),
    "memory of penstock": Faults("memory", left_alone=LIBRARIES),
    "calls of librdkafka": Faults("calls", alone="librdkafka"),
    "memory of librdkafka": Faults("memory", alone="librdkafka,libc.so"),
}
ABORT = {"memory of librdkafka"}  # assertions in rd.h: rd_malloc(), rd_calloc(), rd_strdup() …


@pytest.mark.kafka
def test_a_start_goes_on_or_says_what_failed(
    kafka: Broker,
    prefix: str,
    tmp_path: Path,
    simulator: Callable[..., Simulator],
    connect: Callable[..., Daemon],
) -> None:
    """With a backlog, which is whole after all of it: the next start publishes each event once."""
    remote = simulator(rate=500)
    journal = leave_backlog(tmp_path / "left", remote)
    below = Below(tmp_path, settings(journal))
    wrong = []
    for (name, faults), times in itertools.product(STARTS.items(), (ONCE, FOR_GOOD)):
        faults = replace(faults, times=times)
        below.start(faults).kill()
        for point in below.points(faults):
            daemon = below.start(point)
            status = status_of(daemon)
            daemon.kill()
            found = wrong_with(1 if status is None else status, daemon.log_text(), name in ABORT)
            verified = run("journal", "verify", journal)
            if verified.returncode or "ok" not in verified.stdout:
                found = f"{found}; then: {verified.stdout}{verified.stderr}"
            if found or status == 0:
                wrong.append(f"{below.counted.first}, number {point.at}: {found or 'it ends with 0'}")
    assert not wrong, "\n".join(wrong)

    waiting = printed("journal", "cat", journal)
    assert waiting
    daemon = connect(remote, folder="left", brokers=kafka.brokers, kafka_topic_prefix=prefix)
    daemon.wait_ready().wait_drained(("firehose",))
    assert daemon.stop() == 0
    verifier = compared(remote, kafka, prefix, ("firehose",), killed=True)["firehose"]
    assert verifier.findings() == []
    assert verifier.lines_found == len(waiting)


SOCKETS = "connect,recv,recvmsg,send,sendmsg"
WAITING = f"accept,epoll_wait,fallocate,poll,{SOCKETS}"  # the pipe of Asio's signals doesn't


@pytest.mark.kafka
@pytest.mark.parametrize(
    "faults",
    [
        # librdkafka takes EINTR for the end of a connection.
        pytest.param(
            Faults(WAITING, how="interrupt", at=1, every=3, times=FOR_GOOD, left_alone="librdkafka"),
            id="interrupted",
        ),
        pytest.param(Faults(how="short", at=1, times=FOR_GOOD), id="files short"),
        pytest.param(Faults(how="slow", at=1, every=20, times=FOR_GOOD), id="slow"),
        pytest.param(Faults(SOCKETS, at=30, every=30, times=FOR_GOOD, alone="librdkafka"), id="Kafka's reset"),
    ],
)
def test_each_event_is_published_once_over_calls_that_do_little(
    kafka: Broker,
    prefix: str,
    tmp_path: Path,
    simulator: Callable[..., Simulator],
    connect: Callable[..., Daemon],
    faults: Faults,
) -> None:
    remote = simulator(rate=500, faults="tiny_chunks:every=1s")
    counted = Counted(tmp_path / "count")
    daemon = connect(
        remote, brokers=kafka.brokers, kafka_topic_prefix=prefix, environment=counted.below(faults)
    ).wait_ready()
    wait.until("it publishes", lambda: daemon.metrics().get("published_events_total") > 2000, 60)
    remote.quiet(("firehose",))
    metrics = daemon.wait_drained(("firehose",))
    assert daemon.stop() == 0
    verifier = compared(remote, kafka, prefix, ("firehose",), killed=True)["firehose"]
    assert verifier.findings() == []
    assert verifier.lines_found == metrics.get("received_events_total")
    assert counted.faulty > 10
