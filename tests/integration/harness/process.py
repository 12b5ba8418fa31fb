"""A program of the project as a child process, its output in a file."""

import ctypes
import os
import shlex
import signal
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator


ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build" / "release" / "src"
# The build whose penstock is tested. All else, the simulator too, is release's: it's no sanitizer's to judge, and quick.
TEST_BUILD = os.environ.get("PENSTOCK_TEST_BUILD", "release")
PENSTOCK = ROOT / "build" / TEST_BUILD / "src" / "cli" / "penstock"
PENSTOCK_SIM = BUILD / "simulator" / "penstock-sim"


PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


def end_with_parent() -> None:
    """In a child: no process outlives tests that end without their fixtures, at their time limit."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_ports(count: int) -> list[int]:
    """Different ones."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def free_port() -> int:
    return free_ports(1)[0]


def clean_environment() -> dict[str, str]:
    """This process's environment without what would configure penstock."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PENSTOCK_") and not name.lower().endswith("_proxy")
    }


def root_may(*command: str) -> bool:
    """Whether we are a root that a container engine hasn't taken everything from: that command works."""
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0


def variables(**settings: object) -> dict[str, str]:
    """Of penstock: api_url="…" is PENSTOCK_API_URL."""
    return {f"PENSTOCK_{name.upper()}": str(value) for name, value in settings.items()}


class Process:
    def __init__(self, command: list[str | Path], log: Path, environment: dict[str, str]):
        assert Path(command[0]).exists(), f"{command[0]} isn't built: scripts/test builds it"
        self.log = log
        self.command = [str(part) for part in command]
        self.env = environment
        with log.open("ab") as out:
            self.child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=environment,
                preexec_fn=end_with_parent,
            )

    @property
    def pid(self) -> int:
        return self.child.pid

    def log_text(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def logged(self, *words: str) -> list[str]:
        """The log lines that hold all the words."""
        return [line for line in self.log_text().splitlines() if all(w in line for w in words)]

    def check_alive(self) -> None:
        status = self.child.poll()
        assert status is None, f"{self.command[0]} ended with {status}:\n{self.log_text()[-4000:]}"

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Its connections stay, and nothing answers on them."""
        self.child.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.child.send_signal(signal.SIGCONT)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 30) -> int:
        """Sends the signal, if it still runs, and returns its exit status."""
        if self.child.poll() is None:
            self.child.send_signal(number)
        return self.ended(seconds)

    def ended(self, seconds: float = 30) -> int:
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise AssertionError(
                f"{self.command[0]} was still there after {seconds:g} s:\n{self.log_text()[-4000:]}"
            ) from None

    def kill(self) -> None:
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()


def printed(*arguments: str | Path, env: dict[str, str] | None = None) -> list[bytes]:
    """The lines of standard output of `penstock ARGUMENTS…`, which does what it is asked for."""
    done = subprocess.run(
        [PENSTOCK, *arguments],
        env={**clean_environment(), **(env or {})},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.split(b"\n")[:-1]


def run(*arguments: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    """`penstock ARGUMENTS…` to its end."""
    return subprocess.run(
        [PENSTOCK, *arguments],
        env={**clean_environment(), **(env or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def done(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """What the command prints; fails with it."""
    result = subprocess.run(
        command,
        env={**clean_environment(), **environment},
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, f"{shlex.join(map(str, command))}:\n{result.stdout}"
    return result.stdout
