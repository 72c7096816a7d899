"""The use cases that register parts and write the versions of their texts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Conflict, Problem, Refusal, Refused, Unreadable
from core.inventory.checking import person_problems, retired_refusals
from core.inventory.intake import LONG, NewDataset, check, text_problems
from core.inventory.parts.finding import load_part
from core.inventory.parts.intake import NewAsset, asset_problems, body_problems, text_digest
from core.inventory.parts.rules import PREFIX, WRITTEN
from core.inventory.service import dataset_row
from core.inventory.tables import Asset, AssetVersion
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction
from core.store.numbers import next_number


@dataclass(frozen=True)
class Recorded:
    """What was recorded, by number, and the ledger entry that says so; `version` counts from 1 where there is one."""

    number: str
    entry: int
    version: int | None = None


def edit_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot register, link or change parts."""
    return permission_refusals(actor, Permission.MODEL_EDIT)


def register_dataset(store: Store, ledger: Ledger, *, dataset: NewDataset, actor: Actor, at: datetime) -> Recorded:
    """Register a version of a dataset on its own. Raises Refused, Unreadable."""
    with deciding(store, ledger, "register a dataset", entity=Entity("dataset", "new"), actor=actor, at=at) as tx:
        _refuse(edit_refusals(actor))
        check(dataset)
        row, entry = dataset_row(tx, ledger, dataset, actor=actor, at=at)
        return Recorded(row.number, entry)


def register_asset(store: Store, ledger: Ledger, *, asset: NewAsset, actor: Actor, at: datetime) -> Recorded:
    """Register a prompt, workflow, decision point or vendor, with the first version of its text where it has one."""
    act = f"register a {asset.kind}"
    with deciding(store, ledger, act, entity=Entity(asset.kind.value, "new"), actor=actor, at=at) as tx:
        _refuse(edit_refusals(actor))
        number = next_number(tx.session, PREFIX[asset.kind])  # others who register wait here
        problems = [*asset_problems(asset), *_asset_problems(tx.session, asset)]
        if problems:
            raise Unreadable(problems)
        row = Asset(
            number=number,
            kind=asset.kind,
            name=asset.name.strip(),
            owner=asset.owner,
            description=asset.description,
            details=json.dumps({key: value for key, value in sorted(asset.details.items()) if value}),
            registered_by=actor.acting_as,
            registered_at=at,
        )
        tx.session.add(row)
        tx.session.flush()
        digest = _add_version(tx, row, 1, asset.text, "First version.", actor, at) if asset.text else ""
        payload = {"name": row.name, "owner": row.owner, "digest": digest}
        entity = Entity(asset.kind.value, number)
        entry = ledger.record(tx, Event.ASSET_REGISTERED, entity=entity, actor=actor, at=at, payload=payload).index
        return Recorded(number, entry, 1 if asset.text else None)


def add_asset_version(
    store: Store,
    ledger: Ledger,
    *,
    asset: str,
    text: str,
    rationale: str,
    expected_version: int | None,
    actor: Actor,
    at: datetime,
) -> Recorded:
    """Write the next version of a prompt or workflow; the same text as the newest is refused.

    With an `expected_version` nothing is stored once somebody else wrote another: raises `Conflict`.
    """
    with deciding(store, ledger, "write a version", entity=Entity("part", asset), actor=actor, at=at) as tx:
        row = _written(tx.session, asset)
        tx.session.refresh(row, with_for_update={"key_share": True})  # one new version of a part at a time
        _refuse((*edit_refusals(actor), *retired_refusals(row)))
        problems = [*body_problems(text), *text_problems("rationale", rationale, longest=LONG, required=True)]
        if problems:
            raise Unreadable(problems)
        newest = newest_version(tx.session, row)
        held = newest.version if newest else 0
        if expected_version is not None and expected_version != held:
            raise Conflict(f"version {expected_version}", f"version {held}", "The text")
        _refuse(_same_text(newest, text))
        digest = _add_version(tx, row, held + 1, text, rationale, actor, at)
        payload: dict[str, JsonValue] = {"version": held + 1, "digest": digest, "rationale": rationale}
        entity = Entity(row.kind.value, asset)
        entry = ledger.record(tx, Event.ASSET_VERSION_ADDED, entity=entity, actor=actor, at=at, payload=payload).index
        return Recorded(asset, entry, held + 1)


def newest_version(session: Session, row: Asset) -> AssetVersion | None:
    """The newest text of a part, or None."""
    newest = select(func.max(AssetVersion.version)).where(AssetVersion.asset_id == row.id).scalar_subquery()
    return session.exec(
        select(AssetVersion).where(AssetVersion.asset_id == row.id, col(AssetVersion.version) == newest)
    ).first()


def _written(session: Session, number: str) -> Asset:
    row = load_part(session, number)
    if isinstance(row, Asset) and row.kind in WRITTEN:
        return row
    raise Refused(
        [
            Refusal(
                "not-written",
                f"{number} has no text of its own",
                "records",
                f"Versions of a text belong to a {' or a '.join(sorted(WRITTEN))}.",
            )
        ]
    )


def _add_version(
    tx: Transaction, row: Asset, version: int, text: str, rationale: str, actor: Actor, at: datetime
) -> str:
    digest = text_digest(text)
    tx.session.add(
        AssetVersion(
            asset_id=row.id or 0,
            version=version,
            body=text,
            digest=digest,
            rationale=rationale,
            created_by=actor.acting_as,
            created_at=at,
        )
    )
    tx.session.flush()
    return digest


def _same_text(newest: AssetVersion | None, text: str) -> tuple[Refusal, ...]:
    if newest is None or newest.digest != text_digest(text):
        return ()
    said = f"The text is the same as version {newest.version}, to the byte"
    return (Refusal("same-text", said, "records", "A version says something else than the one before."),)


def _asset_problems(session: Session, asset: NewAsset) -> list[Problem]:
    taken = select(Asset.id).where(Asset.kind == asset.kind, Asset.name == asset.name.strip())
    problems = list(person_problems(session, "owner", asset.owner)) if asset.owner.strip() else []
    if session.exec(taken).first() is not None:
        problems.append(Problem(f"a {asset.kind} of this name is registered", column="name", found=asset.name))
    return problems


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)
