"""A small Debian in a folder. No systemd runs in it: what it would be asked is written down."""

import hashlib
import os
import stat
from pathlib import Path

from harness.daemon import Daemon
from harness.process import ROOT, Process, clean_environment, done, free_port, root_may, variables

CACHE = ROOT / "build" / "cache"
SUITE = "bookworm"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# In place of the real one. It says of everything that it is so: the service is active.
SYSTEMCTL = """#!/bin/sh
echo "$@" >>/var/log/systemctl
"""
WITHOUT_TERMINAL = ("-o", "Dpkg::Use-Pty=0")
# What dpkg and apt write themselves; and who the users are, which is asked for.
THEIRS = ("var/lib/dpkg", "var/lib/apt", "var/cache", "var/log", "proc", "sys", "dev")
USERS = {f"etc/{name}{old}" for name in ("passwd", "shadow", "group", "gshadow") for old in ("", "-")}


def may_mount() -> bool:
    return root_may("unshare", "--mount", "true")


def apt_sources() -> list[str]:
    """This machine's, of Debian itself: a mirror near it."""
    told = done(
        "apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(RELEASE) $(COMPONENT) $(CREATED_BY)"
    )
    rows = (line.split() for line in told.splitlines())
    return sorted(
        {
            f"deb {uri} {release} {component}"
            for uri, codename, release, component, made_by in rows
            if codename.startswith(SUITE) and component == "main" and made_by == "Packages"
        }
    )


def base(packages: list[str]) -> Path:
    """An archive of a minimal system with these packages, and those that they need. Kept between runs."""
    name = hashlib.sha256(" ".join(sorted(packages)).encode()).hexdigest()[:16]
    archive = CACHE / f"debian-{name}.tar"
    if not archive.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        begun = archive.with_suffix(".part.tar")
        wanted = f"--include={','.join(packages)}"
        done("mmdebstrap", "--variant=apt", "--mode=root", wanted, SUITE, begun, *apt_sources())
        begun.rename(archive)
    return archive


class Machine:
    def __init__(self, archive: Path, root: Path):
        self.root = root
        root.mkdir()
        done("tar", "--extract", "--numeric-owner", "--file", archive, "--directory", root)
        asked = root / "usr/bin/systemctl"
        asked.rename(asked.with_name("systemctl.real"))
        asked.write_text(SYSTEMCTL)
        asked.chmod(0o755)
        (root / "run/systemd/system").mkdir(parents=True)

    def command(self, *command: str | Path, user: str = "root") -> list[str]:
        """That runs it here, and becomes it."""
        enter = ["/usr/bin/unshare", "--mount", f"--root={self.root}", "--wd=/", "--mount-proc=/proc"]
        _, _, uid, gid, *_ = self.users()[user]
        become = ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--init-groups", "--no-new-privs"]
        return [*enter, *become, *map(str, command)]

    def run(self, *command: str | Path, user: str = "root", **environment: str) -> str:
        return done(
            *self.command(*command, user=user),
            PATH=PATH,
            LC_ALL="C.UTF-8",
            DEBIAN_FRONTEND="noninteractive",
            **environment,
        )

    def install(self, *packages: Path) -> None:
        """As docs/install.md says; nothing is fetched, as what they need is here."""
        for package in packages:
            (self.root / "tmp" / package.name).write_bytes(package.read_bytes())
        names = [f"/tmp/{package.name}" for package in packages]
        keep = "Dpkg::Options::=--force-confold"
        self.run(
            "apt-get", "install", "--yes", "--no-install-recommends", "-o", keep, *WITHOUT_TERMINAL, *names
        )
        for name in names:
            (self.root / name.lstrip("/")).unlink()

    def enable(self, service: str) -> None:
        self.run("systemctl.real", "enable", service, SYSTEMD_OFFLINE="1")

    def asked_of_systemd(self) -> list[str]:
        """Since the last question."""
        log = self.root / "var/log/systemctl"
        asked = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return asked

    def users(self) -> dict[str, list[str]]:
        lines = (self.root / "etc/passwd").read_text().splitlines()
        return {line.split(":")[0]: line.split(":") for line in lines}

    def files(self) -> dict[str, tuple]:
        """Of all that an installation may leave: what it is, whose, and its content."""
        found = {}
        for folder, folders, names in os.walk(self.root):
            inside = os.path.relpath(folder, self.root)
            folders[:] = [name for name in folders if os.path.normpath(f"{inside}/{name}") not in THEIRS]
            for name in folders + names:
                path = Path(folder, name)
                key = os.path.normpath(f"{inside}/{name}")
                if key not in USERS:
                    found[key] = described(path)
        return found


def described(path: Path) -> tuple:
    status = path.lstat()
    content = ""
    if stat.S_ISLNK(status.st_mode):
        content = os.readlink(path)
    elif stat.S_ISREG(status.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    return (stat.filemode(status.st_mode), status.st_uid, status.st_gid, content)


class Service(Daemon):
    """`penstock run` of a machine, with what systemd would give it by the unit's directives."""

    def __init__(self, machine: Machine, log: Path, **settings: str):
        self.port = free_port()
        given = variables(admin_listen=f"127.0.0.1:{self.port}", **settings)
        systemd = {
            "PATH": PATH,
            "STATE_DIRECTORY": "/var/lib/penstock",
            "CREDENTIALS_DIRECTORY": "/run/credentials/penstock.service",
        }
        command = machine.command("/usr/bin/penstock", "run", user="penstock")
        Process.__init__(self, command, log, clean_environment() | systemd | given)
