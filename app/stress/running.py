"""Carries out a stress test: orders the load, starts the process that makes it, watches it, files the outcome."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.composition import Workplace, now
from app.delivery.guard import Target, check_address, resolve_target
from core.errors import GovernanceError
from core.inventory.deployments.rules import PRODUCTION
from core.monitoring.stress.filing import Begun, Ended, begin, file_outcome, file_requests, note_progress
from core.monitoring.stress.imitating import answered_by_surrogate
from core.monitoring.stress.inputs import InputRow, body_of, disturbed, without
from core.monitoring.stress.outcome import CASES
from core.monitoring.stress.values import MOST_REQUESTS, MOST_SECONDS, UNDISTURBED, StressPlan

SETTING = "COUNTERSIGN_STRESS_HOSTS"
LOOKS_EVERY = 0.5  # seconds
SLACK = 60  # seconds beyond the plan after which the process is ended
CASE_USERS, CASE_RATE = 5, 100.0


class LoadFailed(GovernanceError):
    """The process that makes the load ended otherwise than it should."""


def allowing(place: Workplace) -> Callable[[str], object]:
    """What refuses an address to which no load may go."""
    return lambda address: check_address(address, place.settings.stress_hosts, SETTING)


def carry_out(place: Workplace, test: str, alive: Callable[[], bool]) -> None:
    """Do one test from its begin to its outcome; one that was cancelled meanwhile is left as it is."""
    try:
        begun = begin(place.store, place.files, test=test, environment=PRODUCTION, at=now())
        if not begun.plan.address:
            file_outcome(place.store, place.ledger, place.files, test, answered_by_surrogate(begun), at=now())
            return
        target = resolve_target(begun.plan.address, place.settings.stress_hosts, setting=SETTING)
        made = _made(place, begun, target, alive)
        file_requests(place.store, place.ledger, place.files, begun, made, at=now())
    except Ended:
        return


def _made(place: Workplace, begun: Begun, target: Target, alive: Callable[[], bool]) -> list[Mapping[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        order, made = Path(folder) / "order.json", Path(folder) / "made.jsonl"
        order.write_text(json.dumps(order_of(begun, target, place.settings.stress_tokens)), encoding="utf-8")
        order.chmod(0o600)
        command = [sys.executable, "-Im", "app.stress.load", str(order), str(made)]
        with (Path(folder) / "said.txt").open("wb") as said:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=said)  # noqa: S603
            try:
                _watch(place, begun, process, made, alive)
            finally:
                process.kill()
                process.wait()
        if process.returncode:
            words = (Path(folder) / "said.txt").read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise LoadFailed(f"The load ended with code {process.returncode}. {words[-1][:300] if words else ''}")
        with made.open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]


def _watch(
    place: Workplace, begun: Begun, process: "subprocess.Popen[bytes]", made: Path, alive: Callable[[], bool]
) -> None:
    deadline = time.monotonic() + MOST_SECONDS + SLACK
    while process.poll() is None:
        time.sleep(LOOKS_EVERY)
        if not alive():
            raise Ended
        phase, done = _far(made)
        note_progress(place.store, test=begun.number, step=phase, done=done)
        if time.monotonic() > deadline:
            raise LoadFailed("The load did not end in time and was stopped.")


def _far(made: Path) -> tuple[str, int]:
    if not made.exists():
        return "Starting", 0
    lines = made.read_bytes().splitlines()
    whole = [line for line in lines if line.endswith(b"}")]
    return (f"Phase {json.loads(whole[-1])['phase']}" if whole else "Starting"), len(whole)


def order_of(begun: Begun, target: Target, tokens: Mapping[str, str]) -> dict[str, Any]:
    """Everything that the process is told; the token of the host goes as a header and is in no file that stays."""
    plan, rows = begun.plan, begun.rows.inputs
    standard = target.port == (443 if target.scheme == "https" else 80)
    token = tokens.get(target.host)
    return {
        "base": f"{target.scheme}://{target.host}" + ("" if standard else f":{target.port}"),
        "host": target.host,
        "address": target.address,
        "path": target.path,
        "headers": {
            "Content-Type": "application/json",
            "User-Agent": "Countersign-Stress/1",
            **({"Authorization": f"Bearer {token}"} if token else {}),
        },
        "timeout": plan.timeout,
        "most_requests": MOST_REQUESTS,
        "phases": [*_phases(plan, rows), *_cases(plan, rows)],
    }


def _phases(plan: StressPlan, rows: Sequence[InputRow]) -> Iterator[dict[str, Any]]:
    for one in plan.phases:
        sent = without(rows, one.missing) if one.missing else rows
        yield {
            "name": one.name,
            "users": one.users,
            "rate": one.rate,
            "seconds": one.seconds,
            "once": False,
            "headers": dict(one.headers),
            "bodies": [[UNDISTURBED, place, body_of(row, plan.shape)] for place, row in enumerate(sent)],
        }


def _cases(plan: StressPlan, rows: Sequence[InputRow]) -> Iterator[dict[str, Any]]:
    """Each row once as it is and once for each case, at a rate that is no load."""
    if not plan.cases:
        return
    ways = [(UNDISTURBED, rows), *((one.name, disturbed(rows, one)) for one in plan.cases)]
    bodies = [[name, place, body_of(row, plan.shape)] for name, sent in ways for place, row in enumerate(sent)]
    yield {
        "name": CASES,
        "users": CASE_USERS,
        "rate": CASE_RATE,
        "seconds": MOST_SECONDS,
        "once": True,
        "headers": {},
        "bodies": bodies,
    }
