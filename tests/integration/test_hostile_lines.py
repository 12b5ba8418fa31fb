"""A remote that sends hostile lines. What is a JSON object arrives byte for byte, what is none goes to the dead
letters with the right reason, its neighbours and the other streams arrive, and memory stays bounded."""

from typing import Callable, Iterable, Iterator

import pytest
from harness import sanitizers
from harness.exactly_once import DeadLetter
from harness.hostile import END, HEAD, HOSTILE, Exposed, chunk
from harness.verifier import KEPT_OF_TOO_LARGE, MAX_DEPTH, digest_of

pytestmark = pytest.mark.kafka

BEFORE, AFTER = b'{"before":1}', b'{"after":1}'
MAX_SIZE = 16 * 1024 * 1024  # events.max_size
MEBIBYTE = 1024 * 1024
CONTROLS = [bytes([byte]) for byte in range(0x20) if byte not in b"\n"]
BLANKS = (b"\t", b"\r", b" ")
BOM = "\ufeff".encode()

# No UTF-8, by RFC 3629.
BAD_UTF8 = {
    "a continuation alone": b"\x80",
    "a lead alone": b"\xc3",
    "overlong, of two": b"\xc0\xaf",
    "overlong, of three": b"\xe0\x80\xaf",
    "overlong, of four": b"\xf0\x80\x80\xaf",
    "an overlong NUL": b"\xc0\x80",
    "a surrogate": b"\xed\xa0\x80",
    "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
    "above U+10FFFF": b"\xf4\x90\x80\x80",
    "of five bytes": b"\xf8\x88\x80\x80\x80",
    "never in UTF-8": b"\xfe\xff",
    "cut": b"\xf0\x9f\x98",
}
PLACES = (b'%s{"a":1}', b'{"%s":1}', b'{"a":"%s"}', b'{"a":%s1}', b'{"a":1}%s', b'{"origin":{"type":"%s"}}')


def of_a_job(member: bytes) -> bytes:
    """What is compared by its value, for replays."""
    return b'{"origin":{"job_id":"hostile","type":"x"},%s}' % member


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


def strings(*escapes: str) -> list[bytes]:
    made = [f'{{"a":"{escape}"}}'.encode() for escape in escapes]
    made += [f'{{"{escape}":1}}'.encode() for escape in escapes]
    return made + [of_a_job(f'"{escape}":"{escape}"'.encode()) for escape in escapes]


def numbers(*texts: str) -> list[bytes]:
    return [b'{"a":%s}' % t.encode() for t in texts] + [of_a_job(b'"a":[%s]' % t.encode()) for t in texts]


def million_members(head: bytes) -> bytes:
    return head + b",".join(b'"m%d":1' % n for n in range(1_000_000)) + b"}"


# Lines that are events; made when they are sent, as some are large.
EVENTS: dict[str, Callable[[], list[bytes]]] = {
    "as deep as may be": lambda: [nested(MAX_DEPTH)],
    "a million members": lambda: [million_members(b"{")],
    "a million members, compared": lambda: [million_members(b'{"origin":{"job_id":"hostile"},')],
    "a million times one member": lambda: [of_a_job(b'"a":1,' * 999_999 + b'"a":2')],
    "members twice": lambda: [
        b'{"origin":{"type":"a"},"origin":{"type":"b"}}',
        b'{"origin":{"type":"a","type":"b"},"target":{"ip":"1.1.1.1"},"target":1}',
        of_a_job(b'"a":1,"a":{"a":2,"a":3},"":0,"":1'),
    ],
    "a million values": lambda: [of_a_job(b'"a":[' + b"[]," * 999_999 + b"[]]")],
    "huge numbers": lambda: numbers("1e400", "-1e400", "1e-400", "1e999999999999999999999", "-0", "0e99999")
    + numbers("9" * 100_000, "0." + "0" * 100_000 + "1", "1" + "0" * 400 + "e-400", "1e-" + "9" * 1000)
    + [b'{"origin":{"ts":1e999999999,"type":"x"},"target":{"port":%s}}' % (b"9" * 5000)],
    "lone surrogates": lambda: strings(r"\ud800", r"\udfff", r"\udc00\ud800", r"\ud800\ud800", r"x\uDBFFx"),
    "escaped NULs and controls": lambda: strings(r"\u0000", r"\u0000\u0001\u001f\u007f", r"\b\f\n\r\t\u0085"),
    "noncharacters": lambda: strings("\ufffe\uffff", "\U0010ffff", "\ufdd0", "\u2028\u2029"),
    "a BOM within": lambda: strings("\ufeff", r"\ufeff") + [b'{"a":"' + BOM * 1000 + b'"}'],
    "blanks within": lambda: [b'{"a":%s1}' % blank for blank in BLANKS]
    + [b" \t\r" * 30_000 + b'{"a":1}' + b" \t" * 9],
    "as long as may be": lambda: [b'{"a":"%s"}' % (b"x" * (MAX_SIZE - 8))],
    "long names and strings": lambda: [of_a_job(b'"%s":"%s"' % (b"n" * 3_000_000, b"\\u0041" * 500_000))],
}

# Lines that aren't, by the reason.
LETTERS: dict[str, tuple[str, Callable[[], list[bytes]]]] = {
    "a level too deep": (
        "too_deep",
        lambda: [nested(MAX_DEPTH + 1), b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}"],
    ),
    "depth bombs": (
        "too_deep",
        lambda: [b"[" * 8_000_000, b'{"a":' * 1_000_000, b'{"a":[' * 1_000_000 + b"]}" * 1_000_000],
    ),
    "NULs": (
        "invalid_json",
        lambda: [b"\0", b"\0" * 4_000_000, b'\0{"a":1}', b'{"a":1}\0', b'{"a\0":1}', b'{"a":"\0"}', b'{"a":\0 1}'],
    ),
    "controls in a string": ("invalid_json", lambda: [b'{"a":"%s"}' % control for control in CONTROLS]),
    "controls between": ("invalid_json", lambda: [b'{"a":%s1}' % c for c in CONTROLS if c not in BLANKS]),
    "a BOM": ("invalid_json", lambda: [BOM + b'{"a":1}', BOM, b" " + BOM + b"{}", b'{"a":1}' + BOM]),
    "UTF-16": ("invalid_utf8", lambda: ['{"a":1}'.encode("utf-16")]),
    "no UTF-8": ("invalid_utf8", lambda: [place % bad for bad in BAD_UTF8.values() for place in PLACES]),
    "no object": (
        "not_an_object",
        lambda: [b"1", b'"x"', b"null", b"true", b"[]", b'[{"a":1}]', b"1e400", b"[" + b"1," * 500_000 + b"1]"],
    ),
    "no JSON": (
        "invalid_json",
        lambda: [b"{}{}", b"{},", b"{'a':1}", b'{"a":1', b'{"a"}', b'{"a":01}', b'{"a":+1}', b'{"a":.1}', b'{"a":1.}']
        + [b'{"a":NaN}', b'{"a":0x1}', b'{"a":1}//', b"data: {}", b'{"a":"\\u12"}', b'{"a":"\\x"}', b"{a:1}"]
        + [b"<script>alert(1)</script>", b"HTTP/1.1 200 OK", b'{"a":tru}', b'{"a":1,}', b"}", b"\x1b[2J"],
    ),
    "a byte too long": ("too_large", lambda: [b'{"a":"%s"}' % (b"x" * (MAX_SIZE - 7))]),
}


def body(lines: Iterable[bytes]) -> Iterator[bytes]:
    """In chunks that begin and end anywhere in a line."""
    yield HEAD
    rest = b""
    for line in lines:
        rest += line + b"\n"
        while len(rest) >= MEBIBYTE:
            yield chunk(rest[:MEBIBYTE])
            rest = rest[MEBIBYTE:]
    yield chunk(rest) + END


def letter(reason: str, line: bytes) -> DeadLetter:
    return DeadLetter(HOSTILE, reason, len(line), line[:KEPT_OF_TOO_LARGE] if reason == "too_large" else line)


def brief(lines: Iterable[bytes]) -> list[str]:
    """What tells them apart, and can be shown."""
    return [f"{line[:40]!r}, {len(line)} B, {digest_of(line).hex()}" for line in lines]


def brief_letters(letters: Iterable[DeadLetter]) -> list[tuple]:
    return [(one.source, one.reason, one.size, *brief([one.value])) for one in letters]


@pytest.mark.parametrize("name", sanitizers.some(EVENTS, "huge numbers", "lone surrogates"))
def test_an_object_arrives_byte_for_byte(exposed: Exposed, name: str) -> None:
    lines = [BEFORE, *EVENTS[name](), AFTER]
    met = exposed.meets(lambda _: body(lines))
    assert brief(met.arrived) == brief(lines)
    assert met.letters == []
    exposed.unharmed()


@pytest.mark.parametrize("name", sanitizers.some(LETTERS, "no UTF-8", "depth bombs"))
def test_what_is_no_event_is_refused_for_its_reason(exposed: Exposed, name: str) -> None:
    reason, make = LETTERS[name]
    lines = make()
    met = exposed.meets(lambda _: body([BEFORE, *lines, AFTER]))
    assert brief(met.arrived) == brief([BEFORE, AFTER])
    assert brief_letters(met.letters) == brief_letters(letter(reason, line) for line in lines)
    exposed.unharmed()


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b" \n", b"\t\r\n"], ids=repr)
def test_blank_lines_are_passed_over(exposed: Exposed, line_end: bytes) -> None:
    met = exposed.meets(lambda _: [HEAD, chunk(BEFORE + b"\n" + line_end * 1_000_000 + AFTER), END])
    assert brief(met.arrived) == brief([BEFORE, AFTER])
    assert met.letters == []
    exposed.unharmed()


def test_a_line_of_a_gigabyte_is_kept_in_part(exposed: Exposed) -> None:
    part = chunk(b'"xx",[]x' * (MEBIBYTE // 8))

    def endless() -> Iterator[bytes]:
        yield HEAD + chunk(BEFORE + b"\n")
        for _ in range(1024):
            yield part
        yield chunk(b"\n" + AFTER + b"\n") + END

    met = exposed.meets(lambda _: endless())
    assert brief(met.arrived) == brief([BEFORE, AFTER])
    kept = (b'"xx",[]x' * (KEPT_OF_TOO_LARGE // 8))[:KEPT_OF_TOO_LARGE]
    assert brief_letters(met.letters) == brief_letters([DeadLetter(HOSTILE, "too_large", 1024 * MEBIBYTE, kept)])
    exposed.unharmed()


def test_a_flood_of_the_smallest_events_arrives(exposed: Exposed) -> None:
    count = 100_000
    met = exposed.meets(lambda _: [HEAD, chunk(b"{}\n" * count), END])
    assert len(met.arrived) == count and set(met.arrived) == {b"{}"}
    exposed.unharmed()
