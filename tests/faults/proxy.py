"""Stands between the application and PostgreSQL, and loses the connection in the two ways that networks do."""

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no seconds: closing sends a reset


class Proxy:
    """Passes on what comes, until it is told to swallow it all or to reset every connection."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._open: list[socket.socket] = []
        self._passes = threading.Event()
        self._passes.set()
        self._over = False
        threading.Thread(target=self._accept, daemon=True).start()

    def swallow(self) -> None:
        """A black hole: connections stand and new ones are taken, and nothing ever comes back."""
        self._passes.clear()

    def reset(self) -> None:
        """End every connection at once, as a server does that was restarted; new ones are passed on."""
        self._passes.set()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                one.close()
        self._open.clear()

    def close(self) -> None:
        self._over = True
        self.reset()
        self._listening.close()

    def _accept(self) -> None:
        while not self._over:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            self._open.append(near)
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        far = socket.socket(socket.AF_UNIX)
        self._open.append(far)
        with contextlib.suppress(OSError, ValueError):
            far.connect(str(self._server))
            while True:
                for one in select.select([near, far], [], [], 0.2)[0]:
                    data = one.recv(1 << 16)
                    if not data:
                        return
                    if self._passes.is_set():
                        (far if one is near else near).sendall(data)


@contextmanager
def between(server: Path) -> Iterator[Proxy]:
    proxy = Proxy(server)
    yield proxy
    proxy.close()
