"""Who sends the events: nginx from a file, and the simulator in chunks."""

import os
import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NamedTuple

from harness import wait
from harness.process import Process, clean_environment, free_port
from harness.simulator import Simulator

# One stream a token, so that whoever connects again at the end of the file, as penstock does, finds
# nothing more. A rate of 1 a minute is the least there is: a run has to be shorter.
NGINX = """
daemon off;
master_process off;
pid nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  limit_req_zone $http_x_token zone=once:1m rate=1r/m;
  limit_req_status 404;
  server {
    listen 127.0.0.1:PORT ssl;
    ssl_certificate server.pem;
    ssl_certificate_key server.key;
    ssl_protocols TLSv1.3;
    location = /v1/SOURCE {
      limit_req zone=once;
      alias events.ndjson;
    }
  }
}
"""


class Remote(NamedTuple):
    url: str
    ca_file: Path


class FileServer:
    """nginx with the file of events, on a port of its own. Its answers have an end."""

    endless = False

    def __init__(self, folder: Path, source: str, events: Path):
        folder.mkdir()
        ca_file = folder / "server.pem"
        checked(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
            + ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
            + ["-addext", "subjectAltName=DNS:localhost"]
            + ["-keyout", folder / "server.key", "-out", ca_file]
        )
        port = free_port()
        self.remote = Remote(f"https://localhost:{port}", ca_file)
        config = NGINX.replace("PORT", str(port)).replace("SOURCE", source)
        config = config.replace("events.ndjson", str(events))
        (folder / "nginx.conf").write_text(config)
        # Not in the path of users.
        nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        self.process = Process(
            [nginx, "-p", folder, "-c", "nginx.conf", "-e", "error.log"],
            folder / "output.log",
            clean_environment(),
        )
        wait.until("nginx answers", lambda: self._answers(port))

    def _answers(self, port: int) -> bool:
        self.process.check_alive()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    @contextmanager
    def serve(self, _: str) -> Iterator[Remote]:
        yield self.remote

    def stop(self) -> None:
        self.process.stop()


class StreamServer:
    """The simulator with the same file, one a run: its body comes in chunks and has no end."""

    endless = True

    def __init__(self, folder: Path, source: str, events: Path):
        self.folder = folder
        self.archives = folder / "archives"
        self.archives.mkdir(parents=True)
        (self.archives / f"{source}.ndjson").symlink_to(events)

    @contextmanager
    def serve(self, token: str) -> Iterator[Remote]:
        simulator = Simulator(self.folder / token, rate="max", token=token, serve=self.archives)
        try:
            yield Remote(simulator.url, simulator.ca_file)
        finally:
            simulator.kill()

    def stop(self) -> None:
        pass


def checked(command: list[str | Path]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout}{done.stderr}"
    return done.stdout
