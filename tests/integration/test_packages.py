"""The Debian packages: what is in them, and what their control files say."""

import hashlib
import re
import shutil
import time
from pathlib import Path

import pytest
from harness.packages import Entry, entries, field, make_packages
from harness.process import ROOT, done

SCRIPTS = ROOT / "packaging" / "deb"
ROOTS_OWN = "root/root"

IN_PENSTOCK = {
    "/etc/penstock/penstock.yaml",
    "/usr/bin/penstock",
    "/usr/lib/systemd/system/penstock.service",
    "/usr/lib/sysusers.d/penstock.conf",
    "/usr/lib/tmpfiles.d/penstock.conf",
    "/usr/share/bash-completion/completions/penstock",
    "/usr/share/doc/penstock/changelog.Debian.gz",
    "/usr/share/doc/penstock/changelog.gz",
    "/usr/share/doc/penstock/copyright",
    "/usr/share/doc/penstock/notices",
    "/usr/share/doc/penstock/penstock.cdx.json",
    "/usr/share/fish/vendor_completions.d/penstock.fish",
    "/usr/share/lintian/overrides/penstock",
    "/usr/share/man/man1/penstock.1.gz",
    "/usr/share/zsh/vendor-completions/_penstock",
}
IN_SIMULATOR = {
    "/usr/bin/penstock-sim",
    "/usr/share/doc/penstock-sim/changelog.Debian.gz",
    "/usr/share/doc/penstock-sim/changelog.gz",
    "/usr/share/doc/penstock-sim/copyright",
    "/usr/share/doc/penstock-sim/notices",
    "/usr/share/doc/penstock-sim/penstock-sim.cdx.json",
    "/usr/share/lintian/overrides/penstock-sim",
    "/usr/share/man/man1/penstock-sim.1.gz",
}


def files(package: Path) -> dict[str, Entry]:
    return {path: entry for path, entry in entries(package).items() if not path.endswith("/")}


def test_there_is_a_package_of_the_daemon_and_one_of_the_simulator(packages):
    assert set(packages) == {"penstock", "penstock-sim"}
    version = re.search(r"project\(penstock VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    assert {field(package, "Version") for package in packages.values()} == {f"{version}-1"}


def test_penstock_has_the_service_and_its_documents_and_nothing_to_build_with(packages):
    found = set(files(packages["penstock"]))
    assert IN_PENSTOCK <= found
    documents = {path for path in found - IN_PENSTOCK if path.startswith("/usr/share/doc/penstock/")}
    assert found == IN_PENSTOCK | documents
    assert {Path(path).suffix for path in documents} <= {".md", ".yaml", ".json"}


def test_the_simulator_needs_nothing_of_the_daemon(packages):
    assert set(files(packages["penstock-sim"])) == IN_SIMULATOR
    assert "penstock " not in field(packages["penstock-sim"], "Depends")


@pytest.mark.parametrize("name", ["penstock", "penstock-sim"])
def test_all_is_roots_and_readable_whatever_the_umask_of_the_build(name, packages):
    for path, entry in entries(packages[name]).items():
        expected = "drwxr-xr-x" if path.endswith("/") else "-rw-r--r--"
        if path.startswith("/usr/bin/") and not path.endswith("/"):
            expected = "-rwxr-xr-x"
        assert entry == Entry(expected, ROOTS_OWN), path


def test_the_example_is_a_conffile(packages):
    assert done("dpkg-deb", "--info", packages["penstock"], "conffiles").split() == [
        "/etc/penstock/penstock.yaml"
    ]


def test_it_depends_on_what_it_is_loaded_with_and_on_what_makes_its_user(packages):
    depends = field(packages["penstock"], "Depends")
    for name in ("librdkafka1", "libssl3", "libboost-url1.81.0", "systemd-sysusers", "systemd-tmpfiles"):
        assert re.search(rf"(^|[ ,|]){re.escape(name)}($|[ ,])", depends), depends
    assert "ca-certificates" in field(packages["penstock"], "Recommends")


def test_a_machine_whose_processor_lacks_what_is_compiled_for_refuses_it(packages):
    if field(packages["penstock"], "Architecture") != "amd64":
        pytest.skip("programs need no more than the architecture's baseline here")
    for package in packages.values():
        assert field(package, "Depends").startswith("sse4.2-support, ")


def test_lintian_finds_no_fault(packages):
    """Of errors, warnings and notes; each override says why."""
    said = done(
        "lintian", "--display-info", "--fail-on=error,warning,info", "--allow-root", *packages.values()
    )
    assert said == ""


def test_the_same_build_makes_the_same_packages(packages, tmp_path):
    def digests(made: dict[str, Path]) -> dict[str, str]:
        return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in made.items()}

    assert digests(make_packages(tmp_path / "again")) == digests(packages)


def test_files_are_of_the_changelogs_date_unless_another_is_given(packages, tmp_path):
    def dates(package: Path) -> set[str]:
        return {line.split()[3] for line in done("dpkg-deb", "--contents", package).splitlines()}

    said = int(done("dpkg-parsechangelog", "-l", SCRIPTS / "changelog", "-S", "Timestamp"))
    assert dates(packages["penstock-sim"]) == {time.strftime("%Y-%m-%d", time.localtime(said))}
    only = ("-D", "CPACK_COMPONENTS_ALL=simulator;penstock-sim-package")
    other = make_packages(tmp_path / "other", *only, SOURCE_DATE_EPOCH="1000000000", TZ="UTC")
    assert dates(other["penstock-sim"]) == {time.strftime("%Y-%m-%d", time.localtime(1_000_000_000))}


@pytest.mark.parametrize("name", ["postinst", "prerm", "postrm"])
def test_maintainer_scripts_pass_shellcheck(name):
    assert shutil.which("shellcheck"), "scripts/lib/install-packages test"
    assert done("shellcheck", "--shell=sh", SCRIPTS / "penstock" / name) == ""
