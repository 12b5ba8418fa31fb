"""The container image without a container engine: its Dockerfile, its steps, and what comes of them."""

import json
import os
import re
import stat
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from harness.debian import Packages, libraries
from harness.dockerfile import DOCKERFILE, USER, arguments, stages
from harness.process import ROOT, clean_environment, free_port

STEPS = ROOT / "scripts" / "lib" / "image"
ALIVE = ROOT / "config" / "container" / "alive"
LARGEST = 120_000_000


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the step `collect` puts into the images, of the programs that are built already."""
    out = tmp_path_factory.mktemp("image")
    environment = {**clean_environment(), "BUILD": str(ROOT / "build" / "release"), "OUT": str(out)}
    subprocess.run([STEPS, "collect"], env=environment, check=True, capture_output=True, timeout=120)
    return out


def listed_packages() -> set[str]:
    return set(re.findall(r"^image +(\S+)$", (STEPS.parent / "packages").read_text(), re.MULTILINE))


def test_hadolint_finds_no_fault():
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, DOCKERFILE], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_each_step_of_the_script_is_taken_once_and_none_is_made_up():
    taken = re.findall(r"lib/image ([a-z ]+)", DOCKERFILE.read_text().split("FROM", 1)[1])
    offered = re.findall(r"^([a-z]+)\(\) \{", STEPS.read_text(), re.MULTILINE)
    assert sorted(" ".join(taken).split()) == sorted(offered)


def test_a_build_without_a_target_makes_penstock():
    assert list(stages())[-1] == "penstock"


@pytest.mark.parametrize("stage", ["penstock", "simulator"])
def test_an_image_runs_as_a_numbered_user_and_says_how_it_is(stage):
    assert arguments("USER", stage) == [f"{USER}:{USER}"]
    assert f"id={USER} " in STEPS.read_text()
    assert len(arguments("HEALTHCHECK", stage)) == 1
    assert json.loads(arguments("ENTRYPOINT", stage)[0]), "a shell would keep signals to itself"


def test_the_journal_is_a_volume():
    assert arguments("VOLUME", "penstock") == ["/var/lib/penstock"]


def test_labels_are_those_of_the_open_container_initiative_and_true():
    labels = dict(re.findall(r'([\w.]+)="([^"]*)"', " ".join(arguments("LABEL", "penstock"))))
    prefix = "org.opencontainers.image."
    assert {name.removeprefix(prefix) for name in labels} == {
        "title", "description", "version", "revision", "licenses"
    }  # fmt: skip
    version = re.search(r"project\(penstock VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    assert labels[f"{prefix}version"] == version


def test_an_image_has_the_stripped_program_and_little_else(collected):
    files = [path for path in collected.rglob("*") if path.is_file()]
    assert {path.relative_to(collected).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in files} == {
        "penstock/usr/bin/penstock": 0o755,
        "penstock/usr/libexec/penstock/alive": 0o755,
        "penstock/usr/share/doc/penstock/copyright": 0o644,
        "simulator/usr/bin/penstock-sim": 0o755,
    }
    program = collected / "penstock/usr/bin/penstock"
    assert program.stat().st_size < 20_000_000, "with debug information it has over 100 MB"
    said = subprocess.run([program, "--version"], capture_output=True, check=True)
    assert said.stdout.startswith(b"penstock ")


def test_the_image_has_every_library_that_its_programs_load(collected):
    packages = Packages()
    here = packages.with_dependencies(packages.base() | listed_packages())
    shipped = {path.resolve() for path in packages.files(here)}
    for program in ("penstock/usr/bin/penstock", "simulator/usr/bin/penstock-sim"):
        assert libraries(collected / program) - shipped == set(), program


def test_no_library_is_installed_for_nothing(collected):
    packages = Packages()
    loaded = libraries(collected / "penstock/usr/bin/penstock")
    for name in listed_packages() - {"ca-certificates"}:
        own = {path.resolve() for path in packages.files({name})}
        assert own & loaded, name


def test_the_image_is_small(collected):
    """The sum of what its packages install without documentation, and of its own files."""
    packages = Packages()
    size = packages.size(packages.with_dependencies(packages.base() | listed_packages()))
    size += sum(path.stat().st_size for path in (collected / "penstock").rglob("*") if path.is_file())
    assert 60_000_000 < size < LARGEST


def test_what_dockerignore_leaves_can_be_configured(tmp_path):
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    source = tmp_path / "source"
    source.mkdir()
    for entry in ROOT.iterdir():
        if not any(entry.match(pattern) for pattern in ignored):
            (source / entry.name).symlink_to(entry)
    environment = {**clean_environment(), "BUILD": str(tmp_path / "build")}
    steps = source / STEPS.relative_to(ROOT)
    done = subprocess.run(
        [steps, "configure"], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made = (tmp_path / "build" / "CMakeCache.txt").read_text()
    assert f"penstock_SOURCE_DIR:STATIC={source}" in made, "it is the image's tree that was configured"


def alive(listen: str, socket: Path = Path("/no/socket")) -> int:
    environment = {**os.environ, "PENSTOCK_ADMIN_LISTEN": listen, "PENSTOCK_ADMIN_SOCKET": str(socket)}
    return subprocess.run([ALIVE], env=environment, capture_output=True, timeout=30, check=False).returncode


def test_the_health_check_tells_a_daemon_that_turns_from_none(simulator, connect):
    daemon = connect(simulator(), sources="firehose").wait_ready("/livez")
    for address in ("127.0.0.1", "0.0.0.0"):
        assert alive(f"{address}:{daemon.port}") == 0
    nobody = f"127.0.0.1:{free_port()}"
    assert alive(nobody) != 0
    socket = daemon.log.parent / "admin.sock"
    assert alive(nobody, socket) == 0, "TLS on admin.listen is nothing to it"
    daemon.child.kill()
    daemon.child.wait()
    assert socket.is_socket() and alive(nobody, socket) != 0


@pytest.mark.parametrize("status, expected", [(200, 0), (503, 1)])
def test_the_health_check_takes_the_daemons_own_word(status, expected):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/livez" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert alive(f"127.0.0.1:{server.server_port}") == expected
