"""Network namespaces: machines within this one."""

import ctypes
import fcntl
import os
import struct
from contextlib import contextmanager
from typing import Iterator

from harness.process import done, root_may

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
INTERFACE_REQUEST = struct.Struct("16sH22x")
OF_THIS_THREAD = "/proc/thread-self/ns/net"

libc = ctypes.CDLL(None, use_errno=True)


def may_make_networks() -> bool:
    return root_may("unshare", "--net", "--mount", "ip", "tuntap", "add", "mode", "tun")


def check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Namespace:
    """A network of its own, at first with loopback alone. It has no name, and ends with the last who is in it."""

    def __init__(self) -> None:
        with left_again():
            check(libc.unshare(CLONE_NEWNET))
            self._file = os.open(OF_THIS_THREAD, os.O_RDONLY)
            done("ip", "link", "set", "lo", "up")

    def close(self) -> None:
        os.close(self._file)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """The calling thread is in it, and what it opens and starts meanwhile."""
        with left_again():
            check(libc.setns(self._file, CLONE_NEWNET))
            yield

    def tun(self, name: str, addresses: list[str]) -> int:
        """A device whose packets are read and written here; it ends with this file. Addresses with their prefixes."""
        with self.entered():
            file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(file, TUNSETIFF, INTERFACE_REQUEST.pack(name.encode(), IFF_TUN | IFF_NO_PI))
            for address in addresses:
                done("ip", "address", "add", address, "dev", name)
            done("ip", "link", "set", name, "up")
        return file


@contextmanager
def left_again() -> Iterator[None]:
    before = os.open(OF_THIS_THREAD, os.O_RDONLY)
    try:
        yield
    finally:
        check(libc.setns(before, CLONE_NEWNET))
        os.close(before)
