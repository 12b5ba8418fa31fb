"""Compares the gap records of a source with what is missing of it.

A hole is where the lines that arrived don't follow each other: lines between them are missing, or a
session ended there. It begins when the last line before it was received, by the record's timestamp,
and ends when the first line behind it was. A gap record has to lie in a hole, and what is missing in
a gap record. When a line was sent, the line itself says: origin.ts is the simulator's clock.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Iterator

from harness import topics
from harness.broker import Broker
from harness.verifier import digest_of

BEYOND = 1.0  # seconds that a gap record may reach beyond what is missing
CLOCK = 0.2  # origin.ts may be a tenth of a second from the clock
SENT_AT = re.compile(rb'"origin":\{[^{}]*?"ts":(\d+)')


@dataclass(frozen=True)
class Gap:
    name: str
    started_at: float
    ended_at: float
    cause: str = ""

    def holds(self, moment: float) -> bool:
        return self.started_at - CLOCK <= moment <= self.ended_at + CLOCK


@dataclass(frozen=True)
class Hole:
    since: float  # the last line before it was received
    until: float  # the first line behind it was sent, or received if that is later
    missing: tuple[float, ...]  # when they were sent

    def around(self, gap: Gap) -> bool:
        return self.since - BEYOND <= gap.started_at and gap.ended_at <= self.until + BEYOND

    def uncovered(self, gaps: list[Gap]) -> int:
        """Lines that no gap holds. What was sent while the daemon was behind would have been
        received later than that."""
        would_have_come = (max(moment, self.since) for moment in self.missing)
        return sum(not any(gap.holds(moment) for gap in gaps) for moment in would_have_come)


def sent_at(line: bytes) -> float:
    found = SENT_AT.search(line)
    assert found, f"a line without its time: {line[:200]!r}"
    return int(found[1]) / 1000


class Timeline:
    def __init__(self, source: str):
        self.source = source
        self._sent: list[tuple[int, bytes, float]] = []
        self._times_sent: Counter[bytes] = Counter()
        self._received: dict[bytes, float] = {}

    def sent(self, session: int, line: bytes) -> None:
        """Whole events only, in their order."""
        digest = digest_of(line)
        self._sent.append((session, digest, sent_at(line)))
        self._times_sent[digest] += 1

    def delivered(self, line: bytes, received: float) -> None:
        self._received[digest_of(line)] = received

    def holes(self) -> Iterator[Hole]:
        before: tuple[int, float] | None = None
        missing: list[float] = []
        for session, digest, sent in self._sent:
            received = self._received.get(digest)
            if received is None:
                missing.append(sent)
            elif self._times_sent[digest] == 1:
                if before and (missing or session != before[0]):
                    yield Hole(before[1], max(sent, received), tuple(missing))
                before = session, received
                missing = []
        assert not missing, f"{self.source}: the last {len(missing)} lines are missing"

    def findings(self, gaps: list[Gap]) -> list[str]:
        holes = list(self.holes())
        wrong = [
            f"the gap {gap} reaches beyond what is missing"
            for gap in gaps
            if not any(hole.around(gap) for hole in holes)
        ]
        for hole in holes:
            inside = [gap for gap in gaps if hole.around(gap)]
            where = f"from {hole.since} to {hole.until}, {len(hole.missing)} lines are missing"
            if not inside:
                wrong.append(f"{where}, and no gap record says so")
            elif lines := hole.uncovered(inside):
                wrong.append(f"{where}, {lines} of them in no gap record: {inside}")
        return wrong


def recorded(broker: Broker, prefix: str) -> dict[str, list[Gap]]:
    """By source: the gaps that have ended, as their last records say."""
    newest: dict[bytes, dict] = {}
    for message in topics.read(broker.brokers, f"{prefix}.gaps"):
        newest[message.key()] = json.loads(message.value())
    gaps: dict[str, list[Gap]] = {}
    for record in newest.values():
        if record["ended_at"]:
            times = (datetime.fromisoformat(record[name]) for name in ("started_at", "ended_at"))
            gap = Gap(record["gap_id"], *(time.timestamp() for time in times), record["cause"])
            gaps.setdefault(record["source"], []).append(gap)
    return gaps
