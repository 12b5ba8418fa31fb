"""Completions, by the shells themselves: what a user types, and what becomes of it."""

import shlex
import subprocess
from pathlib import Path
from typing import Callable, Iterator

import pytest
from harness.process import BUILD, end_with_parent
from harness.terminal import CALLED, Shell

MADE = BUILD / "cli" / "doc"

# Typed after `penstock ` → all that may stand there in place of the last word.
COMPLETED = {
    "dead": {"dead-letters"},
    "dead-letters ": {"ls", "cat", "retry"},
    "dead-letters r": {"retry"},
    "journal ve": {"verify"},
    "validate --off": {"--offline"},
    "gaps --s": {"--set", "--source"},
    "gaps -o ": {"table", "json", "ndjson"},
    "gaps --output nd": {"ndjson"},
    "gaps --source s": {"stream", "sinkhole"},
    "top --sort j": {"journal"},
    "dead-letters ls --reason inv": {"invalid_json", "invalid_utf8"},
    # The value of an option is neither a command nor an argument.
    "journal ls -o json journ": {"journal"},
    "gaps --source run -o nd": {"ndjson"},
    # Files where a file is wanted, directories where a directory is, and else nothing.
    "run -c penst": {"penstock.yaml"},
    "run --config with\\ sp": {"with space.yaml"},
    "-c penst": {"penstock.yaml"},
    "-c penstock.yaml journal ls journ": {"journal"},
    "journal ls journ": {"journal"},
    "journal ls penst": set(),
    "run penst": set(),
    "replay --source stream penst": set(),
}

# Inserts all that a word can become: a key of bash's own; zsh has it as a widget.
ALL_MATCHES = {"bash": "\x1b*", "zsh": "\x18a"}
ZSH_MATCHES = """
zle -C all-matches complete-word _generic
bindkey '^Xa' all-matches
zstyle ':completion:all-matches::::' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the shell is: with files, one with a space in its name, and a directory."""
    work = tmp_path / "work"
    (work / "journal").mkdir(parents=True)
    for name in ("penstock.yaml", "with space.yaml"):
        (work / name).touch()
    return work


@pytest.fixture
def bash(tmp_path: Path, folder: Path) -> Iterator[Shell]:
    start = tmp_path / "bashrc"
    start.write_text(f"{CALLED}source {MADE}/penstock\n")
    shell = Shell(["bash", "--noprofile", "--rcfile", str(start), "-i"], folder)
    yield shell
    shell.close()


@pytest.fixture
def zsh(tmp_path: Path, folder: Path) -> Iterator[Shell]:
    found = f"fpath=({MADE} $fpath)\nautoload -Uz compinit && compinit -u -d {tmp_path}/dump\n"
    (tmp_path / ".zshrc").write_text(CALLED + found + ZSH_MATCHES)
    shell = Shell(["zsh", "-d", "-i"], folder, ZDOTDIR=str(tmp_path))
    yield shell
    shell.close()


@pytest.fixture
def fish(folder: Path) -> Callable[[str], list[str]]:
    """fish completes a line that is given to it."""

    def complete(typed: str) -> list[str]:
        command = f"source {MADE}/penstock.fish; complete -C {shlex.quote('penstock ' + typed)}"
        done = subprocess.run(
            ["fish", "--no-config", "-c", command],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
            preexec_fn=end_with_parent,
        )
        assert not done.stderr
        return [line.split("\t")[0] for line in done.stdout.splitlines()]

    return complete


def completed(shell: Shell, typed: str) -> set[str]:
    """Nothing where the word stays as it was typed."""
    words = shlex.split(typed)
    begun = words.pop() if not typed.endswith(" ") else None
    arguments = shell.arguments(f"penstock {typed}{ALL_MATCHES[shell.command[0]]}")
    assert arguments[: len(words)] == words
    return {plain(word) for word in arguments[len(words) :] if word != begun}


def plain(word: str) -> str:
    """Without what a shell adds where more may follow."""
    return word.rstrip("/=")


def test_bash_completes_what_can_follow(bash):
    assert {typed: completed(bash, typed) for typed in COMPLETED} == COMPLETED


def test_bash_completes_a_value_behind_an_equals_sign(bash):
    assert bash.arguments("penstock gaps --output=nd\t") == ["gaps", "--output=ndjson"]


def test_zsh_completes_what_can_follow(zsh):
    assert {typed: completed(zsh, typed) for typed in COMPLETED} == COMPLETED


def test_zsh_completes_a_value_behind_an_equals_sign(zsh):
    assert zsh.arguments("penstock gaps --output=nd\t") == ["gaps", "--output=ndjson"]


def test_fish_completes_what_can_follow(fish):
    assert {typed: set(map(plain, fish(typed))) for typed in COMPLETED} == COMPLETED


def test_fish_completes_a_value_behind_an_equals_sign(fish):
    assert fish("gaps --output=nd") == ["--output=ndjson"]


def test_fish_says_what_a_command_does(folder):
    command = f"source {MADE}/penstock.fish; complete -C 'penstock dead-letters c'"
    done = subprocess.run(
        ["fish", "--no-config", "-c", command], capture_output=True, text=True, check=True
    )
    assert done.stdout == "cat\tWrite the bytes of one to standard output\n"
