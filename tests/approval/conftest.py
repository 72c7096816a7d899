"""What the tests of change control share: a cast, and a change that waits for its approvers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest

from core.access.rules import Actor
from core.approval import queries
from core.approval.facts import load_change
from core.approval.rules import Answer, ChangeStatus, Choice
from core.approval.service import answer_item, request_change, vote
from core.inventory.moves import load_version
from core.inventory.rules import Stage
from core.inventory.tables import ModelVersion
from core.ledger.service import Ledger
from core.store import Store
from tests.builders import NOON, REASON, Cast, a_cast, a_version, signed_in


@dataclass(frozen=True)
class Case:
    """A change request on record, and the ways in which people act on it."""

    store: Store
    ledger: Ledger
    cast: Cast
    change: str
    model: str
    version: str

    @property
    def row(self) -> ModelVersion:
        with self.store.reading() as session:
            row = load_version(session, self.model, self.version)[1]
            session.expunge(row)
            return row

    @property
    def status(self) -> ChangeStatus:
        with self.store.reading() as session:
            return load_change(session, self.change).change.status

    def page(self, viewer: Actor) -> queries.ChangePage:
        with self.store.reading() as session:
            return queries.change(session, self.change, viewer, at=NOON)

    def answer_all(self, actor: Actor, at: datetime = NOON) -> None:
        for item in self.page(actor).checklist:
            answer_item(
                self.store,
                self.ledger,
                change=self.change,
                code=item.code,
                answer=Answer.MET,
                reason="",
                actor=actor,
                at=at,
            )

    def vote(self, actor: Actor, choice: Choice = Choice.APPROVE, *, seen: str | None = None) -> ChangeStatus:
        return vote(
            self.store,
            self.ledger,
            change=self.change,
            choice=choice,
            rationale=REASON,
            seen_digest=self.row.evidence_digest if seen is None else seen,
            session_id=signed_in(self.store, actor),
            actor=actor,
            at=NOON,
        ).status

    def approve(self, *actors: Actor) -> None:
        for actor in actors:
            self.answer_all(actor)
            self.vote(actor)


Opener = Callable[..., Case]


@pytest.fixture
def opened(store: Store, ledger: Ledger) -> Opener:
    """Opens a change on a validated version: `opened(tier=2, packs="gdpr")`."""

    def open_one(*, tier: int = 1, packs: str = "", cast: Cast | None = None, **of_version: str) -> Case:
        people = cast or a_cast(store)
        model, version = a_version(store, people, tier=tier, packs=packs, stage=Stage.VALIDATED, **of_version)
        change = request_change(
            store, ledger, model=model, version=version, rationale=REASON, actor=people.developer, at=NOON
        ).change
        return Case(store, ledger, people, change, model, version)

    return open_one
