"""The comparison of gap records with what is missing, on made-up runs."""

import pytest
from harness.crash_plan import Amounts
from harness.gap_times import Gap, Timeline

T = 1_700_000_000.0
CUT = 20  # the first session's lines: a tenth of a second apart; 20 of them arrive, 5 don't
RESUMED = 10  # seconds after the first line, the second session opens


def line(n: int, sent: float) -> bytes:
    return b'{"origin":{"type":"x","ts":%d},"n":%d}' % (round(sent * 1000), n)


def cut_run(*, lost: int = 5) -> Timeline:
    """Two sessions; of the first one the last lines don't arrive."""
    made = Timeline("firehose")
    for n in range(CUT + lost):
        sent = T + n / 10
        made.sent(1, line(n, sent))
        if n < CUT:
            made.delivered(line(n, sent), sent)
    for n in range(100, 110):
        sent = T + RESUMED + n / 1000
        made.sent(2, line(n, sent))
        made.delivered(line(n, sent), sent)
    return made


def gap(begin: float, end: float) -> Gap:
    return Gap("1", T + begin, T + end)


LAST_ARRIVED = (CUT - 1) / 10


@pytest.mark.parametrize("lost", [0, 5])
def test_a_gap_from_the_last_line_to_the_next_session_is_right(lost):
    assert cut_run(lost=lost).findings([gap(LAST_ARRIVED, RESUMED)]) == []


def test_a_session_that_opened_and_brought_nothing_makes_two_gaps_of_one():
    assert cut_run().findings([gap(LAST_ARRIVED, 5), gap(5.1, RESUMED)]) == []


@pytest.mark.parametrize("lost", [0, 5])
def test_a_gap_without_a_record_is_found(lost):
    (finding,) = cut_run(lost=lost).findings([])
    assert f"{lost} lines are missing, and no gap record says so" in finding


@pytest.mark.parametrize("begin, end", [(LAST_ARRIVED - 1.2, 9), (LAST_ARRIVED, RESUMED + 1.5)])
def test_a_gap_that_reaches_too_far_is_found(begin, end):
    assert "reaches beyond what is missing" in cut_run().findings([gap(begin, end)])[0]


def test_lines_outside_of_the_gap_are_found():
    (finding,) = cut_run().findings([gap(LAST_ARRIVED + 0.45, RESUMED)])
    assert "2 of them in no gap record" in finding


def test_what_waited_in_the_connection_would_have_come_later():
    """The daemon stood still for a second, got what was sent before that, and was killed."""
    made = Timeline("firehose")
    for n in range(3):
        made.sent(1, line(n, T + n / 10))
    made.delivered(line(0, T), T + 1)
    made.sent(2, line(3, T + 2))
    made.delivered(line(3, T + 2), T + 2)
    assert made.findings([gap(1, 2)]) == []


def test_a_plan_is_shared_out_whole():
    whole = Amounts(daemon_kills=200, broker_kills=50, broker_stops=20, daemon_stops=5)
    parts = [whole.share(part, 10) for part in range(10)]
    assert {part.daemon_kills for part in parts} == {20}
    assert sum(part.daemon_stops for part in parts) == 5
    assert whole.share(0, 1) == whole
