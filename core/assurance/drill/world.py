"""The scratch record of a drill: people with a part in versions at every stage, made through the use cases."""

import csv
import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from core.access.people import add_grant, add_person, end_grants
from core.access.rules import SYSTEM, TOKEN_SCOPES, Actor, Permission, Role
from core.access.sessions import open_session
from core.access.tokens import Issued, issue_token, revoke_token
from core.approval.facts import load_change
from core.approval.retirement import retire_version
from core.approval.rules import Answer, Choice
from core.approval.service import (
    answer_item,
    execute_change,
    request_change,
    resume_change,
    return_change,
    vote,
    withdraw_change,
)
from core.assurance.drill.rehearsal import Rehearsal
from core.inventory.intake import NewDataset, NewModel, NewVersion
from core.inventory.moves import load_version
from core.inventory.rules import Exposure, Purpose
from core.inventory.service import register, register_version
from core.inventory.versions.rules import ChangeKind
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.store import EvidenceFiles, Store
from core.validation.conclusion import conclude
from core.validation.findings.raising import raise_finding
from core.validation.findings.settling import remediate
from core.validation.intake import HandedIn, hand_in
from core.validation.rules import Outcome, Severity
from core.validation.runs import perform, start
from core.validation.uploads import ColumnMapping

REASON = "The drill of access asks for this and nothing else."
DRAFT, IN_VALIDATION, VALIDATED, NOT_VALIDATED = "draft", "in validation", "validated", "not validated"
IN_APPROVAL, APPROVED, IN_PRODUCTION = "in approval", "approved", "in production"
SUPERSEDED, RETIRED, WITHDRAWN = "superseded", "retired", "request withdrawn"
ROWS, SEED = 600, 7
PACK, ITEM = "sr-26-2", "MRM-18"
T = TypeVar("T")
MAPPING = ColumnMapping(label="label", prediction="prediction", score="score", positive_label="1", row_id="row")
CAST: Mapping[str, Role | None] = {
    "contributor": Role.DEVELOPER, "requester": Role.DEVELOPER, "owner": Role.OWNER, "validator": Role.VALIDATOR,
    "voter": Role.APPROVER, "approver": Role.APPROVER, "second": Role.APPROVER, "administrator": Role.ADMINISTRATOR,
    "nobody": None, "tokens": Role.DEVELOPER, "other": Role.DEVELOPER,
}  # fmt: skip


@dataclass(frozen=True)
class At:
    """A version at a stage, with what can be acted on: its change, an open and a remediated finding."""

    model: str
    version: str
    change: str = ""
    open_finding: str = ""
    remediated: str = ""


@dataclass
class World:
    """Who is there, and what: `people` by part, `at` by stage."""

    store: Rehearsal
    ledger: Ledger
    files: EvidenceFiles
    folder: Path
    now: datetime
    people: dict[str, str] = field(default_factory=dict)
    at: dict[str, At] = field(default_factory=dict)
    tokens: dict[str, Issued] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        """The predictions that are handed in."""
        return self.folder / "predictions.csv"

    @property
    def other_data(self) -> Path:
        """Predictions of another model."""
        return self.folder / "other.csv"

    @property
    def an_hour_on(self) -> datetime:
        """When what is given for the drill ends."""
        return self.now + timedelta(hours=1)

    def do(self, act: Callable[..., T], **values: object) -> T:
        """Carry out a use case in this record, now."""
        return act(self.store, self.ledger, at=self.now, **values)

    def actor(self, part: str) -> Actor:
        """The person of this part in the role in which they took it."""
        role = CAST[part]
        return Actor(self.people[part], frozenset({role} if role else ()))

    def signed_in(self, person: str) -> str:
        """A session in which this person has just shown who they are."""
        session_id = f"drill-{secrets.token_hex(8)}"
        with self.store.transaction() as tx:
            open_session(tx, self.ledger, session_id=session_id, person=person, length=timedelta(hours=1), at=self.now)
        return session_id

    def set_roles(self, person: str, roles: frozenset[Role]) -> None:
        """Have this person hold exactly these roles, as an identity provider would."""
        with self.store.transaction() as tx:
            for role in Role:
                end_grants(tx, self.ledger, person=person, role=role, actor=SYSTEM, at=self.now)
            for role in sorted(roles):
                add_grant(tx, self.ledger, person=person, role=role, reason=REASON, actor=SYSTEM, at=self.now)

    def let_a_grant_end(self, person: str, roles: frozenset[Role]) -> None:
        """Give this person roles whose time was over an hour ago."""
        began, ended = self.now - timedelta(hours=2), self.now - timedelta(hours=1)
        with self.store.transaction() as tx:
            for role in sorted(roles):
                add_grant(
                    tx, self.ledger, person=person, role=role, reason=REASON, ends_at=ended, actor=SYSTEM, at=began
                )


def build_world(store: Rehearsal, ledger: Ledger, files: EvidenceFiles, folder: Path, *, now: datetime) -> World:
    """People, and a version at every stage with contributors, validators and voters on record."""
    world = World(store, ledger, files, folder, now)
    _write_data(world.data, SEED)
    _write_data(world.other_data, SEED + 1)
    for part, role in CAST.items():
        world.people[part] = hire(world, part, frozenset({role} if role else ()))
    world.at[DRAFT] = _registered(world, DRAFT)
    for stage in (IN_VALIDATION, VALIDATED, WITHDRAWN, NOT_VALIDATED, IN_APPROVAL, APPROVED, RETIRED):
        world.at[stage] = _sent_back(world, _registered(world, stage), to_validation=stage == IN_VALIDATION)
    for stage in (WITHDRAWN, RETIRED):
        place = world.at[stage]
        world.do(withdraw_change, change=place.change, reason=REASON, actor=world.actor("requester"))
    for stage in (NOT_VALIDATED, IN_APPROVAL, APPROVED):
        world.do(resume_change, change=world.at[stage].change, actor=world.actor("requester"))
    _vote(world, world.at[NOT_VALIDATED], Choice.REJECT)
    _vote(world, world.at[APPROVED], Choice.APPROVE)
    place = world.at[RETIRED]
    world.do(retire_version, model=place.model, version=place.version, reason=REASON, actor=world.actor("owner"))
    _in_production(world)
    _issue_tokens(world)
    with store.transaction() as tx:
        raise_alert(tx, ledger, Signal(AlertKind.ACCESS, "drill", Severity.LOW, "Drill", REASON), at=now)
    return world


def hire(world: World, name: str, roles: frozenset[Role]) -> str:
    """A person with these roles; the number."""
    with world.store.transaction() as tx:
        username = f"drill-{name}-{secrets.token_hex(4)}"
        person = add_person(tx, username=username, name=f"Drill {name}", at=world.now)
        entity = Entity("person", person.number)
        world.ledger.record(tx, Event.PERSON_ADDED, entity=entity, actor=SYSTEM, at=world.now)
        for role in sorted(roles):
            add_grant(tx, world.ledger, person=person.number, role=role, reason=REASON, actor=SYSTEM, at=world.now)
        return person.number


def answer_all(world: World, change: str, actor: Actor) -> None:
    """Answer every item of the checklist for this approver."""
    with world.store.reading() as session:
        codes = [item.code for item in load_change(session, change).items]
    for code in codes:
        world.do(answer_item, change=change, code=code, answer=Answer.MET, reason=REASON, actor=actor)


def digest_of(world: World, place: At) -> str:
    """The digest of the evidence at hand."""
    with world.store.reading() as session:
        return load_version(session, place.model, place.version)[1].evidence_digest


def _registered(world: World, name: str) -> At:
    """A version of a model of its own, with evidence."""
    datasets = [NewDataset(f"{name} {part}", "1", "Made for the drill") for part in ("training", "test")]
    done = world.do(
        register, model=_model(world, name), version=_version(name, "1.0.0"), datasets=datasets,
        actor=world.actor("contributor"),
    )  # fmt: skip
    place = At(done.model, "1.0.0")
    _hand_in(world, place)
    return place


def _hand_in(world: World, place: At) -> None:
    world.do(
        hand_in_within, world=world, place=place, actor=world.actor("contributor"),
    )  # fmt: skip


def hand_in_within(
    store: Store, ledger: Ledger, *, world: World, place: At, source: Path | None = None, actor: Actor, at: datetime
) -> HandedIn:
    """Hand the drill's predictions in for a version."""
    return hand_in(
        store, ledger, world.files, model=place.model, version=place.version, source=source or world.data,
        filename="predictions.csv", mapping=MAPPING, declared={}, actor=actor, at=at,
    )  # fmt: skip


def _sent_back(world: World, place: At, *, to_validation: bool) -> At:
    """Validated, requested, and returned by an approver: every part is taken by somebody from here on."""
    place = _requested(world, place)
    voter = world.actor("voter")
    world.do(return_change, change=place.change, reason=REASON, to_validation=to_validation, actor=voter)
    return place


def _requested(world: World, place: At) -> At:
    """In approval, with an open and a remediated finding of the validator."""
    named = {"model": place.model, "version": place.version}
    contributor, validator = world.actor("contributor"), world.actor("validator")
    run = world.do(start, **named, actor=contributor).run
    perform(world.store, world.ledger, world.files, run=run, clock=lambda: world.now)
    digest = digest_of(world, place)
    raised = [
        world.do(
            raise_finding, **named, title=f"{what} in the drill", detail=REASON, severity=Severity.LOW, actor=validator
        )
        for what in ("Open", "Settled")
    ]
    world.do(remediate, finding=raised[1], text=REASON, actor=contributor)
    world.do(
        conclude, **named, outcome=Outcome.VALIDATED, summary=REASON, seen_digest=digest, actor=validator
    )  # fmt: skip
    change = world.do(request_change, **named, rationale=REASON, actor=world.actor("requester")).change
    return At(place.model, place.version, change, raised[0], raised[1])


def _vote(world: World, place: At, choice: Choice) -> None:
    """Decide the change by the one vote that its tier takes."""
    actor = world.actor("second")
    if choice is Choice.APPROVE:
        answer_all(world, place.change, actor)
    world.do(
        vote, change=place.change, choice=choice, rationale=REASON, seen_digest=digest_of(world, place),
        session_id=world.signed_in(actor.id), actor=actor,
    )  # fmt: skip


def _issue_tokens(world: World) -> None:
    """Of somebody who is a developer: with every scope, with one that opens little, and one of each end."""
    holder, ends = world.actor("tokens"), world.now + timedelta(hours=1)
    every = TOKEN_SCOPES & holder.permissions
    for name, scopes in (("kept", every), ("narrow", frozenset({Permission.CODE_REPORT})), ("revoked", every)):
        world.tokens[name] = world.do(issue_token, name=name, scopes=scopes, expires_at=ends, actor=holder)
    began, over = world.now - timedelta(hours=2), world.now - timedelta(hours=1)
    world.tokens["expired"] = issue_token(
        world.store, world.ledger, name="expired", scopes=every, expires_at=over, actor=holder, at=began
    )
    world.do(revoke_token, number=world.tokens["revoked"].number, actor=holder)


def _in_production(world: World) -> None:
    """Two versions of one model: the second in production, the first in its place before."""
    first = _brought(world, _registered(world, IN_PRODUCTION))
    entered = replace(_version(IN_PRODUCTION, "1.0.1"), change_kind=ChangeKind.CORRECTION)
    world.do(register_version, model=first.model, version=entered, actor=world.actor("contributor"))
    second = At(first.model, "1.0.1")
    _hand_in(world, second)
    world.at[SUPERSEDED], world.at[IN_PRODUCTION] = first, _brought(world, second)


def _brought(world: World, place: At) -> At:
    place = _sent_back(world, place, to_validation=False)
    world.do(resume_change, change=place.change, actor=world.actor("requester"))
    _vote(world, place, Choice.APPROVE)
    world.do(execute_change, change=place.change, actor=world.actor("owner"))
    return place


def _model(world: World, name: str) -> NewModel:
    owner, developer = world.people["owner"], world.people["contributor"]
    return NewModel(
        f"Drill: {name}", "Exists for the length of a drill.", "Drill", owner, developer, Exposure.LOW,
        Purpose.OPERATIONAL, packs=(PACK,) if name == DRAFT else (),
    )  # fmt: skip


def _version(name: str, number: str) -> NewVersion:
    said = "Made for the drill."
    return NewVersion(number, said, said, said, f"{name} training 1", f"{name} test 1")


def _write_data(path: Path, seed: int) -> None:
    """Predictions that pass what every tier is asked for; the same at every drill."""
    chance = random.Random(seed)  # noqa: S311  the same data every time, and no secret
    with path.open("w", newline="", encoding="utf-8") as sink:
        out = csv.writer(sink)
        out.writerow(("row", "label", "prediction", "score"))
        for row in range(ROWS):
            label = row % 2
            right = chance.random() < 0.9
            score = (0.6 + 0.39 * chance.random()) if (label == 1) == right else 0.4 * chance.random()
            out.writerow((f"r{row}", label, int(score >= 0.5), f"{score:.6f}"))
