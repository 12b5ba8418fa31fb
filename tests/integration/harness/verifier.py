"""Compares what a source sent with what Kafka has of it: each line exactly once, in order, byte for
byte.

First everything sent is told, in its order (sent, ended), then everything found in Kafka
(delivered, dead_letter), then findings() says what is wrong. Lines are kept as digests, so that
gigabytes fit.
"""

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Iterable

KEPT_OF_TOO_LARGE = 64 * 1024
MAX_DEPTH = 64
SHOWN = 10  # findings of a kind


def digest_of(line: bytes, reason: str | None = None, size: int = 0) -> bytes:
    """Of an event; with a reason, of a dead letter."""
    tag = f"{reason} {size} ".encode() if reason else b""
    return hashlib.blake2b(tag + line, digest_size=16).digest()


def is_whole_object(line: bytes) -> bool:
    """A last line that lost only its line end is an event."""
    try:
        if not isinstance(json.loads(line.decode("utf-8")), dict):
            return False
    except (ValueError, RecursionError):
        return False
    depth = deepest = 0
    in_string = escaped = False
    for byte in line:
        if in_string:
            in_string = escaped or byte != ord('"')
            escaped = byte == ord("\\") and not escaped
        elif byte == ord('"'):
            in_string = True
        elif byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest <= MAX_DEPTH


@dataclass
class Session:
    first: int  # index of its first line in `sent`
    sizes: list[int] = field(default_factory=list)
    cut: int = 0  # bytes of its last line, if that isn't whole
    aborted: bool = False
    arrived: int = 0  # lines, by findings()


class Verifier:
    def __init__(self, source: str):
        self.source = source
        self._sent: list[bytes] = []
        self._sessions: dict[int, Session] = {}
        self._times_sent: Counter[bytes] = Counter()
        self._positions: dict[bytes, list[int]] = defaultdict(list)
        self._found: Counter[bytes] = Counter()
        self._lanes: dict[object, list[bytes]] = defaultdict(list)
        self._strangers: list[str] = []
        self.bad_sent = 0
        self.ended_in_order = 0

    # What the remote sent.

    def sent(self, session: int, line: bytes, bad: str | None = None, whole: bool = True) -> None:
        entry = self._sessions.setdefault(session, Session(len(self._sent)))
        if not whole and not is_whole_object(line):
            entry.cut = len(line)
            return
        if bad:
            self.bad_sent += 1
            kept = line[:KEPT_OF_TOO_LARGE] if bad == "too_large" else line
            digest = digest_of(kept, bad, len(line))
        else:
            digest = digest_of(line)
        self._positions[digest].append(len(self._sent))
        self._times_sent[digest] += 1
        self._sent.append(digest)
        entry.sizes.append(len(line))

    def ended(self, session: int, orderly: bool) -> None:
        """A session without an end is open, and all its lines have to be there."""
        self._sessions.setdefault(session, Session(len(self._sent))).aborted = not orderly
        self.ended_in_order += orderly

    # What Kafka has.

    def delivered(self, lane: object, value: bytes) -> None:
        """`lane`: topic and partition; records of one come in their order."""
        digest = digest_of(value)
        self._take(digest, f"an event that was never sent, in {lane}: {value[:100]!r}")
        self._lanes[lane].append(digest)

    def dead_letter(self, reason: str, size: int, value: bytes) -> None:
        digest = digest_of(value, reason, size)
        self._take(digest, f"a dead letter that was never sent: {reason}, {size} B, {value[:100]!r}")

    def _take(self, digest: bytes, otherwise: str) -> None:
        if digest in self._times_sent:
            self._found[digest] += 1
        else:
            self._strangers.append(otherwise)

    # What is wrong.

    def findings(self) -> list[str]:
        left = self._found.copy()
        missing: list[str] = []
        for number, session in self._sessions.items():
            if not session.aborted:
                session.arrived = len(session.sizes)
                self._subtract(number, session, left, missing)
        for number, session in self._sessions.items():
            if session.aborted:
                session.arrived = self._prefix(session, left)
                self._subtract(number, session, left, missing)
        return [
            *self._strangers[:SHOWN],
            *missing[:SHOWN],
            *self._doubled(left)[:SHOWN],
            *self._out_of_order()[:SHOWN],
        ]

    def _prefix(self, session: Session, left: Counter[bytes]) -> int:
        """How many lines of an aborted session have to be there: up to the last one found that no
        other line equals, and equal lines behind it as far as there are some left."""
        digests = self._digests(session)
        count = 0
        for n, digest in enumerate(digests):
            if self._times_sent[digest] == 1 and left[digest] > 0:
                count = n + 1
        taken: Counter[bytes] = Counter(digests[:count])
        for digest in digests[count:]:
            if left[digest] <= taken[digest]:
                break
            taken[digest] += 1
            count += 1
        return count

    def _subtract(
        self, number: int, session: Session, left: Counter[bytes], missing: list[str]
    ) -> None:
        for n, digest in enumerate(self._digests(session)[: session.arrived]):
            left[digest] -= 1
            if left[digest] < 0:
                left[digest] = 0
                end = "aborted later" if session.aborted else "which ended in order"
                missing.append(f"line {n} of session {number}, {end}, is missing")

    def _digests(self, session: Session) -> list[bytes]:
        return self._sent[session.first : session.first + len(session.sizes)]

    def _doubled(self, left: Counter[bytes]) -> list[str]:
        return [
            f"the line sent as number {self._positions[digest][0]} is there {count} times too often"
            for digest, count in left.items()
            if count > 0
        ]

    def _out_of_order(self) -> list[str]:
        """Equal lines have equal keys, so the same lane: the first found is the first sent."""
        findings = []
        next_of: Counter[bytes] = Counter()
        for lane, digests in self._lanes.items():
            last = -1
            for offset, digest in enumerate(digests):
                positions = self._positions.get(digest)
                if not positions or next_of[digest] >= len(positions):
                    continue  # told as a stranger or as doubled
                position = positions[next_of[digest]]
                next_of[digest] += 1
                if position < last:
                    findings.append(f"record {offset} of {lane} was sent before the one ahead of it")
                last = position
        return findings

    # Figures, after findings().

    def arrived(self, sessions: Iterable[int]) -> int:
        """Lines of these sessions that have to be there, and are."""
        known = (self._sessions[number] for number in sessions if number in self._sessions)
        return sum(session.arrived for session in known)

    @property
    def lines_sent(self) -> int:
        return len(self._sent)

    @property
    def lines_found(self) -> int:
        return sum(self._found.values())

    def truncated_bounds(self) -> tuple[int, int]:
        """What may have been counted as bytes of cut lines: all that was cut of sessions that ended
        in order; of an aborted one, at most the line behind the last that arrived. The \\r of a
        \\r\\n may have come with it."""
        low = high = 0
        for session in self._sessions.values():
            if session.aborted and session.arrived < len(session.sizes):
                high += session.sizes[session.arrived] + 1
            elif session.cut:
                low += 0 if session.aborted else session.cut
                high += session.cut + 1
        return low, high
