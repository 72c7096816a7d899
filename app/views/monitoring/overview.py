"""Every production model on one screen: state, last data, worst check against its threshold, the shape of the last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from app.components import clear_filters, empty, filter_row, link, paged, plain, search, status, table
from app.components.filters import ALL, choose
from app.components.formats import NOTHING, count, counted, day, moment
from app.components.me import Me
from app.components.record_links import record_link
from app.components.sparkline import sparkline
from app.components.status import word
from app.composition import Workplace, now
from app.views.monitoring.figures import figure, named, threshold
from core.inventory.deployments.rules import PRODUCTION
from core.links import RecordKind, Ref
from core.metrics.verdicts import Verdict
from core.monitoring.alerts.counting import OpenAlert, open_by_model
from core.monitoring.checks.queries import URGENCY, ModelState, overview, state_counts
from core.monitoring.checks.tables import MonitorState
from core.store.paging import Page

FILTERS = {"search": "", "state": ALL, "line": ALL, "tier": ALL, "environment": ALL, "whose": "Everybody"}
LOUD = (MonitorState.CHECK_FAILED, MonitorState.BREACH)
SILENT = (MonitorState.NO_DATA,)


@dataclass(frozen=True)
class Narrowed:
    """Which models are listed; none of a field means all."""

    text: str = ""
    state: MonitorState | None = None
    line: str | None = None
    tier: int | None = None
    environment: str | None = None
    person: str | None = None

    def page(self, place: Workplace, *, limit: int, offset: int) -> Page[ModelState]:
        """A page of the models, the most urgent first."""
        with place.store.reading() as session:
            return overview(
                session,
                states=(self.state,) if self.state else (),
                environment=self.environment,
                tier=self.tier,
                line=self.line,
                person=self.person,
                text=self.text,
                limit=limit,
                offset=offset,
            )


def narrowed_by(viewer: Me, lines: Sequence[str], environments: Sequence[str]) -> Narrowed:
    """The row of filters; all of them live in the address."""
    with filter_row():
        text = search(placeholder="Model", width=140)
        state = choose("State", list(URGENCY), key="state", width=140)
        line = choose("Business line", lines, key="line", width=150, said=str)
        tier = choose("Tier", ["1", "2", "3", "4"], key="tier", width=75, said=str)
        environment = choose("Environment", environments, key="environment", width=130)
        mine = choose("Whose", ["mine"], key="whose", every="Everybody", width=115)
        clear_filters(FILTERS)
    return Narrowed(
        text=text,
        state=MonitorState(state) if state else None,
        line=line,
        tier=int(tier) if tier else None,
        environment=environment,
        person=viewer.number if mine else None,
    )


def live_answer(place: Workplace) -> None:
    """How production stands as a whole, whatever the filters say."""
    at = now()
    with place.store.reading() as session:
        counts = state_counts(session, environment=PRODUCTION)
        worst = overview(session, environment=PRODUCTION, limit=1).rows
    st.markdown(f"{answer(counts, worst[0] if worst else None)}  \n{badges(counts, at)}")


def live_table(place: Workplace, narrowed: Narrowed) -> None:
    """The models that the filters let through."""
    at, total = now(), narrowed.page(place, limit=1, offset=0).total
    if not total:
        nothing(place)
        return
    with paged(total) as window:
        rows = narrowed.page(place, limit=window.limit, offset=window.offset).rows
        with place.store.reading() as session:
            alerts = open_by_model(session, {row.model for row in rows})
        models_table(rows, alerts, at)


def answer(counts: Mapping[MonitorState, int], worst: ModelState | None) -> str:
    """“**2 of 14 models in production breach a monitor**; 1 has no data. Worst: …”."""
    total, breach = sum(counts.values()), counts[MonitorState.BREACH]
    if not total:
        return "**No model is in production, and none hands in data.**"
    models = counted(total, "model")
    said = [f"**{count(breach)} of {models} in production {'breaches' if breach == 1 else 'breach'} a monitor**"]
    if not breach:
        said = [f"**No monitor of {models} in production is in breach**"]
    failed, silent = counts[MonitorState.CHECK_FAILED], counts[MonitorState.NO_DATA]
    if failed:
        said.append(f"of {count(failed)} a check could not be computed")
    if silent:
        said.append(f"{count(silent)} {'has' if silent == 1 else 'have'} no data in time")
    return "; ".join(said) + "." + (_worst(worst) if worst and worst.state in (*LOUD, *SILENT) else "")


def badges(counts: Mapping[MonitorState, int], at: datetime) -> str:
    """The count of each state that occurs, and when this was read."""
    shown = " ".join(status(state, count(many)) for state, many in counts.items() if many)
    return f"{shown}\u2002 :gray[Read {at.astimezone(UTC):%H:%M:%S} UTC, the most urgent first]"


def models_table(
    rows: Sequence[ModelState], alerts: Mapping[tuple[str, str], tuple[OpenAlert, ...]], at: datetime
) -> None:
    """One row for each model and environment; a model leads to its monitoring, an alert to its page."""
    table(
        [_row(row, alerts.get((row.model, row.environment), ()), at) for row in rows],
        alt="Models in production, the most urgent first: state, version, last data, worst check against its threshold",
        right=["Last data", "Now", "Threshold"],
        unbroken=["State", "Version", "Alerts"],
    )


def nothing(place: Workplace) -> None:
    """What to do next where no row is shown."""
    total = Narrowed().page(place, limit=1, offset=0).total
    if total:
        with empty("No model matches these filters.", f"{counted(total, 'row')} without them."):
            clear_filters(FILTERS, key="clear_filters_here")
        return
    with empty(
        "Nothing is monitored yet.",
        "A model appears here once a version of it is in production, or once production data of it arrive. Data are "
        "handed in by a pipeline with a token, from a folder, or as a file.",
    ):
        st.link_button("Changes", "/approvals")
        st.link_button("Inventory", "/inventory")


def last_data(state: ModelState, at: datetime) -> str:
    """When the newest inference was made: 09:12 UTC today, 19 Nov before; what comes too late says so."""
    if state.last_data_at is None:
        return "No data"
    then = state.last_data_at.astimezone(UTC)
    said = f"{then:%H:%M} UTC" if then.date() == at.astimezone(UTC).date() else day(then, today=at)
    return f"{said} {status('Late')}" if state.state is MonitorState.NO_DATA else said


def trend(state: ModelState) -> str:
    """The last values of the worst check, with its threshold."""
    values = [value for value in state.series if value is not None]
    if state.state is MonitorState.NO_DATA and state.last_data_at is not None:
        return f"No data since {moment(state.last_data_at)}"
    if len(values) < 2 or state.worst is None:
        return "–" if not values else "One chunk so far"
    worst = state.worst
    edge = worst.lower if worst.lower is not None else worst.upper
    ends = f"from {figure(worst.metric, values[0])} to {figure(worst.metric, values[-1])}"
    return sparkline(
        values,
        alt=f"{counted(len(values), 'chunk')}, {ends}",
        threshold=edge,
        breach=worst.verdict is Verdict.FAIL,
    )


def _row(row: ModelState, alerts: Sequence[OpenAlert], at: datetime) -> Mapping[str, str]:
    worst = row.worst
    where = "" if row.environment == PRODUCTION else f", {plain(row.environment)}"
    named_model = link(row.name, "/monitored", model=row.model, environment=row.environment)
    return {
        "State": status(row.state),
        "Model": f"{named_model}  \n:small[:gray[{row.model}, tier {row.tier}{where}]]",
        "Version": f"{plain(row.version)}{_since(row, at)}" if row.version else NOTHING,
        "Last data": last_data(row, at),
        "Worst check": plain(row.error) if row.error else named(worst) if worst else "Not checked yet",
        "Now": figure(worst.metric, worst.value) + (" est." if worst.estimated else "") if worst else NOTHING,
        "Threshold": threshold(worst.metric, worst.lower, worst.upper) if worst else NOTHING,
        "Trend": trend(row),
        "Alerts": _alerts(alerts, row.model),
    }


def _since(row: ModelState, at: datetime) -> str:
    return f"  \n:small[:gray[since {day(row.since, today=at)}]]" if row.since else ""


def _alerts(alerts: Sequence[OpenAlert], model: str) -> str:
    """The gravest and the way to all, on one line: one above the other they would be closer than a finger hits."""
    if not alerts:
        return NOTHING
    first = record_link(Ref(RecordKind.ALERT, alerts[0].number))
    every = link(f"All\u00a0{count(len(alerts))}", "/alerts", model=model)
    return f"{first}\u00a0\u00a0·\u00a0\u00a0{every}" if len(alerts) > 1 else first


def _worst(row: ModelState) -> str:
    """The sentence about what comes first."""
    name = plain(row.name)
    if row.state is MonitorState.CHECK_FAILED:
        return f" {word(row.state)}: {name}, {plain(row.error)}."
    if row.state is MonitorState.NO_DATA or row.worst is None:
        return f" {name} has sent nothing since {moment(row.last_data_at)}." if row.last_data_at else ""
    found = row.worst
    held = threshold(found.metric, found.lower, found.upper)
    return f" Worst: {name}, {named(found)} {figure(found.metric, found.value)} ({held})."
