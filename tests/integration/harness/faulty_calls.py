"""Programs whose calls of the C library fail, are short or slow: tests/faults/faulty_calls.cpp is below them."""

import struct
from dataclasses import dataclass
from pathlib import Path

from harness.process import BUILD

LIBRARY = BUILD.parent / "tests" / "faults" / "libfaulty_calls.so"
COUNT = struct.Struct("QQ48s")  # calls, faulty ones, the first of them


@dataclass(frozen=True)
class Faults:
    """`calls`, `left_alone`, `alone`: lists with commas. From the call number `at` on (0: none) to each `every`-th,
    `times` at most (0: for good)."""

    calls: str = "calls"
    how: str = "fail"
    at: int = 0
    every: int = 1
    times: int = 1
    left_alone: str = ""
    alone: str = ""


class Counted:
    """What a program's calls came to; of a program that runs, so far."""

    def __init__(self, file: Path):
        self.file = file
        self.begin()

    def begin(self) -> None:
        self.file.write_bytes(bytes(COUNT.size))

    def below(self, faults: Faults) -> dict[str, str]:
        """Variables of a program that has these faults below it."""
        assert LIBRARY.exists(), f"{LIBRARY} isn't built: scripts/test builds it"
        self.begin()
        lists = {"FAULTY_NOT": faults.left_alone, "FAULTY_ONLY": faults.alone}
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAULTY_CALLS": faults.calls,
            "FAULTY_HOW": faults.how,
            "FAULTY_AT": str(faults.at),
            "FAULTY_EVERY": str(faults.every),
            "FAULTY_TIMES": str(faults.times),
            "FAULTY_COUNT": str(self.file),
            **{name: value for name, value in lists.items() if value},
        }

    @property
    def calls(self) -> int:
        return COUNT.unpack(self.file.read_bytes())[0]

    @property
    def faulty(self) -> int:
        return COUNT.unpack(self.file.read_bytes())[1]

    @property
    def first(self) -> str:
        """Which was faulty first, and whose call it was: "open of program"."""
        return COUNT.unpack(self.file.read_bytes())[2].split(b"\0")[0].decode()
