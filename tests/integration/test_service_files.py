"""The files under systemd/, checked by systemd's own tools: its manager needn't run."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest
from harness.process import PENSTOCK, ROOT

FILES = ROOT / "systemd"
UNIT = FILES / "penstock.service"
LARGEST_EXPOSURE = "13"  # in tenths: 1.3 of 10


def ran(*command: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def directives(section: str) -> dict[str, list[str]]:
    """Of one section of the unit: a name may stand in several lines."""
    found: dict[str, list[str]] = {}
    here = ""
    for line in UNIT.read_text().splitlines():
        if line.startswith("["):
            here = line.strip("[]")
        elif here == section and line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_systemd_finds_no_fault_in_the_unit(tmp_path):
    """With the program that is built: verify asks whether what is started can be."""
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/usr/bin/penstock", str(PENSTOCK)))
    done = ran("systemd-analyze", "verify", "--man=no", unit)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_service_is_exposed_no_more_than_it_has_to_be():
    done = ran(
        "systemd-analyze", "security", "--offline=true", f"--threshold={LARGEST_EXPOSURE}", "--no-pager", UNIT
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Overall exposure level for penstock\.service: \d\.\d OK", done.stdout)


def test_the_unit_says_how_the_daemon_is_started_watched_and_left_alone():
    service = directives("Service")
    assert service["Type"] == ["notify"]
    assert int(service["WatchdogSec"][0]) > 30, "the daemon's own bound for a loop that stands still"
    assert service["LoadCredential"] == ["token:/etc/penstock/token"]
    assert service["Restart"] == ["on-failure"]
    assert service["RestartPreventExitStatus"] == ["3 78"]
    assert int(service["TimeoutStopSec"][0]) > 20, "a drain takes as long"


def test_the_configuration_is_checked_before_a_start_and_before_a_reload():
    service = directives("Service")
    check = "/usr/bin/penstock validate --offline"
    assert [command.lstrip("-") for command in service["ExecStartPre"]] == [check]
    assert service["ExecReload"] == [check, "/bin/kill -HUP $MAINPID"]


def test_a_start_that_fails_for_good_is_not_tried_again():
    """systemd asks RestartPreventExitStatus= about ExecStart= alone. So only there may it fail."""
    assert all(command.startswith("-") for command in directives("Service")["ExecStartPre"])


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root directory as a package's installation leaves it."""
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    root = tmp_path_factory.mktemp("machine")
    (root / "etc" / "penstock").mkdir(parents=True)
    (root / "etc" / "penstock" / "token").write_text("t0ken\n")
    for command in (
        ("systemd-sysusers", f"--root={root}", FILES / "penstock.sysusers"),
        ("systemd-tmpfiles", f"--root={root}", "--create", FILES / "penstock.tmpfiles"),
    ):
        done = ran(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    return root


def entries(file: Path) -> dict[str, list[str]]:
    """Of passwd(5) or group(5), by name."""
    return {line.split(":")[0]: line.split(":") for line in file.read_text().splitlines()}


def test_users_and_groups_of_the_unit_are_made(machine):
    user = entries(machine / "etc/passwd")[directives("Service")["User"][0]]
    assert user[5:] == ["/var/lib/penstock", "/usr/sbin/nologin"]
    assert directives("Service")["Group"][0] in entries(machine / "etc/group")


def test_the_token_is_roots_and_the_configuration_the_groups(machine):
    group = int(entries(machine / "etc/group")["penstock"][2])

    def access(path: str) -> tuple[int, int, int]:
        found = (machine / path).stat()
        return stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid

    assert access("etc/penstock") == (0o750, 0, group)
    assert access("etc/penstock/token") == (0o600, 0, 0)
