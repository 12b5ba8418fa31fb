"""The Dockerfile, read as far as tests ask: stages, and what each says and inherits."""

import re

from harness.process import ROOT

DOCKERFILE = ROOT / "Dockerfile"
USER = "10001"


def stages() -> dict[str, list[list[str]]]:
    """The Dockerfile's instructions, as words, by the name of their stage, in order."""
    found: dict[str, list[list[str]]] = {}
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    for line in filter(None, text.splitlines()):
        instruction = line.split()
        if instruction[0] == "FROM":
            current = found.setdefault(instruction[-1], [])
        current.append(instruction)
    return found


def arguments(instruction: str, stage: str) -> list[str]:
    """Of all instructions of one name in a stage and the stages that it is made from."""
    all_stages = stages()
    parent = all_stages[stage][0][1]
    inherited = arguments(instruction, parent) if parent in all_stages else []
    return inherited + [" ".join(line[1:]) for line in all_stages[stage] if line[0] == instruction]
