"""The example workspace with hostile text appended to every text of every table: nothing comes to life on any page.

`test_hostile_text` brings hostile text in by the ways that people and pipelines have, as far as it goes; here it lies
in the store already, in every field that holds words, so that no page and no field is left out.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import Column, Engine, Enum, MetaData, String, Table, select
from sqlmodel import AutoString

import core.every_table  # noqa: F401  fills the metadata
from core.store import open_store
from core.store.base import Row
from core.store.words import of_words
from tests.browser.conftest import PATIENCE, Account, Live, Visit, open_example, sign_in
from tests.browser.steps import open_page
from tests.browser.test_accessibility import ADDRESSES
from tests.browser.test_hostile_text import EFFECTS, MARKUP
from tests.browser.test_hostile_text import PAGES as SHOWN_ELSEWHERE
from tests.told import Told

# Texts that the program reads rather than shows: poisoned, they would be refused, and their page with them.
READ = {"policy_version.body", "policy_draft.body", "own_control.body", "stress_test.plan", "stress_schedule.plan"}
WORDS_OF_OURS = {"kind"}  # closed vocabularies that are stored as text, and come from nobody outside
FAULT = "Something went wrong"


def poison(value: object) -> object:
    """The value with hostile text after all its words; identifiers, numbers and what is no text stay."""
    if isinstance(value, dict):
        return {key: poison(one) for key, one in value.items()}
    if isinstance(value, list):
        return [poison(one) for one in value]
    if not isinstance(value, str) or " " not in value.strip():
        return value
    return f"{value} {MARKUP}"


def poisoned(text: str) -> str:
    """As `poison`, also within JSON."""
    if text[:1] in ("{", "["):
        try:
            return json.dumps(poison(json.loads(text)))
        except ValueError:
            return text
    return str(poison(text))


def poison_store(engine: Engine, metadata: MetaData) -> int:
    """Append to every text of every table but the ledger's; the number of fields that hold it now."""
    changed = 0
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if table.name.startswith("log_") or of_words(table.name):
                continue
            for column in _texts(table):
                keys = list(table.primary_key.columns)
                for *key, text in connection.execute(select(*keys, column)).all():
                    if isinstance(text, str) and (now := poisoned(text)) != text:
                        where = [one == part for one, part in zip(keys, key, strict=True)]
                        connection.execute(table.update().where(*where).values({column.name: now}))
                        changed += 1
    return changed


def _texts(table: Table) -> list[Column[str]]:
    texts = (
        one
        for one in table.columns
        if isinstance(one.type, String | AutoString)
        and not isinstance(one.type, Enum)
        and one.name not in WORDS_OF_OURS
    )
    return [
        one for one in texts if not one.primary_key and not one.foreign_keys and f"{table.name}.{one.name}" not in READ
    ]


@pytest.fixture(scope="module")
def example(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, Mapping[str, Account]]]:
    folder: Path = tmp_path_factory.mktemp("poisoned")
    copy = Told(folder / "told", told.at, told.accounts)
    told.copy(copy.folder)
    store = open_store(f"sqlite:///{copy.folder / 'countersign.db'}")
    assert poison_store(store.engine, Row.metadata) > 500
    store.close()
    live, accounts = open_example(copy, folder / "live")
    yield live, accounts
    live.stop()


@pytest.mark.row("XSS payloads in every name and text field, in a browser")
@pytest.mark.parametrize("person", ADDRESSES)
def test_nothing_in_the_store_comes_to_life_on_any_page(
    example: tuple[Live, Mapping[str, Account]], visit: Visit, person: str
) -> None:
    live, accounts = example
    elsewhere = {address.partition("?")[0] for address in SHOWN_ELSEWHERE}
    own = [one for one in ADDRESSES[person] if f"/{one.partition('?')[0]}" not in elsewhere]
    visitor = visit(live=live)
    visitor.page.on("dialog", lambda dialog: visitor.complaints.append(f"dialog {dialog.message}"))
    visitor.open()
    sign_in(visitor.page, accounts[person].username, accounts[person].password)  # the bar shortens the name by now
    expect(visitor.page.get_by_role("button", name="Evidence", exact=True)).to_be_visible(timeout=PATIENCE)
    visitor.settled()

    found = {}
    for address in own:
        open_page(visitor, f"/{address}")
        found[address] = visitor.page.evaluate(EFFECTS)
        if FAULT in visitor.page.locator("[data-testid=stMain]").inner_text():
            found[address] += ["the page could not be drawn"]

    assert [f"{address}: {one}" for address, wrong in found.items() for one in wrong] == []
