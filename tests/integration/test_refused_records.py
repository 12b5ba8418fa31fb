"""Kafka refuses a record for what it is: it goes to the dead letters, its neighbours arrive."""

import pytest
from confluent_kafka.admin import AdminClient, NewTopic
from harness import topics, wait
from harness.simulator import first_lines, size_of_few

pytestmark = pytest.mark.kafka

SOURCE = "firehose"
LINES = 3000


def test_only_what_is_refused_alone_goes_to_the_dead_letters(
    kafka, prefix, simulator, connect, tmp_path
):
    limit = size_of_few(first_lines(tmp_path, SOURCE, LINES))
    topic = NewTopic(f"{prefix}.{SOURCE}", 2, 1, config={"max.message.bytes": str(limit)})
    admin = AdminClient({"bootstrap.servers": kafka.brokers})
    admin.create_topics([topic])[topic.topic].result(30)

    remote = simulator(rate=1000, seed=1)
    daemon = connect(
        remote,
        brokers=kafka.brokers,
        kafka_topic_prefix=prefix,
        # A refusal is about a whole batch: batches of several records, well below the limit.
        kafka_properties="compression.codec=none,batch.size=16384",
    ).wait_ready()
    wait.until("enough is sent", lambda: remote.stats()["sources"][SOURCE]["lines"] > LINES)
    remote.quiet((SOURCE,))
    metrics = daemon.wait_drained((SOURCE,))
    assert daemon.stop() == 0

    sent = [record.line for record in remote.sent(SOURCE)]
    refused = [line for line in sent if len(line) > limit]
    assert 0 < len(refused) < 10
    found = [message.value() for message in topics.read(kafka.brokers, topic.topic)]
    assert sorted(found) == sorted(line for line in sent if len(line) <= limit)

    letters = list(topics.read(kafka.brokers, f"{prefix}.dead-letters"))
    whole: dict[str, bytes] = {}
    for letter in letters:
        headers = dict(letter.headers())
        assert headers["penstock.reason"] == b"rejected_by_broker"
        whole[headers["penstock.size"].decode()] = letter.value()
    assert sorted(whole.values()) == sorted(refused)
    assert metrics.get("dead_letters_total", source=SOURCE, reason="rejected_by_broker") == len(
        refused
    )
