"""Who and what is in the scratch record, and how somebody acts in it."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from core.access.break_glass.service import open_break_glass
from core.access.people import add_grant, add_person, end_grants
from core.access.rules import EVERYWHERE, SYSTEM, Actor, Reach, Role
from core.access.sessions import open_session
from core.access.tokens import Issued
from core.assurance.drill.rehearsal import Rehearsal
from core.inventory.moves import load_model, load_version
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import EvidenceFiles

REASON = "The drill of access asks for this and nothing else."
DRAFT, IN_VALIDATION, VALIDATED, NOT_VALIDATED = "draft", "in validation", "validated", "not validated"
IN_APPROVAL, APPROVED, IN_PRODUCTION = "in approval", "approved", "in production"
SUPERSEDED, RETIRED, WITHDRAWN = "superseded", "retired", "request withdrawn"
PACK, ITEM = "sr-26-2", "MRM-18"
T = TypeVar("T")
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
    sessions: dict[str, str] = field(default_factory=dict)
    records: dict[str, str] = field(default_factory=dict)  # what addresses are called about, by the name they give it

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

    def revision(self, model: str) -> int:
        """The revision at which a model's record stands."""
        with self.store.reading() as session:
            return load_model(session, model).revision

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

    def set_roles(self, person: str, roles: frozenset[Role], lines: Mapping[Role, str] | None = None) -> None:
        """Have this person hold exactly these roles, as an identity provider would; `lines` limits some of them."""
        with self.store.transaction() as tx:
            for role in Role:
                end_grants(tx, self.ledger, person=person, role=role, actor=SYSTEM, at=self.now)
            for role in sorted(roles):
                line = (lines or {}).get(role)
                reach = Reach(lines=frozenset({line})) if line else EVERYWHERE
                add_grant(
                    tx, self.ledger, person=person, role=role, reason=REASON, reach=reach, actor=SYSTEM, at=self.now
                )

    def break_glass(self, person: str, roles: frozenset[Role]) -> None:
        """Have this person open break-glass access, in the session that `sessions` names from here on."""
        self.sessions[person] = self.signed_in(person)
        session_id, actor = self.sessions[person], Actor(person, roles)
        self.do(open_break_glass, reason=REASON, session_id=session_id, actor=actor)

    def let_a_grant_end(self, person: str, roles: frozenset[Role]) -> None:
        """Give this person roles whose time was over an hour ago."""
        began, ended = self.now - timedelta(hours=2), self.now - timedelta(hours=1)
        with self.store.transaction() as tx:
            for role in sorted(roles):
                add_grant(
                    tx, self.ledger, person=person, role=role, reason=REASON, ends_at=ended, actor=SYSTEM, at=began
                )


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


def digest_of(world: World, place: At) -> str:
    """The digest of the evidence at hand."""
    with world.store.reading() as session:
        return load_version(session, place.model, place.version)[1].evidence_digest
