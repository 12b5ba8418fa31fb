"""A line between two namespaces that does to packets what a bad network does.

It is a TUN device in each, and a thread that carries packets from one to the other: late, out of their order, or not at
all. So it needs no netem of the kernel. TUN devices have no offloads: what cuts, adds up and sends again is TCP.
"""

import heapq
import itertools
import os
import random
import selectors
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Iterator

from harness.namespace import Namespace

LATE = 0.03  # seconds that a packet comes behind others that were sent after it
QUEUE = 0.4  # seconds of a rate's bytes that wait at most: 50 kB at 1 Mbit/s
LARGEST = 65536


@dataclass
class Way:
    """What becomes of the packets of one direction. All of it may be changed at any time."""

    seed: int
    delay: float = 0  # seconds
    loss: float = 0  # the share of packets that are lost
    disorder: float = 0  # the share that come LATE
    rate: float = float("inf")  # bytes a second
    blocked: bool = False
    largest: dict[int, int] = field(default_factory=dict)  # by the version of IP; longer packets are lost
    lost: int = 0
    late: int = 0
    waited: int = 0  # for those before them

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._free = 0.0  # when what was sent before is on its way

    def takes(self, packet: bytes) -> bool:
        return len(packet) <= self.largest.get(packet[0] >> 4, LARGEST)

    def arrival(self, size: int, now: float) -> float | None:
        """Of a packet that is sent now; none: it is lost."""
        begins = max(now, self._free)
        if self.blocked or self._random.random() < self.loss or begins - now > QUEUE:
            self.lost += 1
            return None
        self.waited += begins > now
        self._free = begins + size / self.rate
        late = self._random.random() < self.disorder
        self.late += late
        return self._free + self.delay + LATE * late


def packets(end: int) -> Iterator[bytes]:
    """Those that are there."""
    with suppress(BlockingIOError):
        while True:
            yield os.read(end, LARGEST)


class Line:
    """`there` and `back` are its ways, as the near one sees it."""

    def __init__(self, name: str, near: Namespace, far: Namespace, near_addresses: list[str], far_addresses: list[str]):
        self.there, self.back = self.ways = Way(seed=1), Way(seed=2)
        self._near, self._far = near.tun(name, near_addresses), far.tun(name, far_addresses)
        self._over = os.eventfd(0)
        self._thread = threading.Thread(target=self._carry, name=name)
        self._thread.start()

    def close(self) -> None:
        os.eventfd_write(self._over, 1)
        self._thread.join()
        for file in (self._near, self._far, self._over):
            os.close(file)

    def _carry(self) -> None:
        under_way: list[tuple[float, int, int, bytes]] = []
        numbers = itertools.count()  # what is due at the same time keeps its order
        with selectors.DefaultSelector() as ready:
            ready.register(self._near, selectors.EVENT_READ, (self.there, self._far))
            ready.register(self._far, selectors.EVENT_READ, (self.back, self._near))
            ready.register(self._over, selectors.EVENT_READ)
            while True:
                wait = max(0.0, under_way[0][0] - time.monotonic()) if under_way else None
                for key, _ in ready.select(wait):
                    if key.data is None:
                        return
                    way, other = key.data
                    for packet in filter(way.takes, packets(key.fd)):
                        due = way.arrival(len(packet), time.monotonic())
                        if due is not None:
                            heapq.heappush(under_way, (due, next(numbers), other, packet))
                while under_way and under_way[0][0] <= time.monotonic():
                    _, _, other, packet = heapq.heappop(under_way)
                    os.write(other, packet)
