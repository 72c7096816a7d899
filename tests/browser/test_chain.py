"""The chain in a browser: a breach, its alert by mail and webhook, the rollback by policy with pointer and alias,
the incident, a challenger compared, the corrected version approved and rolled out by canary, the review, the report."""

import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, expect
from sqlmodel import select

from app.alerting.sealing import sealer
from app.composition import now, open_workplace
from app.settings import load
from core.access.rules import SYSTEM, Permission, Role
from core.access.tokens import issue_token
from core.approval.hooks.service import add_endpoint
from core.approval.queries import change as change_page
from core.approval.rollout.placing import add_environment
from core.approval.rules import Answer, Choice
from core.approval.service import answer_item, vote
from core.approval.tables import ChangeRequest
from core.improvement.incidents.tables import Incident
from core.inventory.rules import Stage
from core.inventory.tables import ModelVersion
from core.monitoring.alerts.channels import NewChannel, Route, add_channel, add_route
from core.monitoring.alerts.vocabulary import ChannelKind
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.rules import MonitoredData
from core.policy.service import default_policy_text, publish
from tests.browser.conftest import PATIENCE, Account, Live, Visit, Visitor
from tests.browser.steps import choose, fill, open_page, press, sees
from tests.builders import NOON, REASON, Cast, a_model, a_version, signed_in
from tests.delivery import servers as delivering
from tests.delivery.servers import Postbox, Receiver
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
def world(visit: Visit, tmp_path: Path, mlflow_url: str, postbox: Postbox, receiver: Receiver) -> Iterator[World]:
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


def button(visitor: Visitor, name: str) -> Locator:
    return visitor.page.get_by_role("button", name=name, exact=True).first


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
    client: httpx.Client,
    version: str,
    name: str,
    first: datetime,
    wrong: float,
    *,
    rows: int = 200,
    environment: str = "production",
) -> None:
    """Rows with their labels, the first share of them wrong, as a pipeline sends them."""
    made = []
    for n in range(rows):
        label = n % 2
        predicted = 1 - label if n < wrong * rows else label
        at = (first + timedelta(seconds=n)).isoformat()
        made.append(
            {"id": f"{name}-{n}", "at": at, "prediction": str(predicted), "sex": "ab"[n // 2 % 2], "label": str(label)}
        )
    for kind, names in (("inferences", ("id", "at", "prediction", "sex")), ("labels", ("id", "label"))):
        body = "\n".join(json.dumps({one: row[one] for one in names}) for row in made)
        query = {"filename": f"{kind}-{name}.jsonl", "environment": environment}
        if kind == "inferences":
            query["version"] = version
        answer = client.put(f"/production/{kind}", params=query, content=body.encode())
        assert answer.status_code == 201, answer.text


def test_from_a_breach_to_a_proven_fix(
    world: World, postbox: Postbox, receiver: Receiver, mlflow_client: Any, tmp_path: Path
) -> None:
    line = world.line
    prepare(world, receiver, mlflow_client, tmp_path)
    client = a_client(world)

    # two bad days of v1.1.0; the worker of the server checks, tells and takes it back
    for day, wrong in enumerate((0.05, 0.5, 0.4)):
        hand_in(client, "1.1.0", f"d{day}", MIDNIGHT + day * DAY, wrong)
    hand_in(client, "1.1.0", "d3", MIDNIGHT + 4 * DAY, 0.0, rows=10)  # so that the days before are complete
    until(lambda: line.standing(now()) == ["1.0.0"], "the rollback")
    assert until(lambda: alias(mlflow_client) == "1", "the alias")
    until(lambda: postbox.kept, "the mail")
    until(lambda: any("alert" in body for _, body in receiver.got), "the webhook")
    incident = the_incident(world)

    alert_is_handled(world)
    incident_is_led(world, incident)
    change = corrected(world, client)
    incident_is_closed(world, incident, change)
    report_is_verified(world, incident, tmp_path)


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
    address = f"http://localhost:{receiver.port}/hook"
    hook = add_endpoint(place.store, place.ledger, address=address, actor=administrator, at=now())
    for kind, target in (
        (ChannelKind.ADDRESSES, json.dumps(["risk@example.test"])),
        (ChannelKind.WEBHOOK, hook.number),
    ):
        new = NewChannel(kind, f"Risk desk by {kind}", target, "the risk desk", 1)
        row = add_channel(place.store, place.ledger, new=new, seal=sealer(place), actor=administrator, at=now())
        add_route(place.store, place.ledger, channel=row.number, route=Route(), actor=administrator, at=now())
    add_environment(
        place.store, place.ledger, name=SHADOW, note="Answers nobody acts on.", actor=administrator, at=now()
    )
    for environment in ("production", SHADOW):
        data = MonitoredData(positive_label="1", sensitive=("sex",))
        declare_monitored(
            place.store, place.ledger, model=line.model, environment=environment, data=data, expected_revision=0,
            actor=line.cast.owner, at=NOON,
        )  # fmt: skip


def alias(client: Any) -> str:
    """The version to which MLflow's alias leads; empty before there is one."""
    return str(client.get_registered_model(NAME).aliases.get("production", ""))


def the_incident(world: World) -> str:
    with world.live.place.store.reading() as session:
        return session.exec(select(Incident.number)).one()


def alert_is_handled(world: World) -> None:
    """The owner takes the alert of the breach."""
    at_desk = world.of("owner", "/alerts")
    sees(at_desk, re.compile("rolled back to v1.0.0 by policy"))
    at_desk.shot("chain_1_alerts")
    open_page(at_desk, "/alert?alert=AL0001")
    press(at_desk, "Acknowledge")
    sees(at_desk, re.compile("AL0001 is acknowledged"))
    at_desk.shot("chain_2_alert")


def incident_is_led(world: World, incident: str) -> None:
    """The owner takes command and brings it to resolved; who owns the model does not review it."""
    in_charge = world.of("owner", f"/incident?incident={incident}")
    press(in_charge, "Take command")
    expect(in_charge.page.get_by_text("Hand over command").first).to_be_visible(timeout=PATIENCE)
    fill(in_charge.page, "What shows that the harm is stopped", "v1.0.0 answers again; its errors are as before.")
    press(in_charge, "State that it is contained")
    sees(in_charge, re.compile("It is contained"))
    in_charge.shot("chain_3_contained")
    open_page(in_charge, f"/incident?incident={incident}&tab=Clocks")
    in_charge.page.get_by_text("do not apply", exact=True).first.click()
    fill(in_charge.page, "Reason", "Nobody was harmed, and no personal data left.")
    press(in_charge, "Record the decision")
    sees(in_charge, re.compile("The decision is on record"))
    open_page(in_charge, f"/incident?incident={incident}&tab=Cause+and+actions")
    fill(in_charge.page, "Root cause", "A column changed its unit with the release of v1.1.0.")
    press(in_charge, "Record the root cause")
    sees(in_charge, re.compile("The root cause is on record"))
    fill(in_charge.page, "What is to be done", "Release v1.2.0 with the unit fixed, and a check of ranges before it.")
    choose(in_charge, "Owner", "The developer")
    press(in_charge, "Open the action")
    sees(in_charge, re.compile("ACT0001 is open"))
    in_charge.shot("chain_4_cause")
    open_page(in_charge, f"/incident?incident={incident}")
    fill(in_charge.page, "What shows that it is over", "Two days of v1.0.0 without a breach; v1.2.0 is on its way.")
    press(in_charge, "State that it is resolved")
    sees(in_charge, re.compile("It is resolved"))
    open_page(in_charge, f"/incident?incident={incident}&tab=Review")
    sees(in_charge, re.compile("A review is not possible yet"))


def corrected(world: World, client: httpx.Client) -> str:
    """v1.2.0 answers in shadow on the same cases, is compared, asked for, approved, and rolled out by canary."""
    line = world.line
    a_version(line.store, line.cast, model=line.model, version="1.2.0", stage=Stage.VALIDATED)
    first = now() - timedelta(hours=2)
    hand_in(client, "1.0.0", "c", first, 0.3, rows=1200)
    hand_in(client, "1.2.0", "c", first, 0.02, rows=1200, environment=SHADOW)
    at_desk = world.of("developer", f"/challenger?model={line.model}")
    choose(at_desk, "Champion", "1.0.0")
    choose(at_desk, "Challenger", "1.2.0")
    press(at_desk, "Compare")
    expect(button(at_desk, "Request promotion of v1.2.0")).to_be_visible(timeout=PATIENCE)
    at_desk.shot("chain_5_comparison")
    fill(at_desk.page, "Rationale, kept with the request", "The unit is fixed; fewer errors on the same cases.")
    press(at_desk, "Request promotion of v1.2.0")
    change = until(lambda: newest_change(world, "1.2.0"), "the change request")
    approve(world, change)
    in_charge = world.of("owner", f"/approval?change={change}")
    press(in_charge, "Begin the rollout")
    expect(button(in_charge, "Advance to full")).to_be_visible(timeout=PATIENCE)
    in_charge.shot("chain_6_canary")
    press(in_charge, "Advance to full")
    until(lambda: line.standing(now()) == ["1.2.0"], "the corrected version")
    return change


def newest_change(world: World, version: str) -> str:
    with world.live.place.store.reading() as session:
        query = (
            select(ChangeRequest.number)
            .join(ModelVersion, ModelVersion.id == ChangeRequest.version_id)  # type: ignore[arg-type]
            .where(ModelVersion.version == version)
        )
        return session.exec(query).first() or ""


def approve(world: World, change: str) -> None:
    """The approver answers every item and votes, as on the page of the change."""
    line, approver = world.line, world.line.cast.approver
    with line.store.reading() as session:
        page = change_page(session, change, approver, at=now())
    for item in page.checklist:
        answer_item(
            line.store, line.ledger, change=change, code=item.code, answer=Answer.MET, reason="", actor=approver,
            at=now(),
        )  # fmt: skip
    vote(
        line.store, line.ledger, change=change, choice=Choice.APPROVE, rationale=REASON,
        seen_digest=page.evidence_digest, session_id=signed_in(line.store, approver, at=now()), actor=approver,
        at=now(),
    )  # fmt: skip


def incident_is_closed(world: World, incident: str, change: str) -> None:
    """Whoever did the action reports it, another verifies, and somebody who led nothing reviews and closes."""
    doing = world.of("developer", "/actions?action=ACT0001")
    fill(doing.page, "What was done", "v1.2.0 is in production; ranges are checked before each release.")
    fill(doing.page, "What shows it", change)
    press(doing, "Report as done")
    sees(doing, re.compile("somebody else verifies it"))
    verifying = world.of("validator", "/actions?action=ACT0001")
    fill(verifying.page, "What was looked at, and why it is enough", "The change, its canary and the check of ranges.")
    press(verifying, "Verify and close")
    sees(verifying, re.compile("ACT0001 is on record as it is now"))
    reviewing = world.of("second_validator", f"/incident?incident={incident}&tab=Review")
    for label in ("What happened", "What went well", "What was learnt", "What was decided"):
        fill(
            reviewing.page, label, "A unit changed; the policy took the version back within a day; ranges are checked."
        )
    fill(reviewing.page, "Present", "Owner, developer, second validator")
    press(reviewing, "Record the review")
    sees(reviewing, re.compile("The review is on record"))
    fill(reviewing.page, "Conclusion", "The fix is proven in production; nothing is left open.")
    press(reviewing, "Close the incident")
    sees(reviewing, re.compile(f"{incident} is closed"))
    reviewing.shot("chain_7_closed")
    open_page(reviewing, f"/incident?incident={incident}&tab=Time+line")
    reviewing.shot("chain_8_timeline")


def report_is_verified(world: World, incident: str, folder: Path) -> None:
    """The auditor's pipeline takes the report as a bundle, which verifies offline."""
    place, auditor = world.live.place, world.people["owner"].actor
    scopes = frozenset({Permission.EXPORT_MAKE, Permission.RECORD_READ})
    token = issue_token(
        place.store, place.ledger, name="export", scopes=scopes, expires_at=now() + DAY, actor=auditor, at=now()
    ).secret
    bundle = folder / "incident.zip"
    countersign = [sys.executable, "-Im", "app.cli"]
    command = [*countersign, "export", "incident", "--incident", incident, "--format", "bundle", "--out", str(bundle)]
    done = subprocess.run(
        [*command, "--url", world.live.url], env={**os.environ, "COUNTERSIGN_TOKEN": token}, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = zipfile.ZipFile(bundle)
    assert any(
        "ACT0001" in told.read(name).decode("utf-8", "replace") for name in told.namelist() if name.endswith(".json")
    )
    checked = subprocess.run(
        [*countersign, "verify", str(bundle)], capture_output=True, text=True, check=False, timeout=120
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
