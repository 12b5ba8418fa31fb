"""A remote that is hostile below HTTP: it ends the connection behind every byte of its handshake and of its header,
speaks no TLS, or asks for more of it later. The other streams arrive, and memory stays bounded."""

import fcntl
import itertools
import random
import select
import socket
import ssl
import struct
import subprocess
import sys
import termios
import threading
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterable, Iterator

import pytest
from harness import sanitizers, wait
from harness.api_server import ApiServer
from harness.hostile import END, HEAD, HOSTILE, Cut, Exposed, chunk
from harness.process import end_with_parent, free_port
from harness.tls_server import issue

pytestmark = pytest.mark.kafka

LINE = b'{"came":true}'
WHOLE = HEAD + chunk(LINE + b"\n") + END
KIBIBYTE = 1024

Raw = Callable[[socket.socket], None]


@contextmanager
def raw(exposed: Exposed, serve: Raw) -> Iterator[None]:
    """So for new connections."""
    exposed.server.raw = serve
    try:
        yield
    finally:
        exposed.server.raw = None


def counts(exposed: Exposed) -> Counter[str]:
    """Sessions of HOSTILE, and ends of sessions and attempts by their causes."""
    found: Counter[str] = Counter()
    for name, labels, value in exposed.daemon.metrics().samples:
        if labels.get("source") == HOSTILE and name == "penstock_disconnects_total":
            found[labels["cause"]] = int(value)
        if labels.get("source") == HOSTILE and name == "penstock_sessions_total":
            found["sessions"] = int(value)
    return found


def relay(client: socket.socket, server: socket.socket, most: int = sys.maxsize, at_once: int = 64 * KIBIBYTE) -> None:
    """What the server sends goes to the client, up to so many bytes."""
    pace = threading.Event()
    with server:
        while most > 0:
            for ready in select.select([client, server], [], [])[0]:
                data = ready.recv(min(at_once, most) if ready is server else 64 * KIBIBYTE)
                if not data:
                    return
                if ready is client:
                    server.sendall(data)
                else:
                    client.sendall(data)
                    most -= len(data)
                    pace.wait(0.02 if at_once == 1 else 0)


def own_end(exposed: Exposed) -> socket.socket:
    """Of a connection to the server, past `raw`."""
    outer, inner = socket.socketpair()
    threading.Thread(target=ApiServer._serve, args=(exposed.server, inner), daemon=True).start()
    return outer


# Versions of TLS, and whether the connection is reset.
CUTS = {
    "TLS 1.3": (ssl.TLSVersion.TLSv1_3, False),
    "TLS 1.2": (ssl.TLSVersion.TLSv1_2, False),
    "TLS 1.3, reset": (ssl.TLSVersion.TLSv1_3, True),
}


@pytest.mark.parametrize(
    "name", [name if name == "TLS 1.3" else pytest.param(name, marks=pytest.mark.long) for name in CUTS]
)
def test_the_connection_ends_behind_every_byte_of_the_handshake(exposed: Exposed, name: str) -> None:
    """And of the record of the header, up to the first attempt that none of it was taken from."""
    version, resets = CUTS[name]
    attempts = 0

    def serve(connection: socket.socket) -> None:
        nonlocal attempts
        attempts += 1
        if resets:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        relay(connection, own_end(exposed), most=attempts - 1)

    before = counts(exposed)

    def stays() -> bool:
        """Where none of the last attempt's bytes was taken: all others are counted by their ends."""
        grown = counts(exposed) - before
        opened = grown["sessions"]
        ends = {"ended": 1, "unreachable": attempts - opened, "aborted": opened - 1}
        return opened > 0 and grown == Counter(sessions=opened, **ends)

    exposed.server.context.maximum_version = version
    with raw(exposed, serve), exposed.meeting() as met:
        exposed.server.goes_on()
        wait.until("a session stays", stays, 180)
    exposed.server.context.maximum_version = ssl.TLSVersion.TLSv1_3
    assert attempts > 900, "a handshake has so many bytes"
    assert met.letters == []
    exposed.meets()  # no bytes are taken any more
    exposed.unharmed()


@pytest.mark.parametrize("ends", [lambda data: [data], lambda data: cut(data)], ids=["closed", "cut"])
def test_the_connection_ends_behind_every_byte_of_the_header(exposed: Exposed, ends: Callable) -> None:
    before = counts(exposed)
    met = exposed.meets(*(lambda _, count=count: ends(HEAD[:count]) for count in range(len(HEAD))))
    assert counts(exposed) - before == Counter(ended=1, unreachable=len(HEAD), sessions=1)
    assert met.arrived == [] and met.letters == []
    exposed.unharmed()


def cut(data: bytes) -> Iterator[bytes]:
    yield data
    raise Cut


def record(kind: int, data: bytes) -> bytes:
    """Of TLS, RFC 8446 section 5.1."""
    return struct.pack(">BHH", kind, 0x0303, len(data)) + data


def endless(part: bytes) -> Iterable[bytes]:
    return itertools.repeat(part * max(1, 16 * KIBIBYTE // len(part)), 200_000)


CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
WARNING, FATAL = b"\x01", b"\x02"
NO_TLS: dict[str, Callable[[], Iterable[bytes]]] = {
    "HTTP": lambda: [WHOLE],
    "a redirect in HTTP": lambda: [b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"],
    "all bytes": lambda: [bytes(range(256)) * 64],
    "zeros without end": lambda: endless(b"\0"),
    "empty records without end": lambda: endless(record(HANDSHAKE, b"")),
    "changes of the cipher without end": lambda: endless(record(CHANGE_CIPHER_SPEC, b"\x01")),
    "warnings without end": lambda: endless(record(ALERT, WARNING + b"\x5a")),
    "an alert": lambda: [record(ALERT, FATAL + b"\x28")],
    "a record of 64 KiB": lambda: [b"\x16\x03\x03\xff\xff" + b"\0" * 65535],
    "a message of 16 MiB": lambda: itertools.chain(
        [record(HANDSHAKE, b"\x02\xff\xff\xff")], endless(record(HANDSHAKE, b"\0" * 16000))
    ),
    "data before the handshake": lambda: endless(record(DATA, b"x" * 16000)),
    "asking for hellos without end": lambda: endless(record(HANDSHAKE, b"\0\0\0\0")),
}


@pytest.mark.parametrize("name", sanitizers.some(NO_TLS, "all bytes", "an alert"))
def test_what_is_no_handshake_is_refused(exposed: Exposed, name: str) -> None:
    attempts = 0

    def serve(connection: socket.socket) -> None:
        nonlocal attempts
        attempts += 1
        exposed.server.raw = None  # once is enough
        for part in NO_TLS[name]():
            connection.sendall(part)

    with raw(exposed, serve), exposed.meeting() as met:
        exposed.server.goes_on()
    assert attempts == 1
    [said] = met.told
    assert "the TLS handshake with 127.0.0.1" in said
    exposed.unharmed()


@pytest.mark.parametrize("at_once", [0, 1], ids=["silent", "slow"])
def test_a_handshake_without_end_is_given_up(exposed: Exposed, at_once: int) -> None:
    def serve(connection: socket.socket) -> None:
        exposed.server.raw = None
        if at_once:
            relay(connection, own_end(exposed), at_once=at_once)
        else:
            while connection.recv(KIBIBYTE):
                pass

    with raw(exposed, serve), exposed.meeting() as met:
        exposed.server.goes_on()
    [said] = met.told
    assert "no connection to 127.0.0.1" in said and "within 5s" in said
    exposed.unharmed()


@contextmanager
def in_place(server: ApiServer, context: ssl.SSLContext) -> Iterator[None]:
    """Of its own way to do TLS."""
    kept, server.context = server.context, context
    try:
        yield
    finally:
        server.context = kept


def server_context(*files: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for file in files:
        context.load_cert_chain(file)
    return context


def test_a_chain_of_certificates_without_end_is_refused(exposed: Exposed, tmp_path: Path) -> None:
    chain = tmp_path / "chain.pem"
    others = issue("another CA", is_ca=True).write(tmp_path, "other").read_text()
    others = others[: others.index("-----BEGIN PRIVATE")]
    chain.write_text(exposed.server.identity_file.read_text() + others * 400)
    before = counts(exposed)
    with exposed.meeting() as met, in_place(exposed.server, server_context(chain)):
        exposed.server.goes_on()
        wait.until("it is refused", lambda: counts(exposed)["unreachable"] > before["unreachable"])
    [said] = met.told
    assert "excessive message size" in said
    exposed.unharmed()


def test_tickets_and_a_request_for_a_certificate_are_passed_over(exposed: Exposed) -> None:
    context = server_context(exposed.server.identity_file)
    context.num_tickets = 255
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(exposed.server.ca_file)
    with in_place(exposed.server, context):
        met = exposed.meets(lambda _: [WHOLE])
    assert met.arrived == [LINE]
    exposed.unharmed()


@pytest.mark.parametrize(
    ("record", "packet"),
    [(1, 64 * KIBIBYTE), (5, 3), (64 * KIBIBYTE, 7), (64 * KIBIBYTE, 64 * KIBIBYTE)],
    ids=["records of a byte", "records of a few bytes in parts", "parts of 7 bytes", "records of all sizes"],
)
def test_a_stream_comes_whole_however_it_is_cut(exposed: Exposed, record: int, packet: int) -> None:
    """Into records of so many bytes at most, those of TLS or what a read of the socket finds of them."""
    dice = random.Random(record * packet)
    lines = [b'{"line":%d,"text":"%s"}' % (n, b"x" * dice.choice((0, 10, 5000))) for n in range(60)]
    rest = HEAD + b"".join(chunk(line + b"\n") for line in lines) + END

    def records(_: object) -> Iterator[bytes]:
        nonlocal rest
        while rest:
            size = dice.randint(1, record)
            yield rest[:size]
            rest = rest[size:]

    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        relay(connection, own_end(exposed), at_once=packet)

    exposed.server.scripts.append(records)
    with raw(exposed, serve), exposed.meeting() as met:
        exposed.server.goes_on()
    assert met.arrived == lines
    exposed.unharmed()


class OpensslServer:
    """OpenSSL's own, which does what is typed: a line that begins with `R` asks for a new handshake, with `K` and `k`
    for new keys, others are sent."""

    def __init__(self, identity: Path, version: str):
        self.port = free_port()
        self.child = subprocess.Popen(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", identity, version, "-naccept", "1"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=end_with_parent,
        )
        self.shows("ACCEPT")

    def shows(self, word: str) -> None:
        assert any(word.encode() in line for line in self.child.stdout), f"it ended without {word}"

    def types(self, text: bytes) -> None:
        """And waits until it is read, so that what is typed next is read apart."""
        self.child.stdin.write(text)
        self.child.stdin.flush()
        left = lambda: fcntl.ioctl(self.child.stdin, termios.FIONREAD, bytes(4))
        wait.until("it is read", lambda: left() == bytes(4), every=0.001)

    def close(self) -> None:
        self.child.kill()
        self.child.communicate()


@pytest.fixture
def openssl(exposed: Exposed) -> Iterator[Callable[[str], OpensslServer]]:
    made: list[OpensslServer] = []

    def make(version: str) -> OpensslServer:
        made.append(OpensslServer(exposed.server.identity_file, version))
        return made[-1]

    yield make
    for server in made:
        server.close()


def behind_openssl(exposed: Exposed, server: OpensslServer) -> Raw:
    def serve(connection: socket.socket) -> None:
        exposed.server.raw = None
        relay(connection, socket.create_connection(("127.0.0.1", server.port)))

    return serve


@pytest.mark.parametrize(
    ("version", "typed", "then"),
    [("-tls1_2", b"R\n", b""), ("-tls1_2", b"r\n", b""), ("-tls1_3", b"k\n", END), ("-tls1_3", b"K\n", END)],
    ids=["a new handshake", "another with a certificate", "new keys", "new keys of both sides"],
)
def test_what_is_asked_for_later(exposed: Exposed, openssl, version: str, typed: bytes, then: bytes) -> None:
    """A new handshake is refused, and that ends the session. New keys are taken."""
    server = openssl(version)
    with raw(exposed, behind_openssl(exposed, server)), exposed.meeting() as met:
        exposed.server.goes_on()
        server.shows("GET /v1/stream HTTP/1.1")
        server.types(HEAD + chunk(LINE + b"\n"))
        exposed.topics.until("it arrives", lambda: exposed.records(HOSTILE)[-1].value() == LINE)
        for _ in range(20 if then else 1):
            server.types(typed)
        if then:
            server.types(chunk(LINE + b"\n") + then)
    [said] = met.told
    if then:
        assert said.startswith("ended: ") and met.arrived == [LINE] * 2
    else:
        assert said.startswith("aborted: ") and met.arrived == [LINE]
    exposed.unharmed()
