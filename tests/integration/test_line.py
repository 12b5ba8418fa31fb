"""What a line of the harness does to packets, without any."""

from harness.line import LATE, QUEUE, Way

SIZE = 1000


def sent(way: Way, count: int, apart: float = 0.001) -> list[float | None]:
    """When packets arrive, in the order in which they are sent."""
    return [way.arrival(SIZE, n * apart) for n in range(count)]


def test_a_good_way_takes_no_time():
    assert sent(Way(seed=1), 3) == [0, 0.001, 0.002]


def test_a_delay_is_added():
    assert sent(Way(seed=1, delay=0.3), 2) == [0.3, 0.301]


def test_a_share_is_lost():
    way = Way(seed=1, loss=0.1)
    assert sent(way, 1000).count(None) == way.lost
    assert 70 < way.lost < 130


def test_what_is_out_of_order_is_late():
    way = Way(seed=1, disorder=0.1)
    lags = [round(arrival - n * 0.001, 6) for n, arrival in enumerate(sent(way, 1000))]
    assert lags.count(LATE) == way.late
    assert lags.count(0) == 1000 - way.late
    assert 70 < way.late < 130


def test_a_rate_lets_packets_wait():
    way = Way(seed=1, rate=SIZE * 64)
    assert sent(way, 3, apart=0) == [1 / 64, 2 / 64, 3 / 64]
    assert way.waited == 2


def test_a_full_queue_loses_what_comes():
    way = Way(seed=1, rate=SIZE * 64)
    arrived = sent(way, 100, apart=0)
    assert way.lost == arrived.count(None) == 100 - int(QUEUE * 64) - 1
    assert way.arrival(SIZE, 10) == 10 + 1 / 64, "it empties"


def test_long_packets_of_a_version_are_lost():
    way = Way(seed=1, largest={6: 600})
    assert [way.takes(bytes([version << 4]) * size) for version, size in ((6, 600), (6, 601), (4, 601))] == [
        True,
        False,
        True,
    ]


def test_a_blocked_way_lets_nothing_through():
    way = Way(seed=1, blocked=True)
    assert sent(way, 10) == [None] * 10
    way.blocked = False
    assert sent(way, 1) == [0]
