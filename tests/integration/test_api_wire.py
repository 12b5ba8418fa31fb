"""Requests on the wire: those of penstock's commands equal those of the documentation's curl
commands, as curl itself sends them."""

import subprocess

import pytest
from harness.api_server import TOKEN, ApiServer, Request, answer
from harness.process import clean_environment, run, variables

JOB = "32637b98-8f01-46eb-a1f7-3eaee18ab1d5"
IMAGE = "f1b0a311af803ea73ac48adce2378f58adce2378f5"
TASK = (
    '{"type":"scan","description":"InsertYourDescriptionHere","options":[{"targets":["192.0.2.0/24"],'
    '"ports":[{"port":80,"protocol":"tcp","modules":["http"]}]}]}'
)
PAGE = '{"total_records": 0, "page": 1, "events": []}'

# penstock's arguments; curl's, {url} being the server's; the answer.
CASES = {
    "tasks list": (["tasks", "list"], ["{url}/v1/tasks"], "[]"),
    "tasks create from options": (
        ["tasks", "create", "--type", "scan", "--description", "InsertYourDescriptionHere"]
        + ["--target", "192.0.2.0/24", "--port", "80/tcp", "--module", "http"],
        ["{url}/v1/tasks", "-d", TASK],
        '{"stream_url":"stream URL","job_id":"Job ID"}',
    ),
    "tasks create from a file": (
        ["tasks", "create", "{file}"],
        ["{url}/v1/tasks", "-d", TASK],
        '{"stream_url":"stream URL","job_id":"Job ID"}',
    ),
    "tasks revoke": (
        ["tasks", "revoke", JOB],
        ["-XPOST", f"{{url}}/v1/tasks/{JOB}/revoke"],
        '{"message": "Job revoked"}',
    ),
    "tasks revoke with the stream's id": (
        ["tasks", "revoke", f"client-{JOB}"],
        ["-XPOST", f"{{url}}/v1/tasks/{JOB}/revoke"],
        '{"message": "Job revoked"}',
    ),
    "tasks status": (
        ["tasks", "status", JOB],
        [f"{{url}}/v1/tasks/{JOB}/status"],
        '{"status":"success"}',
    ),
    "replay": (["replay", JOB, "--to-stdout"], [f"{{url}}/v1/replay/{JOB}"], ""),
    "historical": (
        ["query", "historical", "192.0.2.7"],
        ["{url}/v1/query/historical/192.0.2.7"],
        "",
    ),
    "latest of a network": (
        ["query", "latest", "192.0.2.0/24"],
        ["{url}/v1/query/latest/192.0.2.0/24"],
        "",
    ),
    "latest of a range": (
        ["query", "latest", "192.0.2.1-192.0.2.9"],
        ["{url}/v1/query/latest/192.0.2.1-192.0.2.9"],
        "",
    ),
    "latest of an IPv6 network": (
        ["query", "latest", "2001:db8::/64"],
        ["{url}/v1/query/latest/2001:db8::/64"],
        "",
    ),
    "torrent": (["query", "torrent", "192.0.2.7"], ["{url}/v1/query/torrent/192.0.2.7"], ""),
    "latest torrent": (
        ["query", "torrent-latest", "192.0.2.7"],
        ["{url}/v1/query/torrent/latest/192.0.2.7"],
        "",
    ),
    "search": (["query", "search", "mysql"], ["{url}/v1/query/search?query=mysql"], ""),
    "search with filters": (
        ["query", "search", "product:mysql AND country:ES"],
        ["{url}/v1/query/search?query=product:mysql%20AND%20country:ES"],
        "",
    ),
    "images": (["images", "latest"], ["{url}/v1/query/image"], PAGE),
    "a page of images": (
        ["images", "latest", "--page", "1", "--pagesize", "100"],
        ["{url}/v1/query/image?page=1&pagesize=100"],
        PAGE,
    ),
    "images of an address": (
        ["images", "ip", "192.0.2.7", "--ocr"],
        ["{url}/v1/query/image/ip/192.0.2.7?ocr=1"],
        PAGE,
    ),
    "an image": (
        ["images", "get", IMAGE, "--ocr"],
        [f"{{url}}/v1/query/image/{IMAGE}?ocr=1"],
        f'{{"image_id": "{IMAGE}"}}',
    ),
    "images by address": (
        ["images", "search", "--ip", "192.0.2.7"],
        ["{url}/v1/query/image/search?ip=192.0.2.7"],
        PAGE,
    ),
    "images by everything": (
        ["images", "search", "--ip", "192.0.2.0/24", "--port", "5900-5910", "--country", "pt"]
        + ["--tag", "has_faces", "--word", "microsoft", "--from", "2015-01-01", "--to", "2018-01-01"],
        [
            "{url}/v1/query/image/search?ip=192.0.2.0/24&port=5900-5910&country=pt&tag=has_faces"
            "&word=microsoft&from=2015-01-01&to=2018-01-01"
        ],
        PAGE,
    ),
    "similar images": (
        ["images", "search", "--similar", IMAGE],
        [f"{{url}}/v1/query/image/search?similar={IMAGE}"],
        PAGE,
    ),
}


def curl(server: ApiServer, *arguments: str) -> None:
    command = ["curl", "-sS", "--cacert", str(server.ca_file), "-H", f"X-Token: {TOKEN}"]
    done = subprocess.run(
        [*command, *arguments], env=clean_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def without_agent(request: Request) -> Request:
    request.headers = [header for header in request.headers if header[0] != "User-Agent"]
    return request


@pytest.mark.parametrize("name", CASES)
def test_a_request_is_what_curl_sends(api, tmp_path, name):
    ours, curls, body = CASES[name]
    server = api(lambda request: answer(body))
    file = tmp_path / "task.json"
    file.write_text(TASK)
    done = run(*(part.format(file=file) for part in ours), env=server.environment())
    assert done.returncode == 0, done.stderr
    curl(server, *(part if part == TASK else part.format(url=server.url) for part in curls))
    assert len(server.requests) == 2
    assert without_agent(server.requests[0]) == without_agent(server.requests[1])


def test_a_replay_is_asked_for_where_the_streams_are(api):
    tasks, streams = api(lambda _: answer(status="404 Not Found")), api(lambda _: answer())
    there = variables(api_stream_url=streams.url, api_ca_file=streams.ca_file)
    done = run("replay", JOB, "--to-stdout", env=tasks.environment() | there)
    assert done.returncode == 0, done.stderr
    assert (len(tasks.requests), len(streams.requests)) == (0, 1)


def test_tail_asks_as_curl_does(api):
    server = api(lambda request: b"HTTP/1.1 200 OK\r\n\r\n" + b'{"a":1}\n')
    done = run("tail", "firehose", "-n", "1", env=server.environment())
    assert done.returncode == 0, done.stderr
    curl(server, f"{server.url}/v1/firehose")
    assert without_agent(server.requests[0]) == without_agent(server.requests[-1])
