"""A Kafka for the tests: scripts/kafka in a directory of its own, or PENSTOCK_KAFKA."""

import os
import signal
import subprocess
from pathlib import Path

from harness import wait
from harness.process import ROOT


class Broker:
    def __init__(self, folder: Path, existing: str | None = None, proxy_port: int | None = None):
        """`proxy_port`: of a proxy on this host, whose clients are to keep to it."""
        self.folder = folder
        self.existing = existing
        self._options = ["--dir", folder, "--port", "0"]
        if proxy_port:
            self._options += ["--proxy", str(proxy_port)]
        self.start()
        self.brokers = existing or (folder / "brokers").read_text().strip()
        self.proxied = (folder / "proxied").read_text().strip() if proxy_port else None

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

    def kill(self) -> None:
        pid = int((self.folder / "pid").read_text())
        os.kill(pid, signal.SIGKILL)
        wait.until("the killed broker is gone", lambda: not Path(f"/proc/{pid}").exists())
