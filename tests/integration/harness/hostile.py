"""A remote of four streams, one of which does to a daemon what a test says, and what comes of that."""

import json
import socket
import threading
import uuid
from collections import Counter, deque
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterable, Iterator

from confluent_kafka import Message
from harness import sanitizers, topics
from harness.api_server import TOKEN, Answer, ApiServer, Request, answer
from harness.broker import Broker
from harness.daemon import Daemon
from harness.exactly_once import DeadLetter, whole_letters
from harness.memory import MemoryWatch
from harness.process import clean_environment, variables

HOSTILE = "stream"  # has jobs: what it sends is fingerprinted as well
OTHERS = ("firehose", "torrent", "sinkhole")
PACE = 0.02  # seconds between what the others are sent
LINES_A_TIME = 4
ROOM = 64 * 1024 * 1024  # what anything that a remote sends may cost in memory
AT_ONCE = {f"api_backoff_{name}": "1ms" for name in ("network_step", "network_max", "http_first", "http_max")}
AT_ONCE |= {f"api_backoff_{name}": "1ms" for name in ("throttled_first", "throttled_max", "refused")}

ENDS = {"disconnected", "unauthorised", "not_found", "throttled"}  # events of the status topic

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def mark(number: int) -> bytes:
    return b'{"mark":%d}' % number


def numbered(source: str, number: int) -> bytes:
    return b'{"source":"%s","n":%d}' % (source.encode(), number)


class Cut(OSError):
    """Of an answer: the connection ends here, without an end of TLS."""


Script = Callable[[Request], Answer]


class HostileServer(ApiServer):
    """OTHERS are numbered lines. HOSTILE does what was put into `scripts`, a request each; else it has a
    line that is a mark, and is silent until goes_on(). `raw` takes connections before TLS begins."""

    def __init__(self, folder: Path):
        self.scripts: deque[Script] = deque()
        self.raw: Callable[[socket.socket], None] | None = None
        self.api: Script = self.no_jobs
        self.marks = 0
        self.sent: Counter[str] = Counter()
        self._silent = threading.Event()
        self._over = threading.Event()
        super().__init__(folder, self._answer)

    @staticmethod
    def no_jobs(request: Request) -> Answer:
        return answer("[]") if request.target == "/v1/tasks" else answer(status="404 Not Found")

    def goes_on(self) -> None:
        self._silent.set()

    def close(self) -> None:
        self._over.set()
        self._silent.set()
        super().close()

    def _serve(self, connection: socket.socket) -> None:
        serve = self.raw
        if not serve:
            super()._serve(connection)
            return
        with closing(connection):
            try:
                serve(connection)
            except OSError:
                pass  # the client is gone

    def _answer(self, request: Request) -> Answer:
        source = request.target.removeprefix("/v1/")
        if source in OTHERS:
            return self._lines(source)
        if self.scripts and not request.target.startswith(("/v1/tasks", "/v1/replay")):
            return self.scripts.popleft()(request)
        return self._calm() if source == HOSTILE else self.api(request)

    def _calm(self) -> Iterable[bytes]:
        self._silent.clear()
        self.marks += 1
        yield HEAD + chunk(mark(self.marks) + b"\n")
        self._silent.wait()
        if self._over.is_set():
            raise Cut
        yield END

    def _lines(self, source: str) -> Iterable[bytes]:
        yield HEAD
        while not self._over.wait(PACE):
            numbers = range(self.sent[source], self.sent[source] + LINES_A_TIME)
            yield chunk(b"".join(numbered(source, n) + b"\n" for n in numbers))
            self.sent[source] += LINES_A_TIME


@dataclass
class Met:
    arrived: list[bytes]
    letters: list[DeadLetter]
    told: list[str]  # of the ends of sessions and attempts, by the status topic


class Exposed:
    """A daemon with such a remote, and all that it publishes."""

    def __init__(self, folder: Path, broker: Broker, **settings: str):
        self.prefix = f"test-{uuid.uuid4().hex[:12]}"
        self.broker = broker
        self.server = HostileServer(folder / "remote")
        self.memory: MemoryWatch | None = None
        self.settings = {
            "api_ca_file": str(self.server.ca_file),
            "api_token": TOKEN,
            "api_connect_timeout": "5s",
            "kafka_topic_prefix": self.prefix,
            "kafka_partitions": "1",
            "kafka_commit_interval": "50ms",
            "sources": ",".join((HOSTILE, *OTHERS)),
            **AT_ONCE,
            **settings,
        }
        self.daemon = Daemon(folder / "daemon", url=self.server.url, brokers=broker.brokers, **self.settings)

    def environment(self) -> dict[str, str]:
        """Of a command beside the daemon."""
        places = {"config": self.daemon.config, "admin_socket": self.daemon.log.with_name("admin.sock")}
        servers = {"api_url": self.server.url, "kafka_brokers": self.broker.brokers}
        return clean_environment() | variables(**places, **servers, **self.settings)

    def begin(self) -> "Exposed":
        self.daemon.wait_ready()
        names = (HOSTILE, *OTHERS, "dead-letters", "status")
        self.topics = topics.Growing(self.broker.brokers, [f"{self.prefix}.{name}" for name in names])
        self._settle(0)
        self.others_go_on()
        self.memory = MemoryWatch(self.daemon.pid)
        return self

    def records(self, name: str) -> list[Message]:
        return self.topics.records[f"{self.prefix}.{name}"]

    def meets(self, *scripts: Script) -> Met:
        """The next requests of HOSTILE are answered so; then it is silent again."""
        with self.meeting() as met:
            self.server.scripts.extend(scripts)
            self.server.goes_on()
        return met

    @contextmanager
    def meeting(self) -> Iterator[Met]:
        """What comes of what is done within."""
        names = (HOSTILE, "dead-letters", "status")
        before = {name: len(self.records(name)) for name in names}
        marks = self.server.marks
        met = Met([], [], [])
        yield met
        self._settle(marks)
        self.topics.read_to_end(f"{self.prefix}.dead-letters")
        events, letters, status = (self.records(name)[before[name] :] for name in names)
        met.arrived += [record.value() for record in events][:-1]
        met.letters += whole_letters(letters)
        met.told += [each["detail"] for each in map(told, status) if each["event"] in ENDS][1:]

    def _settle(self, marks: int) -> None:
        """Waits until HOSTILE is silent behind one more mark, and all before that is published."""

        def marked() -> bool:
            last = self.records(HOSTILE)[-1:]
            now = self.server.marks
            return now > marks and bool(last) and last[0].value() == mark(now)

        self.topics.until("the mark is published", marked)
        sessions = self.daemon.metrics().get("sessions_total", source=HOSTILE)

        def connected() -> int:
            return sum(told(record).get("event") == "connected" for record in self.records("status"))

        self.topics.until("its session is told", lambda: connected() == sessions)

    def others_go_on(self) -> None:
        """All that they were sent is delivered, in order and without a gap, in one session each."""
        sent = self.server.sent.copy()

        def more() -> bool:
            return all(len(self.records(source)) > sent[source] for source in OTHERS)

        self.topics.until("the others go on", more)
        metrics = self.daemon.metrics()
        for source in OTHERS:
            values = (record.value() for record in self.records(source))
            assert all(value == numbered(source, n) for n, value in enumerate(values))
            assert metrics.get("source_connected", source=source) == 1
            assert metrics.get("sessions_total", source=source) == 1
            assert metrics.get("disconnects_total", source=source) == 0

    def unharmed(self) -> None:
        self.others_go_on()
        if sanitizers.IN_USE:  # keeps what was freed, and notes on all memory
            return
        grown = self.memory.grown()
        print(f"{grown / 1024**2:.1f} MiB above the idle daemon at most")
        assert grown < ROOM, f"{grown / 1024**2:.0f} MiB above the idle daemon"

    def end(self) -> None:
        """As if nothing had been."""
        assert self.daemon.stop() == 0

    def close(self) -> None:
        if self.memory:
            self.memory.close()
            self.topics.close()
        self.daemon.kill()
        self.server.close()


def told(record: Message) -> dict[str, str]:
    """Of HOSTILE, by the status topic."""
    return json.loads(record.value()) if record.key() == HOSTILE.encode() else {"event": ""}
