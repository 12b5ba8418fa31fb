"""Fixtures: one Kafka for the session, simulators and daemons that end with their test."""

import fcntl
import os
import uuid
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from harness import sanitizers
from harness.api_server import ApiServer, Request
from harness.broker import Broker
from harness.daemon import Daemon
from harness.flow import SOURCE, Flow
from harness.hostile import Exposed
from harness.kafka_proxy import KafkaProxy
from harness.packages import make_packages
from harness.process import ROOT, done
from harness.prometheus import Prometheus
from harness.simulator import Simulator


# Files whose tests make the packages, or install from the build: one at a time.
OF_THE_BUILD = {
    "test_completions",
    "test_image",
    "test_installed_client",
    "test_packages",
    "test_packages_installed",
    "test_sbom",
    "test_service_files",
}

# Files whose tests wait most of their time: first, so that others run beside them.
OF_WAITS = {"test_alert_faults", "test_jobs", "test_secrets", "test_shutdown", "test_status_page"}
# Files that have a broker of their own for all of their tests, which wait for its outages.
OF_A_BROKER = {"test_networks", "test_outages", "test_secure_kafka"}


def turn(item: pytest.Item) -> tuple[bool, bool]:
    """Short tests first; what stops its broker, last."""
    if item.get_closest_marker("own_broker"):
        return True, item.path.stem not in OF_A_BROKER
    return False, item.path.stem not in OF_WAITS


# First, as the workers read the groups in a hook of the same name.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of several workers (-n) one has a whole file, but for tests with a broker each."""
    items.sort(key=turn)
    for item in items:
        name = item.path.stem
        if name in OF_THE_BUILD:
            item.add_marker(pytest.mark.xdist_group("build"))
        elif name in OF_A_BROKER or not item.get_closest_marker("own_broker"):
            item.add_marker(pytest.mark.xdist_group(name))


def pytest_configure() -> None:
    sanitizers.begin()


# Around the teardown of all fixtures, the session's too: daemons end there, and leaks are found at their end.
@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    try:
        return (yield)
    finally:
        sanitizers.check()


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def session_kafka(config: pytest.Config) -> Path:
    """One for all workers, whose folders are in the session's."""
    folder = config._tmp_path_factory.getbasetemp()
    return (folder.parent if is_worker(config) else folder) / "kafka"


# First, as the session's folder is removed in a hook of the same name. The workers are over then.
@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    folder = session_kafka(session.config)
    if folder.exists() and not is_worker(session.config):
        done(ROOT / "scripts" / "kafka", "stop", "--dir", folder)


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config) -> Broker:
    folder = session_kafka(pytestconfig)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # who comes meanwhile finds it running
        return Broker(folder, os.environ.get("PENSTOCK_KAFKA"))


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path / "kafka")
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def proxied_kafka(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Broker, KafkaProxy]]:
    """A broker that tells the proxy's clients to keep to the proxy."""
    network = KafkaProxy()
    broker = Broker(tmp_path_factory.mktemp("proxied"), proxy_port=network.port)
    network.start(broker.proxied)
    yield broker, network
    network.close()
    broker.stop()


@pytest.fixture
def proxy(proxied_kafka: tuple[Broker, KafkaProxy]) -> Iterator[KafkaProxy]:
    """As it came: whatever a test did to it is undone."""
    _, network = proxied_kafka
    yield network
    network.reset()


@pytest.fixture
def behind_proxy(proxied_kafka: tuple[Broker, KafkaProxy]) -> Broker:
    """The proxy's broker, reached past it."""
    return proxied_kafka[0]


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The Debian packages, made of what is built, by their names."""
    return make_packages(tmp_path_factory.mktemp("packages"))


@pytest.fixture
def prefix() -> str:
    """A topic prefix of the test's own, so that tests share a Kafka."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Callable[..., Simulator]]:
    """simulator(rate=…, token=…, seed=…)"""
    made: list[Simulator] = []

    def make(**options: object) -> Simulator:
        made.append(Simulator(tmp_path / f"simulator{len(made)}", **options))
        return made[-1]

    yield make
    for process in made:
        process.kill()


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Callable[..., ApiServer]]:
    """api(respond): a server that a test scripts."""
    made: list[ApiServer] = []

    def make(respond: Callable[[Request], bytes], **options: str) -> ApiServer:
        made.append(ApiServer(tmp_path / f"api{len(made)}", respond, **options))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """daemon(url=…, brokers=…, setting=value, …), a directory each; `folder` names one again."""
    made: list[Daemon] = []

    def make(*, folder: str | None = None, **settings: str) -> Daemon:
        made.append(Daemon(tmp_path / (folder or f"daemon{len(made)}"), **settings))
        return made[-1]

    yield make
    for process in made:
        process.kill()


@pytest.fixture
def connect(daemon: Callable[..., Daemon]) -> Callable[..., Daemon]:
    """connect(simulator, setting=value, …): a daemon that reads from it, trusting its CA."""

    def make(to: Simulator, **settings: Any) -> Daemon:
        known = {"url": to.url, "api_ca_file": str(to.ca_file), "api_token": to.token}
        return daemon(**{**known, "sources": "firehose", **settings})

    return make


@pytest.fixture(scope="module")
def exposed(
    kafka: Broker, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Exposed]:
    """For a file's tests: a daemon, with the file's SETTINGS, and a remote that does to it what they say."""
    settings = getattr(request.module, "SETTINGS", {})
    made = Exposed(tmp_path_factory.mktemp("exposed"), kafka, **settings)
    try:
        yield made.begin()
        made.end()
    finally:
        made.close()


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[..., Prometheus]]:
    """watch(daemon, thresholds=…): a Prometheus that ends with the test."""
    made: list[Prometheus] = []

    def make(watched: Daemon, **options: bool) -> Prometheus:
        made.append(Prometheus(tmp_path / f"prometheus{len(made)}", watched.port, **options))
        return made[-1]

    yield make
    for process in made:
        process.kill()


@pytest.fixture
def start(
    behind_proxy: Broker,
    proxy: KafkaProxy,
    simulator: Callable[..., Simulator],
    connect: Callable[..., Daemon],
) -> Callable[..., Flow]:
    """start(prefix, source=…, rate=…, setting=value, …): a flow through the proxy that publishes."""

    def make(prefix: str, source: str = SOURCE, rate: int = 300, **settings: str) -> Flow:
        remote = simulator(rate=rate)
        known = {"brokers": proxy.brokers, "kafka_topic_prefix": prefix, "journal_max_size": "96MiB"}
        flow = Flow(remote, connect(remote, **known, **settings), behind_proxy, prefix, source)
        flow.daemon.wait_ready()
        flow.wait_transactions("committed", 2)
        return flow

    return make


@pytest.fixture
def its(prefix: str) -> str:
    """Stands in the requests of the source's transactions, and in no others."""
    return f"penstock.{prefix}.{SOURCE}"
