"""The daemon on a machine of its own: all that it has are a line to the remote, one to Kafka, and a name server."""

from pathlib import Path

from harness.daemon import Daemon
from harness.line import Line
from harness.names import Names
from harness.namespace import Namespace

REMOTE, KAFKA = "remote.test", "kafka.test"
LINES = {REMOTE: 1, KAFKA: 2}
PREFIXES = {4: 24, 6: 64}
NEAR, FAR, ELSEWHERE = 1, 2, 3


def address(name: str, end: int, version: int = 4) -> str:
    return f"10.77.{LINES[name]}.{end}" if version == 4 else f"fd77:{LINES[name]}::{end}"


def with_prefix(name: str, end: int, version: int = 4) -> str:
    return f"{address(name, end, version)}/{PREFIXES[version]}"


class Network:
    def __init__(self, folder: Path, far: Namespace, versions: tuple[int, ...]):
        """`far` is where the remote and Kafka are; `versions`: of IP that the daemon has."""
        self.near = Namespace()
        self.names = Names(self.near, folder)
        self.remote, self.kafka = (self._line(name, far, versions) for name in LINES)
        for name in LINES:
            self.names.addresses[name] = [address(name, FAR, version) for version in versions]

    def _line(self, name: str, far: Namespace, versions: tuple[int, ...]) -> Line:
        near_addresses = [with_prefix(name, NEAR, version) for version in versions]
        far_addresses = [with_prefix(name, FAR, version) for version in PREFIXES]
        return Line(name, self.near, far, near_addresses, far_addresses)

    def close(self) -> None:
        self.remote.close()
        self.kafka.close()
        self.names.close()
        self.near.close()


class NearDaemon(Daemon):
    def __init__(self, folder: Path, network: Network, **settings: str):
        self._network = network
        with network.near.entered():
            super().__init__(folder, within=network.names.command, **settings)

    def get(self, path: str) -> tuple[int, str]:
        with self._network.near.entered():
            return super().get(path)
