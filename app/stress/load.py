"""The process that makes the load, with Locust: python -Im app.stress.load ORDER.json MADE.jsonl

It connects to the pinned address alone, follows no redirect, makes no more requests than ordered and ends by itself.
Each request becomes one line of MADE.jsonl. Nothing but the order tells it what to do.
"""

import gevent.monkey  # type: ignore[import-untyped]

gevent.monkey.patch_all()

import json  # noqa: E402  after the patch, so that every socket is gevent's
import os  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any, TextIO  # noqa: E402

import gevent  # noqa: E402
import requests  # noqa: E402
from gevent.os import tp_read  # type: ignore[import-untyped]  # noqa: E402
from locust import HttpUser, constant_throughput, task  # noqa: E402
from locust.env import Environment  # noqa: E402

MOST_ANSWER = 65_536  # bytes of an answer that are read


class Errand:
    """What is still to be sent in the phase at hand, shared by all users."""

    def __init__(self, order: dict[str, Any], made: TextIO) -> None:
        self.order, self.made, self.left = order, made, int(order["most_requests"])
        self.phase: dict[str, Any] = {}
        self.next = 0

    def begin(self, phase: dict[str, Any]) -> None:
        self.phase, self.next = phase, 0

    def take(self) -> tuple[str, int, str] | None:
        """Case, row and body of the next request; the bodies go round unless each is sent `once`."""
        bodies = self.phase["bodies"]
        if self.left <= 0 or (self.phase["once"] and self.next >= len(bodies)):
            return None
        case, row, body = bodies[self.next % len(bodies)]
        self.next += 1
        self.left -= 1
        return case, row, body

    def note(self, case: str, row: int, started: float, **found: object) -> None:
        line = {"phase": self.phase["name"], "case": case, "row": row, "started": started, **found}
        self.made.write(json.dumps(line) + "\n")


def pin(host: str, address: str) -> None:
    """Let this process resolve that one name to that one address, and nothing else."""
    real = socket.getaddrinfo

    def pinned(name: Any, *rest: Any, **more: Any) -> Any:
        text = name.decode() if isinstance(name, bytes) else name
        if text not in (host, address):
            raise socket.gaierror(f"{text} is not the address of this test")
        return real(address, *rest, **more)

    socket.getaddrinfo = pinned  # type: ignore[assignment]  # answers as the real one, of one name


def user_of(errand: Errand, each: float) -> type[HttpUser]:
    """A user who makes `each` requests a second."""
    order = errand.order

    class Caller(HttpUser):
        host = order["base"]
        wait_time = constant_throughput(each)

        def on_start(self) -> None:
            self.client.trust_env = False

        @task
        def call(self) -> None:
            taken = errand.take()
            if taken is None:
                gevent.sleep(0.05)
                return
            case, row, body = taken
            started, status, answer, failure = time.time(), 0, "", ""
            before = time.perf_counter()
            try:
                with self.client.post(
                    order["path"],
                    data=body.encode(),
                    headers={**order["headers"], **errand.phase["headers"]},
                    timeout=order["timeout"],
                    allow_redirects=False,
                    stream=True,
                    catch_response=True,
                    name="answer",
                ) as response:
                    status = response.status_code or 0
                    failure = type(response.error).__name__ if getattr(response, "error", None) else ""
                    if status:
                        answer = response.raw.read(MOST_ANSWER, decode_content=True).decode("utf-8", "replace")
                    response.success()
            except (requests.RequestException, OSError) as error:
                failure = type(error).__name__
            took = (time.perf_counter() - before) * 1000
            errand.note(case, row, started, ms=took, status=status, failure=failure, answer=answer)

    return Caller


def run(order: dict[str, Any], made: TextIO) -> None:
    """One phase after the other; each with its own number of users and rate."""
    pin(order["host"], order["address"])
    errand = Errand(order, made)
    for phase in order["phases"]:
        errand.begin(phase)
        users = phase["users"]
        environment = Environment(user_classes=[user_of(errand, phase["rate"] / users)], catch_exceptions=True)
        runner = environment.create_local_runner()
        runner.start(users, spawn_rate=users)
        until = time.monotonic() + phase["seconds"]
        while time.monotonic() < until and not (phase["once"] and errand.next >= len(phase["bodies"])):
            gevent.sleep(0.05)
        if phase["once"]:
            gevent.sleep(min(order["timeout"], 0.2))
        environment.stop_timeout = order["timeout"]  # what is under way is still answered
        runner.quit()
        made.flush()


def end_with_parent() -> None:
    """The process that gave the order holds the other end of standard input; when that is gone, so is this one."""
    tp_read(0, 1)
    os._exit(1)


def main(order: Path, made: Path) -> int:
    gevent.spawn(end_with_parent)
    with made.open("w", encoding="utf-8") as sink:
        run(json.loads(order.read_text(encoding="utf-8")), sink)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
