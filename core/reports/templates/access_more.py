"""The access report's further sections: refusals by reason, pairs, unused accounts, tokens, drills, break-glass."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.access.rules import TOXIC_PAIRS
from core.ledger.events import Event
from core.reports.history.ledger import Entry, LedgerThen, of, since
from core.reports.layout.blocks import Badge, Section, Tone
from core.reports.layout.words import moment, or_nothing
from core.reports.templates.citing import Citing, table_or
from core.reports.templates.parts import columns_of
from core.reports.texts import access as texts

PERMISSION = (Event.PERMISSION_DIFFERS, Event.PERMISSION_HOLDS)
BREAK_GLASS = (Event.BREAK_GLASS_OPENED, Event.BREAK_GLASS_ENDED, Event.BREAK_GLASS_REVIEWED)
TOKENS = (Event.TOKEN_ISSUED, Event.TOKEN_REVOKED, Event.TOKEN_ROTATED)


@dataclass(frozen=True)
class Held:
    """Somebody who held roles at the moment of the report, and when they last acted, if ever."""

    person: str
    roles: tuple[str, ...]
    last_at: datetime | None


@dataclass(frozen=True)
class DenialLine:
    """How often somebody was refused for one reason."""

    code: str
    actor: str
    times: int


@dataclass(frozen=True)
class PairLine:
    """Two roles in one person that may not meet."""

    person: str
    pair: str


@dataclass(frozen=True)
class TokenLine:
    """A token as the ledger tells it: acts in the period, and the last of them."""

    number: str
    person: str
    scopes: str
    issued_at: datetime
    ends: str
    acts: int
    last_at: datetime | None
    entry: int
    leaf: str


@dataclass(frozen=True)
class HappenedLine:
    """A drill, a difference of the permission monitor, or a step of a break-glass access."""

    at: datetime
    what: str
    about: str
    said: str
    actor: str
    entry: int
    leaf: str


@dataclass(frozen=True)
class Assurance:
    """What else the report says of access, as data."""

    denials: tuple[DenialLine, ...]
    pairs: tuple[PairLine, ...]
    unused: tuple[Held, ...]
    tokens: tuple[TokenLine, ...]
    drills: tuple[HappenedLine, ...]
    differences: tuple[HappenedLine, ...]
    break_glass: tuple[HappenedLine, ...]
    attributes: tuple[HappenedLine, ...] = ()

    @property
    def entries(self) -> set[int]:
        """The entries that it rests on."""
        happened = {one.entry for one in (*self.drills, *self.differences, *self.break_glass, *self.attributes)}
        return happened | {one.entry for one in self.tokens}

    @property
    def people(self) -> set[str]:
        """Everybody whom it names."""
        held = {one.person for one in self.pairs} | {one.person for one in self.unused}
        return held | {one.person for one in self.tokens} | {one.actor for one in self.denials}


def gather(
    ledger: LedgerThen,
    held: Sequence[Held],
    refused: Iterable[tuple[str, str]],
    *,
    used: Iterable[tuple[str, int, datetime]],
    begins: datetime | None,
) -> Assurance:
    """From the ledger by then: `held` are those with a role, `refused` each act by actor and codes.

    `used` says of the period how often each actor did something, and when last.
    """
    span = since(begins)
    counted = Counter((code.strip(), actor) for actor, codes in refused for code in codes.split(",") if code.strip())
    return Assurance(
        denials=tuple(
            DenialLine(code, actor, times)
            for (code, actor), times in sorted(counted.items(), key=lambda one: (-one[1], one[0]))
        ),
        pairs=tuple(
            PairLine(one.person, f"{first} and {second}")
            for one in held
            for first, second in TOXIC_PAIRS
            if {first.value, second.value} <= set(one.roles)
        ),
        unused=tuple(one for one in held if one.last_at is None or (begins is not None and one.last_at < begins)),
        tokens=_tokens(ledger, used),
        drills=tuple(_drill(one) for one in ledger.entries(of(Event.ACCESS_DRILL_MADE), *span)),
        differences=tuple(_difference(one) for one in ledger.entries(of(*PERMISSION), *span)),
        break_glass=tuple(_glass(one) for one in ledger.entries(of(*BREAK_GLASS), *span)),
        attributes=tuple(_read(one) for one in ledger.entries(of(Event.ATTRIBUTES_READ), *span)),
    )


def sections(data: Assurance, citing: Citing) -> tuple[Section, ...]:
    """In the order of the report."""
    return (
        _denials(data, citing), _pairs(data, citing), _unused(data, citing), _token_section(data, citing),
        _happened(texts.DRILLS, texts.DRILLS_CAPTION, texts.NO_DRILLS, data.drills, citing),
        _happened(texts.DIFFERENCES, texts.DIFFERENCES_CAPTION, texts.NO_DIFFERENCES, data.differences, citing),
        _happened(texts.BREAK_GLASS, texts.BREAK_GLASS_CAPTION, texts.NO_BREAK_GLASS, data.break_glass, citing),
        _happened(texts.ATTRIBUTES, texts.ATTRIBUTES_CAPTION, texts.NO_ATTRIBUTES, data.attributes, citing),
    )  # fmt: skip


def _tokens(ledger: LedgerThen, by_actor: Iterable[tuple[str, int, datetime]]) -> tuple[TokenLine, ...]:
    issued: dict[str, Entry] = {}
    ends: dict[str, str] = {}
    for one in ledger.entries(of(*TOKENS)):
        if one.action == Event.TOKEN_ISSUED.value:
            issued[one.entity] = one
            ends[one.entity] = one.text("expires_at")[:10]
        elif one.action == Event.TOKEN_ROTATED.value:
            ends[one.entity] = one.text("expires_at")[:10]
        else:
            ends[one.entity] = f"revoked {one.at:%Y-%m-%d}"
    used: dict[str, tuple[int, datetime]] = {}
    for actor, times, last_at in by_actor:
        before = used.get(actor, (0, last_at))
        used[actor] = (before[0] + times, max(before[1], last_at))
    return tuple(
        TokenLine(
            number, one.text("person"), one.text("scopes"), one.at, ends[number], used.get(number, (0, one.at))[0],
            used[number][1] if number in used else None, one.index, one.leaf,
        )
        for number, one in issued.items()
    )  # fmt: skip


def _drill(one: Entry) -> HappenedLine:
    said = f"{one.text('cells')} cells, {one.text('differences')} differ; report {one.text('report')[:8]}"
    return HappenedLine(one.at, "drill", one.entity, said, one.actor, one.index, one.leaf)


def _difference(one: Entry) -> HappenedLine:
    found = one.action == Event.PERMISSION_DIFFERS.value
    said = one.text("said") or one.text("key")
    return HappenedLine(one.at, "found" if found else "gone", one.entity, said, one.actor, one.index, one.leaf)


def _glass(one: Entry) -> HappenedLine:
    said = one.text("reason") or one.text("remark") or one.text("said")
    return HappenedLine(one.at, one.action.partition(".")[2], one.entity, said, one.actor, one.index, one.leaf)


def _read(one: Entry) -> HappenedLine:
    about = f"{one.text('record')} of {one.entity}"
    return HappenedLine(one.at, one.text("way"), about, one.text("purpose"), one.actor, one.index, one.leaf)


def _denials(data: Assurance, citing: Citing) -> Section:
    rows = tuple(
        (one.code, citing.name(one.actor), citing.number(one.times, f"denials / {one.code} / {one.actor} / times"))
        for one in data.denials
    )
    columns = columns_of(texts.DENIALS_COLUMNS, 2, 2, 0.8, right=(2,))
    return table_or(texts.DENIALS, texts.DENIALS_CAPTION, columns, rows, texts.NO_REFUSALS)


def _pairs(data: Assurance, citing: Citing) -> Section:
    rows = tuple((citing.name(one.person), Badge(one.pair, Tone.ATTENTION)) for one in data.pairs)
    columns = columns_of(texts.PAIRS_COLUMNS, 2, 3)
    return table_or(texts.PAIRS, texts.PAIRS_CAPTION, columns, rows, texts.NO_PAIRS)


def _unused(data: Assurance, citing: Citing) -> Section:
    rows = tuple(
        (citing.name(one.person), ", ".join(one.roles), moment(one.last_at) if one.last_at else texts.NEVER)
        for one in data.unused
    )
    columns = columns_of(texts.UNUSED_COLUMNS, 2, 2.4, 1.6, right=(2,))
    return table_or(texts.UNUSED, texts.UNUSED_CAPTION, columns, rows, texts.NO_UNUSED)


def _token_section(data: Assurance, citing: Citing) -> Section:
    rows = tuple(
        (
            citing.entry(one.number, one.entry, one.leaf),
            citing.name(one.person),
            or_nothing(one.scopes),
            or_nothing(one.ends),
            citing.number(one.acts, f"tokens / {one.number} / acts"),
            moment(one.last_at) if one.last_at else texts.NEVER,
        )
        for one in data.tokens
    )
    columns = columns_of(texts.TOKENS_COLUMNS, 0.9, 1.6, 3, 1.2, 0.7, 1.6, right=(3, 4, 5))
    return table_or(texts.TOKENS, texts.TOKENS_CAPTION, columns, rows, texts.NO_TOKENS)


def _happened(title: str, caption: str, nothing: str, lines: Sequence[HappenedLine], citing: Citing) -> Section:
    rows = tuple(
        (
            citing.entry(moment(one.at), one.entry, one.leaf), one.what, one.about, or_nothing(one.said),
            citing.name(one.actor),
        )
        for one in lines
    )  # fmt: skip
    columns = columns_of(texts.HAPPENED_COLUMNS, 1.6, 0.9, 1, 3, 1.3, right=(0,))
    return table_or(title, caption, columns, rows, nothing)
