"""The slope of a process's memory: what growth it must find, and when it must not tell anything."""

import math
import random

import pytest
from harness.held import slope


def hour(per_hour: float, noise: float, dice: random.Random) -> list[tuple[float, float]]:
    """A rest every five minutes, the first ten left out."""
    return [(minute / 60, 7 + per_hour * minute / 60 + dice.gauss(0, noise)) for minute in range(10, 61, 5)]


def test_single_points_far_off_do_not_matter() -> None:
    points = hour(0.4, 0, random.Random(1))
    points[3] = (points[3][0], 100)
    assert slope(points).middle == pytest.approx(0.4)


@pytest.mark.parametrize("per_hour, noise", [(1.2, 0.05), (2, 0.3), (14, 2)])
def test_growth_is_hardly_ever_let_pass(per_hour: float, noise: float) -> None:
    dice = random.Random(2)
    assert sum(slope(hour(per_hour, noise, dice)).most < 1 for _ in range(500)) < 0.05 * 500


def test_it_is_between_its_ends_in_nine_of_ten_cases() -> None:
    dice = random.Random(3)
    found = [slope(hour(0.4, 0.1, dice)) for _ in range(500)]
    assert sum(one.least <= 0.4 <= one.most for one in found) >= 0.88 * 500


def test_a_quiet_hour_tells_that_there_is_no_growth() -> None:
    dice = random.Random(4)
    assert sum(slope(hour(0, 0.1, dice)).most < 1 for _ in range(500)) > 0.99 * 500


@pytest.mark.parametrize("count", range(5))
def test_a_few_points_tell_nothing(count: int) -> None:
    assert slope([(point, 7) for point in range(count)]).most == math.inf
