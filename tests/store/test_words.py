"""Rows are found by the beginnings of their words, the same on both databases, whatever is typed."""

import pytest
from sqlmodel import col, select

from core.inventory.moves import load_model
from core.inventory.tables import Model
from core.store import Store
from core.store.words import MODEL, MOST_WORDS, Depth, matching, words_in
from tests.builders import Cast, a_cast, a_model

HOSTILE = (
    "'; DROP TABLE model; --",
    '" OR 1=1 --',
    "NEAR(a b)",
    "name:credit AND (",
    "* ^ - + ~ \\",
    "%_",
    "\x00\x1b",
    "a" * 5000,
    "🜁 🜂",
    "' & | ! <-> :*",
)


def found(store: Store, text: str, depth: Depth = Depth.PROSE) -> list[str]:
    with store.reading() as session:
        ids = matching(session, MODEL, words_in(text), depth)
        return list(session.exec(select(Model.name).where(col(Model.id).in_(ids)).order_by(col(Model.id))).all())


@pytest.fixture
def told(store: Store) -> Store:
    cast: Cast = a_cast(store)
    for name in ("Müller’s credit score", "Card-fraud detection", "ΑΓΟΡΑ pricing", "Credit limits"):
        a_model(store, cast, name=name)
    return store


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("credit", ["Müller’s credit score", "Credit limits"]),
        ("CRED lim", ["Credit limits"]),
        ("muller", ["Müller’s credit score"]),
        ("MÜLLER", ["Müller’s credit score"]),
        ("Mu\u0308ller", ["Müller’s credit score"]),
        ("fraud card", ["Card-fraud detection"]),
        ("card-fraud", ["Card-fraud detection"]),
        ("raud", []),
        ("αγορα", ["ΑΓΟΡΑ pricing"]),
        ("m0003", ["ΑΓΟΡΑ pricing"]),
        ("s score", ["Müller’s credit score"]),
        ("credit absent", []),
        ("", []),
    ],
)
def test_every_word_begins_a_word_of_the_row(told: Store, text: str, names: list[str]) -> None:
    assert found(told, text) == names


def test_a_depth_asks_only_what_names_the_row(told: Store) -> None:
    assert len(found(told, "lending", Depth.FACTS)) == 4  # the business line of them all
    assert found(told, "lending", Depth.TITLE) == []


def test_hostile_text_finds_nothing_and_breaks_nothing(told: Store) -> None:
    assert [found(told, text) for text in HOSTILE] == [[] for _ in HOSTILE]
    assert len(found(told, "credit")) == 2


def test_a_changed_row_is_found_by_its_new_words_alone(told: Store) -> None:
    with told.transaction() as tx:
        load_model(tx.session, "M0002").name = "Mortgage affordability"
    with told.transaction() as tx:
        tx.session.delete(load_model(tx.session, "M0004"))

    assert found(told, "mortgage") == ["Mortgage affordability"]
    assert found(told, "fraud") == []
    assert found(told, "limits") == []


def test_a_question_has_at_most_eight_words() -> None:
    assert len(words_in(" ".join(f"w{n}" for n in range(100)))) == MOST_WORDS
