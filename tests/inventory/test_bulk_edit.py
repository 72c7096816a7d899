"""A bulk edit is previewed row by row, stored whole or not at all, and taken back as one."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from core.errors import Conflict, Refused, Unreadable
from core.inventory.bulk import BulkWish, bulk_edit, change_models, preview, preview_undo, undo_bulk_edit
from core.inventory.changing import change_model, field_history
from core.inventory.moves import load_model
from core.inventory.rules import Stage
from core.ledger.queries import entries
from core.ledger.service import Ledger
from core.store import Store
from tests.builders import NOON, Cast, a_cast, a_model, a_version

WHY = "The line was reorganised in November."


@pytest.fixture
def cast(store: Store) -> Cast:
    return a_cast(store)


def lines(store: Store, *numbers: str) -> list[str]:
    with store.reading() as session:
        return [load_model(session, number).business_line for number in numbers]


def revisions(store: Store, *numbers: str) -> dict[str, int]:
    with store.reading() as session:
        return {number: load_model(session, number).revision for number in numbers}


def entry_count(store: Store) -> int:
    with store.reading() as session:
        return entries(session, limit=1).total


def test_a_preview_says_what_would_change_and_stores_nothing(store: Store, ledger: Ledger, cast: Cast) -> None:
    one, two = a_model(store, cast), a_model(store, cast)
    before = entry_count(store)

    rows = preview(store, ledger, models=[one, two], wish=BulkWish(business_line="Retail"), actor=cast.owner, at=NOON)

    assert [[(c.field, c.old, c.new) for c in row.changes] for row in rows] == [
        [("business_line", "Lending", "Retail")]
    ] * 2
    assert (lines(store, one, two), entry_count(store)) == (["Lending", "Lending"], before)


def test_every_model_changes_with_its_history_and_an_entry_each(store: Store, ledger: Ledger, cast: Cast) -> None:
    one, two = a_model(store, cast), a_model(store, cast)
    before = entry_count(store)

    number = change_models(
        store, ledger, revisions=revisions(store, one, two), wish=BulkWish(business_line="Retail"), reason=WHY,
        actor=cast.owner, at=NOON,
    )  # fmt: skip

    assert lines(store, one, two) == ["Retail", "Retail"]
    assert entry_count(store) == before + 3
    with store.reading() as session:
        assert field_history(session, one).rows[0].reason == WHY
        assert bulk_edit(session, number).models == 2


def test_one_refusal_stops_all_and_names_its_model(store: Store, ledger: Ledger, cast: Cast) -> None:
    free = a_model(store, cast)
    bound, _ = a_version(store, cast, stage=Stage.IN_APPROVAL)
    wish = BulkWish(add_packs=("gdpr",))

    planned = preview(store, ledger, models=[free, bound], wish=wish, actor=cast.owner, at=NOON)
    with pytest.raises(Refused, match=f"{bound}: v1.0.0 is in approval"):
        change_models(
            store, ledger, revisions=revisions(store, free, bound), wish=wish, reason=WHY, actor=cast.owner, at=NOON
        )

    assert [bool(row.refusals) for row in planned] == [False, True]
    with store.reading() as session:
        assert load_model(session, free).packs == ""


def test_a_model_that_changed_since_the_preview_stops_all(store: Store, ledger: Ledger, cast: Cast) -> None:
    one, two = a_model(store, cast), a_model(store, cast)
    seen = revisions(store, one, two)
    change_model(
        store, ledger, model=two, changes={"users": "Nobody"}, reason=WHY, expected_revision=None, actor=cast.owner,
        at=NOON,
    )  # fmt: skip

    with pytest.raises(Conflict, match=two):
        change_models(
            store, ledger, revisions=seen, wish=BulkWish(business_line="Retail"), reason=WHY, actor=cast.owner, at=NOON
        )
    assert lines(store, one, two) == ["Lending", "Lending"]


def test_a_review_is_brought_forward_and_never_put_off(store: Store, ledger: Ledger, cast: Cast) -> None:
    model = a_model(store, cast)
    with store.transaction() as tx:
        load_model(tx.session, model).next_review = NOON + timedelta(days=100)

    def planned(days: int) -> list[str]:
        wish = BulkWish(next_review=NOON + timedelta(days=days))
        (row,) = preview(store, ledger, models=[model], wish=wish, actor=cast.owner, at=NOON)
        return [reason.code for reason in row.refusals]

    assert [planned(days) for days in (-1, 30, 101)] == [["review-past"], [], ["review-later"]]


def test_an_edit_is_taken_back_with_an_edit(store: Store, ledger: Ledger, cast: Cast) -> None:
    one, two = a_model(store, cast), a_model(store, cast, packs="gdpr iso-42001")
    wish = BulkWish(business_line="Retail", remove_packs=("gdpr",), next_review=NOON + timedelta(days=9))
    number = change_models(
        store, ledger, revisions=revisions(store, one, two), wish=wish, reason=WHY, actor=cast.owner, at=NOON
    )

    planned = preview_undo(store, ledger, edit=number, actor=cast.owner, at=NOON)
    undone = undo_bulk_edit(
        store, ledger, edit=number, revisions=revisions(store, one, two), reason=WHY, actor=cast.owner, at=NOON
    )

    assert [row.refusals for row in planned] == [(), ()]
    assert lines(store, one, two) == ["Lending", "Lending"]
    with store.reading() as session:
        assert load_model(session, two).packs == "gdpr iso-42001"
        assert load_model(session, two).next_review is None
        assert bulk_edit(session, number).undone_by == undone


def test_what_changed_since_is_not_taken_back(store: Store, ledger: Ledger, cast: Cast) -> None:
    model = a_model(store, cast)
    wish = BulkWish(business_line="Retail")
    number = change_models(
        store, ledger, revisions=revisions(store, model), wish=wish, reason=WHY, actor=cast.owner, at=NOON
    )
    change_model(
        store, ledger, model=model, changes={"business_line": "Markets"}, reason=WHY, expected_revision=None,
        actor=cast.owner, at=NOON,
    )  # fmt: skip

    (row,) = preview_undo(store, ledger, edit=number, actor=cast.owner, at=NOON)
    with pytest.raises(Refused, match="was changed after"):
        undo_bulk_edit(
            store, ledger, edit=number, revisions=revisions(store, model), reason=WHY, actor=cast.owner, at=NOON
        )

    assert [reason.code for reason in row.refusals] == ["changed-since"]
    assert lines(store, model) == ["Markets"]


def test_an_auditor_changes_nothing(store: Store, ledger: Ledger, cast: Cast) -> None:
    model = a_model(store, cast)

    with pytest.raises(Refused, match="You act as auditor"):
        change_models(
            store, ledger, revisions=revisions(store, model), wish=BulkWish(business_line="X"), reason=WHY,
            actor=cast.auditor, at=NOON,
        )  # fmt: skip

    with store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM bulk_edit")).scalar_one() == 0


@pytest.mark.parametrize(
    ("count", "wish"), [(0, BulkWish(owner="P0001")), (1, BulkWish()), (501, BulkWish(owner="P1"))]
)
def test_an_edit_of_nothing_or_of_too_much_is_not_read(
    count: int, wish: BulkWish, sqlite_store: Store, ledger: Ledger
) -> None:
    cast = a_cast(sqlite_store)

    with pytest.raises(Unreadable):
        preview(sqlite_store, ledger, models=["M0001"] * count, wish=wish, actor=cast.owner, at=NOON)
