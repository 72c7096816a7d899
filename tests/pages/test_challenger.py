"""Challengers: asked for on the page, read with reasons and figures, and requested for production from it."""

import pytest

from core.improvement.comparisons.performing import perform_comparison
from core.inventory.moves import load_version
from core.inventory.rules import Stage
from tests.builders import SERIES
from tests.comparisons.world import Cases, World, make_world
from tests.pages.desk import Desk, button, column, today, words


@pytest.fixture
def world(desk: Desk) -> World:
    next(SERIES)  # 2026.1 is the installation's own
    place = desk.place
    return make_world(place.store, place.ledger, place.files)


def test_a_comparison_is_asked_for_followed_read_and_leads_to_a_change(desk: Desk, world: World) -> None:
    world.hand_in(Cases(count=1200))
    at = desk.open(world.cast.developer, "challenger", model=world.model)
    assert "No comparison is on record." in words(at)
    at.selectbox(key="challenger_environment").select("shadow").run()

    button(at, "Compare").click().run()
    (number,) = [one.number for one in desk_list(world)]
    waiting = desk.open(world.cast.developer, "challenger", comparison=number)
    assert "Keep" not in words(waiting)
    perform_comparison(world.store, world.ledger, world.files, comparison=number, clock=today)
    at = desk.open(world.cast.developer, "challenger", comparison=number)

    assert "Request that v1.1.0 take the place of v1.0.0." in words(at)
    assert any(cell.startswith("ROC AUC: the challenger is better") for cell in map(plainly, column(at, "Step", 0)))
    assert {"sex a", "sex b"} <= set(column(at, "Group", 2))
    at.text_area(key="promotion_rationale").input("Better on every case of the week.")
    button(at, "Request promotion of v1.1.0").click().run()
    assert "is with its approvers" in words(at)
    with world.store.reading() as session:
        assert load_version(session, world.model, "1.0.0")[1].stage is Stage.IN_PRODUCTION


def test_who_may_not_compare_reads_why_and_rows_that_are_not_there_are_named(desk: Desk, world: World) -> None:
    at = desk.open(world.cast.auditor, "challenger", model=world.model)

    assert button(at, "Compare").disabled
    assert "this takes the role developer or validator" in plainly(words(at))
    assert "v1.1.0 has no rows on record there" in plainly(words(at))


def desk_list(world: World):  # type: ignore[no-untyped-def]  # rows of a list
    from core.improvement.comparisons.queries import comparisons

    with world.store.reading() as session:
        return comparisons(session, model=world.model).rows


def plainly(text: str) -> str:
    return text.replace("\\", "")
