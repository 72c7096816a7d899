"""Saved views: one's own and shared ones, kept, renamed, deleted, and the one that the inventory opens with."""

import pytest

from core.errors import NotFound, Refused, Unreadable
from core.inventory.views import default_view, delete_view, open_with, rename_view, save_view, views_for
from core.ledger.service import Ledger
from core.store import Store
from tests.builders import NOON, Cast, a_cast


@pytest.fixture
def cast(store: Store) -> Cast:
    return a_cast(store)


def names(store: Store, person: str) -> list[str]:
    with store.reading() as session:
        return [view.name for view in views_for(session, person)]


def test_a_view_is_seen_by_its_owner_until_it_is_shared(store: Store, ledger: Ledger, cast: Cast) -> None:
    number = save_view(store, ledger, name="Mine", query="tier=1", shared=False, actor=cast.owner, at=NOON)
    before = names(store, cast.auditor.id)
    rename_view(store, ledger, view=number, name="Tier 1", shared=True, actor=cast.owner, at=NOON)

    assert before == []
    assert names(store, cast.auditor.id) == ["Tier 1"]


def test_saving_under_the_same_name_replaces_the_view(store: Store, ledger: Ledger, cast: Cast) -> None:
    first = save_view(store, ledger, name="Mine", query="tier=1", shared=False, actor=cast.owner, at=NOON)
    second = save_view(store, ledger, name=" Mine ", query="tier=2", shared=False, actor=cast.owner, at=NOON)

    with store.reading() as session:
        assert [(view.number, view.query) for view in views_for(session, cast.owner.id)] == [(first, "tier=2")]
    assert first == second


def test_a_shared_view_is_changed_by_its_owner_alone(store: Store, ledger: Ledger, cast: Cast) -> None:
    number = save_view(store, ledger, name="Ours", query="", shared=True, actor=cast.owner, at=NOON)

    with pytest.raises(Refused, match="somebody else"):
        rename_view(store, ledger, view=number, name="Theirs", shared=True, actor=cast.auditor, at=NOON)
    with pytest.raises(Refused, match="somebody else"):
        delete_view(store, ledger, view=number, actor=cast.auditor, at=NOON)
    delete_view(store, ledger, view=number, actor=cast.administrator, at=NOON)
    assert names(store, cast.owner.id) == []


def test_a_view_that_is_not_shared_does_not_exist_for_others(store: Store, ledger: Ledger, cast: Cast) -> None:
    number = save_view(store, ledger, name="Mine", query="", shared=False, actor=cast.owner, at=NOON)

    with pytest.raises(NotFound):
        open_with(store, ledger, view=number, actor=cast.auditor, at=NOON)


def test_the_inventory_opens_with_a_view_until_it_is_no_longer_shared(store: Store, ledger: Ledger, cast: Cast) -> None:
    number = save_view(store, ledger, name="Ours", query="tier=1", shared=True, actor=cast.owner, at=NOON)
    for person in (cast.auditor, cast.owner):
        open_with(store, ledger, view=number, actor=person, at=NOON)
    with store.reading() as session:
        opened = default_view(session, cast.auditor.id)

    rename_view(store, ledger, view=number, name="Ours", shared=False, actor=cast.owner, at=NOON)

    assert opened is not None
    assert opened.query == "tier=1"
    with store.reading() as session:
        assert default_view(session, cast.auditor.id) is None
        assert default_view(session, cast.owner.id) is not None


def test_a_name_is_needed_and_taken_once(store: Store, ledger: Ledger, cast: Cast) -> None:
    save_view(store, ledger, name="One", query="", shared=False, actor=cast.owner, at=NOON)
    two = save_view(store, ledger, name="Two", query="", shared=False, actor=cast.owner, at=NOON)

    for name in ("", "  ", "x" * 81, "One"):
        with pytest.raises(Unreadable):
            rename_view(store, ledger, view=two, name=name, shared=False, actor=cast.owner, at=NOON)
