"""The verifier on made-up runs: what it must find, and what it must not take for a fault."""

import pytest
from harness.verifier import Verifier, is_whole_object


def lines(session: int, count: int) -> list[bytes]:
    return [b'{"session":%d,"n":%d}' % (session, n) for n in range(count)]


def verifier(*sessions: tuple[int, bool, list[bytes]]) -> Verifier:
    made = Verifier("firehose")
    for number, orderly, sent in sessions:
        for line in sent:
            made.sent(number, line)
        made.ended(number, orderly)
    return made


def deliver(to: Verifier, records: list[bytes], lane: object = 0) -> Verifier:
    for record in records:
        to.delivered(lane, record)
    return to


def test_a_whole_run_has_no_findings():
    checked = verifier((1, True, lines(1, 5)), (2, False, lines(2, 5)))
    deliver(checked, lines(1, 5) + lines(2, 5))
    assert checked.findings() == []
    assert checked.lines_found == checked.lines_sent == 10


def test_partitions_are_each_in_order():
    checked = verifier((1, True, lines(1, 6)))
    deliver(checked, lines(1, 6)[1::2], "odd")
    deliver(checked, lines(1, 6)[0::2], "even")
    assert checked.findings() == []


@pytest.mark.parametrize("gone", [0, 2, 4])
def test_a_lost_line_is_found(gone):
    checked = verifier((1, True, lines(1, 5)))
    deliver(checked, [line for n, line in enumerate(lines(1, 5)) if n != gone])
    assert checked.findings() == [f"line {gone} of session 1, which ended in order, is missing"]


def test_an_open_session_has_to_be_there_whole():
    checked = Verifier("firehose")
    checked.sent(1, b'{"a":1}')
    assert checked.findings() == ["line 0 of session 1, which ended in order, is missing"]


def test_an_aborted_session_may_lose_its_end_only():
    tail_lost = deliver(verifier((1, False, lines(1, 5))), lines(1, 3))
    assert tail_lost.findings() == []
    hole = deliver(verifier((1, False, lines(1, 5))), lines(1, 1) + lines(1, 5)[2:3])
    assert hole.findings() == ["line 1 of session 1, aborted later, is missing"]


def test_a_doubled_line_is_found():
    checked = deliver(verifier((1, True, lines(1, 3))), lines(1, 3) + lines(1, 2)[1:])
    assert "the line sent as number 1 is there 1 times too often" in checked.findings()


def test_a_changed_byte_is_found():
    checked = deliver(verifier((1, True, lines(1, 2))), [lines(1, 2)[0], b'{"session":1,"n": 1}'])
    found = checked.findings()
    assert any("never sent" in text for text in found)
    assert "line 1 of session 1, which ended in order, is missing" in found


def test_a_wrong_order_is_found():
    sent = lines(1, 3)
    checked = deliver(verifier((1, True, sent)), [sent[0], sent[2], sent[1]])
    assert checked.findings() == ["record 2 of 0 was sent before the one ahead of it"]


def test_equal_lines_count_as_often_as_they_were_sent():
    twin = b'{"twin":true}'
    sent = [*lines(1, 2), twin, twin]
    assert deliver(verifier((1, True, sent)), sent).findings() == []
    assert deliver(verifier((1, True, sent)), sent[:-1]).findings() != []
    assert deliver(verifier((1, True, sent)), [*sent, twin]).findings() != []


def test_an_aborted_session_may_end_in_equal_lines():
    twin = b'{"twin":true}'
    first, second = [*lines(1, 2), twin, twin], [twin, *lines(2, 2)]
    for arrived in (2, 3, 4):
        checked = verifier((1, False, first), (2, True, second))
        assert deliver(checked, first[:arrived] + second).findings() == []


def test_a_cut_line_is_nowhere_and_counted():
    checked = verifier((1, True, lines(1, 2)))
    checked.sent(1, b'{"session":1,', whole=False)
    assert deliver(checked, lines(1, 2)).findings() == []
    assert checked.truncated_bounds() == (13, 14)
    checked.delivered(0, b'{"session":1,')
    assert any("never sent" in text for text in checked.findings())


def test_a_last_line_that_lost_only_its_line_end_is_an_event():
    checked = verifier((1, True, lines(1, 2)))
    checked.sent(1, b'{"last":1}', whole=False)
    deliver(checked, lines(1, 2))
    assert checked.findings() == ["line 2 of session 1, which ended in order, is missing"]
    assert checked.truncated_bounds() == (0, 0)


def test_an_aborted_session_bounds_what_may_be_cut():
    checked = deliver(verifier((1, False, [b'{"n":10}', b'{"n":1000}'])), [b'{"n":10}'])
    assert checked.findings() == []
    assert checked.truncated_bounds() == (0, 11)


def test_whole_objects_are_told_from_cut_ones():
    assert is_whole_object(b' {"a":["}{", "\\"]"]} ')
    assert is_whole_object(b'{"a":' * 64 + b"1" + b"}" * 64)
    for line in (b'{"a":1', b"[1]", b"", b'{"a":1}}', b'{"a":"\xff"}', b'{"a":' * 65 + b"1" + b"}" * 65):
        assert not is_whole_object(line), line


def dead_letters() -> Verifier:
    checked = Verifier("firehose")
    checked.sent(1, b"{oops", bad="invalid_json")
    checked.sent(1, b"x" * 100_000, bad="too_large")
    checked.ended(1, True)
    return checked


def test_dead_letters_with_the_right_reason_have_no_findings():
    checked = dead_letters()
    checked.dead_letter("invalid_json", 5, b"{oops")
    checked.dead_letter("too_large", 100_000, b"x" * 65536)
    assert checked.findings() == []


@pytest.mark.parametrize(
    ("reason", "size", "value"),
    [
        ("invalid_utf8", 5, b"{oops"),
        ("invalid_json", 6, b"{oops"),
        ("invalid_json", 5, b"{Oops"),
    ],
)
def test_wrong_dead_letters_are_found(reason, size, value):
    checked = dead_letters()
    checked.dead_letter(reason, size, value)
    checked.dead_letter("too_large", 100_000, b"x" * 65536)
    found = checked.findings()
    assert any("never sent" in text for text in found)
    assert any("missing" in text for text in found)


def test_a_malformed_line_among_the_events_is_found():
    checked = dead_letters()
    checked.delivered(0, b"{oops")
    assert any("never sent" in text for text in checked.findings())
