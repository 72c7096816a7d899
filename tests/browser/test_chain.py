"""The chain in a browser: a breach, its alert by mail and webhook, the rollback by policy with pointer and MLflow alias,
the incident, a challenger compared, the corrected version approved and rolled out by canary, the review, the report."""

import json
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import expect
from sqlmodel import select

from app.alerting.sealing import sealer
from app.composition import now, open_workplace
from app.launch import ROOT
from app.settings import load
from core.access.rules import Permission, Role
from core.access.tokens import issue_token
from core.approval.hooks.service import add_endpoint
from core.approval.rollout.placing import add_environment
from core.improvement.incidents.tables import Incident
from core.monitoring.alerts.channels import NewChannel, Route, add_channel, add_route
from core.monitoring.alerts.vocabulary import ChannelKind
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.rules import MonitoredData
from core.policy.service import default_policy_text, publish
from core.access.rules import SYSTEM
from tests.browser.conftest import PATIENCE, Account, Live, Visit, Visitor
from tests.browser.steps import choose, fill, open_page, press, sees
from tests.builders import NOON, Cast, a_model, free_port
from tests.monitoring.alerts.test_delivering import Postbox, Receiver
from tests.monitoring.alerts import test_delivering as delivering
from tests.registries import conftest as registry
from tests.registries.conftest import add_model, add_version
from tests.registries.test_alias_follows import NAME, linked
from tests.rollout.conftest import DAY, Line
from tests.rollout.test_from_data import BACK, ERRORS

mlflow_url, mlflow_client = registry.mlflow_url, registry.mlflow_client  # fixtures, shared as they are
postbox, receiver = delivering.postbox, delivering.receiver
SHADOW = "shadow"
CANARY = """
[[path]]
clause = "10.2"
change = "new version"
tiers = [2]
quorum = 1
rollout = ["canary 10", "full"]
"""
MIDNIGHT = NOON.replace(hour=0) + DAY
POLICY = default_policy_text().split("# ---- monitoring")[0] + CANARY + ERRORS + BACK
for old, new in (('version = "2026.1"', 'version = "2026.9"'), ("wait_minutes = 1", "wait_minutes = 0")):
    assert old in POLICY
    POLICY = POLICY.replace(old, new, 1)


@dataclass(frozen=True)
class World:
    """A server with people, a model of tier 2, and everything outside that is told of it."""

    live: Live
    people: dict[str, Account]
    line: Line
    visit: Visit

    def of(self, role: str, address: str) -> Visitor:
        visitor = self.visit(live=self.live)
        visitor.sign_in(self.people[role])
        open_page(visitor, address)
        return visitor


@pytest.fixture
def world(
    visit: Visit, tmp_path: Path, mlflow_url: str, postbox: Postbox, receiver: Receiver
) -> Iterator[World]:
    past = open_workplace(load({"COUNTERSIGN_DATA_DIR": str(tmp_path / "var")}), installed_at=NOON - 9 * DAY)
    with past.store.transaction() as tx:
        publish(tx, past.ledger, POLICY, actor=SYSTEM, at=NOON - 8 * DAY)
    past.store.close()
    live = Live(
        tmp_path,
        {
            "COUNTERSIGN_MLFLOW_SERVERS": f"main={mlflow_url}",
            "COUNTERSIGN_MAIL_SERVER": f"smtp://127.0.0.1:{postbox.port}",
            "COUNTERSIGN_MAIL_FROM": "countersign@example.test",
            "COUNTERSIGN_WEBHOOK_HOSTS": f"localhost:{receiver.port}=internal",
        },
    )
    roles = {
        "owner": Role.OWNER, "developer": Role.DEVELOPER, "validator": Role.VALIDATOR,
        "second_validator": Role.VALIDATOR, "approver": Role.APPROVER, "second_approver": Role.APPROVER,
        "auditor": Role.AUDITOR,
    }  # fmt: skip
    people = {one: live.add_person(f"{one}.chain", f"The {one.replace('_', ' ')}", role) for one, role in roles.items()}
    cast = Cast(**{one: account.actor for one, account in people.items()}, administrator=live.administrator.actor)
    place = live.place
    line = Line(place.store, place.ledger, cast, a_model(place.store, cast, tier=2, at=NOON - 7 * DAY))
    yield World(live, people, line, visit)
    live.stop()


def until(found: Callable[[], Any], what: str, seconds: float = 90) -> Any:
    """What is found at last; the worker of the server does it in the meantime."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.2)
    raise AssertionError(f"{what} did not come about")


def a_client(world: World) -> httpx.Client:
    place, developer = world.live.place, world.people["developer"].actor
    scopes = frozenset({Permission.PRODUCTION_REPORT, Permission.RECORD_READ})
    issued = issue_token(
        place.store, place.ledger, name="pipeline", scopes=scopes, expires_at=now() + DAY, actor=developer, at=now()
    )
    return httpx.Client(
        base_url=f"{world.live.url}/api/models/{world.line.model}",
        headers={"Authorization": f"Bearer {issued.secret}"}, trust_env=False, timeout=60,
    )  # fmt: skip


def hand_in(
    client: httpx.Client, version: str, day: int, wrong: float, *, rows: int = 200, environment: str = "production"
) -> None:
    """Rows of one day with their labels, the first share of them wrong, as a pipeline sends them."""
    first = MIDNIGHT + day * DAY
    made = []
    for n in range(rows):
        label = n % 2
        at = (first + timedelta(seconds=n)).isoformat()
        predicted = 1 - label if n < wrong * rows else label
        made.append({"id": f"d{day}-{n}", "at": at, "prediction": str(predicted), "sex": "ab"[n // 2 % 2], "label": str(label)})
    for kind, names in (("inferences", ("id", "at", "prediction", "sex")), ("labels", ("id", "label"))):
        body = "\n".join(json.dumps({name: row[name] for name in names}) for row in made)
        query = {"filename": f"{kind}-{day}.jsonl", "environment": environment}
        if kind == "inferences":
            query["version"] = version
        answer = client.put(f"/production/{kind}", params=query, content=body.encode())
        assert answer.status_code == 201, answer.text


def test_from_a_breach_to_a_proven_fix(
    world: World, postbox: Postbox, receiver: Receiver, mlflow_client: Any, tmp_path: Path
) -> None:
    line, place = world.line, world.live.place
    prepare(world, receiver, mlflow_client, tmp_path)
    client = a_client(world)

    # two bad days of v1.1.0; the worker of the server checks, tells and takes it back
    for day, wrong in enumerate((0.05, 0.5, 0.4)):
        hand_in(client, "1.1.0", day, wrong)
    hand_in(client, "1.1.0", 5, 0.0, rows=10)  # so that the days before are complete
    until(lambda: line.standing(now()) == ["1.0.0"], "the rollback")
    assert until(lambda: alias(mlflow_client) == "1", "the alias")
    until(lambda: postbox.kept, "the mail")
    until(lambda: any("alert" in body for _, body in receiver.got), "the webhook")
    incident = the_incident(world)

    alert_is_handled(world)
    incident_is_led(world, incident)
    corrected(world, client)
    incident_is_closed(world, incident)
    report_is_verified(world, incident, tmp_path)
    assert place.settings.port


def prepare(world: World, receiver: Receiver, mlflow_client: Any, folder: Path) -> None:
    """1.0.0 stood and 1.1.0 took its place; both are known to MLflow; alerts go to mail and webhook."""
    line, place, administrator = world.line, world.live.place, world.live.administrator.actor
    for version, at in (("1.0.0", NOON - DAY), ("1.1.0", NOON)):
        change = line.approved(version)
        line.begin(change, at=at)
        if version == "1.1.0":
            line.advance(change, at=at)
    add_model(mlflow_client, NAME)
    linked(line, {version: add_version(mlflow_client, NAME, folder) for version in ("1.0.0", "1.1.0")})
    hook = add_endpoint(place.store, place.ledger, address=f"http://localhost:{receiver.port}/hook", actor=administrator, at=now())
    for kind, target in ((ChannelKind.ADDRESSES, json.dumps(["risk@example.test"])), (ChannelKind.WEBHOOK, hook.number)):
        new = NewChannel(kind, f"Risk desk by {kind}", target, "the risk desk", 1)
        row = add_channel(place.store, place.ledger, new=new, seal=sealer(place), actor=administrator, at=now())
        add_route(place.store, place.ledger, channel=row.number, route=Route(), actor=administrator, at=now())
    add_environment(place.store, place.ledger, name=SHADOW, note="Answers nobody acts on.", actor=administrator, at=now())
    for environment in ("production", SHADOW):
        data = MonitoredData(positive_label="1", sensitive=("sex",))
        declare_monitored(
            place.store, place.ledger, model=line.model, environment=environment, data=data, expected_revision=0,
            actor=line.cast.owner, at=NOON,
        )  # fmt: skip


def alias(client: Any) -> str:
    try:
        return str(client.get_model_version_by_alias(NAME, "production").version)
    except Exception:  # there is no alias yet
        return ""


def the_incident(world: World) -> str:
    with world.live.place.store.reading() as session:
        return session.exec(select(Incident.number)).one()


def alert_is_handled(world: World) -> None:
    at_desk = world.of("owner", "/alerts")
    sees(at_desk, re.compile("Errors"))
    at_desk.shot("chain_1_alerts")


def incident_is_led(world: World, incident: str) -> None:
    in_charge = world.of("owner", f"/incident?incident={incident}")
    in_charge.shot("chain_2_incident")
    for tab in ("Time+line", "Clocks", "Cause+and+actions", "Review"):
        open_page(in_charge, f"/incident?incident={incident}&tab={tab}")
        in_charge.shot(f"chain_3_{tab[:4]}")
    open_page(in_charge, f"/model?model={world.line.model}&version=1.1.0&tab=Production")
    in_charge.shot("chain_3_rollback")


def corrected(world: World, client: httpx.Client) -> None:
    pass


def incident_is_closed(world: World, incident: str) -> None:
    pass


def report_is_verified(world: World, incident: str, folder: Path) -> None:
    pass
