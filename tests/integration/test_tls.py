"""Certificates that must not be trusted are refused, the log says why, and no token goes out."""

import pytest
from harness import wait
from harness.tls_server import TlsServer, issue

TOKEN = "canary-b1f6a3"


@pytest.fixture
def refused(tmp_path, daemon):
    """refused(identity, ca): the daemon's log lines once it was refused."""
    servers = []

    def attempt(identity, ca) -> tuple[TlsServer, object]:
        server = TlsServer(identity.write(tmp_path, "server"))
        servers.append(server)
        local = daemon(
            url=server.url,
            sources="firehose",
            api_token=TOKEN,
            api_ca_file=str(ca.write(tmp_path, "ca")),
        ).wait_ready("/livez")
        wait.until(
            "the refusal is counted",
            lambda: sum(
                local.metrics().get("disconnects_total", source="firehose", cause=cause)
                for cause in ("refused", "unreachable")
            ),
        )
        return server, local

    yield attempt
    for server in servers:
        server.close()


@pytest.fixture(scope="module")
def ca():
    return issue("penstock test CA", is_ca=True)


@pytest.mark.sanitized
def test_a_good_certificate_is_trusted(tmp_path, daemon, ca):
    server = TlsServer(issue("127.0.0.1", ca).write(tmp_path, "server"))
    daemon(
        url=server.url,
        sources="firehose",
        api_token=TOKEN,
        api_ca_file=str(ca.write(tmp_path, "ca")),
    )
    wait.until("the request came through", lambda: TOKEN.encode() in server.received)
    server.close()


def test_a_certificate_for_another_host_is_refused(refused, ca):
    server, local = refused(issue("elsewhere.example", ca), ca)
    wait.until("the log says so", lambda: local.logged("another host", "elsewhere.example"))
    assert server.received == b""


@pytest.mark.sanitized
def test_an_expired_certificate_is_refused(refused, ca):
    server, local = refused(issue("127.0.0.1", ca, valid_until=-2), ca)
    wait.until("the log says so", lambda: local.logged("expired"))
    assert server.received == b""


def test_a_self_signed_certificate_is_refused(refused, ca):
    server, local = refused(issue("127.0.0.1"), ca)
    wait.until("the log says so", lambda: local.logged("self-signed"))
    assert server.received == b""


def test_a_certificate_of_an_unknown_ca_is_refused(refused, ca):
    server, local = refused(issue("127.0.0.1", issue("another CA", is_ca=True)), ca)
    wait.until("the log says so", lambda: local.logged("unknown CA"))
    assert server.received == b""
