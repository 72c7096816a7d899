"""Forms that a person has begun: theirs alone, kept until they are sent or discarded, and not on record."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.errors import NotFound, Problem, Refusal, Refused, Unreadable
from core.inventory.tables import Draft
from core.store import Store

MOST_DRAFTS, LONGEST = 50, 500_000


@dataclass(frozen=True)
class DraftRow:
    """A draft in a person's list; `body` is JSON of the form's fields."""

    id: int
    form: str
    title: str
    body: str
    saved_at: datetime


def save_draft(
    store: Store, *, form: str, title: str, body: str, draft: int | None = None, actor: Actor, at: datetime
) -> int:
    """Keep a form as it stands, over an earlier draft of the same person where one is named; answers with its number.

    Raises `NotFound` for a draft that is not theirs, `Refused` beyond 50 drafts, `Unreadable` when it is too long.
    """
    if len(body) > LONGEST:
        found, expected = f"{len(body):,} characters", f"at most {LONGEST:,}"
        raise Unreadable([Problem("the draft is too long", column="draft", found=found, expected=expected)])
    with store.transaction() as tx:
        row = _own(tx.session, draft, actor) if draft is not None else None
        if row is None:
            held = tx.session.exec(select(func.count()).select_from(Draft).where(Draft.person == actor.id)).one()
            if held >= MOST_DRAFTS:
                said = f"You keep {MOST_DRAFTS} drafts already"
                raise Refused([Refusal("drafts", said, "", "Send or discard one first.")])
            row = Draft(person=actor.id, form=form, title="", body="", saved_at=at)
        row.title, row.body, row.saved_at = (title.strip() or "Without a name")[:200], body, at
        tx.session.add(row)
        tx.session.flush()
        return row.id or 0


def discard_draft(store: Store, *, draft: int, actor: Actor) -> None:
    """Forget a draft of this person; raises `NotFound` for anybody else's."""
    with store.transaction() as tx:
        row = _own(tx.session, draft, actor)
        tx.session.execute(delete(Draft).where(col(Draft.id) == row.id))


def drafts_of(session: Session, person: str, *, form: str | None = None) -> tuple[DraftRow, ...]:
    """A person's own drafts, newest first, of one form or of all."""
    query = select(Draft).where(Draft.person == person).order_by(col(Draft.saved_at).desc(), col(Draft.id).desc())
    rows = session.exec(query if form is None else query.where(Draft.form == form)).all()
    return tuple(DraftRow(row.id or 0, row.form, row.title, row.body, row.saved_at) for row in rows)


def _own(session: Session, draft: int, actor: Actor) -> Draft:
    row = session.exec(select(Draft).where(Draft.id == draft, Draft.person == actor.id)).first()
    if row is None:
        raise NotFound("draft of yours", draft)
    return row
