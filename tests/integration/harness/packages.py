"""The Debian packages of the project, made and read."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from harness.process import ROOT, done


def make_packages(folder: Path, *options: str, **environment: str) -> dict[str, Path]:
    done("cpack", "--preset", "release", "-B", folder, *options, cwd=ROOT, **environment)
    return {path.name.split("_")[0]: path for path in folder.glob("*.deb")}


def field(package: Path, name: str) -> str:
    """Of its control file."""
    return done("dpkg-deb", "--field", package, name).strip()


@dataclass(frozen=True)
class Entry:
    mode: str  # as ls shows it
    owner: str


def entries(package: Path) -> dict[str, Entry]:
    """What it installs, by path: files, with the folders that are nobody else's."""
    lines = [line.split(maxsplit=5) for line in done("dpkg-deb", "--contents", package).splitlines()]
    return {path.removeprefix("."): Entry(mode, owner) for mode, owner, _, _, _, path in lines}


def next_version(package: Path, folder: Path, edits: dict[str, tuple[str, str]]) -> Path:
    """The same package a version later, with text replaced in files of it: path → (old, new)."""
    tree = folder / "tree"
    done("dpkg-deb", "--raw-extract", package, tree)
    control = tree / "DEBIAN" / "control"
    control.write_text(re.sub(r"^Version: .*", r"\g<0>+next", control.read_text(), flags=re.MULTILINE))
    for path, (old, new) in edits.items():
        file = tree / path.lstrip("/")
        assert old in file.read_text(), path
        file.write_text(file.read_text().replace(old, new))
    made = folder / f"next_{package.name}"
    done("dpkg-deb", "--build", "--root-owner-group", "-Znone", tree, made)
    shutil.rmtree(tree)
    return made
