"""admin.listen with TLS and passwords, as curl and probes see it."""

import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest
import yaml
from harness import wait
from harness.daemon import Daemon
from harness.process import ROOT, clean_environment
from harness.tls_server import issue

PASSWORD = "canary-password-90c4"


def hashed(name: str, password: str = PASSWORD) -> str:
    """A line as docs/operations.md says to make it."""
    made = subprocess.run(
        ["openssl", "passwd", "-6", "-stdin"], input=password, capture_output=True, text=True, check=True
    )
    return f"{name}:{made.stdout}"


@pytest.fixture
def secured(tmp_path: Path, simulator, connect) -> Daemon:
    """A daemon with a certificate and one user."""
    certificate = issue("127.0.0.1").write(tmp_path, "admin")
    passwords = tmp_path / "passwords"
    passwords.write_text(hashed("anna"))
    daemon = connect(
        simulator(rate=10), admin_cert_file=str(certificate), admin_password_file=str(passwords)
    )
    wait.until("it answers", lambda: status_of(daemon, "/livez") == 200)
    return daemon


def curl(daemon: Daemon, path: str, *options: str | Path) -> tuple[int, str]:
    """Exit status, and what came with the header. Trusts the certificate of the fixture alone."""
    daemon.check_alive()
    trusted = daemon.log.parent.parent / "admin.pem"
    done = subprocess.run(
        ["curl", "-sS", "-i", "--max-time", "20", "--cacert", trusted, *options]
        + [f"https://127.0.0.1:{daemon.port}{path}"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def status_of(daemon: Daemon, path: str, *options: str | Path) -> int | None:
    found = re.match(r"HTTP/1.1 (\d+) ", curl(daemon, path, *options)[1])
    return int(found[1]) if found else None


def test_pages_need_a_password_and_probes_do_not(secured):
    assert status_of(secured, "/metrics") == 401
    assert status_of(secured, "/metrics", "--user", "anna:wrong") == 401
    for version in ("--tlsv1.2", "--tlsv1.3"):
        code, text = curl(secured, "/metrics", "--user", f"anna:{PASSWORD}", version)
        assert code == 0 and "penstock_received_events_total" in text
    assert "reasons" not in curl(secured, "/readyz")[1]
    assert "reasons" in curl(secured, "/readyz", "--user", f"anna:{PASSWORD}")[1]
    socket_file = secured.log.parent / "admin.sock"
    plain = subprocess.run(
        ["curl", "-sS", "--unix-socket", socket_file, "http://localhost/metrics"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "penstock_received_events_total" in plain.stdout, "the socket's mode says who may"
    assert PASSWORD not in secured.log_text()


@pytest.mark.sanitized
def test_who_never_ends_a_handshake_or_guesses_holds_up_nobody(secured):
    silent = [socket.create_connection(("127.0.0.1", secured.port)) for _ in range(20)]
    silent[0].sendall(b"\x16\x03\x01\x02\x00")  # the beginning of one
    guesses = [
        subprocess.Popen(
            ["curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", "--user", f"anna:{guess}"]
            + [f"https://127.0.0.1:{secured.port}/status"],
            env=clean_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for guess in range(8)
    ]
    assert status_of(secured, "/status", "--user", f"anna:{PASSWORD}") == 200
    assert [guess.communicate(timeout=60)[0] for guess in guesses] == ["401"] * len(guesses)
    assert secured.logged("admin password refused", "127.0.0.1")
    for connection in silent:
        connection.close()


def test_a_reload_takes_another_certificate_and_other_users(secured, tmp_path):
    issue("127.0.0.1").write(tmp_path, "admin")
    (tmp_path / "passwords").write_text("# nobody\n")
    secured.child.send_signal(signal.SIGHUP)
    wait.until(
        "the reload is refused", lambda: secured.logged("configuration not reloaded", "nobody is in it")
    )
    assert curl(secured, "/livez")[0] == 60, "the old certificate holds as well, which isn't trusted here"
    (tmp_path / "passwords").write_text(hashed("bert"))
    secured.child.send_signal(signal.SIGHUP)
    wait.until("the new one is used", lambda: status_of(secured, "/livez") == 200)
    assert status_of(secured, "/status", "--user", f"anna:{PASSWORD}") == 401
    assert status_of(secured, "/status", "--user", f"bert:{PASSWORD}") == 200


def test_prometheus_takes_the_documented_configuration(tmp_path):
    text = (ROOT / "docs" / "operations.md").read_text()
    (documented,) = [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "basic_auth" in block]
    for path in re.findall(r"/etc/prometheus/[\w.-]+", documented):
        file = tmp_path / Path(path).name
        file.write_text("")
        documented = documented.replace(path, str(file))
    (tmp_path / "prometheus.yaml").write_text(yaml.safe_dump(yaml.safe_load(documented)))
    done = subprocess.run(
        ["promtool", "check", "config", tmp_path / "prometheus.yaml"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
