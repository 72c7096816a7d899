"""Every table as somebody limited reads it, on both databases."""

import pytest
from sqlalchemy import func, literal, update
from sqlmodel import col, select

import core.every_table  # noqa: F401
from core.access.reach.open_tables import OPEN
from core.access.reach.reading import within
from core.access.reach.visible import in_list
from core.access.rules import Actor, Reach, Role
from core.inventory.groups.tables import ModelGroup, ModelGroupMember
from core.inventory.tables import Model, ModelVersion
from core.store import Store
from core.store.base import Row
from core.validation.tables import Finding
from tests.builders import NOON, a_cast, a_finding, a_model, a_version

LENDING = Reach(lines=frozenset({"Lending"}))


def limited(reach: Reach) -> Actor:
    return Actor("P0099", frozenset({Role.OWNER}), limits=((Role.OWNER, reach),))


@pytest.fixture
def two(store: Store) -> tuple[str, str]:
    """A model of the line Lending and one of the line Retail, each with a version and a finding."""
    cast = a_cast(store)
    ours, theirs = a_model(store, cast), a_model(store, cast)
    for model in (ours, theirs):
        a_version(store, cast, model=model)
        a_finding(store, model, "1.0.0")
    with store.transaction() as tx:
        tx.session.execute(update(Model).where(col(Model.number) == theirs).values(business_line="Retail"))
    return ours, theirs


def test_every_table_can_be_read_and_shows_no_more_than_there_is(store: Store, two: tuple[str, str]) -> None:
    mapped = [one.class_ for one in Row._sa_registry.mappers if str(one.local_table.description) not in OPEN]
    counted = [select(func.count()).select_from(one) for one in mapped]

    with store.reading() as whole, within(store, limited(LENDING)).reading() as narrowed:
        for one, query in zip(mapped, counted, strict=True):
            assert narrowed.execute(query).scalar_one() <= whole.execute(query).scalar_one(), one
        assert narrowed.execute(select(func.count()).select_from(Finding)).scalar_one() == 1
        assert narrowed.execute(select(func.count()).select_from(ModelVersion)).scalar_one() == 1
    assert len(mapped) > 100


def test_a_group_reaches_its_models_and_what_reaches_nothing_shows_nothing(store: Store, two: tuple[str, str]) -> None:
    _, theirs = two
    with store.transaction() as tx:
        group = ModelGroup(number="MG0001", name="Cards", purpose="Cards", created_by="P0001", created_at=NOON)
        tx.session.add(group)
        tx.session.flush()
        model = tx.session.exec(select(Model).where(Model.number == theirs)).one()
        tx.session.add(
            ModelGroupMember(group_id=group.id or 0, model_id=model.id or 0, added_by="P0001", added_at=NOON)
        )
    for reach, expected in ((Reach(groups=frozenset({"MG0001"})), 1), (Reach(lines=frozenset({"Treasury"})), 0)):
        with within(store, limited(reach)).reading() as session:
            assert len(session.exec(select(Finding)).all()) == len(session.exec(select(Model)).all()) == expected


def test_a_statement_takes_as_many_models_as_there_are(store: Store, two: tuple[str, str]) -> None:
    """More than the 32,766 parameters that a statement of SQLite may have."""
    many = [f"M{number:05}" for number in range(40_000)]
    with store.reading() as session:
        for number, there in (("M39999", True), ("M40000", False)):
            query = select(in_list(session, literal(number), many))
            assert session.connection().execute(query).scalar_one() == there
