"""A name server on a namespace's loopback, and the command by which a program asks it."""

import ipaddress
import socket
import struct
import threading
from pathlib import Path

from harness.namespace import Namespace

HEADER = struct.Struct(">6H")  # id, flags, and how many questions, answers and others follow
RECORD = struct.Struct(">HHHIH")  # name, type, class, seconds that it holds, size
ADDRESSES = {1: 4, 28: 6}  # A and AAAA: their versions of IP
ANSWER, NO_SUCH_NAME = 0x8180, 3
AS_ASKED = 0xC000 | HEADER.size  # the name that stands there
# Lays the files of a folder over those of /etc, for one command.
OVER_ETC = 'for file in "$0"/*; do mount --bind "$file" "/etc/${file##*/}" || exit; done; exec "$@"'


class Names:
    def __init__(self, namespace: Namespace, folder: Path):
        self.addresses: dict[str, list[str]] = {}
        self.silent = False  # it answers nothing
        folder.mkdir()
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        (folder / "nsswitch.conf").write_text("hosts: dns\n")
        self.command = ("/usr/bin/unshare", "--mount", "/bin/sh", "-c", OVER_ETC, str(folder))
        with namespace.entered():
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        self._thread = threading.Thread(target=self._serve, name="names")
        self._thread.start()

    def close(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())  # no question: the end
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            query, client = self._socket.recvfrom(512)
            if not query:
                return
            if not self.silent:
                self._socket.sendto(self._answer(query), client)

    def _answer(self, query: bytes) -> bytes:
        labels, at = [], HEADER.size
        while size := query[at]:
            labels.append(query[at + 1 : at + 1 + size].decode())
            at += 1 + size
        question = query[HEADER.size : at + 5]
        kind = int.from_bytes(query[at + 1 : at + 3], "big")
        known = self.addresses.get(".".join(labels))
        addresses = [ipaddress.ip_address(address) for address in known or ()]
        packed = [it.packed for it in addresses if it.version == ADDRESSES.get(kind)]
        flags = ANSWER if known else ANSWER | NO_SUCH_NAME
        head = HEADER.pack(int.from_bytes(query[:2], "big"), flags, 1, len(packed), 0, 0)
        return head + question + b"".join(RECORD.pack(AS_ASKED, kind, 1, 1, len(it)) + it for it in packed)
