"""Canaries: a token and a password that must not show anywhere but where they are sent."""

from pathlib import Path

import pytest
from harness import wait
from harness.process import run

TOKEN = "canary-token-5f0c9e"
PASSWORD = "canary-password-77ab"
PATHS = ["/livez", "/readyz", "/metrics", "/status", "/version", "/", "/no-such-page"]


def assert_clean(*texts: str) -> None:
    for text in texts:
        assert TOKEN not in text
        assert PASSWORD not in text


@pytest.fixture
def config(tmp_path) -> Path:
    path = tmp_path / "secrets.yaml"
    path.write_text(
        "api: {url: https://127.0.0.1:1}\n"
        "sources: {firehose: {}}\n"
        f"kafka: {{brokers: 127.0.0.1:1, properties: {{sasl.password: {PASSWORD}}}}}\n"
    )
    return path


@pytest.mark.parametrize("known", [True, False], ids=["accepted", "refused"])
def test_a_running_daemon_shows_no_token(simulator, connect, known):
    remote = simulator(rate=50, token=TOKEN if known else "another")
    local = connect(remote, api_token=TOKEN, log_level="trace").wait_ready("/livez")
    if known:
        wait.until("a session is open", lambda: local.metrics().get("sessions_total") > 0)
    else:
        wait.until(
            "the token is refused",
            lambda: local.metrics().get("disconnects_total", cause="refused") > 1,
        )
    pages = [local.get(path)[1] for path in PATHS]
    arguments = Path(f"/proc/{local.pid}/cmdline").read_text()
    assert local.stop_at_once() in (0, 1)  # 0: nothing was received
    assert_clean(*pages, arguments, local.log_text())


EVENT = "canary-event-3e61"


@pytest.mark.kafka
def test_no_event_is_logged_at_the_level_debug(kafka, prefix, simulator, connect, tmp_path):
    """Neither a good one nor one that is no JSON, in full or as a dead letter."""
    archive = tmp_path / "archive"
    archive.mkdir()
    good = '{"origin": {"type": "%s", "country": "uk"}, "target": {"ip": "192.0.2.7", "port": 80}}' % EVENT
    bad = [f'{{"{EVENT}": ', f"[{EVENT!r}]", '{"%s":' % EVENT + "[" * 80, EVENT + "x" * 70_000]
    (archive / "firehose.ndjson").write_text("\n".join([good, *bad] * 20) + "\n")
    remote = simulator(rate=500, serve=str(archive))
    local = connect(
        remote,
        brokers=kafka.brokers,
        kafka_topic_prefix=prefix,
        kafka_properties="debug=msg",  # the client library has its say, too
        log_level="debug",
        events_max_size="64KiB",
    ).wait_ready()

    def published() -> bool:
        metrics = local.metrics()
        letters = metrics.get("dead_letters_total", source="firehose")
        return metrics.get("published_events_total", source="firehose") > 5 and letters > 20

    wait.until("events and dead letters are published", published)
    assert local.stop() == 0
    text = local.log_text()
    assert '"level":"debug"' in text and "session counted" in text
    assert EVENT not in text


def test_the_effective_configuration_hides_secrets(config, tmp_path):
    for form in ([], ["-o", "json"]):
        done = run("config", "-c", config, *form, env={"PENSTOCK_API_TOKEN": TOKEN})
        assert done.returncode == 0, done.stderr
        assert "sasl.password" in done.stdout
        assert_clean(done.stdout, done.stderr)


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["config", "--help"], ["validate", "--help"]]
)
def test_help_shows_no_secret(arguments):
    done = run(*arguments, env={"PENSTOCK_API_TOKEN": TOKEN})
    assert done.returncode == 0
    assert_clean(done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("wrong", "variables"),
    [
        ("api: {token: %s}" % TOKEN, {}),  # no such key
        ("kafka: {properties: {sasl.password: [%s]}}" % PASSWORD, {}),  # no text
        ("", {"PENSTOCK_API_TOKEN": f"{TOKEN}\r\nHost: elsewhere"}),  # no header value
        ("api: {token_file: ${file:secret}}", {}),
    ],
)
def test_errors_show_no_secret(tmp_path, wrong, variables):
    (tmp_path / "secret").write_text(TOKEN)
    path = tmp_path / "wrong.yaml"
    path.write_text(f"kafka: {{brokers: b}}\n{wrong}\n" if "kafka" not in wrong else f"{wrong}\n")
    for command in (["run"], ["validate", "--offline"], ["config"]):
        done = run(*command, "-c", path, env={"PENSTOCK_API_TOKEN": TOKEN, **variables})
        assert done.returncode != 0
        assert_clean(done.stdout, done.stderr)
