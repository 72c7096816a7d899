"""Finds and masks a person in the sealed originals of texts that wait for moderation."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, col, select

from core.access.personal_data.sealing import CannotBeOpened, opened, sealed
from core.access.personal_data.tables import HeldText
from core.privacy.subjects.matching import Matcher
from core.privacy.subjects.values import hits_in, without_person


@dataclass(frozen=True)
class HeldHit:
    """A held text whose original names the person: its number, where it stands, the original, and how often."""

    number: str
    place: str
    original: str
    hits: int


def held_with(session: Session, keys: Path, matcher: Matcher) -> Iterator[HeldHit]:
    """Every original that names the person; one that nobody can open any more names nobody."""
    for row in session.exec(select(HeldText).where(HeldText.sealed != b"").order_by(col(HeldText.id))):
        original = _original(keys, row)
        if hits := hits_in(matcher, original):
            yield HeldHit(row.number, f"original of a held text · {row.place}", original, hits)


def mask_held(session: Session, keys: Path, hit: HeldHit, matcher: Matcher, mark: str) -> int:
    """Seal the original anew without the person; how often they were named, or 0 where it is decided on by now."""
    row = session.exec(select(HeldText).where(HeldText.number == hit.number).with_for_update()).one()
    said, hits = without_person(matcher, _original(keys, row), mark)
    if hits:
        row.sealed = sealed(keys, said, number=row.number)
        session.add(row)
        session.flush()
    return hits


def _original(keys: Path, row: HeldText) -> str:
    if not row.sealed:
        return ""
    try:
        return opened(keys, row.sealed, number=row.number)
    except CannotBeOpened:
        return ""
