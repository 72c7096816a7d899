"""The use cases of coverage: a person answers an item, or withdraws an answer."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.coverage.rules import AnswerFacts, Outcome, answer_refusals, withdraw_refusals
from core.coverage.tables import CoverageAnswer
from core.errors import Conflict, NotFound, Problem, Refused, Unreadable
from core.inventory.moves import load_model
from core.inventory.tables import Model
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.packs.service import pack_by_id
from core.store import Store
from core.store.numbers import next_number

LIMITS = {"reason": 4000, "link": 1000}


@dataclass(frozen=True)
class Answered:
    """The number of an answer, and the ledger entry that says so."""

    answer: str
    entry: int


def answer_item(
    store: Store,
    ledger: Ledger,
    *,
    model: str | None,
    pack: str,
    item: str,
    outcome: Outcome,
    reason: str,
    link: str = "",
    expires_at: datetime,
    actor: Actor,
    at: datetime,
) -> Answered:
    """Answer an item of a pack for a model, or for the whole organisation where `model` is None.

    It counts until it expires or is withdrawn; a newer answer to the same item takes its place.
    """
    _check(reason=reason, link=link)
    entity = Entity("model", model) if model else Entity("pack", pack)
    with deciding(store, ledger, "answer an item of a pack", entity=entity, actor=actor, at=at) as tx:
        row = load_model(tx.session, model) if model else None
        if pack_by_id(tx.session, pack).item(item) is None:
            raise NotFound(f"item of {pack}", item)
        standing = answer_refusals(actor, for_all=model is None, reason=reason, link=link, expires_at=expires_at, at=at)
        if standing:
            raise Refused(standing)
        answer = CoverageAnswer(
            number=next_number(tx.session, "CA"),
            model_id=row.id if row else None,
            pack=pack,
            item=item,
            outcome=outcome,
            reason=reason.strip(),
            link=link.strip(),
            given_by=actor.id,
            given_at=at,
            expires_at=expires_at,
        )
        tx.session.add(answer)
        payload = {
            "answer": answer.number,
            "item": f"{pack} {item}",
            "outcome": outcome.value,
            "reason": answer.reason,
            "link": answer.link,
            "until": expires_at.isoformat(),
        }
        entry = ledger.record(tx, Event.COVERAGE_ANSWERED, entity=entity, actor=actor, at=at, payload=payload)
        return Answered(answer.number, entry.index)


def withdraw_answer(store: Store, ledger: Ledger, *, answer: str, reason: str, actor: Actor, at: datetime) -> Answered:
    """Withdraw an answer; it stays on record with the reason."""
    _check(reason=reason)
    with deciding(store, ledger, "withdraw an answer", entity=Entity("answer", answer), actor=actor, at=at) as tx:
        row, model = load_answer(tx.session, answer)
        standing = withdraw_refusals(facts_of(row, model), actor, reason=reason)
        if standing:
            raise Refused(standing)
        done = tx.session.execute(
            update(CoverageAnswer)
            .where(col(CoverageAnswer.id) == row.id, col(CoverageAnswer.withdrawn_at).is_(None))
            .values(withdrawn_by=actor.id, withdrawn_at=at, withdrawal_reason=reason.strip())
            .execution_options(synchronize_session=False)
        )
        if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
            raise Conflict("an answer in force", "a withdrawn one", "The answer")
        entity = Entity("model", model.number) if model else Entity("pack", row.pack)
        payload = {"answer": answer, "item": f"{row.pack} {row.item}", "reason": reason.strip()}
        entry = ledger.record(tx, Event.COVERAGE_ANSWER_WITHDRAWN, entity=entity, actor=actor, at=at, payload=payload)
        return Answered(answer, entry.index)


def load_answer(session: Session, number: str) -> tuple[CoverageAnswer, Model | None]:
    """The answer with this number, and its model where it is about one; raises `NotFound`."""
    row = session.exec(select(CoverageAnswer).where(CoverageAnswer.number == number)).first()
    if row is None:
        raise NotFound("answer", number)
    return row, session.get(Model, row.model_id) if row.model_id is not None else None


def facts_of(row: CoverageAnswer, model: Model | None) -> AnswerFacts:
    """What the rules ask for."""
    return AnswerFacts(row.given_by, row.withdrawn_at is not None, model.owner if model else "")


def _check(**texts: str) -> None:
    problems = [
        Problem("too long", column=name, expected=f"at most {LIMITS[name]} characters")
        for name, text in texts.items()
        if len(text) > LIMITS[name]
    ]
    if problems:
        raise Unreadable(problems)
