"""The cycle at a glance: filters, the picture by step, and one row a model with the checkpoints of each step."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.components import clear_filters, empty, filter_row, link, plain, search, table
from app.components.filters import ALL, choose
from app.components.formats import counted, days
from app.components.status import word
from app.components.text import whole
from app.views.coverage.picture import Part, stacked
from core.cycle.queries import CycleFilter, CycleList, CycleRow
from core.cycle.rules import Checkpoint, Point, State, Step, Where

FILTERS = {"search": "", "step": ALL, "checkpoint": ALL, "state": "Any", "tier": ALL, "line": ALL}
LEGEND = "\u2002\u2002".join(
    (
        ":green[:material/check_circle:] met",
        ":red[:material/alarm:] overdue",
        ":orange[:material/flag:] missing",
        ":gray[:material/help:] no data",
    )
)
SHAPES: Mapping[State, str] = {
    State.MET: ":green[:material/check_circle:]",
    State.MISSING: ":orange[:material/flag:]",
    State.OVERDUE: ":red[:material/alarm:]",
    State.NO_DATA: ":gray[:material/help:]",
}
FILLS = {State.MET: "full", State.OVERDUE: "alarm", State.MISSING: "pale", State.NO_DATA: "hollow"}
_SPACE = "\u00a0"
BY_KEY = {
    Where.RUN: ("/report", "run"),
    Where.CHANGE: ("/approval", "change"),
    Where.INCIDENT: ("/incident", "incident"),
    Where.REVIEW: ("/review", "review"),
    Where.STRESS_TEST: ("/stress_test", "test"),
    Where.DOCUMENT: ("/document", "document"),
}
BY_MODEL = {
    Where.EXPORTS: ("/exports", "model"),
    Where.FINDINGS: ("/findings", "model_number"),
    Where.INCIDENTS: ("/incidents", "model_number"),
    Where.MONITORING: ("/monitored", "model"),
    Where.DOCUMENTS: ("/documents", "model"),
}
TABS = {Where.RECORD: "Record", Where.EVIDENCE: "Evidence", Where.DECISIONS: "Decisions"}


def narrowed_by(lines: Sequence[str]) -> CycleFilter:
    """The row of filters; all of them live in the address."""
    with filter_row():
        text = search(placeholder="Name or number", width=160)
        step = choose("Step", list(Step), key="step", width=120)
        checkpoint = choose("Checkpoint", list(Checkpoint), key="checkpoint", width=215)
        state = choose("State", list(State), key="state", every="Any", width=120)
        tier = choose("Tier", ["1", "2", "3", "4"], key="tier", width=80)
        line = choose("Business line", lines, key="line", width=150, said=str)
        clear_filters(FILTERS)
    return CycleFilter(
        text=text,
        tier=int(tier) if tier else None,
        business_line=line,
        step=Step(step) if step else None,
        checkpoint=Checkpoint(checkpoint) if checkpoint else None,
        state=State(state) if state else None,
    )


def said_in_short(found: CycleList) -> str:
    """“**412 models.** Something is overdue in 12 of them in map, in 3 in approve.”"""
    late = [(step, counts.get(State.OVERDUE, 0)) for step, counts in found.counts.items()]
    said = ", ".join(f"{counted(count, 'model')} in {step}" for step, count in late if count)
    return f"**{counted(found.page.total, 'model')}.** {f'Overdue: {said}.' if said else 'Nothing is overdue.'}"


def picture(found: CycleList) -> None:
    """One bar a step: how many models have it met, and what stands against the others."""
    parts = [
        Part(state.value, FILLS[state], [found.counts[step].get(state, 0) for step in Step])
        for state in (State.MET, State.OVERDUE, State.MISSING, State.NO_DATA)
    ]
    rows = [f"{place} {step.capitalize()}" for place, step in enumerate(Step, start=1)]
    stacked(rows, parts, what="Models by step, each by the most urgent of its checkpoints", key="cycle_bars")


def models_table(rows: Sequence[CycleRow], known: Mapping[str, str], at: datetime) -> None:
    """One row a model; every checkpoint leads to its cause.

    A cell holds the checkpoints of a step, each a link: the page is a board, and the checkpoint is the thing itself.
    """
    table(
        [
            {
                "Model": f"{link(row.name, '/model', model=row.number)}  \n"
                f":small[:gray[{row.number}, tier {row.tier}, {plain(known.get(row.owner, row.owner))}]]",
                **{step.capitalize(): "  \n".join(_said(point, row, at) for point in row.of(step)) for step in Step},
            }
            for row in rows
        ],
        alt="Models by step of the cycle with the state of every checkpoint, overdue first",
    )


def _said(point: Point, row: CycleRow, at: datetime) -> str:
    """Shape and checkpoint as one link and, where it is not met, why, on a line of its own."""
    named = _to_cause(whole(word(point.checkpoint)), point, row)
    line = f"[{SHAPES[point.state]}{_SPACE}{named.removeprefix('[')}"  # never a shape on a line of its own
    if point.state is State.MET:
        return f"{line}  \n:small[:gray[{plain(point.open)}]]" if point.open else line
    late = f"Overdue {days(at - point.since)}: " if point.since else ""
    return f"{line}  \n:small[:gray[{late}{plain(point.cause)}]]"


def _to_cause(name: str, point: Point, row: CycleRow) -> str:
    if point.where in BY_KEY:
        address, parameter = BY_KEY[point.where]
        return link(name, address, **{parameter: point.key})
    if point.where in BY_MODEL:
        address, parameter = BY_MODEL[point.where]
        return link(name, address, **{parameter: row.number})
    return link(name, "/model", model=row.number, tab=TABS[point.where])


def nothing_found(wanted: CycleFilter) -> None:
    """No model at all, or none with these filters."""
    if wanted == CycleFilter():
        with empty("The inventory is empty.", "The cycle begins when a model is registered."):
            pass
        return
    with empty("No model matches these filters.", "Clear a filter to see more models."):
        clear_filters(FILTERS, label="Clear all filters", key="clear_all")
