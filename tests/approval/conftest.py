"""What the tests of change control share: a cast, and a change that waits for its approvers."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from core.access.rules import Actor
from core.approval import queries
from core.approval.facts import load_change
from core.approval.rules import Answer, ChangeStatus, Choice
from core.approval.service import NewException, answer_item, execute_change, grant_function, request_change, vote
from core.errors import Refused
from core.inventory.moves import load_version
from core.inventory.rules import Stage
from core.inventory.tables import ModelVersion
from core.ledger.service import Ledger
from core.ledger.tables import LogEntry, LogPayload
from core.policy.rules import ChangeKind, Function
from core.store import Store
from tests.builders import NOON, REASON, Cast, a_cast, a_version, signed_in


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    """The codes of all reasons."""
    return {refusal.code for refusal in refused.value.refusals}


def asks(
    store: Store,
    ledger: Ledger,
    cast: Cast,
    model: str,
    version: str,
    kind: ChangeKind,
    *,
    by: Actor | None = None,
    restriction: str = "Only for the cases that were tested.",
    exception: NewException | None = None,
    at: datetime = NOON,
) -> str:
    """The number of a change of this kind, asked for by the developer or by `by`."""
    return request_change(
        store,
        ledger,
        model=model,
        version=version,
        rationale=REASON,
        kind=kind,
        restriction=restriction,
        exception=exception,
        actor=by or cast.developer,
        at=at,
    ).change


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

    def page(self, viewer: Actor, *, at: datetime = NOON) -> queries.ChangePage:
        with self.store.reading() as session:
            return queries.change(session, self.change, viewer, at=at)

    def asks(self, kind: ChangeKind, *, by: Actor | None = None, **more: Any) -> "Case":
        """A further change of this version, asked for by its developer or by `by`."""
        number = asks(self.store, self.ledger, self.cast, self.model, self.version, kind, by=by, **more)
        return replace(self, change=number)

    def execute(self) -> None:
        execute_change(self.store, self.ledger, change=self.change, actor=self.cast.owner, at=NOON)

    def speaks(self, person: Actor, function: Function, *, ends_at: datetime | None = None) -> None:
        grant_function(
            self.store,
            self.ledger,
            person=person.id,
            function=function,
            reason=REASON,
            ends_at=ends_at,
            actor=self.cast.administrator,
            at=NOON - timedelta(days=1),
        )

    def answer(self, actor: Actor, code: str, answer: Answer, *, reason: str = "", evidence: str = "") -> None:
        answer_item(
            self.store,
            self.ledger,
            change=self.change,
            code=code,
            answer=answer,
            reason=reason,
            evidence=evidence,
            actor=actor,
            at=NOON,
        )

    def payload(self, action: str) -> dict[str, object]:
        """What the ledger keeps of the last event of this kind."""
        with self.store.reading() as session:
            body = session.exec(
                select(LogPayload.body)
                .join(LogEntry, col(LogEntry.idx) == col(LogPayload.entry_id))
                .where(LogEntry.action == action)
                .order_by(col(LogEntry.idx).desc())
            ).first()
        found: dict[str, object] = json.loads(body or "{}")
        return found

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

    def vote(
        self,
        actor: Actor,
        choice: Choice = Choice.APPROVE,
        *,
        seen: str | None = None,
        session_id: str | None = None,
        on_behalf_of: str = "",
    ) -> ChangeStatus:
        return vote(
            self.store,
            self.ledger,
            change=self.change,
            choice=choice,
            rationale=REASON,
            seen_digest=self.row.evidence_digest if seen is None else seen,
            session_id=signed_in(self.store, actor) if session_id is None else session_id,
            on_behalf_of=on_behalf_of,
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
