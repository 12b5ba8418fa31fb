"""What is done to the daemon and to Kafka, in an order drawn from a seed."""

import math
import os
import random
from dataclasses import dataclass
from enum import Enum


class Blow(Enum):
    KILL_DAEMON = "kill -9 of the daemon"
    SUSPEND_DAEMON = "SIGSTOP of the daemon"
    KILL_BROKER = "kill -9 of the broker"
    SUSPEND_BROKER = "SIGSTOP of the broker"


@dataclass(frozen=True)
class Step:
    blow: Blow
    after: float  # seconds, from the step before
    lasts: float = 0
    early: bool = False  # of a kill of the daemon: it may not have come up yet
    lived_through: bool = False  # of Kafka: the daemon isn't touched until it publishes again


@dataclass(frozen=True)
class Amounts:
    daemon_kills: int
    broker_kills: int
    broker_stops: int
    daemon_stops: int

    def share(self, part: int, parts: int) -> "Amounts":
        """Of as many parts, which together are this."""

        def of(total: int) -> int:
            return total * (part + 1) // parts - total * part // parts

        return Amounts(
            of(self.daemon_kills),
            of(self.broker_kills),
            of(self.broker_stops),
            of(self.daemon_stops),
        )


def steps(amounts: Amounts, longest_stop: float, dice: random.Random) -> list[Step]:
    """The broker's stops last from a second on, most of them not for long, one as long as one may.
    The daemon lives through every other outage of Kafka, the longest among them."""

    def pause() -> float:
        return dice.uniform(0.1, 1.5)

    def stop() -> float:
        return math.exp(dice.uniform(0, math.log(longest_stop)))

    drawn = [
        Step(Blow.KILL_DAEMON, pause(), early=dice.random() < 0.2)
        for _ in range(amounts.daemon_kills)
    ]
    drawn += [
        Step(Blow.SUSPEND_DAEMON, pause(), dice.uniform(1, longest_stop))
        for _ in range(amounts.daemon_stops)
    ]
    drawn += [
        Step(Blow.KILL_BROKER, pause(), dice.uniform(0, 3), lived_through=n % 2 == 0)
        for n in range(amounts.broker_kills)
    ]
    drawn += [
        Step(Blow.SUSPEND_BROKER, pause(), stop() if n else longest_stop, lived_through=n % 2 == 0)
        for n in range(amounts.broker_stops)
    ]
    dice.shuffle(drawn)
    return drawn


def number(name: str, otherwise: float) -> float:
    return float(os.environ.get(f"PENSTOCK_TEST_{name}", otherwise))


SEED = int(number("SEED", 11))
ROUNDS = int(number("ROUNDS", 1))  # each with topics and a Kafka of its own, the amounts shared out
RATE = number("RATE", 500)  # events a second of each source
LONGEST_STOP = number("LONGEST_STOP", 20)
AMOUNTS = Amounts(
    daemon_kills=int(number("KILLS", 20)),
    broker_kills=int(number("BROKER_KILLS", 5)),
    broker_stops=int(number("BROKER_STOPS", 3)),
    daemon_stops=int(number("DAEMON_STOPS", 1)),
)
