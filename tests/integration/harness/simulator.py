"""penstock-sim, and what it says out of band."""

import base64
import http.client
import json
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from harness import wait
from harness.process import PENSTOCK_SIM, Process, clean_environment, free_port, variables

SOURCES = ("firehose", "stream", "torrent", "sinkhole")


@dataclass
class SentLine:
    session: int
    whole: bool  # False: the session's end cut it, or its line end
    bad: str | None
    line: bytes


@dataclass
class SessionEnd:
    session: int
    orderly: bool
    lines: int


class Simulator(Process):
    def __init__(
        self,
        folder: Path,
        *,
        rate: float | str = 500,
        token: str = "t0ken",
        seed: int = 1,
        address: str = "127.0.0.1",
        port: int | None = None,
        **more: object,
    ):
        """`address`: where it listens, loopback among others. `port`: one that an earlier one had. `more`: other
        options of penstock-sim, jobs_every="1s"."""
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.token = token
        self.ca_file = folder / "ca.pem"
        super().__init__(
            [PENSTOCK_SIM, "--listen", f"{address}:{self.port}", "--cert-dir", folder]
            + ["--seed", str(seed), "--rate", str(rate), "--token", token]
            + [f"--{name.replace('_', '-')}={value}" for name, value in more.items()],
            folder / "simulator.log",
            clean_environment(),
        )
        wait.until("the simulator answers", self._answers)
        self._trust = ssl.create_default_context(cafile=str(self.ca_file))

    def environment(self, **more: object) -> dict[str, str]:
        """Of a command that asks it, and asks again at once. `more`: other settings."""
        known = {"api_url": self.url, "api_ca_file": self.ca_file, "api_token": self.token}
        quick = {"api_backoff_network_step": "1ms", "api_backoff_http_first": "1ms"}
        return variables(**{**known, **quick, **more})

    def _answers(self) -> bool:
        self.check_alive()
        if not self.ca_file.exists():
            return False
        try:
            self._trust = ssl.create_default_context(cafile=str(self.ca_file))
            self.stats()
            return True
        except (OSError, ssl.SSLError, http.client.HTTPException):
            return False

    def _request(
        self, method: str, path: str, body: str | None = None, **headers: str
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=self._trust, timeout=120
        )
        connection.request(method, path, body, {"Connection": "close", **headers})
        response = connection.getresponse()
        if response.status not in (200, 202, 204):
            text = response.read().decode("utf-8", "replace")
            raise AssertionError(f"{method} {path}: {response.status} {text}")
        return response

    def stats(self) -> dict:
        return json.loads(self._request("GET", "/_sim/stats").read())

    def fault(self, kind: str, source: str, **options: object) -> None:
        self._request("POST", "/_sim/fault", json.dumps({"kind": kind, "source": source, **options}))

    def jobs(self) -> list[dict]:
        """All jobs there ever were, out of band."""
        return [json.loads(text) for text in self._request("GET", "/_sim/jobs")]

    def create_job(self) -> str:
        """As a user of the API does. Returns its id."""
        port = {"port": 80, "protocol": "tcp", "modules": ["http"]}
        task = {"type": "scan", "description": "", "options": [{"targets": ["192.0.2.1"], "ports": [port]}]}
        answer = self._request("POST", "/v1/tasks", json.dumps(task), **{"X-Token": self.token})
        return json.loads(answer.read())["job_id"]

    def job(self, job_id: str) -> dict:
        return next(job for job in self.jobs() if job["job_id"] == job_id)

    def get(self, target: str) -> bytes:
        """What a user of the API is told."""
        return self._request("GET", target, **{"X-Token": self.token}).read()

    def replay(self, job: str) -> list[bytes]:
        return [line for line in self.get(f"/v1/replay/{job}").split(b"\n") if line.strip()]

    def quiet(self, sources: tuple[str, ...] = SOURCES) -> None:
        """No new events from here on; the connections stay."""
        for source in sources:
            self.fault("quiet", source)

    def truth(self, source: str) -> Iterator[SentLine | SessionEnd]:
        """What was sent on a source, in that order, as it stands now."""
        for text in self._request("GET", f"/_sim/truth/{source}"):
            record = json.loads(text)
            if record["session"] is None:
                continue  # an event of a job that no session carried
            if "ended" in record:
                yield SessionEnd(record["session"], record["ended"] == "orderly", record["lines"])
            else:
                line = base64.b64decode(record["line_base64"])
                yield SentLine(record["session"], record["whole"], record["bad"], line)

    def sent(self, source: str) -> list[SentLine]:
        """The lines of truth() alone."""
        return [record for record in self.truth(source) if isinstance(record, SentLine)]


FRAME = 150  # more than a record batch of one record adds to a line: 61 bytes, the record's, its key


def size_of_few(lines: list[bytes]) -> int:
    """A size that few of the lines exceed. There is room around it: a line with its frame stays
    below, or is above without."""
    sizes = sorted(map(len, lines), reverse=True)
    for smaller, larger in zip(sizes[2:9], sizes[1:8]):
        if larger - smaller > 2 * FRAME:
            return (smaller + larger) // 2
    raise AssertionError(f"no gap between {sizes[:9]}")


def first_lines(folder: Path, source: str, count: int) -> list[bytes]:
    """Those of a source that the simulator sends with the seed 1, whatever its rate."""
    file = folder / "lines.ndjson"
    command = [PENSTOCK_SIM, "--write", file, "--source", source, "--bytes", "16MB", "--seed", "1"]
    subprocess.run(command, check=True, capture_output=True)
    return file.read_bytes().splitlines()[:count]
