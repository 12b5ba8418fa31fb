"""A real Prometheus reads the daemon, the rules and the queries of the dashboard."""

import re
from pathlib import Path

import pytest
import yaml
from harness import alert_rules, wait
from harness.broker import Broker
from harness.kafka_proxy import Api, Fate, KafkaProxy, Rule
from harness.prometheus import OF_A_SLOW_MACHINE, Prometheus, documented_configuration
from harness.simulator import SOURCES

QUICK = {"sources_firehose_stall_timeout": "1s", "api_connect_timeout": "1s"}


def test_the_documented_configuration_is_sound(tmp_path: Path):
    (tmp_path / "alerts.yaml").write_bytes(alert_rules.FILE.read_bytes())
    file = tmp_path / "prometheus.yaml"
    file.write_text(yaml.safe_dump(documented_configuration()))
    done = alert_rules.promtool("check", "config", file)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.kafka
def test_no_alert_fires_while_all_is_well_and_every_query_of_the_dashboard_finds_something(
    kafka: Broker, prefix: str, simulator, connect, watch
) -> None:
    settings = {"brokers": kafka.brokers, "kafka_topic_prefix": prefix}
    daemon = connect(simulator(rate=1000), sources=",".join(SOURCES), **settings).wait_ready()
    prometheus = watch(daemon)
    for query in alert_rules.dashboard_queries():
        wait.until(f"{query} finds something", lambda: prometheus.query(query))
    # Longer than the longest `for`: a rule that is wrong would have fired.
    # Rules are evaluated as often as the daemon is scraped.
    evaluated = "min (count_over_time(penstock_unaccounted_events[1h])) > 35"
    wait.until("the rules were evaluated 35 times", lambda: prometheus.query(evaluated), 180)
    fired = prometheus.ever_fired()
    assert fired <= OF_A_SLOW_MACHINE
    assert "PenstockDown" not in fired or prometheus.query("min_over_time(up[1h]) == 0")
    prometheus.wait_firing()


def summary(prometheus: Prometheus, name: str) -> str:
    return prometheus.firing()[name]["annotations"]["summary"]


@pytest.mark.long
@pytest.mark.kafka
@pytest.mark.own_broker
def test_alerts_follow_what_happens(start, prefix: str, proxy: KafkaProxy, its: str, watch) -> None:
    flow = start(prefix, **QUICK)
    prometheus = watch(flow.daemon)

    with flow.remote.suspended():
        prometheus.wait_firing("PenstockSourceNotConnected")
        said = f"firehose on 127.0.0.1:{flow.daemon.port} isn't connected"
        assert summary(prometheus, "PenstockSourceNotConnected") == said
    prometheus.wait_firing()

    commit = proxy.add(Rule(Api.END_TXN, Fate.HOLD, text=its))
    prometheus.wait_firing("PenstockNotPublishing")
    assert re.search("events wait$", summary(prometheus, "PenstockNotPublishing"))
    commit.release()
    prometheus.wait_firing()

    flow.remote.fault("malformed", flow.source)
    prometheus.wait_firing("PenstockDeadLetters")
    assert "(invalid_json)" in summary(prometheus, "PenstockDeadLetters")
    prometheus.wait_firing()

    assert flow.daemon.stop() == 0
    prometheus.wait_firing("PenstockDown")
    said = f"penstock on 127.0.0.1:{flow.daemon.port} doesn't answer"
    assert summary(prometheus, "PenstockDown") == said
