"""The example workspace with hostile text appended to every text of every table.

`test_hostile_text` brings hostile text in by the ways that people and pipelines have, as far as it goes; here it lies
in the store already, in every field that holds words, so that no page and no field is left out.
"""

import json
from pathlib import Path

from sqlalchemy import Column, Engine, Enum, MetaData, String, Table, select
from sqlmodel import AutoString

import core.every_table  # noqa: F401  fills the metadata
from core.store import open_store
from core.store.base import Row
from core.store.words import of_words
from tests.told import Told

# Texts that the program reads rather than shows: poisoned, they would be refused, and their page with them.
READ = {"policy_version.body", "policy_draft.body", "own_control.body", "stress_test.plan", "stress_schedule.plan"}
WORDS_OF_OURS = {"kind"}  # closed vocabularies that are stored as text, and come from nobody outside
MARKUP = (
    "<img src=x onerror=alert(1)><script>alert(2)</script>![i](https://evil.example/a.png)"
    "[l](https://evil.example):red-badge[OWNED]:material/home:$E=mc^2$"
)
EFFECTS = """() => {
    const found = (what, selector, also = () => true) =>
        [...document.querySelectorAll(selector)].filter(also).map(one => what + ': ' + one.outerHTML.slice(0, 200));
    return [
        ...found('link', 'a[href]', one => one.hostname.includes('evil')),
        ...found('image', 'img[src*="evil"], img[src="x"], img[onerror]'),
        ...found('script', 'script', one => one.textContent.includes('alert(2)')),
        ...found('badge', '.stMarkdownBadge, [class*="badge" i]', one => one.textContent.trim() === 'OWNED'),
        ...found('formula', '.katex, math'),
        ...found('icon', '[data-testid="stIconMaterial"], [role="img"]', one => one.textContent.trim() === 'home'),
    ];
}"""


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


def poisoned_copy(told: Told, folder: Path) -> Told:
    """A copy of the example workspace at `folder`, with hostile text in all that holds words."""
    told.copy(folder)
    store = open_store(f"sqlite:///{folder / 'countersign.db'}")
    assert poison_store(store.engine, Row.metadata) > 500
    store.close()
    return Told(folder, told.at, told.accounts)
