"""Every page for somebody whose roles reach one business line: nothing of the other model, and nothing fails."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select
from sqlmodel import col
from streamlit.testing.v1 import AppTest

from app.navigation import ACCOUNT, PAGES, RECORDS
from core.access.reach.belonging import about, rows_of
from core.access.reach.entities import TABLES_OF
from core.access.rules import EVERYWHERE, Actor, Reach, Role
from core.ledger.service import Entity
from core.ledger.tables import LogEntry
from core.store import Store
from tests.builders import a_person
from tests.pages.desk import Desk, words
from tests.reach.conftest import DECIDING, OURS, Here, reaching
from tests.reach.conftest import THEIRS as THEIRS_LINE

THEIRS = re.compile(rb"Quetzalcoatlus|COMPAS|M0002|Justice")


@pytest.fixture(scope="module")
def limited(here: Here) -> Actor:
    return reaching(here.place.store, dict.fromkeys(DECIDING, Reach(lines=frozenset({OURS}))), here.at)


@dataclass(frozen=True)
class Asked:
    """One address of a page; `theirs`: the record it names lies beyond reach."""

    page: str
    query: dict[str, str] = field(default_factory=dict)
    theirs: bool = False


def of_both(store: Store, kind: str) -> dict[bool, str]:
    """A record of this kind of which every model lies beyond reach, and one within it, as far as there are any."""
    ours, found = Reach(lines=frozenset({OURS})), dict[bool, str]()
    with store.reading() as session:
        for name in TABLES_OF[kind]:
            for number in session.execute(select(rows_of(name).c["number"])).scalars():
                models = about(session, Entity(kind, number)) or ()
                if ours.covers(models) or not ours.touches(models):
                    found.setdefault(not ours.covers(models), str(number))
    return found


def addresses(store: Store) -> Iterator[Asked]:
    """Every page; where its address names a record, one of ours and one of theirs."""
    for page in (*PAGES, ACCOUNT):
        if page.address not in RECORDS:
            yield Asked(page.address)
            continue
        parameter, kind = RECORDS[page.address]
        for theirs, number in of_both(store, kind).items():
            yield Asked(page.address, {parameter: number}, theirs)


def looked_through(here: Here, person: Actor, which: Iterable[Asked]) -> dict[str, object]:
    """What is wrong with the pages for this person: an error, words of the other model, or its record found."""
    at, wrong = Desk(here.place).open(person, "my_work"), dict[str, object]()
    for asked in which:
        at.switch_page(f"../pages/{asked.page}.py")
        at.query_params.clear()
        for name, value in asked.query.items():
            at.query_params[name] = value
        at.run()
        sent = sent_by(at, asked.query)
        found: object = [one.message for one in at.exception] or set(THEIRS.findall(sent))
        if found or (asked.theirs and b"There is no" not in sent):
            wrong[f"{asked.page} {asked.query}"] = found or "found"
    return wrong


def sent_by(at: AppTest, query: dict[str, str]) -> bytes:
    """Whatever was sent to the browser, tables and charts included, but for the number that was asked for."""
    sent = b"\n".join(one.proto.SerializeToString() for one in at._tree if getattr(one, "proto", None) is not None)
    for value in query.values():
        sent = sent.replace(value.encode(), b"")
    return sent


def test_no_page_says_anything_of_the_other_model(here: Here, limited: Actor) -> None:
    with here.place.store.reading() as session:
        entry = session.execute(select(col(LogEntry.idx)).where(col(LogEntry.subject) == "M0002").limit(1)).scalar_one()
    named = [Asked("entry", {"index": str(entry)}, theirs=True), Asked("stress_tests", {"model": "M0002"})]
    asked = [*addresses(here.place.store), *named]

    assert looked_through(here, limited, asked) == {}
    assert sum(one.theirs for one in asked) > 20


def test_the_same_pages_show_the_other_model_to_somebody_who_reaches_everywhere(here: Here) -> None:
    person = a_person(here.place.store, *DECIDING)
    asked = [Asked(address) for address in ("cycle", "inventory", "alerts", "monitoring")]
    asked.append(Asked("model", {"model": "M0002"}))

    assert [one for one in asked if not looked_through(here, person, [one])] == []


def test_a_button_is_refused_whose_role_reaches_other_models_only(here: Here) -> None:
    mixed = {Role.OWNER: Reach(lines=frozenset({THEIRS_LINE})), Role.VALIDATOR: EVERYWHERE}
    person, desk = reaching(here.place.store, mixed, here.at), Desk(here.place)

    refused, allowed = (desk.open(person, "edit", model=number) for number in ("M0001", "M0002"))
    assert "This record lies outside of what you may do it for: your role owner reaches Justice" in words(refused)
    assert "lies outside" not in words(allowed)
