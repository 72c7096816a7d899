"""How it is laid out: statement, cards, and a section a subject."""

from collections import Counter

from core.ledger.events import Event
from core.reports.charts.values import counts_chart
from core.reports.layout.blocks import Badge, Block, Cell, Chart, Cited, Prose, Section, Stacked, Statement, Tone
from core.reports.layout.words import badge, counted, moment, number, or_nothing
from core.reports.templates.access.gathering import DECIDING, GRANTING, TAKEN
from core.reports.templates.access_data import (
    AccessReport,
    GrantLine,
)
from core.reports.templates.citing import Citing, block_or, table_or
from core.reports.templates.parts import columns_of
from core.reports.texts import access as texts

MOST_CHARTED = 20


def _totals(data: AccessReport) -> tuple[int, int, int, int]:
    """People, entries, refused acts, and what was taken away."""
    taken = sum(one.times for one in data.acts if one.action in TAKEN)
    return len({one.actor for one in data.acts}), sum(one.times for one in data.acts), len(data.refusals), taken


def statement(data: AccessReport) -> Statement:
    people, entries, refused, taken = _totals(data)
    if not entries:
        return Statement(Badge(texts.QUIET, Tone.NONE), texts.NO_ACTS)
    said = texts.STATEMENT.format(
        people=counted(people, "person or pipeline"), times=counted(entries, "time"),
        refused=counted(refused, "act"), taken=taken,
    )  # fmt: skip
    return Statement(Badge(texts.REFUSED, Tone.ATTENTION) if refused else Badge(texts.SEEN, Tone.GOOD), said)


def cards(data: AccessReport, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    paths = ("acts / distinct actor", "acts / sum of times", "refusals", "acts / taken away / sum of times")
    values = zip(_totals(data), paths, strict=True)
    return tuple((title, citing.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))


def act_section(data: AccessReport, citing: Citing) -> Section:
    rows = tuple(
        (
            citing.name(one.actor),
            one.action,
            citing.number(one.times, f"acts / actor {one.actor} / action {one.action} / times"),
            citing.entry(moment(one.last_at), one.entry, one.leaf),
        )
        for one in data.acts
    )
    columns = columns_of(texts.ACTS_COLUMNS, 2.4, 2.4, 0.8, 1.8, right=(2, 3))
    people = Counter[str]()
    for one in data.acts:
        people[citing.name(one.actor)] += one.times
    shown = tuple(people.most_common(MOST_CHARTED))
    blocks: list[Block] = [block_or(texts.ACTS_CAPTION, columns, rows, texts.NO_ACTS)]
    blocks += [Chart(counts_chart(shown, texts.CHART, texts.CHART), f"{texts.CHART}.")] if shown else []
    return Section(texts.ACTS, (*blocks, Prose(texts.ACTS_ARE, quiet=True)))


def grant_section(data: AccessReport, citing: Citing) -> Section:
    rows = tuple(
        (
            citing.name(one.person),
            Stacked(one.what, one.reach or texts.EVERYWHERE) if one.what.startswith("role ") else one.what,
            citing.act(
                one.granted_at, f"person {one.person}", f"{one.what} / granted_at", *GRANTING[::2],
                of=one.what.partition(" ")[2],
            ),
            _givers(one, citing),
            _end(one, citing),
            one.reason,
        )
        for one in data.grants
    )  # fmt: skip
    columns = columns_of(texts.GRANTS_COLUMNS, 1.8, 1.5, 1.6, 1.3, 1.6, 2, right=(2, 4))
    return table_or(texts.GRANTS, texts.GRANTS_CAPTION, columns, rows, texts.NO_GRANTS)


def _givers(one: GrantLine, citing: Citing) -> Cell:
    if not one.confirmed_by:
        return citing.name(one.granted_by)
    second = citing.name(one.confirmed_by)
    return texts.CONFIRMED.format(by=citing.name(one.granted_by), second=second)


def _end(one: GrantLine, citing: Citing) -> Cell:
    thing, held = f"person {one.person}", one.what.partition(" ")[2]
    if one.withdrawn_at:
        return citing.act(one.withdrawn_at, thing, f"{one.what} / withdrawn_at", *GRANTING[1::2], of=held)
    if one.ends_at is None:
        return texts.STANDS
    source = citing.trace.source(thing, f"{one.what} / ends_at", *GRANTING[::2], of=held, at=one.granted_at)
    return Cited(moment(one.ends_at), source)


def refusal_section(data: AccessReport, citing: Citing) -> Section:
    rows = tuple(
        (
            citing.entry(moment(one.at), one.entry, one.leaf),
            citing.name(one.actor),
            one.act,
            one.about,
            or_nothing(one.reasons),
        )
        for one in data.refusals
    )
    columns = columns_of(texts.REFUSALS_COLUMNS, 1.6, 1.8, 1.8, 1.5, 2, right=(0,))
    return table_or(texts.REFUSALS, texts.REFUSALS_CAPTION, columns, rows, texts.NO_REFUSALS)


def time_section(data: AccessReport, citing: Citing) -> Section:
    rows = tuple(
        (
            one.change,
            badge(one.status),
            citing.moment(one.requested_at, f"change {one.change}", "requested_at", Event.CHANGE_REQUESTED),
            citing.act(one.decided_at, f"change {one.change}", "decided_at", *DECIDING[:3]),
            citing.said(number(one.days, 1), f"times / change {one.change} / days"),
            Badge(texts.YES, Tone.GOOD) if one.in_time else Badge(texts.NO, Tone.ATTENTION),
        )
        for one in data.times
    )
    columns = columns_of(texts.TIMES_COLUMNS, 1, 1.3, 1.8, 1.8, 0.8, 1, right=(2, 3, 4))
    return table_or(texts.TIMES, texts.TIMES_CAPTION, columns, rows, texts.NO_TIMES)


def dataset_section(data: AccessReport) -> Section:
    rows = tuple(
        (
            Stacked(one.number, one.name),
            or_nothing(one.classification),
            one.sanitisation or texts.NOT_STATED,
            one.retention or texts.NOT_STATED,
        )
        for one in data.datasets
    )
    columns = columns_of(texts.SANITISED_COLUMNS, 2, 1.2, 2.4, 2)
    return table_or(texts.SANITISED, texts.SANITISED_CAPTION, columns, rows, texts.NO_DATASETS)
