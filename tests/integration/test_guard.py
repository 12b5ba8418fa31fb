"""A connection to Kafka is lost, or an answer is, at each point of a transaction; a proxy does it.
Each event reaches Kafka once all the same, and the source's side doesn't notice."""

import os
import random
import signal
from typing import Callable

import pytest
from harness import sanitizers, topics, wait
from harness.flow import Flow
from harness.kafka_proxy import Api, Error, Fate, KafkaProxy, Rule

pytestmark = [pytest.mark.kafka, pytest.mark.own_broker]
ROUNDS = int(os.environ.get("PENSTOCK_TEST_ENDTXN", "20"))
OLD_EPOCH = {Error.INVALID_PRODUCER_EPOCH, Error.PRODUCER_FENCED}
ALL = 1_000_000  # requests
OF_A_TRANSACTION = (Api.ADD_PARTITIONS_TO_TXN, Api.PRODUCE, Api.END_TXN)
Start = Callable[..., Flow]


# librdkafka asks again until the broker has decided for commit. So the stored position is behind the
# transaction in doubt, and no event is produced a second time.


@pytest.mark.parametrize("api", sanitizers.some(OF_A_TRANSACTION, Api.END_TXN))
def test_a_connection_lost_within_a_transaction(
    start: Start, proxy: KafkaProxy, prefix: str, its: str, api: Api
) -> None:
    flow = start(prefix)
    for times, fate in enumerate((Fate.LOSE, Fate.LOSE_ANSWER), 1):
        lost = proxy.add(Rule(api, fate, text=its, cut=True))
        flow.wait_transactions("reinitialised", times)
        assert lost.caught == 1
        flow.wait_goes_on()
        assert flow.transactions("reinitialised") == times
    proxy.add(Rule(api, Fate.HOLD, text=its)).wait_caught()
    proxy.cut()
    flow.wait_transactions("reinitialised", 3)
    flow.wait_goes_on()
    assert flow.transactions("reinitialised") == 3
    assert flow.finish() == 0


def test_requests_that_arrive_within_a_later_transaction(
    start: Start, proxy: KafkaProxy, prefix: str, its: str
) -> None:
    """The connection of each is lost, and it is delivered when the same request, sent again, has
    been answered long since. Without a new epoch it would be taken for one of the transaction that
    is open then: test_kafka_proxy.py shows it."""
    flow = start(prefix)
    for times, api in enumerate(OF_A_TRANSACTION, 1):
        late = proxy.add(Rule(api, Fate.HOLD, text=its, cut=True))
        flow.wait_transactions("reinitialised", times)
        assert late.caught == 1
        # The claim's commit is skipped.
        next_commit = proxy.add(Rule(Api.END_TXN, Fate.HOLD, text=its, skip=1))
        next_commit.wait_caught()
        late.release()
        answer = late.wait_answered()
        assert answer in OLD_EPOCH or api == Api.PRODUCE  # that may be known for a duplicate
        next_commit.release()
        flow.wait_goes_on()
        assert flow.transactions("reinitialised") == times
    assert flow.finish() == 0


def test_a_broker_that_is_silent(start: Start, proxy: KafkaProxy, prefix: str, its: str) -> None:
    """librdkafka gives the connection up. Its time-out is a minute where nobody sets it."""
    flow = start(prefix, kafka_properties="socket.timeout.ms=10000")
    silences = [(Api.END_TXN, Fate.LOSE_ANSWER), (Api.PRODUCE, Fate.LOSE)]
    for times, (api, fate) in enumerate(silences, 1):
        silence = proxy.add(Rule(api, fate, text=its))
        flow.wait_transactions("reinitialised", times)
        assert silence.caught == 1
        flow.wait_goes_on()
    assert flow.transactions("reinitialised") == len(silences)
    assert flow.finish() == 0


def test_a_broker_that_is_slow_is_waited_for(
    start: Start, proxy: KafkaProxy, prefix: str, its: str
) -> None:
    flow = start(prefix)
    for api in OF_A_TRANSACTION:
        slow = proxy.add(Rule(api, Fate.HOLD, text=its))
        slow.wait_caught()
        committed = flow.transactions("committed")
        flow.wait_receives()
        if api == Api.END_TXN:  # longer than a commit is waited for at a time
            wait.until("it asks again", lambda: flow.daemon.logged("committing", '"retry"'), 60)
        assert flow.transactions("committed") == committed
        slow.release()
        flow.wait_goes_on()
    assert flow.transactions("reinitialised") == 0
    assert flow.transactions("aborted") == 0
    assert flow.finish() == 0


# The broker's answer is an error.


def test_a_commit_that_is_done_and_said_not_to_be(
    start: Start, proxy: KafkaProxy, prefix: str, its: str
) -> None:
    """The position is behind it. First it is asked for again, but the producer has been fenced by
    its own request for an epoch, which arrives late: nobody else is there, so the daemon goes on."""
    late = proxy.add(Rule(Api.INIT_PRODUCER_ID, Fate.HOLD, text=its, cut=True))
    flow = start(prefix)
    assert late.caught == 1
    done = proxy.add(Rule(Api.END_TXN, Fate.LOSE_ANSWER, text=its, cut=True))
    again = proxy.add(Rule(Api.END_TXN, Fate.HOLD, text=its))
    again.wait_caught()
    late.release()
    wait.until("the broker has another epoch", lambda: late.answers)
    again.release()
    assert done.wait_answered() == Error.NONE
    assert again.wait_answered() in OLD_EPOCH
    flow.wait_transactions("reinitialised", 1)
    assert flow.daemon.logged("committing", '"fenced"')
    flow.wait_goes_on()

    error = Error.INVALID_TXN_STATE
    wrong = proxy.add(Rule(Api.END_TXN, Fate.MISREPORT, text=its, error=error))
    flow.wait_transactions("reinitialised", 2)
    assert wrong.wait_answered() == Error.NONE
    assert flow.daemon.logged("committing", '"fatal"')
    flow.wait_goes_on()
    assert flow.transactions("reinitialised") == 2
    assert flow.finish() == 0


def test_a_commit_that_is_refused(start: Start, proxy: KafkaProxy, prefix: str, its: str) -> None:
    """It is not committed: the position is before it, and it is produced again. The third one's
    abort is in doubt, too."""
    flow = start(prefix)
    proxy.add(Rule(Api.END_TXN, Fate.REFUSE, text=its, error=Error.INVALID_TXN_STATE))
    flow.wait_transactions("reinitialised", 1)
    flow.wait_goes_on()
    assert flow.transactions("aborted") == 0

    proxy.add(Rule(Api.END_TXN, Fate.REFUSE, text=its, error=Error.UNKNOWN_SERVER_ERROR))
    slow_abort = proxy.add(Rule(Api.END_TXN, Fate.HOLD, text=its))
    wait.until("it asks again", lambda: flow.daemon.logged("aborting", '"retry"'))
    slow_abort.release()
    flow.wait_transactions("aborted", 1)
    flow.wait_goes_on()
    assert flow.transactions("reinitialised") == 1

    proxy.add(Rule(Api.END_TXN, Fate.REFUSE, text=its, error=Error.UNKNOWN_SERVER_ERROR))
    abort = proxy.add(Rule(Api.END_TXN, Fate.LOSE_ANSWER, text=its, cut=True))
    flow.wait_transactions("reinitialised", 2)
    assert abort.caught == 1
    assert flow.daemon.logged("made anew", "aborting")
    flow.wait_goes_on()
    assert flow.transactions("reinitialised") == 2
    assert flow.finish() > 0


def test_the_first_claim_is_refused(start: Start, proxy: KafkaProxy, prefix: str, its: str) -> None:
    """Fenced: whoever owned the source before is no reason to stop, so nobody is looked for. Then
    it is to be aborted, and the answer to that is lost."""
    for error in (Error.PRODUCER_FENCED, Error.UNKNOWN_SERVER_ERROR):
        proxy.add(Rule(Api.END_TXN, Fate.REFUSE, text=its, error=error))
    abort = proxy.add(Rule(Api.END_TXN, Fate.LOSE_ANSWER, text=its, cut=True))
    flow = start(prefix)
    assert abort.caught == 1
    assert flow.transactions("reinitialised") == 2
    assert flow.daemon.logged("made anew", "aborting")
    assert flow.finish() == 0


# More goes wrong while the first is put right.


def test_a_connection_lost_within_a_reinit(
    start: Start, proxy: KafkaProxy, prefix: str, its: str
) -> None:
    flow = start(prefix)
    state = f"penstock.{prefix}.state"
    within = [
        Rule(Api.FETCH, Fate.LOSE_ANSWER, text=state, cut=True),  # the look for another owner
        Rule(Api.INIT_PRODUCER_ID, Fate.LOSE, text=its, cut=True),
        Rule(Api.END_TXN, Fate.LOSE_ANSWER, text=its, cut=True, skip=1),  # the claim's
    ]
    first = proxy.add(Rule(Api.END_TXN, Fate.LOSE, text=its, cut=True))
    for rule in within:
        proxy.add(rule)
    flow.wait_transactions("reinitialised", 2)  # the claim's doubt is one of its own
    assert [first.caught, *(rule.caught for rule in within)] == [1, 1, 1, 1]
    assert flow.daemon.logged("made anew", "owner record")
    flow.wait_goes_on()
    assert flow.transactions("reinitialised") == 2
    assert flow.finish() == 0


# Again and again, where it hurts most.


def test_commits_that_go_wrong_one_after_the_other(
    start: Start, proxy: KafkaProxy, prefix: str, its: str
) -> None:
    flow = start(prefix)
    dice = random.Random(7)
    lost = 0
    late: list[Rule] = []
    for _ in range(ROUNDS):
        fate = dice.choice((Fate.LOSE, Fate.LOSE_ANSWER, Fate.HOLD, Fate.HOLD))
        cut = fate != Fate.HOLD or dice.random() < 0.7
        rule = Rule(Api.END_TXN, fate, text=its, cut=cut, skip=dice.randrange(4))
        proxy.add(rule).wait_caught()
        for earlier in late:  # it comes within this transaction, which may be the claim's
            earlier.release()
        if not cut:
            flow.wait_receives()
            rule.release()
            continue
        lost += 1
        flow.wait_transactions("reinitialised", lost)
        if fate == Fate.HOLD:
            late.append(rule)
    flow.wait_goes_on()
    for earlier in late:
        earlier.release()
        assert earlier.wait_answered() in OLD_EPOCH
    assert flow.transactions("reinitialised") == lost
    assert flow.finish() == 0


# The broker gives a transaction up that stands still for transaction.timeout.ms.


def open_until(flow: Flow, what: str, is_open: bool) -> None:
    topic = f"{flow.prefix}.{flow.source}"

    def stands_open() -> bool:
        return topics.ends(flow.broker.brokers, topic, "read_committed") != topics.ends(
            flow.broker.brokers, topic
        )

    wait.until(what, lambda: stands_open() == is_open, 90, 1)


@pytest.mark.long
def test_a_transaction_that_timed_out_fences_nobody_out(
    start: Start, proxy: KafkaProxy, prefix: str
) -> None:
    """One daemon can't commit, one can't produce, and one is stopped, as a suspended machine is.
    They find themselves fenced with nobody else there, and go on. The one that can't produce may
    give its transaction up before the broker does."""
    cut_off, stopped, mute = (
        start(f"{prefix}-{name}", rate=100) for name in ("cut-off", "stopped", "mute")
    )
    held = [
        proxy.add(Rule(api, Fate.HOLD, text=f"penstock.{flow.prefix}.", times=ALL))
        for flow, api in ((cut_off, Api.END_TXN), (stopped, Api.END_TXN), (mute, Api.PRODUCE))
    ]
    for rule in held:
        rule.wait_caught()
    stopped.daemon.child.send_signal(signal.SIGSTOP)
    for flow in (cut_off, stopped):
        open_until(flow, "a transaction is open", True)
    for flow in (cut_off, mute):
        flow.wait_receives()
    for flow in (cut_off, stopped):
        open_until(flow, "the broker has given the transaction up", False)
    wait.until("it gives up", lambda: mute.daemon.logged("Message timed out"), 60)
    for flow in (cut_off, mute):
        flow.wait_receives()
    for rule in held:
        rule.release()
    stopped.daemon.child.send_signal(signal.SIGCONT)
    for flow in (cut_off, stopped, mute):
        flow.wait_transactions("reinitialised", 1)
        assert flow.daemon.logged('"fenced"') or flow is mute
        flow.wait_goes_on()
    assert cut_off.finish() > 0
    assert stopped.finish(sessions=None) > 0
    mute.finish()
