"""The use case that changes a dataset, prompt, workflow, decision point or vendor, with the history of each field."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor
from core.errors import Conflict, Problem, Refusal, Refused, Unreadable
from core.inventory.changing.service import Changed
from core.inventory.checking import person_problems, retired_refusals
from core.inventory.history import Difference, write_history
from core.inventory.intake import NewDataset, problems_of
from core.inventory.parts.finding import load_part, node_of
from core.inventory.parts.intake import NewAsset, asset_problems
from core.inventory.parts.registering import edit_refusals
from core.inventory.parts.rules import DETAILS, WRITTEN
from core.inventory.tables import Asset, Dataset
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction

OF_DATASETS = ("owner", "description", "source", "licence", "classification", "retention", "sanitisation")
OF_ASSETS = ("name", "owner", "description")
STRIPPED = frozenset({"name", "owner"})


def changeable(row: Dataset | Asset) -> tuple[str, ...]:
    """The fields that can be changed; name, version, schema and text of what was recorded stand for good."""
    if isinstance(row, Dataset):
        return OF_DATASETS
    return (*OF_ASSETS, *(detail.key for detail in DETAILS[row.kind]))


def values_of(row: Dataset | Asset) -> dict[str, str]:
    """The changeable fields as they are."""
    if isinstance(row, Dataset):
        return {field: getattr(row, field) for field in OF_DATASETS}
    details = details_of(row)
    return {
        **{field: getattr(row, field) for field in OF_ASSETS},
        **{detail.key: details.get(detail.key, "") for detail in DETAILS[row.kind]},
    }


def details_of(row: Asset) -> dict[str, str]:
    """The fields of the part's kind by key."""
    return {str(key): str(value) for key, value in json.loads(row.details).items()}


def change_part(
    store: Store,
    ledger: Ledger,
    *,
    part: str,
    changes: Mapping[str, str],
    reason: str,
    expected_revision: int | None,
    actor: Actor,
    at: datetime,
) -> Changed:
    """Change these fields of a part and keep the history of each, whole or not at all.

    Raises `Conflict` where `expected_revision` is not the record's, `Unreadable` with every wrong field, `Refused`.
    """
    with deciding(store, ledger, "change a part", entity=Entity("part", part), actor=actor, at=at) as tx:
        row = load_part(tx.session, part)
        tx.session.refresh(row, with_for_update={"key_share": True})
        _refuse((*edit_refusals(actor), *retired_refusals(row), *reason_refusals(reason)))
        if expected_revision is not None and expected_revision != row.revision:
            raise Conflict(f"revision {expected_revision}", f"revision {row.revision}", "The record")
        before, after = values_of(row), _changed(row, changes)
        found = tuple(
            Difference(field, before[field], after[field]) for field in after if after[field] != before[field]
        )
        if not found:
            return Changed(part, (), row.revision, None)
        _accept(tx.session, row, after, {one.field for one in found})
        _store(tx, row, after)
        entity = Entity(node_of(row).kind.value, part)
        write_history(tx, entity, found, reason=reason, revision=row.revision, actor=actor, at=at)
        payload: dict[str, JsonValue] = {
            "reason": reason.strip(),
            "revision": row.revision,
            "fields": {one.field: [one.old, one.new] for one in found},
        }
        event = Event.DATASET_CHANGED if isinstance(row, Dataset) else Event.ASSET_CHANGED
        entry = ledger.record(tx, event, entity=entity, actor=actor, at=at, payload=payload).index
        return Changed(part, tuple(one.field for one in found), row.revision, entry)


def _changed(row: Dataset | Asset, changes: Mapping[str, str]) -> dict[str, str]:
    known = changeable(row)
    unknown = [field for field in changes if field not in known]
    if unknown:
        raise Unreadable(
            [Problem("not a field that can be changed", column=one, expected=", ".join(known)) for one in unknown]
        )
    given = {field: value.strip() if field in STRIPPED else value for field, value in changes.items()}
    return values_of(row) | given


def _accept(session: Session, row: Dataset | Asset, after: Mapping[str, str], fields: set[str]) -> None:
    """Only what changes is judged, as it would be if it were entered today."""
    if isinstance(row, Dataset):
        said = list(problems_of(_as_dataset(row, after)))
    else:
        said = list(asset_problems(_as_asset(row, after)))
        twin = select(Asset.id).where(Asset.kind == row.kind, Asset.name == after["name"], col(Asset.id) != row.id)
        if session.exec(twin).first() is not None:
            said.append(Problem(f"a {row.kind} of this name is registered", column="name", found=after["name"]))
    if after["owner"]:
        said += person_problems(session, "owner", after["owner"])
    problems = [problem for problem in said if problem.column in fields]
    if problems:
        raise Unreadable(problems)


def _as_dataset(row: Dataset, after: Mapping[str, str]) -> NewDataset:
    return replace(NewDataset(row.name, row.version, row.source), **after)


def _as_asset(row: Asset, after: Mapping[str, str]) -> NewAsset:
    details = {detail.key: after[detail.key] for detail in DETAILS[row.kind]}
    text = "kept as it is" if row.kind in WRITTEN else ""  # the text is no field of the record
    return NewAsset(row.kind, after["name"], after["owner"], after["description"], details, text)


def _store(tx: Transaction, row: Dataset | Asset, after: Mapping[str, str]) -> None:
    """Compare-and-set on the revision; raises `Conflict`."""
    values: dict[str, object] = dict(after)
    if isinstance(row, Asset):
        details = {detail.key: values.pop(detail.key) for detail in DETAILS[row.kind]}
        values["details"] = json.dumps({key: value for key, value in sorted(details.items()) if value})
    table = type(row)
    done = tx.session.execute(
        update(table)
        .where(col(table.id) == row.id, col(table.revision) == row.revision)
        .values(**values, revision=row.revision + 1)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
        raise Conflict(f"revision {row.revision}", "a later one", "The record")
    tx.session.refresh(row)


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)
