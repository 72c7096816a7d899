"""My work asks the rules about everything that waits, in as many statements for many things as for one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import event
from sqlmodel import Session, select

from app.work import work_of
from core.access.rules import Actor
from core.approval.rules import ChangeStatus, Choice
from core.approval.service import request_change
from core.approval.tables import ChangeRequest, Condition, Vote
from core.inventory.profile.rules import OverrideStatus
from core.inventory.rules import Stage
from core.inventory.tables import Model, ModelVersion, TierOverride
from core.ledger.service import Ledger
from core.policy.life import DraftStatus
from core.policy.service import default_policy_text, digest_of
from core.policy.tables import PolicyDraft
from core.store import Store
from core.validation.challenge import ask
from core.validation.rules import FindingStatus
from tests.builders import NOON, REASON, Cast, a_cast, a_finding, a_version

LATER = NOON + timedelta(days=5)
UNFINISHED = (Stage.DRAFT, Stage.IN_VALIDATION, Stage.VALIDATED, Stage.NOT_VALIDATED)


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*given: object) -> None:
        statements.append(str(given[2]))

    event.listen(store.engine, "before_cursor_execute", note)
    yield statements
    event.remove(store.engine, "before_cursor_execute", note)


def one_of_each(store: Store, ledger: Ledger, cast: Cast) -> None:
    """Something of every kind for every role, on versions of its own."""
    for stage in UNFINISHED:
        model, version = a_version(store, cast, stage=stage)
        a_finding(store, model, version)
        a_finding(store, model, version, status=FindingStatus.REMEDIATED)
        if stage is Stage.IN_VALIDATION:
            ask(store, ledger, model=model, version=version, text=f"{REASON}?", actor=cast.validator, at=NOON)
    for approved in (False, True):
        model, version = a_version(store, cast, stage=Stage.VALIDATED)
        request_change(store, ledger, model=model, version=version, rationale=REASON, actor=cast.developer, at=NOON)
        with store.transaction() as tx:
            _decided(tx.session, model, cast) if approved else _proposed(tx.session, model, cast)


def _decided(session: Session, model: str, cast: Cast) -> None:
    change, version = session.exec(
        select(ChangeRequest, ModelVersion)
        .join(ModelVersion, ChangeRequest.version_id == ModelVersion.id)  # type: ignore[arg-type]
        .join(Model, ModelVersion.model_id == Model.id)  # type: ignore[arg-type]
        .where(Model.number == model)
    ).one()
    version.stage = Stage.APPROVED
    change.status, change.approved_digest, change.decided_at = ChangeStatus.APPROVED, version.evidence_digest, NOON
    vote = Vote(
        change_id=change.id or 0, person=cast.approver.id, choice=Choice.APPROVE, rationale=REASON,
        evidence_digest=version.evidence_digest, cast_at=NOON,
    )  # fmt: skip
    session.add_all([change, version, vote])
    session.flush()
    for done in (None, NOON):
        condition = Condition(
            change_id=change.id or 0, vote_id=vote.id or 0, text=REASON, owner=cast.owner.id, due_at=LATER,
            done_by=cast.owner.id if done else None, done_at=done,
        )  # fmt: skip
        session.add(condition)


def _proposed(session: Session, model: str, cast: Cast) -> None:
    row = session.exec(select(Model).where(Model.number == model)).one()
    row.next_review = NOON + timedelta(days=3)
    body = default_policy_text() + f"# {model}\n"
    session.add_all([
        row,
        TierOverride(
            model_id=row.id or 0, tier=2, rule_tier=1, reason=REASON, status=OverrideStatus.PROPOSED,
            proposed_by=cast.owner.id, proposed_at=NOON,
        ),
        PolicyDraft(
            number=f"PD{model}", body=body, digest=digest_of(body), author=cast.owner.id, reason=REASON,
            status=DraftStatus.SUBMITTED, created_at=NOON, changed_at=NOON, submitted_at=NOON,
        ),
    ])  # fmt: skip


def statements(store: Store, cast: Cast) -> dict[str, tuple[int, int]]:
    """By role, how many statements a desk takes, and how much lies on it."""
    found = {}
    for name in ("owner", "developer", "validator", "second_validator", "approver", "second_approver", "administrator"):
        actor: Actor = getattr(cast, name)
        with counted(store) as seen, store.reading() as session:
            work = work_of(session, actor, LATER)
        found[name] = (len(seen), len(work.waiting) + len(work.expiring) + len(work.asked))
    return found


def test_a_desk_takes_as_many_statements_for_many_tasks_as_for_few(sqlite_store: Store, ledger: Ledger) -> None:
    cast = a_cast(sqlite_store)
    one_of_each(sqlite_store, ledger, cast)
    few = statements(sqlite_store, cast)

    for _ in range(4):
        one_of_each(sqlite_store, ledger, cast)
    many = statements(sqlite_store, cast)
    for _ in range(3):
        one_of_each(sqlite_store, ledger, cast)
    more = statements(sqlite_store, cast)

    assert {name: taken for name, (taken, _) in many.items()} == {name: taken for name, (taken, _) in more.items()}
    assert all(many[name][0] - taken <= 1 for name, (taken, _) in few.items()), "a list that fills its page is counted"
    assert all(taken <= 75 for taken, _ in many.values()), many
    busy = ("owner", "developer", "second_validator", "second_approver")
    assert all(many[name][1] >= few[name][1] + 6 for name in busy), (few, many)


def test_nothing_on_a_desk_is_lost_in_the_batch(sqlite_store: Store, ledger: Ledger) -> None:
    cast = a_cast(sqlite_store)
    one_of_each(sqlite_store, ledger, cast)

    def asked_of(actor: Actor) -> list[str]:
        with sqlite_store.reading() as session:
            return sorted(
                task.what.partition(" v1")[0].partition(" F0")[0] for task in work_of(session, actor, LATER).waiting
            )

    assert asked_of(cast.second_validator).count("Conclude the validation of") == 1
    assert asked_of(cast.second_approver).count("Approve") == 1
    steps = [one for one in asked_of(cast.developer) if "finding" not in one and "question" not in one]
    assert steps == ["Hand in evidence for", "Put right what stopped", "Request approval of"]
