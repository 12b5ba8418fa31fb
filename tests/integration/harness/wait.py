"""Waiting for what other processes do. Nothing else in the tests sleeps."""

import time
from typing import Callable, TypeVar

T = TypeVar("T")


def until(what: str, condition: Callable[[], T], seconds: float = 30, every: float = 0.1) -> T:
    """The condition's first true value. Fails, naming `what`, when there is none in `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} s: {what}; last seen: {value!r}")
        time.sleep(every)


def until_time(moment: float) -> None:
    """Lets the processes run until a point of time.monotonic()."""
    time.sleep(max(0.0, moment - time.monotonic()))
