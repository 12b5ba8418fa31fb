"""Bad input of the commands that ask the API: one clear line, exit status 2, and nothing sent."""

import json

import pytest
from harness.api_server import answer
from harness.process import run

CREATE = ["tasks", "create", "--type", "scan", "--target", "192.0.2.7", "--port", "80"]
CREATE += ["--module", "http"]

WHOLE = "must be a whole number from 1 to 18446744073709551615"
BAD = {
    "no such query": (["query", "latst", "192.0.2.7"], "`latst` is no command; did you mean `latest`?"),
    "no target": (["query", "latest"], "target is required"),
    "no address": (["query", "latest", "192.0.2.300"], "`192.0.2.300` is no address, network"),
    "a prefix too long": (["query", "latest", "192.0.2.0/33"], "`192.0.2.0/33` is no address"),
    "a range backwards": (["query", "torrent", "192.0.2.9-192.0.2.1"], "is no address, network"),
    "a name": (["query", "historical", "host.example"], "`host.example` is no address"),
    "escape sequences": (["query", "latest", "\x1b[31m"], "`\\x1b[31m` is no address"),
    "nothing to search": (["query", "search", " "], "is empty"),
    "no page": (["images", "latest", "--page", "0"], WHOLE + ", or all"),
    "a part of a page": (["images", "latest", "--page", "1.5"], WHOLE + ", or all"),
    "a page beyond all": (["images", "latest", "--page", "9" * 20], WHOLE + ", or all"),
    "no page size": (["images", "latest", "--pagesize", "-1"], "--pagesize: " + WHOLE),
    "a page without end": (["images", "latest", "--pagesize", "9" * 20], "--pagesize: " + WHOLE),
    "no port": (["images", "search", "--port", "5900-80"], "is no port, nor a range"),
    "no network": (["images", "search", "--ip", "x y"], "`x y` is no address, network or range"),
    "similar and more": (["images", "search", "--similar", "a", "--tag", "vnc"], "--similar"),
    "no address of images": (["images", "ip", "192.0.2.0/24"], "`192.0.2.0/24` is no address"),
    "no source": (["tail"], "source is required"),
    "a source that is none": (["tail", "../etc"], "sources"),
    "no network of tail": (["tail", "firehose", "--network", "192.0.2.0/99"], "is no network"),
    "no count": (["tail", "firehose", "-n", "0"], "--count: " + WHOLE),
    "no id": (["tasks", "status"], "id is required"),
    "no type": (["tasks", "create", *CREATE[4:]], "type: `` is none; it must be scan or grab"),
    "a type that is none": ([*CREATE[:3], "sweep", *CREATE[4:]], "type: `sweep` is none"),
    "a scan of a name": (
        [*CREATE, "--target", "host.example"],
        "options[0].targets[1]: `host.example` is a name, and a scan takes addresses only",
    ),
    "a port that is none": ([*CREATE, "--port", "0"], "options[0].ports[1].port: `0` is none"),
    "a protocol that is none": (
        [*CREATE, "--port", "53/sctp"],
        "options[0].ports[1].protocol: `sctp` is none; it must be tcp or udp",
    ),
    "no module": (CREATE[:-2], "options[0].ports[0].modules: is empty"),
    "no sample": ([*CREATE, "--sample", "few"], "--sample: " + WHOLE),
    "a file and options": (["tasks", "create", "task.json", "--type", "scan"], "--type"),
    "a file that is not there": (["tasks", "create", "/none.json"], "/none.json: No such file"),
    "dry run and follow": ([*CREATE, "--dry-run", "--follow"], "--dry-run"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_and_nothing_sent(api, name):
    arguments, text = BAD[name]
    server = api(lambda request: answer("[]"))
    done = run(*arguments, env=server.environment())
    assert text in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2, "one line, and where help is"
    assert "\x1b" not in done.stderr
    assert not done.stdout
    expected = 78 if name == "a source that is none" else 2
    assert done.returncode == expected
    assert server.connections == 0


BAD_TASKS = {
    "": "no JSON: The document is empty. (byte 0)",
    '{"type": "scan", }': "no JSON: ",
    "[]": "it must be a JSON object with type and options",
    '{"type": "scan"}': "options: is missing; it must be an array of objects",
    '{"type": "scan", "options": [{"targets": ["192.0.2.7"], "ports": []}]}': (
        "options[0].ports: is empty"
    ),
}


@pytest.mark.parametrize("text", BAD_TASKS)
def test_a_bad_file_is_told_with_its_name_and_place(api, tmp_path, text):
    server = api(lambda request: answer("{}"))
    file = tmp_path / "task.json"
    file.write_text(text)
    done = run("tasks", "create", file, env=server.environment())
    assert done.returncode == 2
    assert f"{file}: {BAD_TASKS[text]}" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert server.connections == 0


def test_a_file_above_its_bound_is_not_read_to_its_end(api):
    server = api(lambda request: answer("{}"))
    done = run("tasks", "create", "/dev/zero", env=server.environment())
    assert done.returncode == 2
    assert "/dev/zero: is larger than 1MiB" in done.stderr


def test_what_is_not_documented_passes_with_a_warning(api):
    server = api(lambda request: answer('{"job_id": "x"}'))
    done = run(*CREATE, "--module", "our-own", "--config", "depth=7", env=server.environment())
    assert done.returncode == 0, done.stderr
    assert done.stdout == "x\n"
    assert "warning: options[0].ports[0].modules[1]: the module `our-own` isn't" in done.stderr
    assert "the configuration `depth` isn't documented" in done.stderr
    sent = json.loads(server.requests[0].body)
    assert sent["options"][0]["ports"][0]["config"] == {"depth": 7}


def test_a_dry_run_shows_the_request_and_sends_nothing(api):
    server = api(lambda request: answer("{}"))
    done = run(*CREATE, "--dry-run", env=server.environment())
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == f"POST {server.url}/v1/tasks"
    assert json.loads(second)["type"] == "scan"
    assert server.connections == 0
