"""Who owns a source, and from where it goes on, is decided while a producer is made anew: another
instance comes just then, the stored position can't be seen yet, or it makes no sense."""

from typing import Callable

import pytest
from confluent_kafka import Message, Producer
from harness import exactly_once, topics
from harness.daemon import Daemon
from harness.flow import SOURCE, Flow
from harness.kafka_proxy import Api, Fate, KafkaProxy, Rule

pytestmark = [pytest.mark.kafka, pytest.mark.own_broker]
ALL = 1_000_000  # requests
Start = Callable[..., Flow]
Connect = Callable[..., Daemon]


def lose_an_answer(proxy: KafkaProxy, its: str) -> Rule:
    """The next commit's. It forces a re-init."""
    return proxy.add(Rule(Api.END_TXN, Fate.LOSE_ANSWER, text=its, cut=True))


def check_several_processes(flow: Flow, least: float) -> None:
    """Each took its sessions, which its end cut. `least`: so many of their lines came for sure."""
    verifier = exactly_once.compared(
        flow.remote, flow.broker, flow.prefix, (SOURCE,), killed=True
    )[SOURCE]
    assert verifier.findings() == []
    assert verifier.lines_found >= least


def test_another_claim_is_found_before_it_is_fenced(
    start: Start, connect: Connect, proxy: KafkaProxy, prefix: str, its: str
) -> None:
    first = start(prefix)
    look = proxy.add(Rule(Api.FETCH, Fate.HOLD, text=f"penstock.{prefix}.state", times=ALL))
    lose_an_answer(proxy, its)
    look.wait_caught()
    assert first.transactions("reinitialised") == 1

    past_proxy = {"brokers": first.broker.brokers, "kafka_topic_prefix": prefix}
    successor = connect(first.remote, **past_proxy).wait_ready()
    second = Flow(first.remote, successor, first.broker, prefix)
    second.wait_transactions("committed", 2)
    look.release()
    assert first.daemon.ended() == 3
    assert first.daemon.logged("taken over")
    assert not first.daemon.logged('"fenced"')

    second.wait_goes_on()
    assert second.transactions("reinitialised") == 0
    first.remote.quiet((SOURCE,))
    metrics = second.daemon.wait_drained((SOURCE,))
    assert second.daemon.stop() == 0
    check_several_processes(first, metrics.get("published_events_total", source=SOURCE))


def test_two_claims_at_the_same_time(
    start: Start, connect: Connect, proxy: KafkaProxy, prefix: str, its: str
) -> None:
    """Each fences the other: the second between the first one's look for it and its own claim. The
    later claim counts; but what the earlier one has changed isn't known there, so it begins anew."""
    first = start(prefix)
    first_init = proxy.add(Rule(Api.INIT_PRODUCER_ID, Fate.HOLD, text=its))
    lose_an_answer(proxy, its)
    first_init.wait_caught()
    # With a transaction of the second one open, the first one would be told to wait, and find it.
    first.remote.quiet((SOURCE,))
    second = connect(first.remote, brokers=proxy.brokers, kafka_topic_prefix=prefix)
    second.wait_ready().wait_drained((SOURCE,))
    first_init.release()
    assert first.daemon.ended() == 1
    first.remote.fault("resume", SOURCE)
    assert second.ended() == 3
    assert first.daemon.logged("another instance claimed the source at the same time")
    restart_and_check(first, connect, received=0)


def position_record(flow: Flow) -> Message:
    """The one committed last."""
    found = None
    for message in topics.read(flow.broker.brokers, f"penstock.{flow.prefix}.state"):
        if message.key().startswith(f"{SOURCE}/position/".encode()):
            found = message
    assert found, "no position is stored"
    return found


def store_another_item(flow: Flow) -> None:
    """Neither the first one in doubt nor the one behind those."""
    stored = position_record(flow)
    lines = stored.value().decode().split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("item="))
    lines[at] = f"item={int(lines[at].removeprefix('item=')) + 1}"
    writer = Producer({"bootstrap.servers": flow.broker.brokers})
    writer.produce(stored.topic(), "\n".join(lines), stored.key(), stored.partition())
    assert writer.flush(30) == 0


def restart_and_check(flow: Flow, connect: Connect, received: float) -> None:
    """What waits in the journal is published, and the journal's own position counts."""
    flow.daemon = connect(
        flow.remote,
        folder=flow.daemon.log.parent.name,
        brokers=flow.broker.brokers,
        kafka_topic_prefix=flow.prefix,
        journal_max_size="96MiB",
    ).wait_ready()
    flow.wait_goes_on()
    flow.remote.quiet((SOURCE,))
    metrics = flow.daemon.wait_drained((SOURCE,))
    assert flow.daemon.stop() == 0
    received += metrics.get("received_events_total", source=SOURCE)
    check_several_processes(flow, received)


def test_a_position_that_makes_no_sense(
    start: Start, connect: Connect, proxy: KafkaProxy, prefix: str, its: str
) -> None:
    """It is neither before the transaction in doubt nor behind it: nothing may be published."""
    flow = start(prefix)
    init = proxy.add(Rule(Api.INIT_PRODUCER_ID, Fate.HOLD, text=its))
    lose_an_answer(proxy, its)
    init.wait_caught()
    store_another_item(flow)
    received = flow.count("received_events_total")
    init.release()
    assert flow.daemon.ended() == 1
    assert flow.daemon.logged("neither before nor after")
    restart_and_check(flow, connect, received)


def test_a_position_that_an_open_transaction_hides(
    start: Start, proxy: KafkaProxy, prefix: str
) -> None:
    """Another source's, in the same partition of the state topic. What can be read there is an older
    position: to go on from it would publish the transaction in doubt a second time."""
    sources = ("stream", "sinkhole")
    hiding = start(prefix, source="stream", sources=",".join(sources))
    flow = Flow(hiding.remote, hiding.daemon, hiding.broker, prefix, "sinkhole")
    flow.wait_transactions("committed", 2)
    hides = proxy.add(Rule(Api.END_TXN, Fate.HOLD, text=f"penstock.{prefix}.stream"))
    hides.wait_caught()
    lose_an_answer(proxy, f"penstock.{prefix}.sinkhole")
    claim = proxy.add(Rule(Api.END_TXN, Fate.COUNT, text=f"penstock.{prefix}.sinkhole", skip=1))
    claim.wait_answered()
    committed = flow.transactions("committed")
    looks = proxy.add(Rule(Api.FETCH, Fate.COUNT, text=f"penstock.{prefix}.state", times=ALL))
    looks.wait_caught(20)
    assert flow.transactions("reinitialised") == 1
    assert flow.transactions("committed") == committed
    assert hiding.transactions("reinitialised") == 0
    hides.release()
    flow.wait_goes_on()
    hiding.wait_goes_on()
    flow.remote.quiet(sources)
    metrics = flow.daemon.wait_drained(sources)
    assert flow.daemon.stop() == 0
    exactly_once.check(flow.remote, flow.broker, prefix, sources, metrics)
