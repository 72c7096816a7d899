"""Reads today's rows of one model or of all; a column that no report reads stays where it is."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Table, or_, select

from core.audits.tables import Audit
from core.inventory.tables import Dataset, FieldChange, Model, ModelVersion
from core.ledger.tables import table_of
from core.links.tables import RecordKind, RecordLink
from core.reports.history.ledger import sliced
from core.reports.history.rewinding import Rewound, Values, Work

LINKED = (RecordKind.INCIDENT.value, RecordKind.ACTION.value)  # what reports follow links of


def load(work: Work, rule: Rewound) -> None:
    """Today's rows of a table that were there at the moment, as far as their own times say."""
    table = table_of(rule.row)
    born = [table.c[rule.born] <= work.as_of] if rule.born else []
    read = [column for column in table.c if column.name not in rule.always]
    query = select(*read).where(*born).order_by(*table.primary_key)
    work.rows[rule.row] = [
        dict(one) for part in _scopes(work, rule, table) for one in work.source.execute(query.where(*part)).mappings()
    ]


def _scopes(work: Work, rule: Rewound, table: Table) -> Iterator[Sequence[ColumnElement[bool]]]:
    """The conditions that narrow to one model, in pieces that one statement takes."""
    if rule.row is Audit:
        yield [table.c.number == work.audit]
    elif rule.row is RecordLink:
        yield [or_(*(end.in_(LINKED) for end in (table.c.from_kind, table.c.to_kind)))]
    elif not work.model and not work.audit:
        yield []
    elif rule.row is Model:
        yield [table.c.number == work.model]
    elif rule.row is Dataset:
        yield from ([table.c.id.in_(part)] for part in sliced(_used_datasets(work)))
    elif rule.row is FieldChange:
        entity = table.c.entity
        yield [or_(entity == work.model, entity.startswith(f"{work.model} ", autoescape=True))]
    elif rule.parents:
        parent = rule.parents[0]
        keys = [one[parent.key] for one in work.of(parent.row)]
        yield from ([table.c[parent.column].in_(part)] for part in sliced(keys))
    else:
        yield []


def _used_datasets(work: Work) -> Sequence[object]:
    version, model = table_of(ModelVersion).c, table_of(Model).c
    query = (
        select(version.training_dataset_id, version.test_dataset_id)
        .join_from(table_of(ModelVersion), table_of(Model), model.id == version.model_id)
        .where(model.number == work.model)
    )
    return sorted({key for row in work.source.execute(query) for key in row})


def version_names(work: Work) -> dict[object, str]:
    """How the ledger names each version, by row number."""
    models: dict[object, Values] = {one["id"]: one for one in work.of(Model)}
    return {one["id"]: f"{models[one['model_id']]['number']} {one['version']}" for one in work.of(ModelVersion)}
