"""The pure rooms are compiled for aarch64 with all of the project's warnings: no file of them needs x86-64."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness.process import ROOT

sys.path.insert(0, str(ROOT / "tests" / "tidy"))
import rooms  # noqa: E402
from tree import Tree  # noqa: E402

COMPILER = "aarch64-linux-gnu-g++"
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wsign-conversion", "-Werror"]


def headers_of_libraries() -> Path:
    """Those that are the same for every processor, without libc's, of which the compiler has its own. In the same place
    each time, as ccache asks for it."""
    folder = ROOT / "build" / "aarch64"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "boost").symlink_to("/usr/include/boost")
    (folder / "rapidjson").symlink_to("/usr/include/rapidjson")
    (folder / "openssl").mkdir()
    for file in (*Path("/usr/include/openssl").iterdir(), *Path("/usr/include").glob("*-gnu/openssl/*")):
        (folder / "openssl" / file.name).symlink_to(file)
    return folder


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_pure_rooms_compile_for_aarch64(tmp_path: Path) -> None:
    assert shutil.which(COMPILER), f"{COMPILER} is missing: scripts/lib/install-packages integration"
    headers = headers_of_libraries()
    launcher = ["ccache"] if shutil.which("ccache") else []
    sources = [file for file in Tree.read(ROOT).sources() if file.path.endswith(".cpp") and rooms.is_pure(file)]
    assert len(sources) > 50

    def compile_one(number: int) -> str:
        command = [*launcher, COMPILER, "-std=c++20", "-O1", "-c", *WARNINGS, ROOT / sources[number].path]
        command += ["-I", ROOT / "include", "-I", ROOT / "src", "-isystem", headers]
        result = subprocess.run(
            [*command, "-o", tmp_path / f"{number}.o"], capture_output=True, text=True, check=False
        )
        return result.stderr if result.returncode else ""

    with ThreadPoolExecutor(2) as pool:
        failures = [text for text in pool.map(compile_one, range(len(sources))) if text]
    assert not failures, "\n".join(failures)
    about = subprocess.run(["file", "-b", tmp_path / "0.o"], capture_output=True, text=True, check=True)
    assert "aarch64" in about.stdout
