"""The main promise, checked on a run that is over: what the simulator sent and what Kafka has."""

from collections import defaultdict
from typing import Iterable, Iterator, Mapping, NamedTuple

from confluent_kafka import Message
from harness import topics
from harness.broker import Broker
from harness.gap_times import Timeline
from harness.metrics import Metrics
from harness.simulator import SentLine, Simulator
from harness.verifier import Verifier


class DeadLetter(NamedTuple):
    source: str
    reason: str
    size: int
    value: bytes


def dead_letters(broker: Broker, prefix: str) -> Iterator[DeadLetter]:
    topic = f"{prefix}.dead-letters"
    if topic in topics.names(broker.brokers, prefix):
        yield from whole_letters(topics.read(broker.brokers, topic))


def whole_letters(records: Iterable[Message]) -> Iterator[DeadLetter]:
    """Each as one, whose parts may stand in several records."""
    parts: dict[tuple, dict[int, bytes]] = defaultdict(dict)
    for message in records:
        header = {name: value.decode() for name, value in message.headers()}
        letter = header["penstock.source"], header["penstock.reason"], int(header["penstock.size"])
        part = header.get("penstock.part")
        if part is None:
            yield DeadLetter(*letter, message.value())
            continue
        number, count = map(int, part.split("/"))
        key = (*letter, header["penstock.session"], header["penstock.received_at"], count)
        assert number not in parts[key], f"part {part} of a dead letter is there twice: {key}"
        parts[key][number] = message.value()
        if len(parts[key]) == count:
            whole = parts.pop(key)
            yield DeadLetter(*letter, b"".join(whole[n] for n in sorted(whole)))
    assert not parts, f"dead letters without all of their parts: {list(parts)}"


class Figures(NamedTuple):
    sent: int
    found: int
    bad: int
    ended_in_order: int  # sessions, of which nothing may be missing


def compared(
    simulator: Simulator,
    broker: Broker,
    prefix: str,
    sources: tuple[str, ...],
    killed: bool = False,
    timelines: Mapping[str, Timeline] | None = None,
) -> dict[str, Verifier]:
    """By source. `killed`: the daemon was, so that any session may have been cut. `timelines` are
    told the same, but for bad lines."""
    verifiers = {source: Verifier(source) for source in sources}
    for source, verifier in verifiers.items():
        for record in simulator.truth(source):
            if isinstance(record, SentLine):
                verifier.sent(record.session, record.line, record.bad, record.whole)
                if timelines and record.whole and not record.bad:
                    timelines[source].sent(record.session, record.line)
            else:
                verifier.ended(record.session, record.orderly and not killed)
        for message in topics.read(broker.brokers, f"{prefix}.{source}"):
            verifier.delivered(f"{source}/{message.partition()}", message.value())
            if timelines:
                timelines[source].delivered(message.value(), message.timestamp()[1] / 1000)
    for letter in dead_letters(broker, prefix):
        verifiers[letter.source].dead_letter(letter.reason, letter.size, letter.value)
    return verifiers


def check(
    simulator: Simulator,
    broker: Broker,
    prefix: str,
    sources: tuple[str, ...],
    metrics: Metrics,
    timelines: Mapping[str, Timeline] | None = None,
) -> Figures:
    """Fails with all that is wrong. `metrics` were read when everything was committed."""
    verifiers = compared(simulator, broker, prefix, sources, timelines=timelines)
    wrong = []
    for source, verifier in verifiers.items():
        wrong += [f"{source}: {finding}" for finding in verifier.findings()]
        came, went = metrics.balance(source)
        if came != went:
            wrong.append(f"{source}: the balance is off: {came:g} came, {went:g} went")
        if came != verifier.lines_found:
            wrong.append(f"{source}: {came:g} lines counted, {verifier.lines_found} in Kafka")
        low, high = verifier.truncated_bounds()
        truncated = metrics.get("truncated_bytes_total", source=source)
        if not low <= truncated <= high:
            wrong.append(f"{source}: {truncated:g} truncated bytes, expected {low} to {high}")
    assert not wrong, "\n".join(wrong)
    return Figures(
        sum(v.lines_sent for v in verifiers.values()),
        sum(v.lines_found for v in verifiers.values()),
        sum(v.bad_sent for v in verifiers.values()),
        sum(v.ended_in_order for v in verifiers.values()),
    )
