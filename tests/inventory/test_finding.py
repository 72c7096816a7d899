"""A search over everything: what the words name first, then what they describe, the same on both databases."""

from core.inventory.moves import load_model
from core.inventory.queries import Found, FoundKind, find, how_many
from core.store import Store
from tests.builders import a_cast, a_model, a_version


def results(store: Store, text: str, kind: FoundKind | None = None) -> list[Found]:
    with store.reading() as session:
        return list(find(session, text, kind=kind, limit=10, offset=0).rows)


def test_names_come_before_facts_and_those_before_texts(store: Store) -> None:
    cast = a_cast(store)
    text, fact, name = (a_model(store, cast, name=f"Model {at}") for at in range(3))
    with store.transaction() as tx:
        load_model(tx.session, text).purpose = "Prices mortgages."
        load_model(tx.session, fact).business_line = "Mortgages"
        load_model(tx.session, name).name = "Mortgage affordability"

    assert [found.number for found in results(store, "mortgage")] == [name, fact, text]


def test_a_result_says_where_the_words_stand(store: Store) -> None:
    cast = a_cast(store)
    a_version(store, cast)

    (found,) = results(store, "newest YEAR", FoundKind.VERSION)

    assert (found.model, found.version, found.field) == ("M0001", "1.0.0", "rationale")
    assert found.extract == (
        ("Retrained on the ", False), ("newest", True), (" ", False), ("year", True), (".", False),
    )  # fmt: skip


def test_models_are_found_by_number_and_by_their_owner(store: Store) -> None:
    cast = a_cast(store)
    for _ in range(2):
        a_model(store, cast)

    assert [found.number for found in results(store, "2", FoundKind.MODEL)] == ["M0002"]
    assert {found.number for found in results(store, cast.owner.id)} == {"M0001", "M0002"}


def test_each_kind_is_counted_and_pages_follow_one_another(store: Store) -> None:
    cast = a_cast(store)
    for _ in range(3):
        a_version(store, cast)

    with store.reading() as session:
        counts = how_many(session, "1 0")
        pages = [find(session, "example", kind=FoundKind.DATASET, limit=2, offset=at).rows for at in (0, 2, 4, 6)]

    assert counts[FoundKind.VERSION] == 3
    assert [len(page) for page in pages] == [2, 2, 2, 0]
    assert len({found.number for page in pages for found in page}) == 6
