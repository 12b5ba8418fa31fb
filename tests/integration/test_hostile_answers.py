"""A remote whose HTTP is hostile. What came as HTTP says arrives, the rest is refused by name, the token goes nowhere
else, the other streams arrive, and memory stays bounded."""

import gzip
import itertools
import threading
import zlib
from dataclasses import dataclass, field
from functools import cache
from typing import Callable, Iterable, Iterator

import pytest
from harness import sanitizers
from harness.api_server import ApiServer, answer
from harness.hostile import END, HEAD, HOSTILE, Cut, Exposed, chunk

pytestmark = pytest.mark.kafka

LINE = b'{"came":true}'
WHOLE = HEAD + chunk(LINE + b"\n") + END
EARLY_HINT = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
MOST_INTERIM = 16
KIBIBYTE = 1024


@cache
def bomb() -> bytes:
    return gzip.compress(b"[" * 100_000_000)


def endless(start: bytes, part: bytes) -> Iterable[bytes]:
    """Until the connection ends; some GB, where nobody ends it."""
    return itertools.chain([start], itertools.repeat(part * (16 * KIBIBYTE // len(part)), 200_000))


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("latin-1")


def slowly(data: bytes) -> Iterator[bytes]:
    """A byte at a time."""
    pace = threading.Event()
    for byte in data:
        pace.wait(0.1)
        yield bytes([byte])


def cut(*parts: bytes) -> Iterator[bytes]:
    yield from parts
    raise Cut


def length(value: str) -> bytes:
    return head(f"Content-Length: {value}") + LINE + b"\n"


def sized(size: str, data: bytes = LINE + b"\n") -> bytes:
    """A chunk of a made-up size behind a good one."""
    return HEAD + chunk(LINE + b"\n") + size.encode() + b"\r\n" + data + b"\r\n" + END


@dataclass
class Case:
    sends: Callable[[], Iterable[bytes]]
    says: str  # of its end, by the status topic
    arrives: list[bytes] = field(default_factory=lambda: [LINE])


def refused(sends: Callable[[], Iterable[bytes]], says: str) -> Case:
    return Case(sends, says, [])


NO_HTTP = "answered what isn't HTTP/1.1: "
NO_BODY = "aborted: what came is no HTTP body: "
ENDED = "ended: the body came to its end"
CUT = "aborted: the connection "

HEADS = {
    "interim answers": Case(lambda: [EARLY_HINT * MOST_INTERIM + WHOLE], ENDED),
    "100-continue": Case(lambda: [head(status="100 Continue") + WHOLE], ENDED),
    "one interim answer too many": refused(lambda: [EARLY_HINT * (MOST_INTERIM + 1) + WHOLE], "interim answers"),
    "a flood of interim answers": refused(lambda: endless(b"", EARLY_HINT), "more than 16 interim answers (1xx)"),
    "an interim answer without end": refused(lambda: endless(EARLY_HINT[:-2], b"A: b\r\n"), NO_HTTP + "header limit"),
    "101": refused(lambda: [head("Upgrade: h2c", status="101 Switching Protocols") + WHOLE], "101 Switching"),
    "a header without end": refused(lambda: endless(head()[:-2] + b"A: ", b"a"), NO_HTTP + "header limit"),
    "headers without end": refused(lambda: endless(head()[:-2], b"A: b\r\n"), NO_HTTP + "header limit"),
    "a status line without end": refused(lambda: endless(b"HTTP/1.1 200 ", b"O"), NO_HTTP),
    "blank lines without end": refused(lambda: endless(b"", b"\r\n"), NO_HTTP),
    "a large header": Case(lambda: [head("A: " + "a" * 60_000, "Content-Length: 14") + LINE + b"\n"], ENDED),
    "HTTP/0.9": refused(lambda: [LINE + b"\n"], NO_HTTP),
    "HTTP/2": refused(lambda: [b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64" * 20], NO_HTTP),
    "HTTP/9.9": refused(lambda: [WHOLE.replace(b"HTTP/1.1", b"HTTP/9.9")], NO_HTTP),
    "a status of no digits": refused(lambda: [head(status="2OO OK") + LINE], NO_HTTP),
    "a status of four digits": refused(lambda: [head(status="2000 OK") + LINE], NO_HTTP),
    "999": refused(lambda: [head(status="999 \x9b2J")], r"999 \x9b2J"),
    "a control in the reason": refused(lambda: [head(status="999 \x1b[2J")], NO_HTTP),
    "204": refused(lambda: [head(status="204 No Content")], "204 No Content"),
    "a NUL in a header": refused(lambda: [head("A: \0") + LINE], NO_HTTP),
    "a NUL in a header's name": refused(lambda: [head("A\0: a") + LINE], NO_HTTP),
    "a header's name with blanks": refused(lambda: [head("Content-Length : 14") + LINE], NO_HTTP),
    "bare line feeds": refused(lambda: [head("Content-Length: 14").replace(b"\r", b"") + LINE], NO_HTTP),
    "all bytes": refused(lambda: [bytes(range(256)) * 400], NO_HTTP),
    "a header that comes slowly": refused(lambda: slowly(WHOLE), "no response header from"),
    "an end within the header": refused(lambda: [HEAD[:-2]], "ended before a response header"),
    "a cut within the header": refused(lambda: cut(HEAD[:-2]), "ended before a response header"),
    "no number to retry after": refused(lambda: [head("Retry-After: soon", status="429 Slow")], "429 Slow"),
    "a time before all": refused(lambda: [head("Retry-After: -99999999999999999999", status="420 x")], "420 x"),
}

BODIES = {
    "a chunk extension without end": Case(
        lambda: endless(HEAD + chunk(LINE + b"\n") + b"5;a=", b"a"), NO_BODY + "a chunk header has no end"
    ),
    "a large chunk extension": Case(
        lambda: [HEAD + b"e;a=" + b"a" * 60_000 + b"\r\n" + LINE + b"\n\r\n" + END], ENDED
    ),
    "chunks of one byte": Case(lambda: [HEAD, *(b"1;x=y\r\n%c\r\n" % byte for byte in LINE), END], ENDED),
    "a size of zeros without end": Case(lambda: endless(HEAD + chunk(LINE + b"\n"), b"0"), NO_BODY),
    "a size of 65 bits": Case(lambda: [sized("10000000000000000")], NO_BODY),
    "a size of 300 digits": Case(lambda: [sized("f" * 300)], NO_BODY),
    "the largest size": Case(lambda: [HEAD, b"f" * 16 + b"\r\n" + LINE + b"\n"], CUT),
    "a negative size": Case(lambda: [sized("-e")], NO_BODY),
    "a size with a sign": Case(lambda: [sized("+e")], NO_BODY),
    "a size with a prefix": Case(lambda: [sized("0xe")], NO_BODY),
    "no size": Case(lambda: [sized("")], NO_BODY),
    "a size too small": Case(lambda: [HEAD + b"e\r\n" + LINE + b"\nmore\r\n" + END], NO_BODY),
    "a byte behind the last chunk": Case(lambda: [HEAD + chunk(LINE + b"\n") + b"0\r\nX"], CUT),
    "trailers": Case(lambda: [HEAD + chunk(LINE + b"\n") + b"0\r\nA: b\r\n\r\n"], ENDED),
    "a length in the trailers": Case(lambda: [WHOLE[:-2] + b"Content-Length: 1\r\n\r\n"], NO_BODY),
    "trailers without end": Case(lambda: endless(HEAD + chunk(LINE + b"\n") + b"0\r\n", b"A: b\r\n"), NO_BODY),
    "more behind the end": Case(lambda: [WHOLE + head() + b'{"smuggled":1}\n'], ENDED),
    "a length of 65 bits": refused(lambda: [length("18446744073709551617")], NO_HTTP),
    "a negative length": refused(lambda: [length("-1")], NO_HTTP),
    "two lengths": refused(lambda: [head("Content-Length: 14", "Content-Length: 5") + LINE], NO_HTTP),
    "a length and chunks": refused(lambda: [HEAD[:-2] + b"Content-Length: 5\r\n\r\n" + chunk(LINE)], NO_HTTP),
    "more than its length": Case(lambda: [length("14") + b'{"smuggled":1}\n'], ENDED),
    "less than its length": Case(lambda: [length("99999999999")], CUT),
    "an end in a line": Case(lambda: [HEAD, chunk(LINE + b"\n" + LINE[:-1]), END], ENDED),
    "a cut in a line": Case(lambda: cut(HEAD, chunk(LINE + b"\n" + LINE[:-1])), CUT),
    "a cut behind a whole object": Case(lambda: cut(HEAD, chunk(LINE)), CUT),
    "a body that comes slowly": Case(lambda: itertools.chain([HEAD], slowly(WHOLE[len(HEAD) :])), ENDED),
    "a body of HTTP/1.0": Case(lambda: [b"HTTP/1.0 200 OK\r\n\r\n" + LINE + b"\n"], ENDED),
}

ENCODED = "the body is encoded ("
ENCODINGS = {
    "gzip": refused(lambda: [head("Content-Encoding: gzip"), bomb()], ENCODED + "gzip)"),
    "deflate": refused(lambda: [head("Content-Encoding: deflate"), zlib.compress(LINE)], ENCODED + "deflate)"),
    "two": refused(lambda: [head("Content-Encoding: identity, gzip"), bomb()], ENCODED),
    "a second header": refused(lambda: [head("Content-Encoding: identity", "Content-Encoding: gzip"), bomb()], ENCODED),
    "unknown": refused(lambda: [head("Content-Encoding: \x9b2J"), LINE], ENCODED + r"\x9b2J)"),
    "of the transfer": refused(lambda: [head("Transfer-Encoding: gzip, chunked"), chunk(bomb()), END], ENCODED),
    "of the transfer alone": refused(lambda: [head("Transfer-Encoding: gzip"), bomb()], ENCODED),
    "identity": Case(lambda: [head("Content-Encoding: identity"), LINE + b"\n"], ENDED),
}


@pytest.mark.parametrize("name", sanitizers.some(HEADS, "a time before all"))
def test_a_header(exposed: Exposed, name: str) -> None:
    check(exposed, HEADS[name])


@pytest.mark.parametrize("name", sanitizers.some(BODIES, "a byte behind the last chunk", "trailers"))
def test_a_body(exposed: Exposed, name: str) -> None:
    check(exposed, BODIES[name])


@pytest.mark.parametrize("name", ENCODINGS)
def test_an_encoding_that_nobody_asked_for(exposed: Exposed, name: str) -> None:
    check(exposed, ENCODINGS[name])


def check(exposed: Exposed, case: Case) -> None:
    met = exposed.meets(lambda _: case.sends())
    assert met.arrived == case.arrives
    assert met.letters == []
    [said] = met.told
    assert case.says in said
    exposed.unharmed()


def test_a_bomb_that_is_not_named_stays_as_small_as_it_came(exposed: Exposed) -> None:
    met = exposed.meets(lambda _: [HEAD, chunk(LINE + b"\n" + bomb() + b"\n"), END])
    assert met.arrived == [LINE]
    assert b"\n".join(letter.value for letter in met.letters) == bomb()
    assert {letter.reason for letter in met.letters} == {"invalid_utf8"}
    exposed.unharmed()


ELSEWHERE = (
    "https://elsewhere.example{path}",
    "https://{elsewhere}{path}",
    "//{elsewhere}{path}",
    "http://{here}{path}",
    "https://localhost:{port}{path}",
    "HTTPS://127.0.0.1{path}",
    "ftp://{here}{path}",
)
UNUSABLE = ("", "https://", "https://{here}@{elsewhere}{path}", "https://[::1", "\x9b2J", "a b")
UNUSABLE += ("https://{here}:0/", "https://{here}.elsewhere.example{path}")
HERE = ("{path}", "?a=b", "https://{here}{path}#x", "//{here}{path}", "{path}?" + "a" * 60_000)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    server = ApiServer(tmp_path_factory.mktemp("elsewhere"), lambda _: answer(LINE))
    yield server
    server.close()


def redirection(exposed: Exposed, elsewhere: ApiServer, where: str) -> bytes:
    here, there = (f"127.0.0.1:{server.port}" for server in (exposed.server, elsewhere))
    location = where.format(here=here, port=exposed.server.port, elsewhere=there, path=f"/v1/{HOSTILE}")
    return head(f"Location: {location}", "Content-Length: 0", status="307 Temporary Redirect")


@pytest.mark.parametrize(
    ("where", "says"),
    [(where, "another origin, not followed, as the token goes nowhere else") for where in ELSEWHERE]
    + [(where, "307 Temporary Redirect without a usable Location") for where in UNUSABLE],
)
def test_a_redirect_is_not_followed(exposed: Exposed, elsewhere: ApiServer, where: str, says: str) -> None:
    met = exposed.meets(lambda _: redirection(exposed, elsewhere, where))
    [said] = met.told
    assert says in said
    assert met.arrived == [] and elsewhere.connections == 0
    exposed.unharmed()


@pytest.mark.parametrize("where", HERE, ids=lambda where: where[:30])
def test_a_redirect_within_the_origin_is_followed(exposed: Exposed, elsewhere: ApiServer, where: str) -> None:
    met = exposed.meets(lambda _: redirection(exposed, elsewhere, where), lambda _: [WHOLE])
    assert met.arrived == [LINE]
    [said] = met.told
    assert said.startswith(ENDED)
    exposed.unharmed()


def test_redirects_without_end_are_given_up(exposed: Exposed, elsewhere: ApiServer) -> None:
    def asked() -> int:
        return sum(request.target == f"/v1/{HOSTILE}" for request in exposed.server.requests)

    before = asked()
    met = exposed.meets(*[lambda _: redirection(exposed, elsewhere, "{path}")] * 6)
    [said] = met.told
    assert said.startswith("more than 5 redirects one after another")
    assert asked() == before + 6 + 1
    exposed.unharmed()
