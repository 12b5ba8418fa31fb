"""`penstock run`, configured by its environment, and what it shows on its admin address."""

import http.client
import json
import signal
import time
from pathlib import Path
from types import MappingProxyType
from typing import Mapping

from harness import wait
from harness.metrics import Metrics
from harness.process import PENSTOCK, Process, clean_environment, free_port, variables

# Waits that let a test see many sessions in a short time.
SHORT_BACKOFF = {
    "PENSTOCK_API_BACKOFF_NETWORK_STEP": "20ms",
    "PENSTOCK_API_BACKOFF_NETWORK_MAX": "200ms",
    "PENSTOCK_API_BACKOFF_HTTP_FIRST": "100ms",
    "PENSTOCK_API_BACKOFF_HTTP_MAX": "500ms",
    "PENSTOCK_API_BACKOFF_THROTTLED_FIRST": "100ms",
    "PENSTOCK_API_BACKOFF_THROTTLED_MAX": "500ms",
    "PENSTOCK_API_BACKOFF_REFUSED": "200ms",
    "PENSTOCK_API_BACKOFF_HEALTHY_AFTER": "1s",
}
NOTHING: Mapping[str, str] = MappingProxyType({})
NO_KAFKA = "127.0.0.1:1"  # nothing listens there; sessions don't wait for Kafka


class Daemon(Process):
    """`settings` are variables without PENSTOCK_, in lower case: journal_max_size="64MiB"; None is
    none. `text` is the configuration file, `arguments` are those of `penstock run`, `port` is one
    that an earlier one had, `within` is a command that runs it, `environment` has variables that aren't
    penstock's."""

    def __init__(
        self,
        folder: Path,
        *,
        url: str,
        brokers: str = NO_KAFKA,
        text: str = "log: {format: json}\n",
        arguments: tuple[str, ...] = (),
        port: int | None = None,
        within: tuple[str, ...] = (),
        environment: Mapping[str, str] = NOTHING,
        **settings: str | None,
    ):
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        # A file of its own, so that none of the machine is read.
        self.config = folder / "penstock.yaml"
        self.config.write_text(text)
        values = {
            "config": str(self.config),
            "api_url": url,
            "kafka_brokers": brokers,
            "journal_directory": str(folder / "journal"),
            "admin_listen": f"127.0.0.1:{self.port}",
            "admin_socket": str(folder / "admin.sock"),
            **settings,
        }
        known = variables(**{k: v for k, v in values.items() if v is not None})
        everything = clean_environment() | SHORT_BACKOFF | known | dict(environment)
        super().__init__([*within, PENSTOCK, "run", *arguments], folder / "daemon.log", everything)

    def get(self, path: str) -> tuple[int, str]:
        self.check_alive()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def metrics(self) -> Metrics:
        status, text = self.get("/metrics")
        assert status == 200, text
        return Metrics(text)

    def reload(self, text: str) -> None:
        """A new configuration file, and the signal to read it."""
        self.config.write_text(text)
        self.child.send_signal(signal.SIGHUP)

    def wait_ready(self, path: str = "/readyz", seconds: float = 60) -> "Daemon":
        wait.until(f"{path} answers 200", lambda: self._answers(path), seconds)
        return self

    def wait_session(self) -> "Daemon":
        """Of its only source. Jobs from before the first one aren't fetched."""
        wait.until("there is a session", lambda: self.metrics().get("source_connected"))
        return self

    def stop_at_once(self) -> int:
        """By a second signal, where there is no Kafka to drain into."""
        self.child.send_signal(signal.SIGTERM)
        wait.until("it drains, or is over", lambda: self.logged("draining") or self.child.poll() is not None)
        return self.stop()

    def _answers(self, path: str) -> bool:
        self.check_alive()
        try:
            status, metrics = self.get("/metrics")
            has_sources = status != 200 or 'source="' in metrics  # not before journals are open
            return has_sources and self.get(path)[0] == 200
        except OSError:
            return False

    def reasons(self) -> set[str]:
        """Why /readyz says no; empty when it says yes."""
        return {finding["reason"] for finding in json.loads(self.get("/readyz")[1])["reasons"]}

    def wait_drained(self, sources: tuple[str, ...], seconds: float = 120) -> Metrics:
        """Once the remote is quiet: until all that was received is committed, and nothing more
        comes for a second."""
        seen: tuple[list[float], float] = ([], 0.0)

        def drained() -> Metrics | None:
            nonlocal seen
            metrics = self.metrics()
            now = time.monotonic()
            names = ("received_bytes_total", "received_events_total")
            received = [metrics.get(name, source=s) for name in names for s in sources]
            if received != seen[0]:
                seen = (received, now)
            waiting = sum(metrics.get("journal_events", source=s) for s in sources)
            return metrics if waiting == 0 and now - seen[1] > 1 else None

        return wait.until("all that was received is committed", drained, seconds, 0.25)
