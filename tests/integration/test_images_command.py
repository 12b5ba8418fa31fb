"""`penstock images` and `penstock query --into-kafka` against the simulator."""

import json

from harness import topics
from harness.process import printed, run
from harness.simulator import Simulator
from PIL import Image


def images(remote: Simulator, *arguments: str) -> list[dict]:
    done = run("images", *arguments, "-o", "ndjson", env=remote.environment())
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_all_pages_are_all_images(simulator):
    remote = simulator()
    every = images(remote, "latest", "--page", "all", "--pagesize", "70")
    assert len({image["image_id"] for image in every}) == len(every) > 140
    assert images(remote, "latest", "--page", "2", "--pagesize", "70") == every[70:140]
    found = images(remote, "search", "--tag", "vnc", "--page", "all")
    assert 0 < len(found) < len(every)


def test_what_is_printed_is_a_table_or_json(simulator):
    remote = simulator()
    one = images(remote, "latest", "--pagesize", "1")[0]
    done = run("images", "get", one["image_id"], env=remote.environment())
    assert done.stdout.splitlines()[0] == one["image_id"]
    assert max(map(len, done.stdout.splitlines())) <= 80
    record = json.loads(run("images", "get", one["image_id"], "-o", "json", env=remote.environment()).stdout)
    assert [each["image_id"] for each in record] == [one["image_id"]]
    assert "words" in images(remote, "get", one["image_id"], "--ocr")[0]
    assert "words" not in images(remote, "get", one["image_id"])[0]
    assert one["image_id"] in {i["image_id"] for i in images(remote, "ip", record[0]["ip"])}
    assert images(remote, "search", "--similar", one["image_id"])


def test_pictures_are_downloaded_whole_once_and_without_the_token(simulator, tmp_path):
    remote = simulator()
    command = ["images", "latest", "--pagesize", "5", "--download", tmp_path / "shots"]
    done = run(*command, env=remote.environment())
    assert done.returncode == 0, done.stderr
    assert "5 images; 10 files written to " in done.stderr
    files = sorted((tmp_path / "shots").iterdir())
    assert len(files) == 10
    for file in files:
        with Image.open(file) as picture:
            picture.verify()
    done = run(*command, env=remote.environment())
    assert "0 files written to " in done.stderr and "10 were there" in done.stderr
    assert set(remote.stats()["pictures"]["responses"]) == {"200"}


def test_a_picture_that_breaks_is_told_and_leaves_nothing(simulator, tmp_path):
    remote = simulator()
    remote.fault("http_404", "pictures")
    done = run(
        "images", "latest", "--pagesize", "2", "--download", tmp_path / "shots", env=remote.environment()
    )
    assert done.returncode == 1
    assert ": 404 Not Found" in done.stderr
    assert "3 files written" in done.stderr and "1 failed" in done.stderr
    assert len(list((tmp_path / "shots").iterdir())) == 3


def test_the_results_of_a_job_are_found_again(simulator):
    remote = simulator(jobs_every="200ms", jobs_lasting="100ms", jobs_events=10)
    lines = printed("tail", "stream", "-n", "40", env=remote.environment())
    results = {line: json.loads(line) for line in lines if b'"target"' in line}
    line, event = next((k, v) for k, v in results.items() if ":" not in v["target"]["ip"])
    assert line in printed("query", "historical", event["target"]["ip"], env=remote.environment())


def test_an_answer_goes_into_kafka_as_it_is_printed(simulator, kafka, prefix):
    remote = simulator()
    asked = ["query", "historical", "198.51.100.0/24"]
    shown = printed(*asked, env=remote.environment())
    more = {"kafka_brokers": kafka.brokers, "kafka_topic_prefix": prefix}
    done = run(*asked, "--into-kafka", env=remote.environment(**more))
    assert done.returncode == 0, done.stderr
    assert done.stderr == f"{len(shown)} events published\n"
    records = topics.read(kafka.brokers, f"{prefix}.query")
    assert sorted(record.value() for record in records) == sorted(shown)
    keys = {json.loads(r.value())["target"]["ip"].encode() for r in records}
    assert {record.key() for record in records} == keys
