"""Who listens where systemd would: sd_notify(3)."""

import os
import socket
import threading


class ServiceManager:
    """`told`: each assignment of each message, in their order."""

    def __init__(self) -> None:
        name = f"penstock-test-{os.getpid()}-{id(self)}"
        self.environment = {"NOTIFY_SOCKET": "@" + name}
        self.told: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + name)
        # A thread: who tells something waits where nobody reads it.
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while message := self._socket.recv(4096):
            self.told += message.decode().split("\n")
