"""penstock as it is installed: what packagers get, and what a program that uses its client gets."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from harness.process import ROOT, clean_environment, done

BUILT = ROOT / "build" / "release"
EXAMPLE = ROOT / "examples" / "list_tasks"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the client alone is installed to."""
    prefix = tmp_path_factory.mktemp("client")
    done("cmake", "--install", BUILT, "--component", "client", "--prefix", prefix)
    return prefix


@pytest.fixture(scope="module")
def found_by_cmake(client: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, built as its CMakeLists.txt says."""
    folder = tmp_path_factory.mktemp("by_cmake")
    done("cmake", "-S", EXAMPLE, "-B", folder, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={client}")
    done("cmake", "--build", folder)
    return folder / "list_tasks"


@pytest.fixture(scope="module")
def found_by_pkg_config(client: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("by_pkg_config") / "list_tasks"
    flags = done(
        "pkg-config", "--cflags", "--libs", "penstock", PKG_CONFIG_PATH=str(client / "lib/pkgconfig")
    )
    done("g++", "-std=c++20", EXAMPLE / "list_tasks.cpp", "-o", program, *shlex.split(flags))
    return program


def test_everything_is_installed_where_it_is_looked_for(tmp_path):
    said = done("cmake", "--install", BUILT, "--prefix", tmp_path)
    assert re.findall(r"^-- Installing: (?!%s/).*" % tmp_path, said, re.MULTILINE) == []
    for path in (
        "bin/penstock",
        "bin/penstock-sim",
        "share/man/man1/penstock.1",
        "share/man/man1/penstock-sim.1",
        "share/bash-completion/completions/penstock",
        "share/zsh/site-functions/_penstock",
        "share/fish/vendor_completions.d/penstock.fish",
        "share/doc/penstock/configuration.md",
        "share/doc/penstock/penstock.cdx.json",
        "share/doc/penstock-sim/penstock-sim.cdx.json",
        "lib/systemd/system/penstock.service",
        "lib/sysusers.d/penstock.conf",
        "lib/tmpfiles.d/penstock.conf",
        "lib/libpenstock_core.a",
        "lib/libpenstock_remote.a",
        "lib/cmake/penstock/penstockConfig.cmake",
        "lib/cmake/penstock/penstockConfigVersion.cmake",
        "lib/pkgconfig/penstock.pc",
        "include/penstock/core/error.hpp",
        "include/penstock/remote/tasks_client.hpp",
    ):
        assert (tmp_path / path).is_file(), path
    assert done(tmp_path / "bin/penstock", "--version").startswith("penstock ")


def test_the_client_comes_without_the_rest(client):
    assert sorted(path.name for path in client.iterdir()) == ["include", "lib"]
    rooms = sorted(path.name for path in (client / "include/penstock").iterdir())
    assert rooms == ["core", "remote"]


def test_no_installed_file_names_the_build(client):
    for path in (client / "lib").rglob("*"):
        if path.suffix in (".cmake", ".pc"):
            assert str(ROOT) not in path.read_text(), path


def test_nothing_of_our_own_build_reaches_a_user(client):
    """No warnings as errors, no chosen processor, no libraries that the client hides."""
    text = "".join(path.read_text() for path in client.rglob("penstock*.cmake"))
    text += (client / "lib/pkgconfig/penstock.pc").read_text()
    assert re.findall(r"-W\w+|-march\S*|-fsanitize\S*|-D_\w+|rapidjson|penstock_options", text, re.I) == []


def test_headers_need_nothing_but_boosts_basics(client, tmp_path):
    """Each alone can be compiled, and none of them brings in Asio, OpenSSL or a JSON parser."""
    headers = sorted((client / "include").rglob("*.hpp"))
    for header in headers:
        source, read = tmp_path / "one.cpp", tmp_path / "one.d"
        source.write_text(f'#include "{header.relative_to(client / "include")}"\n')
        done("g++", "-std=c++20", "-fsyntax-only", "-MD", "-MF", read, f"-I{client}/include", source)
        heavy = r"\S*/(?:boost/asio|boost/beast|openssl|rapidjson)/\S*"
        assert re.findall(heavy, read.read_text()) == [], header
    everything = tmp_path / "all.cpp"
    everything.write_text("".join(f'#include "{h.relative_to(client / "include")}"\n' for h in headers))
    done("g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", f"-I{client}/include", everything)


@pytest.mark.parametrize("how", ["found_by_cmake", "found_by_pkg_config"])
def test_the_example_lists_the_tasks(how, request, simulator):
    program = request.getfixturevalue(how)
    remote = simulator()
    created = [remote.create_job() for _ in range(3)]
    said = done(program, remote.url, remote.ca_file, PENSTOCK_API_TOKEN=remote.token)
    listed = dict(line.split(" ") for line in said.splitlines())
    assert set(listed) == set(created)
    assert {state.lower() for state in listed.values()} <= {"requested", "started", "success", "failed", "revoked"}


def test_the_example_says_why_it_can_not(found_by_cmake, simulator):
    remote = simulator()
    answer = subprocess.run(
        [found_by_cmake, remote.url, remote.ca_file],
        env={**clean_environment(), "PENSTOCK_API_TOKEN": "another"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr.startswith("list_tasks: no list of tasks: ") and "401" in answer.stderr
