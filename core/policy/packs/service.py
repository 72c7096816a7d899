"""Publishes the organisation's packs and tells which packs there are, with the items it added."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import NotFound, Problem, Refused, Unreadable
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.packs.reading import OwnPack, parse_pack
from core.policy.packs.rules import publish_pack_refusals
from core.policy.packs.shipped import packs
from core.policy.packs.tables import RegulationPack
from core.policy.packs.values import Pack
from core.store import Store
from core.store.numbers import next_number

LONGEST_REASON = 2000


@dataclass(frozen=True)
class PublishedPack:
    """A version of a pack of the organisation, with the row that proves which text it was."""

    row: RegulationPack
    pack: Pack


@dataclass(frozen=True)
class Published:
    """Which version was published, and the ledger entry that says so."""

    pack: str
    version: str
    entry: int


def publish_pack(store: Store, ledger: Ledger, *, text: str, reason: str, actor: Actor, at: datetime) -> Published:
    """Parse, store and record a version of a pack; the next one supersedes it. Raises `Unreadable` or `Refused`."""
    own = parse_pack(text)
    if len(reason) > LONGEST_REASON:
        raise Unreadable([Problem("too long", column="reason", expected=f"at most {LONGEST_REASON} characters")])
    entity = Entity("pack", f"{own.pack.id} {own.pack.version}")
    with deciding(store, ledger, "publish a pack", entity=entity, actor=actor, at=at) as tx:
        next_number(tx.session, "RP")  # others who publish wait here, so versions are looked up after it
        earlier = versions_of(tx.session, own.pack.id)
        standing = publish_pack_refusals(
            actor,
            reason=reason,
            published=any(one.row.version == own.pack.version for one in earlier),
            moved=any(one.row.extends != own.extends for one in earlier),
        )
        if standing:
            raise Refused(standing)
        _refuse_taken(tx.session, own)
        row = RegulationPack(
            pack=own.pack.id,
            version=own.pack.version,
            extends=own.extends,
            form=own.form,
            body=text,
            digest=hashlib.sha256(text.encode()).hexdigest(),
            reason=reason.strip(),
            published_by=actor.acting_as,
            published_at=at,
        )
        tx.session.add(row)
        payload: dict[str, JsonValue] = {
            "digest": row.digest,
            "reason": row.reason,
            "extends": row.extends,
            "items": len(own.pack.items),
        }
        entry = ledger.record(tx, Event.PACK_PUBLISHED, entity=entity, actor=actor, at=at, payload=payload)
        return Published(own.pack.id, own.pack.version, entry.index)


def _refuse_taken(session: Session, own: OwnPack) -> None:
    """An item added to a shipped pack has an id that no other addition to it uses."""
    others = [
        one for one in newest_own(session) if own.extends and one.extends == own.extends and one.pack != own.pack.id
    ]
    taken = {item.id: one.pack for one in others for item in parsed(one).pack.items}
    clashes = [item.id for item in own.pack.items if item.id in taken]
    if clashes:
        raise Unreadable([Problem(f"{taken[one]} adds an item {one} already", column="item") for one in clashes])


def known_packs(session: Session) -> Mapping[str, Pack]:
    """Every pack by id: those that ship, with items the organisation added, then its own, in their newest version."""
    own = newest_own(session)
    found = dict(packs())
    for row in own:
        pack = parsed(row).pack
        if row.extends:
            found[row.extends] = found[row.extends].with_items(pack.items)
        else:
            found[row.pack] = pack
    return found


def newest_own(session: Session) -> tuple[RegulationPack, ...]:
    """The newest version of each of the organisation's packs, in the order of first publication."""
    newest = select(func.max(RegulationPack.id)).group_by(col(RegulationPack.pack))
    rows = session.exec(
        select(RegulationPack).where(col(RegulationPack.id).in_(newest)).order_by(col(RegulationPack.id))
    )
    return tuple(rows.all())


def versions_of(session: Session, pack_id: str) -> tuple[PublishedPack, ...]:
    """Every published version of a pack of the organisation, newest first; none for one that ships."""
    rows = session.exec(
        select(RegulationPack).where(RegulationPack.pack == pack_id).order_by(col(RegulationPack.id).desc())
    ).all()
    return tuple(PublishedPack(row, parsed(row).pack) for row in rows)


def additions_to(session: Session, pack_id: str) -> tuple[RegulationPack, ...]:
    """The organisation's packs that add items to this one, newest version of each."""
    return tuple(row for row in newest_own(session) if row.extends == pack_id)


def pack_by_id(session: Session, pack_id: str) -> Pack:
    """The pack with this id; raises `NotFound`."""
    found = known_packs(session).get(pack_id)
    if found is None:
        raise NotFound("regulation pack", pack_id)
    return found


def older_of(session: Session, pack_id: str, against: str | None) -> Pack | None:
    """What a pack is compared with: another pack or an earlier version where one is named, otherwise the pack that it
    superseded, or its version before; None where there is none. Raises `NotFound` for a name that there is not."""
    known, versions = known_packs(session), versions_of(session, pack_id)
    if against:
        named = next((one.pack for one in versions if one.row.version == against), known.get(against))
        if named is None:
            raise NotFound("regulation pack or version", against)
        return named
    if len(versions) > 1:
        return versions[1].pack
    return next((pack for pack in known.values() if pack.superseded_by == pack_id), None)


def parsed(row: RegulationPack) -> OwnPack:
    """The pack that a stored row says."""
    return _parsed(row.digest, row.body)


@lru_cache(maxsize=256)
def _parsed(_digest: str, body: str) -> OwnPack:
    return parse_pack(body)
