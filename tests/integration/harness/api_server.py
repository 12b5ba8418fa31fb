"""An HTTPS server on loopback that records requests as they came, and answers what a test says."""

import socket
import ssl
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterable

from harness.process import variables
from harness.tls_server import issue

TOKEN = "canary-t0ken"


@dataclass
class Request:
    method: str
    target: str
    headers: list[tuple[str, str]] = field(default_factory=list)  # in their order
    body: bytes = b""

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def answer(body: bytes | str = b"", status: str = "200 OK", **headers: str) -> bytes:
    """With its length; `Content_Type="…"` is a header."""
    data = body.encode() if isinstance(body, str) else body
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(data)}\r\n{''.join(lines)}\r\n".encode() + data


SILENCE = b""  # no answer, and the connection stays


Answer = bytes | Iterable[bytes]


class ApiServer:
    """`respond(request)` gives the bytes of the answer. The connection is kept, as a server does,
    unless the answer says `Connection: close` or has no length. An answer that comes in parts is sent
    as they come, and ends the connection; an OSError in it cuts it off, without an end of TLS."""

    def __init__(self, folder: Path, respond: Callable[[Request], Answer], host: str = "127.0.0.1"):
        folder.mkdir(parents=True, exist_ok=True)
        authority = issue("test CA", is_ca=True)
        self.ca_file = authority.write(folder, "ca")
        self.requests: list[Request] = []
        self.connections = 0
        self._respond = respond
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.identity_file = issue(host, authority).write(folder, "server")
        self.context.load_cert_chain(self.identity_file)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port = self._listener.getsockname()[1]
        self.url = f"https://{host}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def environment(self, **settings: object) -> dict[str, str]:
        """Of a command that asks this server."""
        return variables(api_url=self.url, api_ca_file=self.ca_file, api_token=TOKEN, **settings)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with self.context.wrap_socket(connection, server_side=True) as secured:
                self._open.append(secured)
                with secured.makefile("rb") as stream:
                    while request := self._read(stream):
                        self.requests.append(request)
                        if not self._send(secured, self._respond(request)):
                            secured.unwrap()  # the end of TLS: it wasn't cut off
                            return
        except (OSError, ValueError):  # the latter of a connection that close() has closed
            pass  # the client is gone

    @staticmethod
    def _send(secured: ssl.SSLSocket, data: Answer) -> bool:
        """Whether the connection is kept."""
        if not isinstance(data, bytes):
            for part in data:
                secured.sendall(part)
            return False
        secured.sendall(data)
        head = data.partition(b"\r\n\r\n")[0].lower()
        return data == SILENCE or (b"content-length" in head and b"connection: close" not in head)

    @staticmethod
    def _read(stream) -> Request | None:
        first = stream.readline().decode("latin-1").split()
        if len(first) != 3:
            return None
        request = Request(first[0], first[1])
        while (line := stream.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            request.headers.append((name, value.strip()))
        request.body = stream.read(int(request.header("Content-Length") or 0))
        return request

    def close(self) -> None:
        self._listener.close()
        for connection in self._open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
