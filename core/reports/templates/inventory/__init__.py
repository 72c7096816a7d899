"""The inventory statement: what models and data there were, how they stood, and what was due."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.access.tables import Person, RoleGrant
from core.inventory.classes.tables import DataColumn
from core.inventory.tables import Dataset, FieldChange
from core.reports.history.tracing import source_lines
from core.reports.templates.citing import Citing
from core.reports.templates.inventory.data import DataLine, data_sections, read_data
from core.reports.templates.inventory.models import (
    TABLES,
    InventoryLine,
    entries_of,
    figures,
    models_section,
    read_models,
    retired_section,
    statement,
    summary_section,
)
from core.reports.templates.parts import document_of, people_of, scope_of
from core.reports.templates.values import Built, Frame, Template
from core.reports.texts import inventory as texts
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked, SubjectKind

VERSION = "inventory statement 2"


@dataclass(frozen=True)
class InventoryStatement:
    """The statement as data: models in use first, most material first, then by number; then data in use."""

    scope: str
    as_of: datetime
    models: tuple[InventoryLine, ...]
    retired: tuple[InventoryLine, ...]
    holders: tuple[DataLine, ...]
    people: tuple[PersonLine, ...]


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """The statement of the whole inventory as it was."""
    lines = read_models(session, asked.as_of)
    used = tuple(sorted((one for one in lines if one.retired_at is None), key=lambda one: (one.tier, one.number)))
    gone = sorted((one for one in lines if one.retired_at), key=lambda one: one.retired_at or asked.as_of, reverse=True)
    held = read_data(session, frame.then.ledger, {one.number: one for one in used})
    deciders = {column.decided_by for one in held for column in one.columns}
    owners = {one.owner for one in lines} | {one.owner for one in held}
    people = people_of(session, owners | deciders | {frame.generated_by})
    data = InventoryStatement(scope_of(session, asked), asked.as_of, used, tuple(gone), held, people)
    citing = Citing(frame, people, source_lines(entries_of(frame.then.ledger)))
    document = document_of(
        asked, frame, title=texts.TITLE, version=VERSION, scope=data.scope, statement=statement(used),
        cards=tuple(zip(texts.CARDS, figures(used, citing), strict=True)),
        sections=(
            summary_section(used, citing), models_section(used, citing), *data_sections(held, citing),
            retired_section(data.retired, citing),
        ),
        people=people,
    )  # fmt: skip
    return Built(document, data, ())


INVENTORY = Template(
    key="inventory",
    title=texts.TITLE,
    version=VERSION,
    subjects=(SubjectKind.ORGANISATION,),
    has_period=False,
    what=texts.WHAT,
    tables=(Person, RoleGrant, *TABLES, Dataset, FieldChange, DataColumn),
    build=build,
)
