"""Whoever looks at the admin endpoint: probes, pages that stay open, and those who leave in the middle."""

import random
import socket
import struct

from harness.daemon import Daemon

PAGES = ("/livez", "/readyz", "/metrics", "/status", "/version", "/", "/style.css", "/live.js", "/nowhere")
MOST = 12  # at a time; it has room for 16 open pages
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST


class Visitors:
    def __init__(self, daemon: Daemon):
        self._daemon = daemon
        self._there: list[socket.socket] = []

    def look(self, dice: random.Random) -> None:
        """At one page, or one more opens, or asks half a question, or somebody goes."""
        self._daemon.check_alive()
        what = dice.choice(("page", "page", "open", "half", "leave", "leave"))
        if what == "page":
            self._daemon.get(dice.choice(PAGES))
        elif what == "leave" and self._there:
            self._leave(self._there.pop(dice.randrange(len(self._there))), dice.random() < 0.5)
        elif len(self._there) < MOST:
            text = "GET /events HTTP/1.1\r\nHost: here\r\n"
            address = ("127.0.0.1", self._daemon.port)
            self._ask(socket.create_connection(address, 10), text if what == "half" else text + "\r\n")

    def order_replay(self, job: str) -> None:
        """At the socket; whoever does may not wait for the answer, which needs Kafka."""
        one = socket.socket(socket.AF_UNIX)
        one.connect(str(self._daemon.config.parent / "admin.sock"))
        self._ask(one, f"POST /replay/{job} HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n")

    def leave(self) -> None:
        """All of them."""
        for one in self._there:
            self._leave(one, False)
        self._there.clear()

    def _ask(self, one: socket.socket, text: str) -> None:
        one.sendall(text.encode())
        self._there.append(one)

    def _leave(self, one: socket.socket, rudely: bool) -> None:
        if rudely:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        one.close()
