"""A record of several models: whose roles reach all of them acts on it, and who may read it where only some are theirs.

The kinds of such records are found from the table of ways, so that a new one fails here until it is written down.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime

import pytest
from sqlalchemy import Boolean, Date, Enum, Float, Integer, Table, func, insert, select, update
from sqlmodel import Session, col

import core.every_table  # noqa: F401
from core.access.deciding import deciding
from core.access.reach.belonging import about
from core.access.reach.reading import within
from core.access.reach.ways import WAYS, Up
from core.access.rules import Actor, Permission, Reach, Role, permission_refusals
from core.errors import NotFound, Refused
from core.inventory.tables import Model
from core.ledger.service import Entity, Ledger
from core.store import Store
from core.store.base import Row
from core.store.types import Instant
from tests.builders import NOON, a_cast, a_model, a_version

OURS, THEIRS = "M0001", "M0002"
SOME, ALL = "some", "all"  # read where some of its models are one's own, or only where all are


def row(session: Session, name: str, **values: object) -> int:
    """A row with these values, and something that the column takes for each other that must have one."""
    table = Row.metadata.tables[name]
    whole = {one.name: _any(table, one.name) for one in table.c if _must(table, one.name)} | values
    done = session.execute(insert(table).values(**{key: value for key, value in whole.items() if key in table.c}))
    return int((done.inserted_primary_key or (0,))[0] or 0)


def _must(table: Table, name: str) -> bool:
    one = table.c[name]
    return not (one.nullable or one.default is not None or one.server_default is not None or one.primary_key)


def _any(table: Table, name: str) -> object:
    kind = table.c[name].type
    if isinstance(kind, Enum):
        return next(iter(kind.enum_class or kind.enums))
    if isinstance(kind, Instant):
        return NOON
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer):
        return 1
    if isinstance(kind, Float):
        return 1.0
    if isinstance(kind, Date):
        return date(2026, 11, 20)
    return f"{name}"[:16]


def model_id(session: Session, number: str) -> int:
    return session.execute(select(col(Model.id)).where(col(Model.number) == number)).scalar_one()


def _incident(session: Session) -> None:
    incident = row(session, "incident", number="X0001", model="")
    for model in (OURS, THEIRS):
        row(session, "incident_affected", incident_id=incident, model=model, version="")


def _audit(session: Session) -> None:
    audit = row(session, "audit", number="X0001")
    sample = row(session, "audit_sample", audit_id=audit)
    for place, model in enumerate((OURS, THEIRS)):
        row(session, "audit_item", audit_id=audit, sample_id=sample, model=model, key=model, position=place)


def _bulk_edit(session: Session) -> None:
    edit = row(session, "bulk_edit", number="X0001")
    for model in (OURS, THEIRS):
        row(session, "bulk_edit_row", bulk_edit_id=edit, model=model)


def _review(session: Session) -> None:
    row(session, "review", number="X0001", models=f"{OURS} {THEIRS}", business_line="", version_id=None)


def _dataset(session: Session) -> None:
    dataset = row(session, "dataset", number="X0001")
    versions = Row.metadata.tables["model_version"]
    session.execute(update(versions).values(training_dataset_id=dataset))


def _asset(session: Session) -> None:
    row(session, "asset", number="X0001")
    for place, model in enumerate((OURS, THEIRS)):
        row(session, "link", number=f"L000{place}", source="X0001", target=model)


def _action(session: Session) -> None:
    row(session, "corrective_action", number="X0001")
    for model in (OURS, THEIRS):
        row(
            session, "record_link", from_kind="action", from_number="X0001", to_kind="model", to_number=model
        )  # fmt: skip


# the kind that acts are decided about, how one of two models is made, and how somebody limited to one reads it
SEVERAL: Mapping[str, tuple[str, Callable[[Session], None], str]] = {
    "audit": ("audit", _audit, ALL),
    "review": ("review", _review, ALL),
    "incident": ("incident", _incident, SOME),
    "bulk_edit": ("bulk edit", _bulk_edit, SOME),
    "dataset": ("dataset", _dataset, SOME),
    "asset": ("prompt", _asset, SOME),
    "corrective_action": ("action", _action, SOME),
}


def test_every_kind_of_record_that_can_be_about_several_models_is_written_down_here() -> None:
    several = {name for name, ways in WAYS.items() if len(ways) > 1 or not all(isinstance(way, Up) for way in ways)}

    assert several == set(SEVERAL)


@pytest.fixture
def two(sqlite_store: Store) -> Store:
    """A model of the line Lending and one of the line Retail, each with a version."""
    cast = a_cast(sqlite_store)
    for model in (a_model(sqlite_store, cast), a_model(sqlite_store, cast)):
        a_version(sqlite_store, cast, model=model)
    with sqlite_store.transaction() as tx:
        tx.session.execute(update(Model).where(col(Model.number) == THEIRS).values(business_line="Retail"))
    return sqlite_store


def holder(*lines: str) -> Actor:
    return Actor("P0099", frozenset({Role.OWNER}), limits=((Role.OWNER, Reach(lines=frozenset(lines))),))


def acts(store: Store, ledger: Ledger, entity: Entity, actor: Actor) -> str:
    """What an act on this record by this actor comes to."""
    at: datetime = NOON
    try:
        with deciding(store, ledger, "try", entity=entity, actor=actor, at=at):
            if reasons := permission_refusals(actor, Permission.MODEL_EDIT):
                raise Refused(reasons)
    except NotFound:
        return "not found"
    except Refused as refused:
        return ",".join(one.code for one in refused.refusals)
    return "done"


@pytest.mark.parametrize("name", SEVERAL)
def test_only_a_role_that_reaches_all_its_models_acts_on_a_record_of_several(
    two: Store, ledger: Ledger, name: str
) -> None:
    kind, make, read = SEVERAL[name]
    with two.transaction() as tx:
        make(tx.session)
    entity = Entity(kind, "X0001")
    mapped = next(one.class_ for one in Row._sa_registry.mappers if str(one.local_table.description) == name)
    counted = select(func.count()).select_from(mapped).where(mapped.number == "X0001")

    with two.reading() as session:
        assert {one.line for one in about(session, entity) or ()} == {"Lending", "Retail"}
    assert acts(two, ledger, entity, holder("Lending", "Retail")) == "done"
    assert acts(two, ledger, entity, holder("Lending")) == "reach"
    assert acts(two, ledger, entity, holder("Treasury")) == "not found"
    for lines, seen in ((("Lending", "Retail"), 1), (("Lending",), int(read == SOME)), (("Treasury",), 0)):
        with within(two, holder(*lines)).reading() as session:
            assert session.execute(counted).scalar_one() == seen, lines
