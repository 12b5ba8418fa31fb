"""A real Prometheus that watches one daemon by the rules of config/, an hour as a minute."""

import http.client
import json
import re
import time
from pathlib import Path
from typing import Callable
from urllib.parse import urlencode

import yaml
from harness import alert_rules, wait
from harness.daemon import Daemon
from harness.process import Process, clean_environment, free_port

PROGRAM = Path("/usr/bin/prometheus")
SECONDS = {"m": 1, "h": 60}  # what is left of a minute and of an hour
EVERY = "500ms"
# Where others work on it, a Kafka may take seconds for a commit, and a scrape more than its half: here they are minutes.
OF_A_SLOW_MACHINE = {"PenstockDown", "PenstockNotPublishing", "PenstockPublishSlow"}


def scaled(text: str) -> str:
    """Minutes in ranges and in `for` are seconds."""
    return re.sub(r"(?<![\w.])(\d+)([mh])\b", lambda m: f"{int(m[1]) * SECONDS[m[2]]}s", text)


def scaled_thresholds(text: str) -> str:
    """Whole minutes, as seconds, that a rule compares with are seconds. Others, 5 s, can be waited for."""

    def shorter(match: re.Match) -> str:
        seconds = int(match[1])
        return f"> {seconds // 60 if seconds % 60 == 0 else seconds}"

    return re.sub(r"> (\d+)(?![\d.])", shorter, text)


def documented_configuration() -> dict:
    """What docs/alerts.md tells users to write."""
    return yaml.safe_load(re.search(r"```yaml\n(.*?)```", alert_rules.RUNBOOK.read_text(), re.DOTALL)[1])


class Prometheus(Process):
    def __init__(self, folder: Path, target_port: int, thresholds: bool = False):
        """`thresholds`: what rules compare with is scaled as well as their ranges."""
        folder.mkdir()
        rules = scaled(alert_rules.FILE.read_text())
        (folder / "alerts.yaml").write_text(scaled_thresholds(rules) if thresholds else rules)
        configuration = documented_configuration()
        (job,) = configuration["scrape_configs"]
        job["scrape_interval"] = job["scrape_timeout"] = EVERY
        job["static_configs"] = [{"targets": [f"127.0.0.1:{target_port}"]}]
        configuration["global"] = {"evaluation_interval": EVERY}
        file = folder / "prometheus.yaml"
        file.write_text(yaml.safe_dump(configuration))
        self.port = free_port()
        super().__init__(
            [
                PROGRAM,
                f"--config.file={file}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
            ],
            folder / "prometheus.log",
            clean_environment(),
        )
        # It takes 5 s to the first scrape, for which a minute that is a second is too short.
        wait.until("Prometheus scrapes, and none is left of the start", self._scrapes, 90)
        self._began = time.monotonic()

    def _scrapes(self) -> bool:
        self.check_alive()
        try:
            return bool(self.query("up == 1")) and "PenstockDown" not in self.firing()
        except OSError:
            return False

    def _get(self, path: str) -> dict:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", f"/api/v1/{path}")
            response = connection.getresponse()
            text = response.read().decode()
            if response.status == 503:
                raise ConnectionError("it is starting")
            assert response.status == 200, text
            return json.loads(text)["data"]
        finally:
            connection.close()

    def query(self, expression: str) -> list[dict]:
        return self._get(f"query?{urlencode({'query': expression})}")["result"]

    def wait_scrapes(self, daemon: Daemon) -> None:
        """Until what it knows is of this process, and not of an earlier one."""
        name = "process_start_time_seconds"
        (began,) = [value for sample, _, value in daemon.metrics().samples if sample == name]
        wait.until("it is scraped", lambda: self.query(f"{name} == {began!r}"), 60)

    def firing(self, **labels: str) -> dict[str, dict]:
        """The alerts that fire, by name; those that have the labels."""
        alerts = self._get("alerts")["alerts"]
        return {
            alert["labels"]["alertname"]: alert
            for alert in alerts
            if alert["state"] == "firing" and labels.items() <= alert["labels"].items()
        }

    def ever_fired(self) -> set[str]:
        """Since this was made."""
        passed = f"{max(1, int(time.monotonic() - self._began))}s"
        firing = f'max_over_time(ALERTS{{alertstate="firing"}}[{passed}])'
        found = self.query(f"group by (alertname) ({firing})")
        return {sample["metric"]["alertname"] for sample in found}

    def wait_firing(self, *names: str, seconds: float = 60) -> None:
        """Until these fire, and no others but those of a slow machine; without names: until none does."""
        what = f"{', '.join(names) or 'no alert'} fires, and no other"
        wanted = set(names)
        excused = OF_A_SLOW_MACHINE - wanted if wanted else set()
        self._wait_firing(what, lambda seen: seen - excused == wanted, seconds)

    def wait_fires(self, *names: str, seconds: float = 60, **labels: str) -> None:
        """Until these fire at a time, with the labels; others may, too."""
        what = f"{', '.join(names)} {labels or ''} fires"
        self._wait_firing(what, lambda seen: seen >= set(names), seconds, **labels)

    def wait_ends(self, *names: str, seconds: float = 60) -> None:
        """Until none of these fires; others may."""
        self._wait_firing(f"{', '.join(names)} ends", lambda seen: not seen & set(names), seconds)

    def _wait_firing(
        self, what: str, are_right: Callable[[set[str]], bool], seconds: float, **labels: str
    ) -> None:
        seen: set[str] = set()

        def fire() -> bool:
            nonlocal seen
            seen = set(self.firing(**labels))
            return are_right(seen)

        try:
            wait.until(what, fire, seconds)
        except AssertionError as failure:
            raise AssertionError(f"{failure}; firing: {seen}") from None
