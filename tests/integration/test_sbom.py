"""What the programs have of others, as CycloneDX: as the build writes it, held against the programs."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from harness.debian import Packages, libraries, printed
from harness.process import PENSTOCK, PENSTOCK_SIM, ROOT, done
from license_expression import get_spdx_licensing
from packageurl import PackageURL

BUILD = ROOT / "build" / "release"
PROGRAMS = {"penstock": PENSTOCK, "penstock-sim": PENSTOCK_SIM}

every_program = pytest.mark.parametrize("program", PROGRAMS)


def file_of(program: str) -> Path:
    return BUILD / "sbom" / f"{program}.cdx.json"


@cache
def document(program: str) -> dict:
    return json.loads(file_of(program).read_text())


def components(program: str) -> dict[str, dict]:
    return {component["name"]: component for component in document(program)["components"]}


def owners(files: set[Path]) -> dict[Path, str]:
    """The packages that have them; dpkg may know a file below /usr by its name without."""
    names = {name: path for path in files for name in (str(path), str(path).removeprefix("/usr"))}
    said = subprocess.run(
        ["dpkg-query", "--search", *names], capture_output=True, text=True, check=False
    ).stdout
    found = re.findall(r"^([^:\n]+)\S*: (/.*)$", said, re.MULTILINE)
    return {names[name]: package for package, name in found}


@every_program
def test_it_is_valid(program):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(file_of(program).read_text()) is None


@every_program
def test_every_library_that_the_loader_loads_is_in_it(program):
    loaded = {path for path in libraries(PROGRAMS[program]) if not path.name.startswith("ld-linux")}
    packages = owners(loaded)
    assert set(packages) == loaded
    linked = {
        name
        for name, component in components(program).items()
        if {"name": "penstock:linked", "value": "dynamic"} in component["properties"]
    }
    assert linked == set(packages.values())


def test_every_library_whose_headers_are_compiled_in_is_in_it():
    """Asked of the build: which headers it read, and whose they are. What is loaded is of the same source."""
    headers = {
        Path(line.strip())
        for line in printed("ninja", "-C", BUILD, "-t", "deps")
        if line.startswith("    /usr/include/")
    }
    sources = dict(
        line.split("\t") for line in printed("dpkg-query", "-W", "-f", "${Package}\t${source:Package}\n")
    )
    tests_alone = {"googletest", "google-benchmark", "benchmark", "simdjson"}
    the_kernels_interface = {"linux"}
    compiled = (
        {sources[package] for package in owners(headers).values()} - tests_alone - the_kernels_interface
    )
    assert {"rapidjson", "cli11", "boost1.81", "openssl"} <= compiled, "it asks what it should"
    assert compiled <= {sources[name] for name in components("penstock")}


@every_program
def test_versions_are_those_that_are_installed_here(program):
    installed = dict(
        line.split("\t") for line in printed("dpkg-query", "-W", "-f", "${Package}\t${Version}\n")
    )
    for name, component in components(program).items():
        assert component["version"] == installed[name]
        url = PackageURL.from_string(component["purl"])
        assert (url.type, url.namespace, url.name, url.version) == ("deb", "debian", name, installed[name])
        assert re.fullmatch(r"debian-\d+", url.qualifiers["distro"])


@every_program
def test_every_licence_is_known_and_one_of_spdx(program):
    """A package without: cmake/licences.cmake."""
    for name, component in components(program).items():
        assert component.get("licenses"), f"{name} has no licence"
        for licence in component["licenses"]:
            unknown = get_spdx_licensing().validate(licence["expression"]).invalid_symbols
            assert [symbol for symbol in unknown if not symbol.startswith("LicenseRef-")] == [], name


@every_program
def test_everything_in_it_is_reached_from_the_program(program):
    edges = {entry["ref"]: entry["dependsOn"] for entry in document(program)["dependencies"]}
    waiting = [document(program)["metadata"]["component"]["bom-ref"]]
    reached = set()
    while waiting:
        ref = waiting.pop()
        if ref not in reached:
            reached.add(ref)
            waiting += edges[ref]
    assert reached == set(edges)
    assert {component["bom-ref"] for component in components(program).values()} < reached


def test_the_same_program_gives_the_same_bytes(tmp_path):
    before = file_of("penstock").read_bytes()
    assert b"timestamp" not in before
    command = next(
        line
        for line in printed("ninja", "-C", BUILD, "-t", "commands", "sbom/penstock.cdx.json")
        if "sbom.cmake" in line
    )
    again = tmp_path / "again.json"
    done("sh", "-c", command.replace(f"OUT={file_of('penstock')}", f"OUT={again}"))
    assert again.read_bytes() == before
