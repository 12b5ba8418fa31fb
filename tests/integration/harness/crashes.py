"""Carries out a plan of crashes on a daemon in full flow, and keeps what the daemon had received."""

import os
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Callable

from harness import wait
from harness.broker import Broker
from harness.crash_plan import Blow, Step
from harness.daemon import Daemon
from harness.metrics import Metrics
from harness.simulator import SOURCES, Simulator


@dataclass
class Run:
    """One process of the daemon."""

    sessions: dict[str, range]  # by source: those that it had
    received: dict[str, float]  # events, by its own last figures; none were read: 0


@dataclass
class Crashes:
    remote: Simulator
    broker: Broker
    start: Callable[[], Daemon]
    runs: list[Run] = field(default_factory=list)
    recovered: float = 0
    reinitialised: float = 0

    def __post_init__(self) -> None:
        self._sessions = dict.fromkeys(SOURCES, 0)
        self._daemon = self.start().wait_ready()
        # Most outages of Kafka go on while things are done to the daemon; one at a time.
        self._outages = ThreadPoolExecutor(1)
        self._outage: Future[None] = self._outages.submit(lambda: None)

    def __enter__(self) -> "Crashes":
        return self

    def __exit__(self, *_: object) -> None:
        self._outages.shutdown()  # no broker comes back after its test

    def carry_out(self, steps: list[Step]) -> None:
        for step in steps:
            {
                Blow.KILL_DAEMON: self._kill_daemon,
                Blow.SUSPEND_DAEMON: self._suspend_daemon,
                Blow.KILL_BROKER: self._begin_outage,
                Blow.SUSPEND_BROKER: self._begin_outage,
            }[step.blow](step)

    def end(self) -> Metrics:
        """Until all is published. Returns the last daemon's figures."""
        self._outage.result()
        self._wait_ready()
        self._end_forgotten_transactions()
        self.remote.quiet()
        last = self._daemon.wait_drained(SOURCES, 300)
        assert self._daemon.stop() == 0
        self._remember(last)
        return last

    def _wait_ready(self) -> None:
        """A broker that is suspended may forget transactions. Nobody ends those but an operator."""
        try:
            self._daemon.wait_ready(seconds=120)
        except AssertionError:
            self._end_forgotten_transactions()
            self._daemon.wait_ready(seconds=60)

    def _end_forgotten_transactions(self) -> None:
        if ended := self.broker.end_forgotten_transactions():
            print(f"Kafka had forgotten: {', '.join(ended)}")

    def _kill_daemon(self, step: Step) -> None:
        begun = time.monotonic()
        if step.early:
            wait.until_time(begun + step.after)
            metrics = None
        else:
            self._wait_and(step.after)
            metrics = self._daemon.metrics()
        self._daemon.check_alive()
        self._daemon.stop(signal.SIGKILL)
        self._remember(metrics)
        self._daemon = self.start()

    def _wait_and(self, seconds: float) -> None:
        self._daemon.wait_ready("/livez")
        wait.until_time(time.monotonic() + seconds)

    def _suspend_daemon(self, step: Step) -> None:
        self._wait_and(step.after)
        os.kill(self._daemon.pid, signal.SIGSTOP)
        wait.until_time(time.monotonic() + step.lasts)
        os.kill(self._daemon.pid, signal.SIGCONT)
        self._daemon.wait_ready("/livez")

    def _begin_outage(self, step: Step) -> None:
        self._outage.result()
        wait.until_time(time.monotonic() + step.after)
        if step.lived_through:
            self._wait_ready()
        self._outage = self._outages.submit(self._outage_of_broker, step)
        if step.lived_through:
            self._outage.result()
            before = self._published()
            wait.until("it publishes again", lambda: self._published() > before, 120)

    def _published(self) -> float:
        return self._daemon.metrics().get("published_events_total")

    def _outage_of_broker(self, step: Step) -> None:
        if step.blow is Blow.KILL_BROKER:
            self.broker.kill()
            wait.until_time(time.monotonic() + step.lasts)
            self.broker.start()
            return
        with self.broker.suspended():
            wait.until_time(time.monotonic() + step.lasts)

    def _remember(self, metrics: Metrics | None) -> None:
        def figure(name: str, source: str) -> float:
            return metrics.get(name, source=source) if metrics else 0

        stats = self.remote.stats()["sources"]
        seen = {source: stats[source]["sessions"] for source in SOURCES}
        sessions = {s: range(self._sessions[s] + 1, seen[s] + 1) for s in SOURCES}
        self._sessions = seen
        self.runs.append(Run(sessions, {s: figure("received_events_total", s) for s in SOURCES}))
        self.recovered += sum(figure("recovered_events_total", s) for s in SOURCES)
        if metrics:
            self.reinitialised += metrics.get("transactions_total", result="reinitialised")
