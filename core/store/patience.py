"""Ends waits for a PostgreSQL server that answers nobody any more, so that whoever waits gets an error in time.

A server behind a broken network neither answers nor refuses: a query would wait for ever, and with it its request and
its thread. Every wait of a connection passes through `Watched.wait`. When one takes longer than `PATIENCE`, the server
is asked on a connection of its own: if it answers there, the query is merely long and goes on; if it does not, the
sockets of all that wait are shut, and each query ends with the error of a connection that was lost.
"""

import os
import socket
import threading
import time
from collections.abc import Generator
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

PATIENCE = 5.0  # seconds
CONNECT = 3  # seconds, for a connection to stand; libpq takes 2 for less
BEAT = 0.5


class Watched(psycopg.Connection[Any]):
    """A connection whose waits end when its server answers nobody."""

    address: str = ""
    waiting_since: float | None = None

    @classmethod
    def connect(cls, conninfo: str = "", **named: Any) -> "Watched":
        """As psycopg does it, within `CONNECT` seconds."""
        named.setdefault("connect_timeout", CONNECT)
        made = super().connect(conninfo, **named)
        words = {name: value for name, value in named.items() if name not in ("context", "autocommit")}
        made.address = make_conninfo(conninfo, **words)
        return made

    def wait(self, gen: Generator[Any, Any, Any], *more: Any, **named: Any) -> Any:
        """Wait for the server, watched."""
        if self.waiting_since is not None or not self.address:
            return super().wait(gen, *more, **named)
        self.waiting_since = time.monotonic()
        WATCH.add(self)
        try:
            return super().wait(gen, *more, **named)
        finally:
            self.waiting_since = None
            WATCH.leave(self)


class _Watch:
    """Looks at what waits, on a thread that begins with the first wait of a process."""

    def __init__(self) -> None:
        self._lock, self._waiting = threading.Lock(), set[Watched]()
        self._pid = 0

    def add(self, connection: Watched) -> None:
        with self._lock:
            if self._pid != os.getpid():  # a child has none of its parent's threads
                self._pid, self._waiting = os.getpid(), set()
                threading.Thread(target=self._look, name="countersign-patience", daemon=True).start()
            self._waiting.add(connection)

    def leave(self, connection: Watched) -> None:
        with self._lock:
            self._waiting.discard(connection)

    def _look(self) -> None:
        while True:
            time.sleep(min(BEAT, PATIENCE / 2))
            with self._lock:
                stuck = [one for one in self._waiting if _for_too_long(one)]
            answers = {address: _answers(address) for address in {one.address for one in stuck}}
            with self._lock:
                for one in stuck:
                    if not answers[one.address] and one in self._waiting:
                        _shut(one)


WATCH = _Watch()


def _for_too_long(one: Watched) -> bool:
    since = one.waiting_since
    return since is not None and time.monotonic() - since > PATIENCE


def _answers(address: str) -> bool:
    """Whether the server takes a new connection; that needs an answer of the server itself, not of a network alone."""
    try:
        psycopg.connect(address, connect_timeout=CONNECT).close()
    except psycopg.Error:
        return False
    return True


def _shut(one: Watched) -> None:
    """Shut the socket: whoever reads from it gets its end at once."""
    try:
        with socket.socket(fileno=os.dup(one.pgconn.socket)) as same:
            same.shutdown(socket.SHUT_RDWR)
    except (OSError, psycopg.Error):  # it ended meanwhile
        return
