"""In which form the input of an event is kept: by the policy in force, and by the tier of the model that it names."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from sqlmodel import Session, select

from core.inventory.tables import Model
from core.ledger.batches.rows import InputForm
from core.policy.service import policy_in_force


def input_forms(session: Session, *, at: datetime) -> Callable[[str], InputForm]:
    """A function that tells, of the number of a model, the form of its inputs; of a model nobody knows as well."""
    keeping = policy_in_force(session, at=at).policy.events

    @cache
    def form(model: str) -> InputForm:
        tier = session.exec(select(Model.tier).where(Model.number == model)).first() if model else None
        return InputForm(keeping.inputs(tier).value)

    return form
