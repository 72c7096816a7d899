"""What of people, grants, tokens and sessions stands in the tables other than the ledger says, as pure comparison."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SENSITIVE = frozenset({"role administrator", "role approver", "role validator", "role auditor"})


class Thing(StrEnum):
    """What differs."""

    PERSON = "person"
    GRANT = "grant"
    TOKEN = "token"  # noqa: S105  a kind of row, not a secret
    SESSION = "session"
    MEMBER = "member"  # a model of a group that grants name


@dataclass
class Grant:
    """A role or a function as `what` says (`role owner`); None where the entry does not say it."""

    person: str
    what: str
    ends_at: datetime | None = None
    says_end: bool = True
    reach: str | None = None
    withdrawn: bool = False


@dataclass
class TokenGiven:
    """A token: whose, what it opens, until when."""

    person: str
    scopes: frozenset[str]
    expires_at: datetime | None
    revoked: bool = False


@dataclass
class SessionOpened:
    """A sign-in under the name that the ledger gives it; None where no end is on record."""

    person: str
    until: datetime | None
    ended: bool = False


@dataclass
class Said:
    """Everything that opens a door: from the ledger as it was said, or from the tables as it stands.

    `unnumbered` counts grants on record that name no row, by person and what, and those of them that stand;
    `unknown` people's grants cannot be told because what the entry said was erased.
    """

    people: dict[str, bool] = field(default_factory=dict)  # number -> disabled
    erased: set[str] = field(default_factory=set)
    grants: dict[str, Grant] = field(default_factory=dict)  # "role 12"
    unnumbered: dict[tuple[str, str], int] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    tokens: dict[str, TokenGiven] = field(default_factory=dict)
    sessions: dict[str, SessionOpened] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)  # "MG0001 M0002": the group, and a model in it
    of: dict[str, list[Grant | TokenGiven | SessionOpened]] = field(default_factory=dict)  # the same, by person


@dataclass(frozen=True)
class Difference:
    """One row that stands other than the ledger says; `opens`: it gives somebody more than is on record."""

    key: str
    thing: Thing
    person: str
    said: str
    opens: bool
    sensitive: bool = False


def differences(said: Said, live: Said, *, at: datetime) -> tuple[Difference, ...]:
    """Every difference, what opens a door first."""
    found = [*_people(said, live), *_grants(said, live), *_tokens(said, live), *_sessions(said, live, at)]
    found += _members(said, live)
    return tuple(sorted(found, key=lambda one: (not one.opens, not one.sensitive, one.key)))


def _people(said: Said, live: Said) -> Iterable[Difference]:
    for number, disabled in live.people.items():
        expected = said.people.get(number)
        if expected is None:
            yield _differs(Thing.PERSON, number, number, f"{number} was added, and no entry says so", opens=True)
        elif expected and not disabled:
            text = f"{number} was disabled on record and is not in the table"
            yield _differs(Thing.PERSON, number, number, text, opens=True)
        elif disabled and not expected:
            yield _differs(Thing.PERSON, number, number, f"{number} is disabled, and no entry says so", opens=False)
    for number in said.people.keys() - live.people.keys() - said.erased:
        yield _differs(Thing.PERSON, number, number, f"{number} is on record and not in the table", opens=False)


def _grants(said: Said, live: Said) -> Iterable[Difference]:
    standing: dict[tuple[str, str], int] = {}
    for key, row in live.grants.items():
        known = said.grants.get(key)
        if known is not None:
            yield from _grant(key, known, row)
        elif not row.withdrawn:
            standing[row.person, row.what] = standing.get((row.person, row.what), 0) + 1
            yield from _unnumbered(key, row, said, standing[row.person, row.what])
    for key, known in said.grants.items():
        if key not in live.grants and not known.withdrawn and known.person not in said.erased:
            text = f"{known.person} was granted {known.what} on record, and the table has no such row"
            yield _differs(Thing.GRANT, key, known.person, text, opens=False, what=known.what)


def _grant(key: str, known: Grant, row: Grant) -> Iterable[Difference]:
    person = row.person
    if (known.person, known.what) != (row.person, row.what):
        text = f"{person} holds {row.what} by a grant that gave {known.what} to {known.person}"
        yield _differs(Thing.GRANT, key, person, text, opens=True, what=row.what)
        return
    if known.withdrawn and not row.withdrawn:
        text = f"{person} holds {row.what}, which was withdrawn on record"
        yield _differs(Thing.GRANT, key, person, text, opens=True, what=row.what)
    elif row.withdrawn and not known.withdrawn:
        text = f"{row.what} of {person} was withdrawn, and no entry says so"
        yield _differs(Thing.GRANT, key, person, text, opens=False, what=row.what)
    if known.says_end and known.ends_at != row.ends_at:
        later = known.ends_at is not None and (row.ends_at is None or row.ends_at > known.ends_at)
        text = f"{row.what} of {person} ends {_day(row.ends_at)}, on record {_day(known.ends_at)}"
        yield _differs(Thing.GRANT, f"{key} end", person, text, opens=later, what=row.what)
    if known.reach is not None and known.reach != (row.reach or ""):
        text = (
            f"{row.what} of {person} reaches “{row.reach or 'everywhere'}”, on record “{known.reach or 'everywhere'}”"
        )
        yield _differs(Thing.GRANT, f"{key} reach", person, text, opens=True, what=row.what)


def _unnumbered(key: str, row: Grant, said: Said, count: int) -> Iterable[Difference]:
    stands = said.unnumbered.get((row.person, row.what))
    if row.person in said.unknown or (stands is not None and count <= stands):
        return
    how = "and no entry grants it" if stands is None else "which was withdrawn on record"
    text = f"{row.person} holds {row.what}, {how}"
    yield _differs(Thing.GRANT, key, row.person, text, opens=True, what=row.what)


def _tokens(said: Said, live: Said) -> Iterable[Difference]:
    for number, row in live.tokens.items():
        known = said.tokens.get(number)
        if known is None:
            text = f"Token {number} of {row.person} was issued, and no entry says so"
            yield _differs(Thing.TOKEN, number, row.person, text, opens=not row.revoked)
            continue
        if known.person != row.person:
            text = f"Token {number} acts for {row.person}; it was issued to {known.person}"
            yield _differs(Thing.TOKEN, f"{number} owner", row.person, text, opens=True)
        if known.revoked and not row.revoked:
            text = f"Token {number} of {row.person} was revoked on record and is not in the table"
            yield _differs(Thing.TOKEN, number, row.person, text, opens=True)
        elif row.revoked and not known.revoked:
            text = f"Token {number} of {row.person} is revoked, and no entry says so"
            yield _differs(Thing.TOKEN, number, row.person, text, opens=False)
        yield from _token_terms(number, known, row)
    for number, known in said.tokens.items():
        if number not in live.tokens and not known.revoked and known.person not in said.erased:
            text = f"Token {number} of {known.person} is on record and not in the table"
            yield _differs(Thing.TOKEN, number, known.person, text, opens=False)


def _token_terms(number: str, known: TokenGiven, row: TokenGiven) -> Iterable[Difference]:
    more, fewer = row.scopes - known.scopes, known.scopes - row.scopes
    if more or fewer:
        parts = [f"more: {' '.join(sorted(more))}"] if more else []
        parts += [f"fewer: {' '.join(sorted(fewer))}"] if fewer else []
        text = f"The scopes of token {number} of {row.person} are other than on record; {'; '.join(parts)}"
        yield _differs(Thing.TOKEN, f"{number} scopes", row.person, text, opens=bool(more))
    if known.expires_at is not None and known.expires_at != row.expires_at:
        later = row.expires_at is None or row.expires_at > known.expires_at
        text = f"Token {number} of {row.person} ends {_day(row.expires_at)}, on record {_day(known.expires_at)}"
        yield _differs(Thing.TOKEN, f"{number} end", row.person, text, opens=later)


def _sessions(said: Said, live: Said, at: datetime) -> Iterable[Difference]:
    """Only those that open a door now: a session that ended opens none, whatever its row says."""
    for name, row in live.sessions.items():
        if row.ended or row.until is None or row.until <= at:
            continue
        known = said.sessions.get(name)
        if known is None or known.person != row.person:
            text = f"A session of {row.person} stands open, and no entry opened it"
        elif known.ended:
            text = f"A session of {row.person} stands open, which ended on record"
        elif known.until is not None and known.until != row.until:
            text = f"A session of {row.person} lasts until {_day(row.until)}, on record {_day(known.until)}"
        else:
            continue
        yield _differs(Thing.SESSION, name, row.person, text, opens=True)


def _members(said: Said, live: Said) -> Iterable[Difference]:
    """What reaches a group reaches a model that somebody put there: critical where a sensitive role does."""
    for key in live.members - said.members:
        group, model = key.split()
        reached = any(f'"{group}"' in (row.reach or "") and row.what in SENSITIVE for row in live.grants.values())
        text = f"{model} is in group {group}, and no entry put it there"
        yield Difference(f"{Thing.MEMBER} {key}", Thing.MEMBER, model, text, opens=True, sensitive=reached)
    for key in said.members - live.members:
        group, model = key.split()
        text = f"{model} was put into group {group} on record, and the table has no such row"
        yield Difference(f"{Thing.MEMBER} {key}", Thing.MEMBER, model, text, opens=False)


def _differs(thing: Thing, key: str, person: str, said: str, *, opens: bool, what: str = "") -> Difference:
    return Difference(f"{thing} {key}", thing, person, said, opens, what in SENSITIVE)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"


def severity_word(difference: Difference) -> str:
    """How much a difference weighs: critical where it opens what a sensitive role opens."""
    if not difference.opens:
        return "medium"
    return "critical" if difference.sensitive else "high"
