"""What the decisions on a model share: one at a time, and reasons that can be read."""

from sqlmodel import Session

from core.errors import Unreadable
from core.inventory.intake import LONG, text_problems
from core.inventory.moves import load_model
from core.inventory.tables import Model


def open_model(session: Session, number: str) -> Model:
    """The model, held so that one decision on it follows another; raises `NotFound`."""
    row = load_model(session, number)
    session.refresh(row, with_for_update={"key_share": True})
    return row


def check_readable(reason: str) -> None:
    """Raise `Unreadable` for a reason that is too long or holds characters that cannot be shown."""
    problems = list(text_problems("reason", reason, longest=LONG, required=False))
    if problems:
        raise Unreadable(problems)
