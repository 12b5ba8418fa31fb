"""The Debian packages on a Debian: installed, upgraded, removed and purged by apt, as an operator does."""

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Callable, Iterator

import pytest
from harness import wait
from harness.machine import Machine, Service, base, may_mount
from harness.packages import field, next_version

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not may_mount(), reason="only root that may mount makes a Debian in a folder"),
]

CONFIGURATION = "/etc/penstock/penstock.yaml"
UNIT = "usr/lib/systemd/system/penstock.service"


@pytest.fixture(scope="module")
def archive(packages: dict[str, Path]) -> Path:
    """A system with what the packages need, and without them."""
    groups = [group for package in packages.values() for group in field(package, "Depends").split(",")]
    needed = {re.split(r"[ (|]", group.strip())[0] for group in groups}
    return base(sorted({"libspdlog1.10" if name.startswith("libspdlog") else name for name in needed}))


@pytest.fixture
def machine(archive: Path, tmp_path: Path) -> Machine:
    return Machine(archive, tmp_path / "machine")


@pytest.fixture(scope="module")
def installed(archive: Path, packages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """With penstock, as its installation leaves it; for tests that only look."""
    made = Machine(archive, tmp_path_factory.mktemp("installed") / "machine")
    made.install(packages["penstock"])
    return made


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """service(machine, setting=value, …)"""
    made: list[Service] = []

    def make(machine: Machine, **settings: str) -> Service:
        made.append(Service(machine, tmp_path / "service.log", **settings))
        return made[-1]

    yield make
    for process in made:
        process.kill()


def given_by_systemd(machine: Machine, token: str) -> None:
    """The folders and the credential that the unit asks for."""
    _, _, uid, gid, *_ = machine.users()["penstock"]
    for folder in ("var/lib/penstock", "run/penstock", "run/credentials/penstock.service"):
        (machine.root / folder).mkdir(parents=True)
        os.chown(machine.root / folder, int(uid), int(gid))
        (machine.root / folder).chmod(0o700)
    credential = machine.root / "run/credentials/penstock.service/token"
    credential.write_text(token)
    os.chown(credential, int(uid), int(gid))
    credential.chmod(0o400)


@pytest.mark.timeout(1800)  # it makes the packages, and a Debian
def test_it_runs_as_its_user_with_the_installed_example(machine, packages, simulator, service):
    machine.install(packages["penstock"])
    remote = simulator(rate=200)
    given_by_systemd(machine, remote.token)
    (machine.root / "etc/penstock/ca.pem").write_bytes(remote.ca_file.read_bytes())
    known = {"api_url": remote.url, "api_ca_file": "/etc/penstock/ca.pem", "kafka_brokers": "127.0.0.1:1"}

    variables = {f"PENSTOCK_{name.upper()}": value for name, value in known.items()}
    credentials = "/run/credentials/penstock.service"
    said = machine.run(
        "penstock", "validate", "--offline", user="penstock", CREDENTIALS_DIRECTORY=credentials, **variables
    )
    # A warning where this machine's disk has no room for four of 4 GiB.
    assert re.search(r"^(ok|warning) +journal +/var/lib/penstock", said, re.MULTILINE)

    daemon = service(machine, **known).wait_ready("/livez")
    for source in ("firehose", "stream", "torrent", "sinkhole"):  # those of the example
        wait.until(
            f"events of {source} are received",
            lambda: daemon.metrics().get("received_events_total", source=source) > 0,
        )
    uid = int(machine.users()["penstock"][2])
    assert Path(f"/proc/{daemon.pid}").stat().st_uid == uid
    journals = list((machine.root / "var/lib/penstock/journal").iterdir())
    assert len(journals) == 4 and {path.stat().st_uid for path in journals} == {uid}


def test_the_simulators_package_runs_by_itself(machine, packages):
    machine.install(packages["penstock-sim"])
    said = machine.run("penstock-sim", "--write", "/tmp/events", "--bytes", "10kB", user="nobody")
    assert said.startswith("wrote ")
    assert "penstock" not in machine.users()


def test_installed_it_is_neither_enabled_nor_started(installed):
    asked = installed.asked_of_systemd()
    assert asked and set(asked) == {"--system daemon-reload"}
    wanted = list((installed.root / "etc/systemd/system").rglob("penstock.service"))
    assert wanted == []


def test_only_root_and_its_group_see_the_configuration(installed):
    group = int(installed.users()["penstock"][3])
    folder = (installed.root / "etc/penstock").stat()
    assert (stat.S_IMODE(folder.st_mode), folder.st_uid, folder.st_gid) == (0o750, 0, group)
    assert "penstock" in installed.run("cat", CONFIGURATION, user="penstock")
    with pytest.raises(AssertionError, match="Permission denied"):
        installed.run("cat", CONFIGURATION, user="nobody")


def test_systemd_finds_no_fault_in_the_installed_unit(installed):
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", f"--root={installed.root}", "penstock.service"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    about_it = [line for line in (done.stdout + done.stderr).splitlines() if "penstock" in line]
    assert (done.returncode, about_it) == (0, [])


def test_an_upgrade_keeps_what_was_configured_and_starts_the_new_one(machine, packages, tmp_path):
    machine.install(packages["penstock"])
    machine.enable("penstock")
    file = machine.root / CONFIGURATION.lstrip("/")
    file.write_text(file.read_text().replace("https://api.example.net", "https://api.example.org"))
    configured = file.read_text()
    (machine.root / "etc/penstock/token").write_text("t0ken\n")
    machine.asked_of_systemd()

    edits = {
        CONFIGURATION: ("localhost:9092", "kafka:9092"),
        f"/{UNIT}": ("WatchdogSec=60", "WatchdogSec=61"),
    }
    machine.install(next_version(packages["penstock"], tmp_path, edits))
    assert machine.run("dpkg-query", "-W", "-f", "${Version}", "penstock").endswith("+next")
    assert file.read_text() == configured
    assert "kafka:9092" in file.with_name("penstock.yaml.dpkg-dist").read_text()
    assert "WatchdogSec=61" in (machine.root / UNIT).read_text()
    asked = machine.asked_of_systemd()
    assert asked[0] == "--system daemon-reload", "before it is started by what the unit says now"
    assert [line for line in asked if "start" in line] == ["try-restart penstock.service"]
    assert (machine.root / "etc/systemd/system/multi-user.target.wants/penstock.service").is_symlink()
    folder = (machine.root / "etc/penstock").stat()
    assert stat.S_IMODE(folder.st_mode) == 0o750
    assert stat.S_IMODE((machine.root / "etc/penstock/token").stat().st_mode) == 0o600


def test_an_example_that_nobody_changed_is_renewed(machine, packages, tmp_path):
    machine.install(packages["penstock"])
    edits = {CONFIGURATION: ("localhost:9092", "kafka:9092")}
    machine.install(next_version(packages["penstock"], tmp_path, edits))
    assert "kafka:9092" in (machine.root / CONFIGURATION.lstrip("/")).read_text()


def test_removed_it_is_stopped_and_what_it_knows_is_kept(machine, packages):
    machine.install(packages["penstock"])
    given_by_systemd(machine, "t0ken")
    (machine.root / "var/lib/penstock/journal").mkdir()
    machine.asked_of_systemd()
    machine.run("apt-get", "remove", "--yes", "penstock")
    asked = machine.asked_of_systemd()
    assert asked.count("stop penstock.service") == 1
    assert asked[-1] == "--system daemon-reload"
    assert not (machine.root / UNIT).exists()
    for path in (CONFIGURATION.lstrip("/"), "var/lib/penstock/journal"):
        assert (machine.root / path).exists(), path


def test_purged_it_leaves_its_user_and_nothing_else(machine, packages, tmp_path):
    before, users = machine.files(), machine.users()
    machine.install(*packages.values())
    machine.enable("penstock")
    (machine.root / "etc/penstock/token").write_text("t0ken\n")
    (machine.root / "var/lib/penstock/journal/firehose").mkdir(parents=True)
    file = machine.root / CONFIGURATION.lstrip("/")
    file.write_text(file.read_text() + "\n")
    edits = {CONFIGURATION: ("localhost:9092", "kafka:9092")}
    machine.install(next_version(packages["penstock"], tmp_path, edits))
    assert file.with_name("penstock.yaml.dpkg-dist").exists()

    machine.run("apt-get", "purge", "--yes", "penstock", "penstock-sim")
    after = machine.files()
    assert {path: after[path] for path in after if before.get(path) != after[path]} == {}
    assert before.keys() - after.keys() == set()
    assert set(machine.users()) - set(users) == {"penstock"}


def test_a_purge_leaves_what_an_operator_put_beside_it(machine, packages):
    machine.install(packages["penstock"])
    (machine.root / "etc/penstock/ca.pem").write_text("a certificate\n")
    machine.run("apt-get", "purge", "--yes", "penstock")
    assert [path.name for path in (machine.root / "etc/penstock").iterdir()] == ["ca.pem"]
