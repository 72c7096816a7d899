"""What a person may ask for, by when it is answered, and on which grounds it may be refused."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class RequestKind(StrEnum):
    """What the person asks for."""

    ACCESS = "access"  # GDPR 15, CCPA 1798.110
    ERASURE = "erasure"  # GDPR 17, CCPA 1798.105
    CORRECTION = "correction"  # GDPR 16, CCPA 1798.106
    RESTRICTION = "restriction"  # GDPR 18, CCPA 1798.121


class Regime(StrEnum):
    """The law that sets the clock."""

    GDPR = "GDPR"
    CCPA = "CCPA"


CCPA_WORDS: Mapping[RequestKind, str] = MappingProxyType(
    {
        RequestKind.ACCESS: "know",
        RequestKind.ERASURE: "delete",
        RequestKind.CORRECTION: "correct",
        RequestKind.RESTRICTION: "limit the use",
    }
)


def called(kind: RequestKind, regime: Regime) -> str:
    """What the law calls it: “erasure”, or under the CCPA “delete”."""
    return CCPA_WORDS[kind] if regime is Regime.CCPA else kind.value


class RequestStatus(StrEnum):
    """Where a request stands."""

    OPEN = "open"
    ERASING = "erasing"  # confirmed: the work is under way
    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Treatment(StrEnum):
    """What an erasure does where the person was found."""

    MASKED = "masked"  # their words are taken out of the text
    ROWS = "rows erased"  # of a file, which is written anew without them
    DESTROYED = "file destroyed"
    EMPTIED = "particulars erased"  # of a ledger entry or an event, whose proof stays
    ACCOUNT = "account pseudonymised"
    KEPT = "kept"


class Ground(StrEnum):
    """Why a request may be refused: a closed list."""

    LEGAL_OBLIGATION = "legal obligation"
    LEGAL_CLAIMS = "legal claims"
    UNFOUNDED = "manifestly unfounded"
    NOT_IDENTIFIED = "not identified"
    OTHERS = "rights of others"
    NEEDED = "needed to provide"


@dataclass(frozen=True)
class GroundText:
    """A ground with the clause that gives it in each law, the kinds of request it stands against, and its meaning."""

    clauses: Mapping[Regime, str]
    kinds: frozenset[RequestKind]
    means: str


_EVERY = frozenset(RequestKind)
_ERASURE = frozenset({RequestKind.ERASURE})
GROUNDS: Mapping[Ground, GroundText] = MappingProxyType(
    {
        Ground.LEGAL_OBLIGATION: GroundText(
            {Regime.GDPR: "GDPR 17(3)(b)", Regime.CCPA: "CCPA 1798.105(d)(8)"},
            _ERASURE,
            "A law requires the data to be kept, such as logs and technical documentation (EU AI Act 18, 19, 26(6)).",
        ),
        Ground.LEGAL_CLAIMS: GroundText(
            {Regime.GDPR: "GDPR 17(3)(e)"}, _ERASURE, "The data are needed to establish, exercise or defend a claim."
        ),
        Ground.UNFOUNDED: GroundText(
            {Regime.GDPR: "GDPR 12(5)(b)", Regime.CCPA: "CCPA 1798.145(h)(3)"},
            _EVERY,
            "The request is manifestly unfounded or excessive; who refuses has to show it.",
        ),
        Ground.NOT_IDENTIFIED: GroundText(
            {Regime.GDPR: "GDPR 11(2), 12(2)", Regime.CCPA: "CCPA Regulations 7060"},
            _EVERY,
            "The person could not be identified with what they gave.",
        ),
        Ground.OTHERS: GroundText(
            {Regime.GDPR: "GDPR 15(4)", Regime.CCPA: "CCPA 1798.145(k)"},
            frozenset({RequestKind.ACCESS}),
            "A copy would adversely affect the rights and freedoms of others.",
        ),
        Ground.NEEDED: GroundText(
            {Regime.CCPA: "CCPA 1798.105(d)(1)"},
            _ERASURE,
            "The data are needed to complete what the person asked for, or to perform a contract with them.",
        ),
    }
)
CHANNELS = ("web form", "e-mail", "letter", "telephone", "in person", "privacy portal")
CCPA_TERM, ACKNOWLEDGE_DAYS = timedelta(days=45), 10  # CCPA 1798.130(a)(2)(A); Regulations 7021


@dataclass(frozen=True)
class RequestFacts:
    """What the rules have to know of a request."""

    number: str
    kind: RequestKind
    regime: Regime
    status: RequestStatus
    filed_by: str
    person: str = ""
    person_active: bool = False  # the user of Countersign still can sign in
    acknowledged: bool = False
    identified: bool = False
    searched: bool = False
    searching: bool = False
    packaged: bool = False
    handed_over: bool = False
    extended: bool = False
    proposed_by: str | None = None
    identified_by: str | None = None
    erased: bool = False
    due_at: datetime | None = None


def due(regime: Regime, received: datetime, *, extended: bool = False) -> datetime:
    """By when the request is answered.

    GDPR 12(3): one month after receipt, extendable by two; a month ends on the day of the same number, or on the last
    day of a shorter month. CCPA 1798.130(a)(2)(A): 45 days, extendable by 45. In UTC; the clock starts with receipt,
    not with the proof of identity, which is the stricter reading of both.
    """
    if regime is Regime.CCPA:
        return received + CCPA_TERM * (2 if extended else 1)
    return _months_later(received, 3 if extended else 1)


def acknowledge_by(regime: Regime, received: datetime) -> datetime | None:
    """CCPA Regulations 7021(a): receipt is confirmed within ten business days; public holidays are not known here."""
    if regime is not Regime.CCPA:
        return None
    day, left = received, ACKNOWLEDGE_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def grounds_for(kind: RequestKind, regime: Regime) -> tuple[Ground, ...]:
    """The grounds on which a request of this kind may be refused under this law."""
    return tuple(one for one, said in GROUNDS.items() if kind in said.kinds and regime in said.clauses)


def _months_later(moment: datetime, months: int) -> datetime:
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))
