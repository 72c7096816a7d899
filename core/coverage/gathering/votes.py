"""Items of packs that approvers answered as met on a change that was approved."""

from collections.abc import Iterable, Set
from datetime import datetime

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from core.approval.rules import BRINGS, Answer, ChangeStatus
from core.approval.tables import ChangeRequest, ChecklistAnswer, ChecklistItem
from core.coverage.gathering.scope import Held, Scope

PREFIX = "approved as met "


def word_for(pack: str, item: str) -> str:
    """The signal that stands for this item."""
    return f"{PREFIX}{pack} {item}"


def answered_items(session: Session, scope: Scope, words: Set[str], _at: datetime) -> Iterable[Held]:
    """An item that every approver who answered found met; the change is the key."""
    pairs = scope.pairs
    otherwise = func.sum(case((col(ChecklistAnswer.answer) != Answer.MET, 1), else_=0))
    query = (
        select(pairs.c.model, col(ChecklistItem.source), func.max(ChangeRequest.number))
        .join(ChangeRequest, col(ChangeRequest.version_id) == pairs.c.version)
        .join(ChecklistItem, col(ChecklistItem.change_id) == col(ChangeRequest.id))
        .join(ChecklistAnswer, col(ChecklistAnswer.item_id) == col(ChecklistItem.id))
        .where(
            col(ChangeRequest.status).in_((ChangeStatus.APPROVED, ChangeStatus.EXECUTED)),
            col(ChangeRequest.kind).in_(BRINGS),
            ~col(ChecklistItem.source).startswith("clause "),
        )
        .group_by(pairs.c.model, col(ChecklistItem.source))
        .having(otherwise == 0)
    )
    for model, source, change in session.execute(query):
        word = PREFIX + source.partition(",")[0]  # a source reads “pack item, clause”
        if word in words:
            yield Held(model, word, change)
