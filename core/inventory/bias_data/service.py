"""Declares and ends the purpose of bias-test data, and says which attributes are covered by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import NotFound, Problem, Refusal, Refused, Unreadable
from core.inventory.bias_data.rules import BiasFacts, end_refusals, purpose_refusals
from core.inventory.bias_data.tables import BiasPurpose
from core.inventory.tables import Dataset
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger, Recorded
from core.store import Store
from core.store.numbers import next_number

LONGEST = {"purpose": 4000, "necessity": 4000, "basis_detail": 2000, "safeguards": 4000, "readers": 1000}


@dataclass(frozen=True)
class PurposeRow:
    """A purpose with the number and name of its dataset."""

    row: BiasPurpose
    dataset: str
    name: str
    owner: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it covers."""
        return tuple(self.row.columns.split(","))

    def past(self, at: datetime) -> bool:
        """Whether the data should be deleted by now, and nobody said that they are."""
        return self.row.ended_at is None and self.row.delete_by < at


def declare_purpose(
    store: Store, ledger: Ledger, *, dataset: str, facts: BiasFacts, actor: Actor, at: datetime
) -> tuple[str, Recorded]:
    """Put the purpose of special categories of a dataset on record; its number. Raises `Refused`, `Unreadable`."""
    entity = Entity("dataset", dataset)
    with deciding(store, ledger, "declare a purpose of bias-test data", entity=entity, actor=actor, at=at) as tx:
        _refuse(purpose_refusals(facts, actor, at))
        _check(facts)
        row = tx.session.exec(select(Dataset).where(Dataset.number == dataset)).first()
        if row is None:
            raise NotFound("dataset", dataset)
        columns = ",".join(dict.fromkeys(one.strip() for one in facts.columns))
        said = {name: getattr(facts, name).strip() for name in LONGEST}
        made = BiasPurpose(
            number=next_number(tx.session, "BD"), dataset_id=row.id or 0, columns=columns, basis=facts.basis,
            delete_by=facts.delete_by, declared_by=actor.acting_as, declared_at=at, **said,
        )  # fmt: skip
        tx.session.add(made)
        payload: dict[str, JsonValue] = {
            "number": made.number, "columns": columns, "basis": facts.basis.value,
            "delete_by": facts.delete_by.isoformat(),
            **said,
        }  # fmt: skip
        recorded = ledger.record(tx, Event.BIAS_PURPOSE_DECLARED, entity=entity, actor=actor, at=at, payload=payload)
        return made.number, recorded


def end_purpose(store: Store, ledger: Ledger, *, purpose: str, how: str, actor: Actor, at: datetime) -> Recorded:
    """Put on record how the data were deleted, or why they no longer count as bias-test data."""
    with deciding(
        store, ledger, "end a purpose of bias-test data", entity=Entity("bias purpose", purpose), actor=actor, at=at
    ) as tx:
        row = tx.session.exec(select(BiasPurpose).where(BiasPurpose.number == purpose).with_for_update()).first()
        if row is None:
            raise NotFound("purpose of bias-test data", purpose)
        _refuse(end_refusals(row.ended_at is not None, how, actor))
        row.ended_by, row.ended_at, row.ended_how = actor.acting_as, at, how.strip()[:1000]
        tx.session.add(row)
        dataset = tx.session.exec(select(Dataset.number).where(Dataset.id == row.dataset_id)).one()
        payload: dict[str, JsonValue] = {"number": purpose, "how": row.ended_how}
        entity = Entity("dataset", dataset)
        return ledger.record(tx, Event.BIAS_PURPOSE_ENDED, entity=entity, actor=actor, at=at, payload=payload)


def purposes(session: Session, *, datasets: frozenset[int] | None = None) -> tuple[PurposeRow, ...]:
    """Every purpose, those in force first, by the day of deletion; of these datasets, by row number."""
    query = select(BiasPurpose, Dataset.number, Dataset.name, Dataset.owner).join(
        Dataset, col(Dataset.id) == col(BiasPurpose.dataset_id)
    )
    if datasets is not None:
        query = query.where(col(BiasPurpose.dataset_id).in_(datasets))
    rows = session.exec(query.order_by(col(BiasPurpose.ended_at).is_not(None), col(BiasPurpose.delete_by)))
    return tuple(PurposeRow(*row) for row in rows)


def covered_by_dataset(session: Session, *, at: datetime | None) -> Mapping[int, frozenset[str]]:
    """By the row number of a dataset, its columns with a purpose in force, folded; without a moment, not ended."""
    found: dict[int, frozenset[str]] = {}
    for one in purposes(session):
        if one.row.ended_at is None and (at is None or one.row.delete_by >= at):
            known = found.get(one.row.dataset_id, frozenset())
            found[one.row.dataset_id] = known | {column.casefold() for column in one.columns}
    return found


def _check(facts: BiasFacts) -> None:
    problems = [
        Problem("too long", column=name, expected=f"at most {most:,} characters")
        for name, most in LONGEST.items()
        if len(getattr(facts, name)) > most
    ]
    if len(",".join(facts.columns)) > 2000 or any("," in one for one in facts.columns):
        problems.append(Problem("columns are too many, or hold a comma", column="columns"))
    if problems:
        raise Unreadable(problems)


def _refuse(reasons: tuple[Refusal, ...]) -> None:
    if reasons:
        raise Refused(reasons)
