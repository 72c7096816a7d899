"""What the tests of execution share: an approved change under a policy with a rollout plan."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from core.access.rules import Actor
from core.approval.queries import change as change_page
from core.approval.rollout import stepping
from core.approval.rollout.stepping import Stepped
from core.approval.rules import Answer, ChangeStatus, Choice
from core.approval.service import answer_item, request_change, vote
from core.approval.tables import ChangeRequest
from core.inventory.deployments.queries import StayRow, in_production_at, stays
from core.inventory.moves import load_model, load_version
from core.inventory.rules import Stage
from core.inventory.tables import ModelVersion
from core.jobs.outbox.tables import OutboxMessage
from core.ledger.events import Event
from core.ledger.service import Ledger
from core.ledger.tables import LogEntry
from core.policy.rules import ChangeKind
from core.policy.service import default_policy_text
from core.store import Store
from core.store.numbers import next_number
from tests.builders import NOON, REASON, Cast, a_cast, a_policy, a_version, signed_in

PLAN = """
[[path]]
clause = "10.1"
change = "first use"
tiers = [2]
quorum = 1
rollout = ["shadow", "canary 10", "full"]
hold_hours = 24

[[path]]
clause = "10.2"
change = "new version"
tiers = [2]
quorum = 1
code_reviews = 1
rollout = ["canary 10", "full"]
hold_hours = 48
"""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One model with its people, and what can be done with its versions."""

    store: Store
    ledger: Ledger
    cast: Cast
    model: str

    def approved(self, version: str = "1.0.0", *, plan: str = "") -> str:
        """The number of an approved change for this version; `plan` adds paths to the policy that ships."""
        a_version(self.store, self.cast, model=self.model, version=version, stage=Stage.VALIDATED)
        if plan:
            a_policy(self.store, default_policy_text() + plan)
        return self.voted(version)

    def voted(self, version: str, *, kind: ChangeKind | None = None, restriction: str = "", lifts: str = "") -> str:
        """The number of a change of this kind to a version that is there, approved."""
        number = request_change(
            self.store,
            self.ledger,
            model=self.model,
            version=version,
            rationale=REASON,
            kind=kind,
            restriction=restriction,
            lifts=lifts,
            actor=self.cast.developer,
            at=NOON,
        ).change
        with self.store.reading() as session:
            page = change_page(session, number, self.cast.approver, at=NOON)
        for item in page.checklist:
            answer_item(
                self.store,
                self.ledger,
                change=number,
                code=item.code,
                answer=Answer.MET,
                reason="",
                actor=self.cast.approver,
                at=NOON,
            )
        vote(
            self.store,
            self.ledger,
            change=number,
            choice=Choice.APPROVE,
            rationale=REASON,
            seen_digest=page.evidence_digest,
            session_id=signed_in(self.store, self.cast.approver),
            actor=self.cast.approver,
            at=NOON,
        )
        return number

    def bare(self, version: str) -> str:
        """As `approved`, written at once, for tests that need very many."""
        policy = a_policy(self.store)
        with self.store.transaction() as tx:
            model = load_model(tx.session, self.model)
            known = tx.session.exec(select(ModelVersion).where(ModelVersion.model_id == model.id).limit(1)).one()
            row = ModelVersion(**known.model_dump(exclude={"id", "version", "stage", "revision"}), version=version)
            row.stage = Stage.APPROVED
            tx.session.add(row)
            tx.session.flush()
            change = ChangeRequest(
                number=next_number(tx.session, "CR"),
                version_id=row.id or 0,
                policy_version_id=policy.id,
                status=ChangeStatus.APPROVED,
                rationale=REASON,
                quorum=1,
                requested_by=self.cast.developer.id,
                requested_at=NOON,
                due_at=NOON,
                approved_digest=row.evidence_digest,
            )
            tx.session.add(change)
            return change.number

    def begin(self, change: str, *, actor: Actor | None = None, at: datetime = NOON) -> Stepped:
        return stepping.begin(self.store, self.ledger, change=change, actor=actor or self.cast.owner, at=at)

    def advance(self, change: str, *, actor: Actor | None = None, at: datetime = NOON) -> Stepped:
        return stepping.advance(self.store, self.ledger, change=change, actor=actor or self.cast.owner, at=at)

    def in_production(self, version: str, *, at: datetime = NOON) -> str:
        """This version, approved and executed at once; the number of its change."""
        change = self.approved(version)
        self.begin(change, at=at)
        return change

    def standing(self, at: datetime = NOON, environment: str = "production") -> list[str]:
        with self.store.reading() as session:
            return [row.words for row in in_production_at(session, self.model, at=at, environment=environment)]

    def history(self) -> tuple[StayRow, ...]:
        with self.store.reading() as session:
            return stays(session, self.model, limit=500).rows

    def stage(self, version: str) -> Stage:
        with self.store.reading() as session:
            return load_version(session, self.model, version)[1].stage

    def messages(self) -> list[OutboxMessage]:
        with self.store.reading() as session:
            return list(session.exec(select(OutboxMessage).order_by(OutboxMessage.id)).all())  # type: ignore[arg-type]

    def recorded(self, event: Event) -> int:
        with self.store.reading() as session:
            return len(session.exec(select(LogEntry.idx).where(LogEntry.action == event.value)).all())


Starter = Callable[[Store], Line]


@pytest.fixture
def started(ledger: Ledger) -> Starter:
    """A line on any store: `started(store)`."""

    def start(store: Store) -> Line:
        from tests.builders import a_model

        cast = a_cast(store)
        return Line(store, ledger, cast, a_model(store, cast, tier=2))

    return start


@pytest.fixture
def line(sqlite_store: Store, started: Starter) -> Line:
    return started(sqlite_store)
