"""A daemon in full flow, and whatever happens to it over hours: from its remote, its Kafka, its operator and
those who look at it. In rounds, each with a remote of its own, after which all is published and compared."""

import random
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from confluent_kafka import OFFSET_END, TopicPartition
from harness import jobs, topics, wait
from harness.broker import Broker
from harness.daemon import Daemon
from harness.deeds import Deed
from harness.exactly_once import compared
from harness.kafka_proxy import Api, Fate, KafkaProxy, Rule
from harness.simulator import SOURCES, Simulator
from harness.visitors import Visitors

JOBS = "stream"  # whose events are compared job by job; those of the others line by line
OTHERS = tuple(source for source in SOURCES if source != JOBS)
ENDS = ("end", "fin", "reset", "tls_truncate", "stall", "content_length", "until_close")
ANSWERS = ("http_401", "http_403", "http_429", "http_500", "http_503", "slow_headers", "redirect")
SHAPES = ("tiny_chunks", "split_chunks", "crlf", "blank_lines")
LINES = ("malformed", "truncated_line", "not_an_object", "invalid_utf8", "too_deep", "too_large")
FAULTS = ENDS + ANSWERS + SHAPES
OPTIONS = {"http_429": {"retry_after": 1}, "stall": {"for": "1s"}, "slow_headers": {"for": "1s"}}
CONFIGURATIONS = {"right": "log: {format: json, level: %s}\n", "wrong": "log: {format: json, level: loud}\n"}
# glibc counts what each thread keeps of freed pieces, up to 0.2 MB, as allocated. They fill up over hours.
COUNTED = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}


@dataclass
class Figures:
    sent: int = 0
    found: int = 0
    bad: int = 0
    jobs: int = 0
    job_events: int = 0
    found_of: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OTHERS, 0))


class Soak:
    def __init__(
        self,
        make_remote: Callable[..., Simulator],
        connect: Callable[..., Daemon],
        broker: Broker,
        network: KafkaProxy,
        prefix: str,
        folder: Path,
        seconds: float,
    ):
        """`seconds`: of a round."""
        self.figures = Figures()
        self.broker = broker
        self._make_remote = make_remote
        self._network = network
        self._prefix = prefix
        self._trust, self._token = folder / "trust.pem", folder / "token"
        self._seconds = seconds
        self._outages = ThreadPoolExecutor(1)
        self._outage: Future[None] = self._outages.submit(lambda: None)
        self.remote = self._new_remote(0)
        self.daemon = connect(
            self.remote,
            sources=",".join(SOURCES),
            brokers=network.brokers,
            kafka_topic_prefix=prefix,
            journal_max_size="2GiB",
            api_token=None,
            api_token_file=str(self._token),
            api_ca_file=str(self._trust),
            replay_settle_after="3s",  # no event of the remote is later
            replay_task_poll_interval="1s",
            replay_concurrency="4",
            environment=COUNTED,
        ).wait_ready()
        self._visitors = Visitors(self.daemon)
        wait.until("there is a job", self.remote.jobs)

    def __enter__(self) -> "Soak":
        return self

    def __exit__(self, *_: object) -> None:
        self._outages.shutdown()  # no broker comes back after its test

    def deeds(self) -> list[Deed]:
        """However short a round is, each is done in it now and then."""
        often = self._seconds / 3
        return [
            Deed("faults of the remote", 1.25, self._let_remote_err),
            Deed("troubles between daemon and Kafka", min(10, often), self._trouble_with_kafka),
            Deed("outages of Kafka", min(300, often), self._begin_outage),
            Deed("reloads", min(20, often), self._reload),
            Deed("wrong tokens", min(60, often), self._give_wrong_token),
            Deed("visits", 0.5, self._visitors.look),
            Deed("replays ordered", min(15, often), self._order_replay),
        ]

    # What happens.

    def _let_remote_err(self, dice: random.Random) -> None:
        source = dice.choice(SOURCES)
        kind = dice.choice(FAULTS if source == JOBS else FAULTS + LINES)
        self.remote.fault(kind, source, **OPTIONS.get(kind, {}))

    def _trouble_with_kafka(self, dice: random.Random) -> None:
        """All connections are cut, or what one request or its answer needs is late or lost."""
        api = dice.choice((Api.PRODUCE, Api.END_TXN, Api.ADD_PARTITIONS_TO_TXN))
        fate = dice.choice((Fate.COUNT, Fate.HOLD, Fate.LOSE, Fate.LOSE_ANSWER))
        if fate is Fate.COUNT:
            self._network.reset()
        elif fate is Fate.HOLD:
            rule = self._network.add(Rule(api, fate))
            late = threading.Timer(dice.uniform(0.1, 5), rule.release)
            late.daemon = True
            late.start()
        else:
            self._network.add(Rule(api, fate, cut=True))

    def _begin_outage(self, dice: random.Random) -> None:
        if self._outage.done():
            self._outage.result()
            kind = dice.choice((self._kill_kafka, self._restart_kafka, self._suspend_kafka))
            self._outage = self._outages.submit(kind, dice.uniform(0, min(10, self._seconds / 8)))

    def _kill_kafka(self, seconds: float) -> None:
        self.broker.kill()
        wait.until_time(time.monotonic() + seconds)
        self.broker.start()

    def _restart_kafka(self, seconds: float) -> None:
        with self.broker.away():
            wait.until_time(time.monotonic() + seconds)

    def _suspend_kafka(self, seconds: float) -> None:
        with self.broker.suspended():
            wait.until_time(time.monotonic() + seconds)

    def _reload(self, dice: random.Random) -> None:
        kind = dice.choice(list(CONFIGURATIONS))
        text = CONFIGURATIONS[kind]
        self.daemon.reload(text % dice.choice(("info", "warning")) if kind == "right" else text)

    def _give_wrong_token(self, dice: random.Random) -> None:
        """Until a session is refused for it."""
        source = dice.choice(OTHERS)
        before = self._refused(source)
        self._token.write_text("rotated")
        self.daemon.reload(CONFIGURATIONS["right"] % "info")
        self.remote.fault("reset", source)
        wait.until("a session is refused", lambda: self._refused(source) > before, 60)
        self._token.write_text(self.remote.token)
        self.daemon.reload(CONFIGURATIONS["right"] % "info")

    def _refused(self, source: str) -> int:
        return self.remote.stats()["sources"][source]["responses"].get("401", 0)

    def _order_replay(self, dice: random.Random) -> None:
        """Of any job; of one that is settled it is refused."""
        if known := self.remote.jobs():
            self._visitors.order_replay(jobs.normal(dice.choice(known)["job_id"]))

    # Rounds.

    def begin(self, number: int) -> None:
        """The remote comes back as another one: with other events, certificates and another token."""
        self.remote.kill()
        self.remote = self._new_remote(number)
        self.daemon.reload(CONFIGURATIONS["right"] % "info")
        wait.until("all sources are connected", self._connected, 60)

    def _new_remote(self, number: int) -> Simulator:
        remote = self._make_remote(number, self.remote.port if number else None)
        self._trust.write_bytes(remote.ca_file.read_bytes())
        self._token.write_text(remote.token)
        return remote

    def _connected(self) -> bool:
        self.daemon.check_alive()
        sources = self.remote.stats()["sources"]
        return all(sources[source]["connected"] for source in SOURCES)

    def end(self) -> None:
        """All is compared, and the daemon at rest."""
        self._rest()
        self._compare()
        self._forget()

    def _rest(self) -> None:
        """Nothing happens any more, nobody looks, and all that was received is in Kafka."""
        self._visitors.leave()
        self._outage.result()
        self._network.reset()
        self.daemon.wait_ready(seconds=180)
        self.remote.fault("no_new_jobs", JOBS)
        jobs.wait_settled(self.broker.brokers, self._prefix, self._job_ids(), 180)
        self.remote.quiet()
        self.daemon.wait_drained(SOURCES, 180)
        assert self.daemon.reasons() == set()

    def _job_ids(self) -> set[str]:
        return {jobs.normal(job["job_id"]) for job in self.remote.jobs()}

    def _compare(self) -> None:
        """What the remote of this round sent and what Kafka has since the last comparison."""
        while True:
            received = self.daemon.metrics().get("received_events_total")
            verifiers = compared(self.remote, self.broker, self._prefix, OTHERS)
            metrics = self.daemon.wait_drained(SOURCES, 180)
            if metrics.get("received_events_total") == received:
                break
            # Lines that the remote had made before it was quiet came meanwhile, in another session.
        wrong = []
        for source, verifier in verifiers.items():
            wrong += [f"{source}: {finding}" for finding in verifier.findings()]
            self.figures.sent += verifier.lines_sent
            self.figures.found += verifier.lines_found
            self.figures.bad += verifier.bad_sent
            self.figures.found_of[source] += verifier.lines_found
            came, found = metrics.balance(source)[0], self.figures.found_of[source]
            if came != found:
                wrong.append(f"{source}: {came:g} lines counted, {found} in Kafka")
        ids = self._job_ids()
        truth = jobs.truth_by_job(self.remote, ids)
        topic = f"{self._prefix}.{JOBS}"
        differences = jobs.compare(truth, jobs.found_by_job(self.broker.brokers, topic))
        self.figures.jobs += len(ids)
        self.figures.job_events += differences.events
        if differences.missing or differences.doubled:
            late = metrics.get("late_events_total")
            wrong.append(f"jobs: {differences}; {late:g} events came after their job was settled")
        for source in SOURCES:
            came, went = metrics.balance(source)
            if came != went:
                wrong.append(f"{source}: the balance is off: {came:g} came, {went:g} went")
        assert not wrong, "\n".join(wrong)

    def _forget(self) -> None:
        """So that the disk and the memory of this test have room for hours."""
        names = [f"{self._prefix}.{name}" for name in (*SOURCES, "dead-letters")]
        there = topics.names(self.broker.brokers, self._prefix)
        ends = [
            (name, partition, end)
            for name in names
            if name in there
            for partition, end in topics.ends(self.broker.brokers, name).items()
        ]
        all_of_it = [TopicPartition(name, partition, OFFSET_END) for name, partition, _ in ends]
        for answer in self.broker.admin.delete_records(all_of_it).values():
            answer.result(60)
        wait.until("a killed broker would know", lambda: all(self._is_forgotten(*end) for end in ends))

    def _is_forgotten(self, topic: str, partition: int, end: int) -> bool:
        """On the broker's disk; else what was deleted would be there again after its kill."""
        data = self.broker.folder / "data"
        begins_there = data / f"{topic}-{partition}" / f"{end:020}.log"
        written = (data / "log-start-offset-checkpoint").read_text().splitlines()
        return begins_there.exists() or f"{topic} {partition} {end}" in written
