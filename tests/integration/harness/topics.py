"""Reads topics to their end with a client that has nothing of the project in it."""

from typing import Callable, Iterable, Iterator

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition
from harness import wait


def consumer(brokers: str, isolation: str) -> Consumer:
    return Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "penstock-integration",
            "isolation.level": isolation,
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            "fetch.message.max.bytes": 33554432,
            "fetch.wait.max.ms": 10,  # an end is told once the broker has waited for more
            "queued.max.messages.kbytes": 131072,
        }
    )


def names(brokers: str, prefix: str) -> set[str]:
    reader = consumer(brokers, "read_committed")
    try:
        return {name for name in reader.list_topics(timeout=30).topics if name.startswith(prefix)}
    finally:
        reader.close()


def end(reader: Consumer, topic: str, partition: int) -> int:
    """Waits for the partition's leader: behind a broker's restart there is none for a while."""
    unled = (KafkaError._UNKNOWN_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.NOT_LEADER_FOR_PARTITION)

    def told() -> tuple[int, int] | None:
        try:
            return reader.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)
        except KafkaException as failure:
            if failure.args[0].code() in unled:
                return None
            raise

    return wait.until(f"{topic} [{partition}] has a leader", told, 60)[1]


def ends(brokers: str, topic: str, isolation: str = "read_uncommitted") -> dict[int, int]:
    """The offset behind the last record of each partition; with read_committed, what is in an open
    transaction and behind it left out."""
    reader = consumer(brokers, isolation)
    try:
        partitions = wait.until(
            f"{topic} has partitions", lambda: reader.list_topics(topic, timeout=30).topics[topic].partitions
        )
        return {number: end(reader, topic, number) for number in partitions}
    finally:
        reader.close()


def read(
    brokers: str, topic: str, seconds: float = 120, isolation: str = "read_committed"
) -> Iterator[Message]:
    """All committed records of a topic; a partition's in their order. Nothing may write to it. An
    open transaction would hide what is behind it: this waits until the broker has ended it. With
    read_uncommitted, what was aborted as well."""
    left = ends(brokers, topic)
    reader = consumer(brokers, isolation)
    try:
        reader.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in left])
        while left:
            batch = wait.until(
                f"{topic} is readable to its end, {left}", lambda: reader.consume(1000, 0.2), seconds
            )
            for message in batch:
                if message.error() is None:
                    yield message
                elif message.error().code() != KafkaError._PARTITION_EOF:
                    raise AssertionError(f"{topic}: {message.error()}")
                elif message.offset() >= left.get(message.partition(), 0):
                    left.pop(message.partition(), None)
    finally:
        reader.close()


class Growing:
    """Topics of one partition each, read as they grow. `records` are those found so far."""

    def __init__(self, brokers: str, names: Iterable[str]):
        self.records: dict[str, list[Message]] = {name: [] for name in names}
        self._ends: dict[str, int] = {}
        self._reader = consumer(brokers, "read_committed")
        self._reader.assign([TopicPartition(name, 0, OFFSET_BEGINNING) for name in self.records])

    def until(self, what: str, condition: Callable[[], bool], seconds: float = 60) -> None:
        def read_on() -> bool:
            for message in self._reader.consume(1000, 0.01):
                if message.error() is None:
                    self.records[message.topic()].append(message)
                elif message.error().code() == KafkaError._PARTITION_EOF:
                    self._ends[message.topic()] = message.offset()
                else:
                    raise AssertionError(f"{message.topic()}: {message.error()}")
            return condition()

        wait.until(what, read_on, seconds, every=0)

    def read_to_end(self, name: str) -> None:
        """As it is now."""
        last = end(self._reader, name, 0)
        self.until(f"{name} is read to {last}", lambda: self._ends.get(name, 0) >= last)

    def close(self) -> None:
        self._reader.close()
