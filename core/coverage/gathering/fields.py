"""Fields of the record that are filled: one row a model, with one bit a field."""

from collections.abc import Iterable, Set
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, case, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import AutoString, Session, col

from core.coverage.gathering.scope import Held, Scope
from core.inventory.tables import Dataset, Model, ModelVersion

TRAINING, TEST = aliased(Dataset, name="training"), aliased(Dataset, name="test")
OWNERS: dict[str, type] = {"model": Model, "version": ModelVersion, "training": TRAINING, "test": TEST}
PREFIX = "field "


def fields(session: Session, scope: Scope, words: Set[str], _at: datetime) -> Iterable[Held]:
    """A text is filled when it is not empty, anything else when it is there."""
    asked = tuple(sorted(word for word in words if word.startswith(PREFIX)))
    if not asked:
        return
    bits: ColumnElement[int] = literal(0)
    for place, word in enumerate(asked):
        bits = bits + case((_filled(word.removeprefix(PREFIX)), 1 << place), else_=0)
    pairs = scope.pairs
    query = (
        select(pairs.c.model, bits)
        .join(Model, col(Model.id) == pairs.c.model)
        .outerjoin(ModelVersion, col(ModelVersion.id) == pairs.c.version)
        .outerjoin(TRAINING, col(TRAINING.id) == col(ModelVersion.training_dataset_id))
        .outerjoin(TEST, col(TEST.id) == col(ModelVersion.test_dataset_id))
    )
    for model, mask in session.execute(query):
        for word in _set(asked, int(mask)):
            yield Held(model, word)


def _filled(name: str) -> ColumnElement[bool]:
    owner, _, attribute = name.partition(".")
    column: ColumnElement[object] = getattr(OWNERS[owner], attribute).expression
    text = isinstance(column.type, AutoString)
    return column != "" if text else column.is_not(None)


@cache
def _set(asked: tuple[str, ...], mask: int) -> tuple[str, ...]:
    return tuple(word for place, word in enumerate(asked) if mask >> place & 1)
