"""What happens at random times: a seed says when, and to whom."""

import random
import time
from collections import Counter
from dataclasses import dataclass
from typing import Callable

from harness import wait


@dataclass
class Deed:
    name: str
    every: float  # seconds, on average
    do: Callable[[random.Random], None]


def carry_out(deeds: list[Deed], seed: str, end: float) -> Counter[str]:
    """Until that moment of time.monotonic(). Each deed has dice of its own, so that none depends on how
    long another takes. Returns how often each was done."""
    begun = time.monotonic()
    dice = {deed.name: random.Random(f"{seed} {deed.name}") for deed in deeds}
    due = {deed.name: begun + dice[deed.name].expovariate(1 / deed.every) for deed in deeds}
    done = Counter({deed.name: 0 for deed in deeds})
    while True:
        deed = min(deeds, key=lambda deed: due[deed.name])
        if due[deed.name] > end:
            wait.until_time(end)
            return done
        wait.until_time(due[deed.name])
        deed.do(dice[deed.name])
        done[deed.name] += 1
        due[deed.name] += dice[deed.name].expovariate(1 / deed.every)
