"""docs/api/openapi.yaml: it is valid, and penstock-sim answers as it says."""

import http.client
import json
import ssl
from typing import Iterator

import pytest
from harness import openapi, schemas, wait
from harness.simulator import SOURCES, Simulator

API = openapi.load()
# A request that never ends can't be one of many: the streams have a test of their own below.
FINITE = API.exclude(tag="streams")
TASK = {
    "type": "grab",
    "description": "",
    "options": [{"targets": ["www.example.com"], "ports": [{"port": 443, "modules": ["web"]}]}],
}


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    process = Simulator(
        tmp_path_factory.mktemp("api"), rate=10, jobs_every="1s", jobs_events=200, jobs_lasting="20s"
    )
    wait.until("a job has results", lambda: any(job["events"] for job in process.jobs()))
    yield process
    process.kill()


def as_client_of(remote: Simulator) -> dict:
    return {
        "base_url": remote.url,
        "headers": {"X-Token": remote.token},
        "verify": str(remote.ca_file),
    }


def test_the_document_is_valid():
    API.validate()
    assert all(operation.ok() for operation in API.get_all_operations())


def test_the_examples_are_as_documented():
    examples = list(openapi.examples())
    assert len(examples) > 20
    for schema, value in examples:
        assert not openapi.faults(schema, value), schema
        assert openapi.faults(schema, {}), f"{schema} takes anything"


@FINITE.parametrize()
def test_answers_are_as_documented(case, remote):
    openapi.adjust(case)
    case.call_and_validate(**as_client_of(remote))


def links() -> Iterator[tuple[str, str, str, str]]:
    """Of each link: from which operation it leads to which, by which parameter, and where the
    parameter's value stands in the answer."""
    for found in FINITE.get_all_operations():
        operation = found.ok()
        for _, link in operation.responses.get("200").iter_links():
            ((parameter, value),) = link["parameters"].items()
            path = value.removeprefix("$response.body#/")
            yield operation.definition.raw["operationId"], link["operationId"], parameter, path


def answer(remote: Simulator, operation: str, **request: object) -> dict:
    case = API.find_operation_by_id(operation).Case(**request)
    response = case.call_and_validate(**as_client_of(remote))
    assert response.status_code == 200
    return response.json() if operation != "replay" else {}


@pytest.mark.parametrize(("source", "target", "parameter", "path"), links())
def test_what_an_answer_links_to_is_there(remote, source, target, parameter, path):
    value = answer(remote, source, **({"body": TASK} if source == "createTask" else {}))
    for name in path.split("/"):
        value = value[int(name) if name.isdigit() else name]
    place, _, name = parameter.rpartition(".")
    answer(remote, target, **{place or "path_parameters": {name: value}})


def test_a_replay_is_lines_of_events(remote):
    """Its body as a whole is no JSON, so that no schema of the document describes it."""
    job = next(job["job_id"] for job in remote.jobs() if job["events"])
    lines = remote.replay(job)
    assert lines
    for line in lines:
        assert not schemas.faults(json.loads(line))


@pytest.mark.parametrize("source", SOURCES)
def test_a_stream_is_as_documented(remote, source):
    documented = API.raw_schema["paths"][f"/v1/{source}"]["get"]["responses"]
    trust = ssl.create_default_context(cafile=str(remote.ca_file))

    def connect(token: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPSConnection("127.0.0.1", remote.port, context=trust, timeout=30)
        connection.request("GET", f"/v1/{source}", headers={"X-Token": token})
        return connection.getresponse()

    with connect(remote.token) as stream:
        assert stream.status == 200
        assert stream.headers["Content-Type"] in documented["200"]["content"]
        assert not schemas.faults(json.loads(stream.readline()))
    with connect("wrong") as refused:
        assert str(refused.status) in documented
        assert json.loads(refused.read())["status"] == refused.status
