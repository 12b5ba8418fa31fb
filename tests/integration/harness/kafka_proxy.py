"""Stands between the daemon and a broker, and does to single requests what a bad network does.

It knows where a frame of Kafka's protocol ends, which call a request is, and which answer belongs to
it. A request is caught by the first rule that it fits; what no rule wants goes through.
"""

import contextlib
import enum
import socket
import struct
import threading
from typing import Iterator

from harness import wait

SIZE = struct.Struct(">i")
REQUEST_HEADER = struct.Struct(">hhi")  # api key, api version, correlation id
CORRELATION_ID = struct.Struct(">i")
END_TXN_ANSWER = struct.Struct(">iih")  # correlation id, throttle time, error code; versions 0 to 2
TEXT_WITHIN = 400  # a transactional id stands before all else behind the client's name


class Api(enum.IntEnum):
    PRODUCE = 0
    FETCH = 1
    INIT_PRODUCER_ID = 22
    ADD_PARTITIONS_TO_TXN = 24
    END_TXN = 26


class Error(enum.IntEnum):
    """Of a broker's answer."""

    UNKNOWN_SERVER_ERROR = -1
    NONE = 0
    OUT_OF_ORDER_SEQUENCE_NUMBER = 45
    DUPLICATE_SEQUENCE_NUMBER = 46
    INVALID_PRODUCER_EPOCH = 47
    INVALID_TXN_STATE = 48
    PRODUCER_FENCED = 90
    TRANSACTION_ABORTABLE = 120


class Fate(enum.Enum):
    COUNT = "it goes through"
    HOLD = "it waits for release(), and what comes behind it on its connection"
    LOSE = "it doesn't reach the broker, nor does what comes behind it"
    LOSE_ANSWER = "the broker does it, but its answer is lost, and what comes behind that"
    REFUSE = "it doesn't reach the broker; the answer is `error`"
    MISREPORT = "the broker does it; the answer is changed to `error`"


class Rule:
    """What happens to `times` requests of a kind, once `skip` of them have passed."""

    def __init__(
        self,
        api: Api,
        fate: Fate,
        *,
        text: str = "",
        cut: bool = False,
        skip: int = 0,
        times: int = 1,
        error: Error = Error.NONE,
    ):
        """`text`: stands in the request. `cut`: the client's connection is, when the request comes,
        or with LOSE_ANSWER, the answer; a request that is held reaches the broker all the same."""
        assert error == Error.NONE or api == Api.END_TXN, "only these answers can be made up"
        self.api = api
        self.fate = fate
        self.cut = cut
        self.error = error
        self.caught = 0
        self.answers: list[bytes] = []  # of the broker, to what was caught
        self._text = text.encode()
        self._skip = skip
        self._times = times
        self._released = threading.Event()

    def catches(self, api: int, frame: bytes) -> bool:
        if api != self.api or self._text not in frame[:TEXT_WITHIN] or self.caught == self._times:
            return False
        if self._skip > 0:
            self._skip -= 1
            return False
        self.caught += 1
        return True

    def release(self) -> None:
        self._released.set()

    def wait_released(self) -> None:
        self._released.wait()

    def wait_caught(self, count: int = 1, seconds: float = 30) -> None:
        what = f"{count} {self.api.name} came by ({self.fate.name})"
        wait.until(what, lambda: self.caught >= count, seconds, 0.02)

    def wait_answered(self, seconds: float = 30) -> Error:
        """What the broker said to the first one."""
        what = f"the broker answers the {self.api.name}"
        answer = wait.until(what, lambda: self.answers[:1], seconds, 0.02)[0]
        return Error(error_of(self.api, answer))


def error_of(api: Api, answer: bytes) -> int:
    """Of the first partition, in the versions below the flexible ones."""
    if api == Api.END_TXN:
        return END_TXN_ANSWER.unpack(answer)[2]
    # correlation id, (throttle time,) number of topics
    at = 12 if api == Api.ADD_PARTITIONS_TO_TXN else 8
    at += 2 + struct.unpack_from(">h", answer, at)[0]  # the first one's name
    at += 8  # number of partitions, the first one's index
    return struct.unpack_from(">h", answer, at)[0]


class KafkaProxy:
    """Listens from its making on, so that a broker can be told its port; start() names the broker.
    Nobody waits for its threads: they end with their sockets, at reset()."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.brokers = f"127.0.0.1:{self.port}"
        self._target = ("", 0)
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        self._connections: list[Connection] = []

    def start(self, broker: str) -> None:
        host, port = broker.split(":")
        self._target = (host, int(port))
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def add(self, rule: Rule) -> Rule:
        """Behind those that are there."""
        with self._lock:
            self._rules.append(rule)
        return rule

    def cut(self) -> None:
        """All connections."""
        with self._lock:
            connections, self._connections = self._connections, []
        for connection in connections:
            connection.close()

    def reset(self) -> None:
        """No rules, no connections, nothing held."""
        with self._lock:
            rules, self._rules = self._rules, []
        self.cut()  # first, so that nothing that was held reaches the broker
        for rule in rules:
            rule.release()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept(), which close() doesn't
        self._listener.close()
        self.reset()

    def rule_for(self, api: int, frame: bytes) -> Rule | None:
        with self._lock:
            return next((rule for rule in self._rules if rule.catches(api, frame)), None)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    broker = socket.create_connection(self._target)
                except OSError:
                    client.close()  # as it would be without a proxy, nearly
                    continue
                connection = Connection(self, client, broker)
                with self._lock:
                    self._connections.append(connection)
                connection.start()


class Connection:
    """Two threads, one for each way. Each ends with what it reads from."""

    def __init__(self, proxy: KafkaProxy, client: socket.socket, broker: socket.socket):
        self._proxy = proxy
        self._client = client
        self._broker = broker
        for end in (client, broker):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sending = threading.Lock()  # to the client: answers may be made up, too
        self._asked: dict[int, Rule] = {}

    def start(self) -> None:
        for way in (self._requests, self._answers):
            threading.Thread(target=way, name="proxy", daemon=True).start()

    def close(self) -> None:
        for end in (self._client, self._broker):
            shut(end, socket.SHUT_RDWR)

    def _requests(self) -> None:
        requests = frames(self._client)
        for frame in requests:
            api, _, correlation_id = REQUEST_HEADER.unpack_from(frame)
            rule = self._proxy.rule_for(api, frame)
            if rule and not self._goes_through(rule, frame, correlation_id):
                if rule.fate == Fate.LOSE:
                    for _ in requests:
                        pass  # lost, too
                continue
            if not send(self._broker, frame) or (rule and rule.cut and rule.fate == Fate.HOLD):
                break
        shut(self._broker, socket.SHUT_WR)  # what is on its way back may still come

    def _goes_through(self, rule: Rule, frame: bytes, correlation_id: int) -> bool:
        if rule.cut and rule.fate != Fate.LOSE_ANSWER:
            shut(self._client, socket.SHUT_RDWR)
        if rule.fate == Fate.REFUSE:
            self._send_client(END_TXN_ANSWER.pack(correlation_id, 0, rule.error))
            return False
        if rule.fate == Fate.LOSE:
            return False
        self._asked[correlation_id] = rule
        if rule.fate == Fate.HOLD:
            rule.wait_released()
        return True

    def _answers(self) -> None:
        silent = False
        for frame in frames(self._broker):
            rule = self._asked.pop(CORRELATION_ID.unpack_from(frame)[0], None)
            if rule:
                rule.answers.append(frame)
                if rule.fate == Fate.LOSE_ANSWER:
                    silent = True
                    if rule.cut:
                        shut(self._client, socket.SHUT_RDWR)
                elif rule.fate == Fate.MISREPORT:
                    frame = frame[:-2] + struct.pack(">h", rule.error)
            if not silent:
                self._send_client(frame)
        shut(self._client, socket.SHUT_RDWR)

    def _send_client(self, frame: bytes) -> None:
        with self._sending:
            send(self._client, frame)  # one that is gone doesn't keep the broker's answers back


def frames(end: socket.socket) -> Iterator[bytes]:
    """Without their sizes, until the connection ends."""
    with contextlib.suppress(OSError):
        with end.makefile("rb") as stream:
            while len(size := stream.read(SIZE.size)) == SIZE.size:
                frame = stream.read(SIZE.unpack(size)[0])
                if len(frame) < SIZE.unpack(size)[0]:
                    return
                yield frame


def send(end: socket.socket, frame: bytes) -> bool:
    try:
        end.sendall(SIZE.pack(len(frame)) + frame)
        return True
    except OSError:
        return False


def shut(end: socket.socket, how: int) -> None:
    with contextlib.suppress(OSError):  # it is gone already
        end.shutdown(how)
