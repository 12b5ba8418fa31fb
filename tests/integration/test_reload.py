"""SIGHUP: what is right is taken, what is wrong leaves the old configuration and is seen."""

import json
import signal

from harness import wait
from harness.daemon import Daemon


def reload(daemon: Daemon, text: str) -> None:
    (daemon.log.parent / "penstock.yaml").write_text(text)
    daemon.child.send_signal(signal.SIGHUP)


def last_was_successful(daemon: Daemon) -> bool:
    return daemon.metrics().get("config_last_reload_successful") == 1


def rejection_shown(daemon: Daemon) -> bool:
    return {"reason": "reload_rejected"} in json.loads(daemon.get("/readyz")[1])["degraded"]


def test_a_rejected_reload_is_shown_until_one_succeeds(simulator, connect):
    local = connect(simulator(rate=10)).wait_ready("/livez")
    assert last_was_successful(local)
    assert not rejection_shown(local)

    reload(local, "log: {format: json, level: loud}\n")
    wait.until("the reload is rejected", lambda: not last_was_successful(local))
    assert rejection_shown(local)
    assert "loud" in local.logged("configuration not reloaded")[0]

    reload(local, "log: {format: json, level: debug}\n")
    wait.until("the reload succeeds", lambda: last_was_successful(local))
    assert not rejection_shown(local)
    assert local.logged("configuration reloaded")
