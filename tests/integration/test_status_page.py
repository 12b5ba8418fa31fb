"""The status page in a real browser. The screenshots are kept in build/results/screenshots."""

import http.client
import json
from typing import Iterator

import pytest
from harness import wait
from harness.browser import (
    PHONE,
    chromium,
    open_page,
    screenshot,
    violations,
    wider_than_its_window,
)
from harness.daemon import Daemon
from playwright.sync_api import Browser, Page, expect

VIEWERS = 16  # limits::admin_viewers
JOBS = {"jobs_every": "500ms", "jobs_events": 100, "jobs_lasting": "5s"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


def url_of(daemon: Daemon) -> str:
    return f"http://127.0.0.1:{daemon.port}/"


def judge(page: Page, name: str) -> None:
    """It is accessible and fits in light and dark, on a desk and on a phone."""
    wide = page.viewport_size
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
        screenshot(page, f"{name}-{scheme}")
    page.set_viewport_size(PHONE)
    assert not wider_than_its_window(page)
    screenshot(page, f"{name}-phone")
    page.set_viewport_size(wide)
    page.emulate_media(color_scheme="light")


@pytest.mark.kafka
def test_it_follows_what_happens(kafka, prefix, simulator, connect, browser):
    remote = simulator(rate=300, **JOBS)
    settings = {"brokers": kafka.brokers, "kafka_topic_prefix": prefix}
    daemon = connect(remote, sources="firehose,stream", **settings).wait_ready()
    page, complaints = open_page(browser, url_of(daemon))
    expect(page.locator("#summary h2")).to_have_text("Ready", timeout=60_000)
    expect(page.locator("#source-firehose polyline").first).to_be_attached(timeout=30_000)
    expect(page.locator("#live")).to_have_text("Live")
    judge(page, "healthy")

    remote.fault("reset", "stream")
    expect(page.locator("#source-stream rect").first).to_be_attached(timeout=60_000)
    expect(page.locator("#latest-events")).to_contain_text("disconnected")
    details = page.locator("#gaps-stream-details")
    details.locator("summary").click()
    as_of = page.locator("#summary time").inner_text()
    expect(page.locator("#summary time")).not_to_have_text(as_of)  # it was brought up to date
    expect(details).to_have_attribute("open", "")
    expect(details.locator("summary")).to_be_focused()
    expect(page.locator("#jobs-stream-details")).to_be_visible()
    judge(page, "gap")

    status = json.loads(daemon.get("/status")[1])
    stream = next(source for source in status["sources"] if source["name"] == "stream")
    assert stream["latest_gaps"][-1]["cause"] == "aborted"
    daemon.stop()
    expect(page.locator("#live")).to_contain_text("No answer since", timeout=30_000)
    # The browser's own words for the connection that was refused.
    assert [text for text in complaints if "ERR_" not in text] == []


def test_it_says_what_is_wrong_without_kafka(simulator, connect, browser):
    daemon = connect(simulator(rate=50)).wait_ready("/livez")
    page, complaints = open_page(browser, url_of(daemon))
    expect(page.locator("#summary h2")).to_have_text("Not ready")
    expect(page.locator("#source-firehose .connected")).to_be_visible(timeout=30_000)
    judge(page, "starting-without-kafka")
    assert complaints == []


@pytest.mark.kafka
@pytest.mark.own_broker
@pytest.mark.long
def test_it_says_that_kafka_is_away(own_kafka, prefix, simulator, connect, browser):
    daemon = connect(simulator(rate=50), brokers=own_kafka.brokers, kafka_topic_prefix=prefix).wait_ready()
    page, _ = open_page(browser, url_of(daemon))
    expect(page.locator("#summary h2")).to_have_text("Ready", timeout=60_000)
    own_kafka.kill()
    away = "Kafka has taken nothing for a minute: firehose"
    expect(page.locator("#summary li")).to_contain_text(away, timeout=120_000)
    judge(page, "kafka-away")
    own_kafka.start()
    expect(page.locator("#summary h2")).to_have_text("Ready", timeout=60_000)


def test_it_shows_the_essentials_without_javascript(simulator, connect, browser):
    daemon = connect(simulator(rate=50)).wait_ready("/livez")
    wait.until("it is connected", lambda: daemon.metrics().get("source_connected") == 1)
    page, _ = open_page(browser, url_of(daemon), java_script_enabled=False)
    expect(page.locator("#source-firehose .connected")).to_contain_text("Connected for")
    expect(page.locator("#source-firehose meter")).to_be_visible()
    assert page.locator("noscript meta[http-equiv=refresh]").count() == 1


def viewer(daemon: Daemon) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=30)
    connection.request("GET", "/events")
    return connection, connection.getresponse()


@pytest.mark.sanitized
def test_viewers_are_so_many_at_most_and_hold_nothing_up(simulator, connect):
    daemon = connect(simulator(rate=50)).wait_ready("/livez")
    viewers = [viewer(daemon) for _ in range(VIEWERS)]
    for _, answer in viewers:
        assert answer.status == 200
        assert answer.getheader("Content-Type") == "text/event-stream"
    # One after the other, each a line and an empty one.
    first, end, second = (viewers[0][1].readline() for _ in range(3))
    assert first.startswith(b"data: <section") and end == b"\n"
    assert second.startswith(b"data: <section") and second != first

    refused, answer = viewer(daemon)
    assert answer.status == 503
    assert json.loads(answer.read()) == {"error": "too many status pages are open"}
    refused.close()
    assert daemon.get("/livez")[0] == 200

    viewers.pop()[0].close()
    wait.until("there is room again", lambda: viewer(daemon)[1].status == 200)
    assert daemon.stop_at_once() in (0, 1)  # 0: nothing was received
