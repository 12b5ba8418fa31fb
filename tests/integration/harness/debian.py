"""What the Debian packages of an image take, read off the packages that are installed here."""

import re
import subprocess
from functools import cached_property
from pathlib import Path

# What debian:12-slim leaves out of each package.
LEFT_OUT = tuple(f"/usr/share/{name}/" for name in ("doc", "groff", "info", "lintian", "locale", "man"))
FIELDS = ("Package", "Essential", "Depends", "Pre-Depends", "Provides")


def printed(*command: str | Path) -> list[str]:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def names(relation: str) -> list[list[str]]:
    """Of a Depends: for each group its alternatives, without versions and architectures."""
    groups = [group.split("|") for group in relation.split(",") if group.strip()]
    return [[re.split(r"[ :(]", name.strip())[0] for name in group] for group in groups]


class Packages:
    @cached_property
    def _installed(self) -> dict[str, dict[str, str]]:
        line = "\t".join(f"${{{field}}}" for field in FIELDS) + "\n"
        rows = (dict(zip(FIELDS, row.split("\t"))) for row in printed("dpkg-query", "-W", "-f", line))
        return {row["Package"]: row for row in rows}

    @cached_property
    def _providers(self) -> dict[str, str]:
        return {
            name: package
            for package, fields in self._installed.items()
            for group in names(fields["Provides"])
            for name in group
        }

    def base(self) -> set[str]:
        """Of debian:12-slim: what is essential, and apt."""
        essential = {name for name, fields in self._installed.items() if fields["Essential"] == "yes"}
        return self.with_dependencies(essential | {"apt"})

    def with_dependencies(self, wanted: set[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(wanted)
        while waiting:
            name = waiting.pop()
            package = name if name in self._installed else self._providers.get(name)
            assert package, f"{name} isn't installed here"
            if package not in found:
                found.add(package)
                waiting += self._needed_by(package)
        return found

    def _needed_by(self, package: str) -> list[str]:
        """The first alternative that is there, as apt takes it."""
        fields = self._installed[package]
        groups = names(fields["Depends"]) + names(fields["Pre-Depends"])
        known = (*self._installed, *self._providers)
        return [next((name for name in group if name in known), group[0]) for group in groups]

    def files(self, packages: set[str]) -> set[Path]:
        listed = printed("dpkg-query", "-L", *packages)
        paths = {Path(name) for name in listed if name.startswith("/") and not name.startswith(LEFT_OUT)}
        return {path for path in paths if path.is_file() and not path.is_symlink()}

    def size(self, packages: set[str]) -> int:
        return sum(path.stat().st_size for path in {path.resolve() for path in self.files(packages)})


def libraries(program: Path) -> set[Path]:
    """The shared libraries that a program is loaded with."""
    text = "\n".join(printed("ldd", program))
    return {Path(name).resolve() for name in re.findall(r"(?:=> |^\t)(/\S+)", text, re.MULTILINE)}
