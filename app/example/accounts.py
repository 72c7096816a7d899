"""Example accounts, one per role with a second approver and administrator, with passwords made for this place."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from app.composition import Workplace
from core.access.passwords import hashed
from core.access.people import add_grant, add_person
from core.access.rules import SYSTEM, Actor, Role
from core.ledger.events import Event
from core.ledger.service import Entity

CAST: tuple[tuple[str, str, Role], ...] = (
    ("owner", "Example owner", Role.OWNER),
    ("developer", "Example developer", Role.DEVELOPER),
    ("validator", "Example validator", Role.VALIDATOR),
    ("approver", "Example approver", Role.APPROVER),
    ("approver2", "Second approver", Role.APPROVER),
    ("auditor", "Example auditor", Role.AUDITOR),
    ("administrator", "Example administrator", Role.ADMINISTRATOR),
    ("administrator2", "Second administrator", Role.ADMINISTRATOR),
)


@dataclass(frozen=True)
class Account:
    """What to type to sign in, and the person behind it."""

    username: str
    password: str
    role: str
    number: str

    @property
    def actor(self) -> Actor:
        """The person as use cases take them."""
        return Actor(self.number, frozenset({Role(self.role)}))


def accounts(place: Workplace, *, at: datetime) -> dict[str, Account]:
    """The example accounts by user name, made on the first call and kept in a file that only this user reads."""
    kept = place.settings.data_dir / "example-accounts.json"
    if kept.exists():
        return {row["username"]: Account(**row) for row in json.loads(kept.read_text(encoding="utf-8"))}
    made = [_make(place, username, name, role, at=at) for username, name, role in CAST]
    _keep(kept, made)
    return {account.username: account for account in made}


def _make(place: Workplace, username: str, name: str, role: Role, *, at: datetime) -> Account:
    password = secrets.token_urlsafe(12)
    with place.store.transaction() as tx:
        person = add_person(tx, username=username, name=name, at=at)
        person.password_hash = hashed(password)
        entity = Entity("person", person.number)
        place.ledger.record(tx, Event.PERSON_ADDED, entity=entity, actor=SYSTEM, at=at)
        add_grant(
            tx,
            place.ledger,
            person=person.number,
            role=role,
            reason="An account of the example workspace",
            actor=SYSTEM,
            at=at,
        )
        return Account(username, password, role.value, person.number)


def _keep(path: Path, made: list[Account]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump([asdict(account) for account in made], file, indent=1)
