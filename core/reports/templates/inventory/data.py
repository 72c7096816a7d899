"""Datasets and production data of the statement, with the class that people decided for each column."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.inventory.classes.rules import DAYS_KEPT, Condition, LegalBasis
from core.inventory.classes.tables import DataColumn
from core.inventory.tables import Dataset, FieldChange
from core.ledger.events import Event
from core.policy.keeping.rules import DataClass
from core.reports.history.ledger import Entry, LedgerThen, of
from core.reports.layout.blocks import Cell, Cited, Section, Source, Stacked
from core.reports.layout.words import NOTHING, moment, or_nothing, sentence
from core.reports.templates.citing import Citing, table_or
from core.reports.templates.inventory.models import InventoryLine
from core.reports.templates.parts import columns_of
from core.reports.texts import inventory as texts

ONE_BY_ONE = (DataClass.SPECIAL, DataClass.PERSONAL)


@dataclass(frozen=True)
class ColumnLine:
    """A column with what was decided for it; `entry` and `leaf` are those of the decision."""

    name: str
    data_class: DataClass | None
    purpose: str
    basis: LegalBasis | None
    condition: Condition | None
    decided_by: str
    decided_at: datetime | None
    entry: int | None
    leaf: str


@dataclass(frozen=True)
class DataLine:
    """A dataset, or the production data of a model, with its columns by name."""

    number: str
    kind: str  # of record that holds them, as the ledger names it
    name: str
    owner: str
    classification: str
    kept: str
    columns: tuple[ColumnLine, ...]

    def count(self, data_class: DataClass | None) -> int:
        """How many columns are of this class; None: nobody decided."""
        return sum(one.data_class is data_class for one in self.columns)


def read_data(session: Session, ledger: LedgerThen, models: Mapping[str, InventoryLine]) -> tuple[DataLine, ...]:
    """Datasets in use, and models in use whose production data are known; most columns about people first."""
    columns, days = _columns(session, ledger), _days(session)
    query = select(Dataset).where(col(Dataset.retired_at).is_(None)).order_by(col(Dataset.id))
    found = [
        DataLine(
            one.number, "dataset", f"{one.name} {one.version}", one.owner or one.registered_by, one.classification,
            "; ".join(filter(None, (days.get(one.number, ""), one.retention))), columns.get(one.number, ()),
        )
        for one in session.exec(query)
    ]  # fmt: skip
    found += [
        DataLine(number, "model", one.name, one.owner, "", days.get(number, ""), columns[number])
        for number, one in models.items()
        if number in columns
    ]
    return tuple(sorted(found, key=lambda one: (*(-one.count(held) for held in ONE_BY_ONE), one.number)))


def _columns(session: Session, ledger: LedgerThen) -> dict[str, tuple[ColumnLine, ...]]:
    decided: dict[tuple[str, str], Entry] = {}
    for entry in ledger.entries(of(Event.COLUMNS_CLASSED)):
        named = entry.said.get("columns")
        decided |= {(entry.entity, name): entry for name in named} if isinstance(named, dict) else {}
    found: dict[str, list[ColumnLine]] = defaultdict(list)
    for row in session.exec(select(DataColumn).order_by(col(DataColumn.holder), col(DataColumn.name))):
        by = decided.get((row.holder, row.name)) if row.data_class else None
        found[row.holder].append(
            ColumnLine(
                row.name,
                row.data_class,
                row.purpose,
                row.basis,
                row.condition,
                row.decided_by,
                row.decided_at,
                by.index if by else None,
                by.leaf if by else "",
            )
        )  # fmt: skip
    return {holder: tuple(lines) for holder, lines in found.items()}


def _days(session: Session) -> dict[str, str]:
    """For how long data are kept by a decision of their own, as the history of each record says it last."""
    query = select(FieldChange.entity, FieldChange.new).where(FieldChange.field == DAYS_KEPT)
    return dict(session.exec(query.order_by(col(FieldChange.id))).all())


def data_sections(data: Sequence[DataLine], citing: Citing) -> tuple[Section, ...]:
    """What data there are by class, then every column about people."""
    rows = tuple(_line(one, citing) for one in data)
    columns = columns_of(texts.DATA_COLUMNS, 2.6, 1.5, 0.9, 0.9, 0.9, 0.9, 0.9, 2, right=(2, 3, 4, 5, 6))
    of_people = tuple(
        _column(one, column, citing) for one in data for column in one.columns if column.data_class in ONE_BY_ONE
    )
    each = columns_of(texts.PEOPLE_COLUMNS, 1, 1.6, 1.5, 3.2, 1.9, right=(4,))
    return (
        table_or(texts.DATA, texts.DATA_CAPTION, columns, rows, texts.NO_DATA),
        table_or(texts.OF_PEOPLE, texts.OF_PEOPLE_CAPTION, each, of_people, texts.NONE_OF_PEOPLE),
    )


def _line(one: DataLine, citing: Citing) -> tuple[Cell, ...]:
    classes = Counter(column.data_class for column in one.columns)
    others = len(one.columns) - sum(classes[held] for held in (*ONE_BY_ONE, None))
    path = f"holders / {one.number} / columns"
    counts = (
        (len(one.columns), path),
        *((classes[held], f"{path} / class {held.value}") for held in ONE_BY_ONE),
        (others, f"{path} / of other classes"),
        (classes[None], f"{path} / without class"),
    )
    below = one.classification if one.kind == "dataset" else texts.PRODUCTION
    return (
        Stacked(f"{one.number} {one.name}", below),
        citing.name(one.owner),
        *(citing.number(value, where) if one.columns else NOTHING for value, where in counts),
        or_nothing(one.kept),
    )


def _column(one: DataLine, column: ColumnLine, citing: Citing) -> tuple[Cell, ...]:
    ground = "; ".join(part.value for part in (column.basis, column.condition) if part)
    decided = Stacked(moment(column.decided_at), citing.name(column.decided_by))
    source = Source(f"{one.kind} {one.number} / column {column.name} / class", column.leaf, column.entry)
    return (
        one.number,
        column.name,
        sentence(column.data_class.value) if column.data_class else NOTHING,
        Stacked(column.purpose or texts.NO_PURPOSE, sentence(ground) if ground else texts.NO_BASIS),
        Cited(decided, source),
    )
