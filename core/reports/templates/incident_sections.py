"""The sections of the report about one incident."""

from datetime import datetime

from core.improvement.actions.rules import ActionStatus
from core.improvement.incidents.rules.clocks import TICKING, ClockState
from core.improvement.incidents.rules.life import IncidentStatus
from core.ledger.events import Event
from core.reports.layout.blocks import Badge, Block, Cell, Facts, Prose, Section, Stacked, Statement, Tone
from core.reports.layout.words import NOTHING, badge, counted, moment, or_nothing, sentence
from core.reports.templates.citing import Citing, block_or, table_or
from core.reports.templates.parts import columns_of
from core.reports.texts import incident as texts
from core.reports.values.incident import ActionLine, ClockLine, IncidentReport

TONES = {
    IncidentStatus.DECLARED: Tone.ATTENTION, IncidentStatus.CONTAINED: Tone.UNDER_WAY,
    IncidentStatus.RESOLVED: Tone.UNDER_WAY, IncidentStatus.IN_REVIEW: Tone.UNDER_WAY,
    IncidentStatus.CLOSED: Tone.GOOD, IncidentStatus.DUPLICATE: Tone.NONE,
}  # fmt: skip
CLOCK_TONES = {
    ClockState.OVERDUE: Tone.STOPS, ClockState.NEARING: Tone.ATTENTION, ClockState.MET_LATE: Tone.ATTENTION,
    ClockState.RUNNING: Tone.UNDER_WAY, ClockState.MET: Tone.GOOD,
}  # fmt: skip
APPLYING = TICKING | {ClockState.MET, ClockState.MET_LATE}
OF_ACTIONS = (Event.ACTION_OPENED, Event.ACTION_EXTENDED)


def statement(data: IncidentReport) -> Statement:
    """Where it stands in one sentence."""
    applying = [one for one in data.clocks if one.state in APPLYING]
    said = texts.STATEMENT.format(
        severity=sentence(data.severity.value), actions=counted(len(data.actions), "action"),
        pending=len(pending(data.actions)), clocks=counted(len(applying), "duty"),
        met=sum(one.notified_at is not None for one in applying),
    )  # fmt: skip
    return Statement(Badge(sentence(data.status.value), TONES[data.status]), said)


def pending(actions: tuple[ActionLine, ...]) -> list[ActionLine]:
    """Actions that are not done."""
    return [one for one in actions if one.status is ActionStatus.OPEN]


def cards(data: IncidentReport, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    """Counts of the cover."""
    values = (
        (len(data.events), "events"), (len(data.actions), "actions"),
        (len(pending(data.actions)), "actions / status open"),
        (sum(one.state in TICKING for one in data.clocks), "clocks / not met"),
    )  # fmt: skip
    return tuple((title, citing.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))


def sections(data: IncidentReport, citing: Citing) -> tuple[Section, ...]:
    """Everything in the order of the response."""
    return (
        _happened(data, citing), _affected(data), _at_once(data, citing), _cause(data, citing),
        Section(texts.ACTIONS, (*actions(data.actions, citing), *_details(data.actions))), _told(data, citing),
        _review(data, citing), _timeline(data, citing),
    )  # fmt: skip


def _by(at: datetime | None, person: str | None, citing: Citing) -> str:
    return f"{moment(at)}, {citing.name(person or '')}" if at else NOTHING


def _happened(data: IncidentReport, citing: Citing) -> Section:
    thing, corrected = f"incident {data.number}", (Event.INCIDENT_DECLARED, Event.INCIDENT_CORRECTED)
    values: tuple[Cell, ...] = (
        data.number, data.title, badge(data.severity), Badge(sentence(data.status.value), TONES[data.status]),
        citing.moment(data.began_at, thing, "began_at", *corrected),
        citing.moment(data.aware_at, thing, "aware_at", *corrected),
        citing.cited(_by(data.declared_at, data.declared_by, citing), thing, "declared_at", Event.INCIDENT_DECLARED),
        citing.name(data.commander) if data.commander else NOTHING, data.what,
        citing.moment(data.contained_at, thing, "contained_at", Event.INCIDENT_CONTAINED),
        citing.moment(data.resolved_at, thing, "resolved_at", Event.INCIDENT_RESOLVED),
        citing.cited(_by(data.closed_at, data.closed_by, citing), thing, "closed_at", Event.INCIDENT_CLOSED),
        or_nothing(data.conclusion), or_nothing(data.duplicate_of),
    )  # fmt: skip
    return Section(texts.HAPPENED, (Facts(texts.HAPPENED, tuple(zip(texts.HAPPENED_ROWS, values, strict=True))),))


def _affected(data: IncidentReport) -> Section:
    values = (
        or_nothing(", ".join(data.affected)), or_nothing(data.environment), or_nothing(data.people_affected),
        or_nothing(data.decisions_affected), or_nothing(data.harm), or_nothing(", ".join(data.linked)),
    )  # fmt: skip
    return Section(texts.AFFECTED, (Facts(texts.AFFECTED, tuple(zip(texts.AFFECTED_ROWS, values, strict=True))),))


def _at_once(data: IncidentReport, citing: Citing) -> Section:
    leaves = {one.entry: one.leaf for one in data.events}
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            sentence(one.kind.value), one.what, or_nothing(one.record), citing.name(one.written_by),
            citing.entry(moment(one.happened_at), one.entry, leaves.get(one.entry, "")),
        )
        for one in data.containments
    )  # fmt: skip
    columns = columns_of(texts.AT_ONCE_COLUMNS, 1.3, 3, 1.1, 1.4, 1.6, right=(4,))
    return table_or(texts.AT_ONCE, texts.AT_ONCE_CAPTION, columns, rows, texts.NO_CONTAINMENT)


def _cause(data: IncidentReport, citing: Citing) -> Section:
    one = data.cause
    if one is None:
        return Section(texts.CAUSE, (Prose(texts.NO_CAUSE, quiet=True),))
    thing = f"incident {data.number}"
    values: tuple[Cell, ...] = (
        one.cause, or_nothing("\n".join(one.factors)), sentence(one.method.value), or_nothing(one.found_how),
        citing.cited(_by(one.written_at, one.written_by, citing), thing, "cause", Event.INCIDENT_CAUSE_FOUND),
    )  # fmt: skip
    return Section(texts.CAUSE, (Facts(texts.CAUSE, tuple(zip(texts.CAUSE_ROWS, values, strict=True))),))


def actions(lines: tuple[ActionLine, ...], citing: Citing) -> tuple[Block, ...]:
    """The table of actions, or that there is none."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            Stacked(one.number, one.title), sentence(one.kind.value),
            Badge(texts.OVERDUE, Tone.STOPS) if one.overdue else badge(one.status), citing.name(one.owner),
            citing.day(one.due_at, f"action {one.number}", "due_at", Event.ACTION_OPENED, Event.ACTION_EXTENDED),
            citing.cited(_by(one.done_at, one.done_by, citing), f"action {one.number}", "done_at", Event.ACTION_DONE),
            citing.cited(
                _by(one.verified_at, one.verified_by, citing), f"action {one.number}", "verified_at",
                Event.ACTION_VERIFIED,
            ),
        )
        for one in lines
    )  # fmt: skip
    columns = columns_of(texts.ACTIONS_COLUMNS, 2.4, 1.1, 1.2, 1.3, 1.1, 1.5, 1.5, right=(4, 5, 6))
    return (block_or(texts.ACTIONS_CAPTION, columns, rows, texts.NO_ACTIONS),)


def _details(lines: tuple[ActionLine, ...]) -> tuple[Facts, ...]:
    return tuple(
        Facts(
            texts.ACTION_CAPTION.format(number=one.number),
            tuple(
                zip(
                    texts.ACTION_ROWS,
                    map(or_nothing, (one.done, one.evidence, one.verification, one.carried_over)),
                    strict=True,
                )
            ),
        )
        for one in lines
        if one.done or one.carried_over
    )


def _told(data: IncidentReport, citing: Citing) -> Section:
    leaves = {one.entry: one.leaf for one in data.events}
    duties: tuple[tuple[Cell, ...], ...] = tuple(_duty(one, citing, leaves) for one in data.clocks)
    informed: tuple[tuple[Cell, ...], ...] = tuple(
        (one.who, one.means, one.what, citing.entry(moment(one.told_at), one.entry, leaves.get(one.entry, "")))
        for one in data.informed
    )
    of_duties = columns_of(texts.CLOCKS_COLUMNS, 2, 1.6, 1.2, 2, 1.4, 1.8, right=(4, 5))
    of_people = columns_of(texts.INFORMED_COLUMNS, 1.5, 0.9, 3, 1.5, right=(3,))
    return Section(
        texts.TOLD,
        (
            block_or(texts.CLOCKS_CAPTION, of_duties, duties, texts.NO_CLOCKS),
            block_or(texts.INFORMED_CAPTION, of_people, informed, texts.NO_INFORMED),
        ),
    )


def _duty(one: ClockLine, citing: Citing, leaves: dict[int, str]) -> tuple[Cell, ...]:
    told = f"{moment(one.notified_at)}, {one.receiver}, {one.reference}" if one.notified_at else NOTHING
    entry = one.entry or 0

    def cited(shown: str) -> Cell:
        return shown if shown == NOTHING else citing.entry(shown, entry, leaves.get(entry, ""))

    applies = one.state is not ClockState.NOT_APPLICABLE
    state = Badge(sentence(one.state.value), CLOCK_TONES.get(one.state, Tone.NONE))
    due = cited(moment(one.due_at)) if applies else NOTHING
    return Stacked(one.title, one.clause), one.authority, state, one.reason, due, cited(told)


def _review(data: IncidentReport, citing: Citing) -> Section:
    one = data.review
    if one is None:
        return Section(texts.REVIEW, (Prose(texts.NO_REVIEW, quiet=True),))
    thing = f"incident {data.number}"
    values: tuple[Cell, ...] = (
        citing.moment(one.held_at, thing, "held_at", Event.INCIDENT_REVIEWED), one.present, one.happened,
        one.went_well, one.lessons, one.decisions,
        citing.cited(_by(one.written_at, one.written_by, citing), thing, "review", Event.INCIDENT_REVIEWED),
    )  # fmt: skip
    return Section(texts.REVIEW, (Facts(texts.REVIEW, tuple(zip(texts.REVIEW_ROWS, values, strict=True))),))


def _timeline(data: IncidentReport, citing: Citing) -> Section:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            citing.entry(moment(one.at), one.entry, one.leaf), one.event, one.about,
            texts.ERASED if one.erased else or_nothing(one.says), citing.name(one.person), f"{one.entry:,}",
        )
        for one in data.events
    )  # fmt: skip
    columns = columns_of(texts.TIMELINE_COLUMNS, 1.5, 1.7, 1.2, 3, 1.3, 0.6, right=(0, 5))
    return table_or(texts.TIMELINE, texts.TIMELINE_CAPTION, columns, rows, texts.NO_EVENTS)
