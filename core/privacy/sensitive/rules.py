"""Who may read the sensitive attributes of people, and on which grounds they are refused."""

from datetime import datetime, timedelta
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal

SHORTEST, LONGEST = 10, 2000  # signs of a purpose
TAKEN_WITHIN = timedelta(minutes=15)
CLAUSE = "sensitive attributes"


class ReadIn(StrEnum):
    """The way in which somebody reads."""

    PAGE = "page"
    FILE = "file"


def reading_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor reads no sensitive attributes."""
    reasons = list(permission_refusals(actor, Permission.SENSITIVE_READ))
    if actor.token is not None:
        way_out = "A person reads them on the page; computations need no reading."
        reasons.append(Refusal("token", "A token reads no sensitive attributes", CLAUSE, way_out))
    return tuple(reasons)


def purpose_refusals(purpose: str) -> tuple[Refusal, ...]:
    """Why a purpose does not do."""
    said = len(purpose.strip())
    if SHORTEST <= said <= LONGEST:
        return ()
    way_out = f"Say in {SHORTEST} to {LONGEST:,} signs what you need them for."
    return (Refusal("no-purpose", "Nobody reads sensitive attributes without a purpose", CLAUSE, way_out),)


def taking_refusals(reader: str, read_at: datetime, actor: Actor, at: datetime) -> tuple[Refusal, ...]:
    """Why the file of a reading is not handed out: another person's, or it is too long ago."""
    reasons = list(reading_refusals(actor))
    if actor.id != reader:
        reasons.append(Refusal("another", "Another person read them for a purpose of their own", CLAUSE))
    if not read_at <= at <= read_at + TAKEN_WITHIN:
        way_out = "Read them again, with the purpose of now."
        reasons.append(Refusal("too-late", "A file is taken within 15 minutes of its reading", CLAUSE, way_out))
    return tuple(reasons)
