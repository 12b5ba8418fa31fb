"""The command line as users and packagers rely on it: exit statuses, errors, findings."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from harness import wait
from harness.process import PENSTOCK_SIM, run

GOOD = "api: {url: https://127.0.0.1:1}\nsources: {firehose: {}}\nkafka: {brokers: 127.0.0.1:1}\n"
TOKEN = {"PENSTOCK_API_TOKEN": "t0ken"}


def write(folder: Path, text: str) -> Path:
    path = folder / "penstock.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["run", "--help"]])
def test_what_is_done_exits_with_0(arguments):
    done = run(*arguments)
    assert done.returncode == 0
    assert done.stdout and not done.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["no-such-command"], ["run", "--no-such-flag"], ["run", "-c"]]
)
def test_wrong_usage_exits_with_2(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr and not done.stdout


@pytest.mark.parametrize("command", [["run"], ["config"], ["validate", "--offline"]])
def test_a_bad_configuration_exits_with_78(tmp_path, command):
    done = run(*command, "-c", write(tmp_path, GOOD + "journal: {max_size: many}\n"), env=TOKEN)
    assert done.returncode == 78
    assert "journal.max_size" in done.stderr


def test_a_missing_file_exits_with_78(tmp_path):
    done = run("run", "-c", tmp_path / "none.yaml", env=TOKEN)
    assert done.returncode == 78
    assert "none.yaml" in done.stderr


@pytest.mark.sanitized
def test_all_errors_are_shown_with_line_column_and_nearest_key(tmp_path):
    text = (
        "api: {url: https://127.0.0.1:1}\n"
        "sources: {firehose: {}}\n"
        "kafka:\n"
        "  brokers: 127.0.0.1:1\n"
        "  partitons: 4\n"
        "  key: colour\n"
        "journal: {sync_interval: soon}\n"
    )
    done = run("config", "-c", write(tmp_path, text), env={**TOKEN, "PENSTOCK_LOG_LEVEL": "loud"})
    assert done.returncode == 78
    errors = done.stderr
    assert "5:3" in errors and "partitons" in errors and "partitions" in errors
    assert "6:8" in errors and "colour" in errors
    assert "7:" in errors and "soon" in errors
    assert "PENSTOCK_LOG_LEVEL" in errors and "loud" in errors


def test_properties_that_penstock_owns_are_refused(tmp_path):
    text = GOOD.replace(
        "brokers: 127.0.0.1:1", "brokers: 127.0.0.1:1, properties: {enable.idempotence: false}"
    )
    done = run("config", "-c", write(tmp_path, text), env=TOKEN)
    assert done.returncode == 78
    assert "enable.idempotence" in done.stderr


def test_properties_that_librdkafka_does_not_know_are_refused(tmp_path):
    text = GOOD.replace(
        "brokers: 127.0.0.1:1", "brokers: 127.0.0.1:1, properties: {compresion.codec: hush}"
    )
    for command in (["run"], ["validate", "--offline"]):
        done = run(*command, "-c", write(tmp_path, text), env=TOKEN)
        assert done.returncode == 78, command
        assert "compresion.codec" in done.stdout + done.stderr
        assert "hush" not in done.stdout + done.stderr


def assert_never_starts(path: Path, why: str) -> None:
    """With this configuration: `validate` says so, too."""
    for command in (["run"], ["validate", "--offline"]):
        done = run(*command, "-c", path, env=TOKEN)
        assert done.returncode == 78, command
        assert why in done.stdout + done.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        "sources: {firehose: {filter: {networks_file: /none.txt}}}",
        "admin: {cert_file: /none.txt}",
    ],
)
def test_a_file_that_the_configuration_names_and_is_not_there_exits_with_78(tmp_path, wrong):
    text = GOOD if wrong.startswith("admin") else GOOD.replace("sources: {firehose: {}}", "")
    path = write(tmp_path, f"{text}{wrong}\njournal: {{directory: {tmp_path}/journal}}\n")
    assert_never_starts(path, "/none.txt")


@pytest.mark.parametrize("name, why", [("a" * 108, "1 to 107 characters"), ("file", "is no socket")])
def test_an_admin_socket_that_cannot_be_one_exits_with_78(tmp_path, name, why):
    (tmp_path / "file").touch()
    text = f"{GOOD}admin: {{listen: '127.0.0.1:0', socket: {tmp_path / name}}}\n"
    path = write(tmp_path, f"{text}journal: {{directory: {tmp_path}/journal}}\n")
    assert_never_starts(path, why)


@pytest.mark.parametrize(
    "description, why",
    [
        ("version=1\nid=1\nsource=stream\nprocesses=1\n", "is of the source stream"),
        ("version=99\n", "is of version 99"),
        ("", "can't be read"),
    ],
)
def test_a_journal_that_is_not_to_be_used_exits_with_78(tmp_path, description, why):
    journal = tmp_path / "journal/firehose"
    journal.mkdir(parents=True)
    (journal / "journal").write_text(description)
    text = f"{GOOD}admin: {{listen: '127.0.0.1:0', socket: {tmp_path}/admin.sock}}\n"
    path = write(tmp_path, f"{text}journal: {{directory: {journal.parent}}}\n")
    assert_never_starts(path, why)


def test_config_tells_where_each_value_comes_from(tmp_path):
    path = write(tmp_path, GOOD + "events: {max_size: 8MiB}\n")
    done = run("config", "-c", path, env={**TOKEN, "PENSTOCK_KAFKA_PARTITIONS": "7"})
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()

    def line_of(*words: str) -> str:
        found = [line for line in lines if all(word in line for word in words)]
        assert found, f"no line with {words} in:\n{done.stdout}"
        return found[0]

    assert "PENSTOCK_KAFKA_PARTITIONS" in line_of("partitions", "7")
    assert "penstock.yaml" in line_of("max_size", "8MiB")
    assert "default" in line_of("commit_interval", "250ms")


def test_config_as_json_is_json(tmp_path):
    done = run("config", "-c", write(tmp_path, GOOD), "-o", "json", env=TOKEN)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


def test_the_environment_alone_is_enough(tmp_path):
    variables = {
        "XDG_CONFIG_HOME": str(tmp_path),
        "PENSTOCK_API_URL": "https://127.0.0.1:1",
        "PENSTOCK_SOURCES": "firehose,stream",
        "PENSTOCK_KAFKA_BROKERS": "127.0.0.1:1",
    }
    done = run("config", env=TOKEN | variables)
    assert done.returncode == 0, done.stderr
    assert "stream" in done.stdout


def test_validate_names_each_finding(tmp_path):
    journal = tmp_path / "journal"
    path = write(tmp_path, GOOD + f"journal: {{directory: {journal}}}\n")
    good = run("validate", "--offline", "-c", path, env=TOKEN)
    assert good.returncode == 0, good.stdout + good.stderr

    # What ExecReload= sees of LoadCredential= in Debian 12: the name of a place it can't look into.
    hidden = {"CREDENTIALS_DIRECTORY": str(tmp_path / "hidden")}
    reloading = run("validate", "--offline", "-c", path, env=hidden)
    assert reloading.returncode == 0, reloading.stdout + reloading.stderr
    assert "not checked" in reloading.stdout

    without_token = run("validate", "--offline", "-c", path)
    assert without_token.returncode != 0
    assert "token" in (without_token.stdout + without_token.stderr).lower()


def test_validate_says_that_kafka_and_the_api_are_away(tmp_path):
    path = write(tmp_path, GOOD + f"journal: {{directory: {tmp_path}/journal}}\n")
    done = run("validate", "-c", path, env=TOKEN)
    assert done.returncode == 1
    assert "127.0.0.1:1" in done.stdout + done.stderr
    assert "next attempt" not in done.stdout


@pytest.mark.kafka
def test_validate_says_that_a_missing_topic_may_be_one_it_cannot_see(
    kafka, prefix, simulator, tmp_path
):
    remote = simulator()
    settings = {
        "PENSTOCK_CONFIG": str(write(tmp_path, "log: {format: json}\n")),
        "PENSTOCK_API_URL": remote.url,
        "PENSTOCK_API_CA_FILE": str(remote.ca_file),
        "PENSTOCK_API_TOKEN": remote.token,
        "PENSTOCK_SOURCES": "firehose",
        "PENSTOCK_KAFKA_BROKERS": kafka.brokers,
        "PENSTOCK_KAFKA_TOPIC_PREFIX": prefix,
    }
    to_be_created = run("validate", env=settings)
    assert to_be_created.returncode == 0, to_be_created.stdout
    assert "is missing: will be created; or it isn't visible" in to_be_created.stdout
    done = run("validate", env={**settings, "PENSTOCK_KAFKA_CREATE_TOPICS": "false"})
    assert done.returncode == 1
    assert "kafka.create_topics is false; or it isn't visible" in done.stdout


@pytest.mark.sanitized
@pytest.mark.kafka
def test_the_instance_that_was_taken_over_exits_with_3(kafka, prefix, simulator, connect):
    remote = simulator(rate=200)
    known = {"brokers": kafka.brokers, "kafka_topic_prefix": prefix}
    first = connect(remote, **known).wait_ready()
    wait.until("the first publishes", lambda: first.metrics().get("published_events_total") > 0)
    second = connect(remote, **known).wait_ready()
    assert first.ended(60) == 3
    assert first.logged("taken")
    wait.until("the second publishes", lambda: second.metrics().get("published_events_total") > 0)
    assert second.stop() == 0


def test_closed_standard_descriptors_do_not_become_others(daemon):
    """Else log lines would get into a timer or a journal."""
    close = ("/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh")
    local = daemon(url="https://127.0.0.1:9", sources="firehose", api_token="t0ken", within=close)
    local.wait_ready("/livez")
    for number in range(3):
        assert os.readlink(f"/proc/{local.pid}/fd/{number}") == "/dev/null"
    assert local.stop() == 0


@pytest.mark.parametrize("rate", ("inf", "nan", "fast"))
def test_the_simulator_refuses_what_is_no_rate(tmp_path, rate):
    done = subprocess.run([PENSTOCK_SIM, "--cert-dir", str(tmp_path), "--rate", rate], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (2, "penstock-sim: --rate needs events per second, or max\n")
