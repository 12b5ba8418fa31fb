"""A Kafka for the tests: scripts/kafka in a directory of its own, or PENSTOCK_KAFKA."""

import os
import signal
import subprocess
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Iterator, Mapping

from harness import wait
from harness.process import ROOT, free_port

if TYPE_CHECKING:
    from confluent_kafka.admin import AdminClient

NONE: Mapping[str, str] = MappingProxyType({})


class Broker:
    def __init__(
        self,
        folder: Path,
        existing: str | None = None,
        port: int = 0,
        properties: Mapping[str, str] = NONE,
        cluster: str = "",
        proxy_port: int | None = None,
        quick: bool = True,
    ):
        """`properties`: of the server, over those of scripts/kafka. `cluster`: to be joined.
        `proxy_port`: of a proxy on this host, whose clients are to keep to it. `quick`: to start."""
        self.folder = folder
        self.existing = existing
        self._options = ["--dir", str(folder), "--port", str(port)]
        if cluster:
            self._options += ["--cluster", cluster]
        if proxy_port:
            self._options += ["--proxy", str(proxy_port)]
        if quick:
            self._options += ["--quick"]
        for name, value in properties.items():
            self._options += ["--set", f"{name}={value}"]
        self.start()
        self.brokers = existing or (folder / "brokers").read_text().strip()
        self.proxied = (folder / "proxied").read_text().strip() if proxy_port else None

    @cached_property
    def admin(self) -> "AdminClient":
        # Here, as bench/side_by_side has no such package.
        from confluent_kafka.admin import AdminClient

        return AdminClient({"bootstrap.servers": self.brokers, "log_level": 0})

    def _script(self, command: str) -> None:
        environment = {k: v for k, v in os.environ.items() if k != "PENSTOCK_KAFKA"}
        done = subprocess.run(
            [ROOT / "scripts" / "kafka", command, *self._options],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"scripts/kafka {command}:\n{done.stdout}{done.stderr}"

    def start(self) -> None:
        if not self.existing:
            self._script("start")

    def stop(self) -> None:
        if not self.existing:
            self._script("stop")

    @contextmanager
    def away(self) -> Iterator[None]:
        self.stop()
        try:
            yield
        finally:
            self.start()

    @property
    def pid(self) -> int:
        return int((self.folder / "pid").read_text())

    def kill(self) -> None:
        pid = self.pid
        os.kill(pid, signal.SIGKILL)
        wait.until("the killed broker is gone", lambda: not Path(f"/proc/{pid}").exists())

    @contextmanager
    def joined(self, folder: Path) -> Iterator["Broker"]:
        """A second broker of this one's cluster for a while, which takes part in no decision."""
        port = free_port()
        properties = {
            "process.roles": "broker",
            "node.id": "2",
            "controller.quorum.voters": self._line("server.properties", "controller.quorum.voters"),
            "listeners": f"PLAINTEXT://127.0.0.1:{port}",
        }
        cluster = self._line("data/meta.properties", "cluster.id")
        second = Broker(folder, None, port, properties, cluster)
        try:
            yield second
        finally:
            second.stop()
            # It may have been told to turn to the second, as any broker passes requests on.
            self.__dict__.pop("admin", None)

    def _line(self, file: str, name: str) -> str:
        """The value that counts: the last."""
        lines = (self.folder / file).read_text().splitlines()
        return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")][-1]

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Its connections stay, and nothing answers on them."""
        pid = self.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def java(self) -> tuple[str, str]:
        """The Java that it runs with, and the class path."""
        command = Path(f"/proc/{self.pid}/cmdline").read_text().split("\0")
        return command[0], command[command.index("-cp") + 1]

    def end_forgotten_transactions(self) -> list[str]:
        """Those that no coordinator knows any more, so that nobody ends them; as docs/operations.md says. Kafka 3.9.0
        forgets some when it is suspended twice in a row. Returns what there was."""
        command = "org.apache.kafka.tools.TransactionsCommand"
        found = self.tool(command, "find-hanging", "--broker-id", "1", "--max-transaction-timeout", "1")
        rows = [[cell.strip() for cell in line.split("\t")] for line in found.splitlines()]
        named = [row for row in rows if len(row) > 5 and row[1].isdigit()]
        ended = []
        for topic, partition, _, _, _, offset, *_ in named:
            where = ("--topic", topic, "--partition", partition, "--start-offset", offset)
            try:
                self.tool(command, "abort", *where)
            except AssertionError as failure:
                if "Could not find any open transactions" not in str(failure):
                    raise
                continue  # its marker was only late
            ended.append(f"{topic}[{partition}] from {offset}")
        return ended

    def tool(self, java_class: str, *arguments: str) -> str:
        """What one of Kafka's own commands prints, run as the broker is."""
        java, classes = self.java()
        done = subprocess.run(
            [java, "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", classes, java_class]
            + ["--bootstrap-server", self.brokers, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{java_class} {arguments}:\n{done.stdout}{done.stderr}"
        return done.stdout
