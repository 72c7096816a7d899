"""All checks on one screen: what stops something first, with the small picture of the last runs."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, empty, link, plain, section, status, table
from app.components.formats import NOTHING, count, counted, day, moment, number
from app.components.me import Me
from app.components.sparkline import sparkline
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.compliance.queries import CheckRow
from core.compliance.service import run_checks
from core.compliance.settings import run_refusals
from core.compliance.tables import ComplianceRun
from core.compliance.vocabulary import Outcome, Source

SHORT = 3  # runs that are listed under the screen
LOUD = (Outcome.DEVIATES, Outcome.FAILED)


def said_in_short(rows: Sequence[CheckRow], newest: ComplianceRun | None) -> str:
    """“**3 of 17 checks deviate**: 12 deviations are open, 2 of them overdue. Last run 26 Nov 2026, 07:10 UTC.”"""
    on = [row for row in rows if row.standing.on]
    bad = [row for row in on if row.outcome is Outcome.DEVIATES]
    open_, late = sum(row.open for row in rows), sum(row.overdue for row in rows)
    overdue = f", {count(late)} of them overdue" if late else ""
    last = f" :gray[Last run {moment(newest.run_at)}.]" if newest else ""
    if newest is None:
        return f"**No check has run yet.** {counted(len(on), 'check')} will, each by its cadence."
    if not bad:
        return f"**Every check holds.** {counted(len(on), 'check')} are switched on.{last}"
    verb = "deviates" if len(bad) == 1 else "deviate"
    are = "is" if open_ == 1 else "are"
    standing = f"{counted(open_, 'deviation')} {are} open{overdue}."
    return f"**{len(bad)} of {counted(len(on), 'check')} {verb}**: {standing}{last}"


def run_button(place: Workplace, viewer: Me, *, keys: Sequence[str] | None = None, label: str) -> None:
    """Run checks now, and say what came of it."""
    if not act_button(label, run_refusals(viewer.actor), key="run_checks"):
        return
    with attempt("The checks were not run."), st.status("Reading the record", expanded=False):
        ran = run_checks(
            place.store,
            place.ledger,
            keys=keys,
            source=Source.PAGE,
            actor=viewer.actor,
            clock=now,
            data_dir=place.settings.data_dir,
        )
        bad = sum(one.outcome in (Outcome.DEVIATES, Outcome.FAILED) for one in ran.checks)
        said = "every check holds" if not bad else f"{counted(bad, 'check')} of {len(ran.checks)} do not hold"
        new = f", {counted(ran.opened, 'deviation')} opened, {count(ran.closed)} closed"
        confirm_next(f"{ran.number} is on record: {said}{new}. Ledger entry {ran.entry}.")
        st.rerun()


def checks_table(rows: Sequence[CheckRow], at: datetime) -> None:
    """One row a check; every check leads to its deviations and its history."""
    table(
        [_row(row, at) for row in rows],
        alt="Routine checks, what deviates first: state, open deviations, what was examined, since when, last runs",
        right=["Open", "Examined", "Last run"],
        unbroken=["Since"],
    )


def state(row: CheckRow, at: datetime) -> str:
    """What the check came to; switched off, or overdue, before that."""
    if not row.standing.on:
        return status("Switched off")
    if row.newest is None:
        return status("Not judged")
    if row.is_late(at):
        return status("Overdue")
    return status(row.outcome)


def _row(row: CheckRow, at: datetime) -> Mapping[str, str]:
    text, newest = row.standing.text, row.newest
    late = f" :small[:gray[{count(row.overdue)} overdue]]" if row.overdue else ""
    return {
        "State": state(row, at),
        "Check": f"{link(text.title, '/compliance_check', check=text.key)}  \n:small[:gray[{plain(_beside(row))}]]",
        "Severity": status(text.severity) if row.outcome in LOUD else f":gray[{text.severity.value.capitalize()}]",
        "Open": f"{count(row.open)}{late}" if newest else NOTHING,
        "Examined": count(newest.examined) if newest else NOTHING,
        "Since": day(row.since, today=at),
        "Last run": moment(newest.run_at) if newest else NOTHING,
        "Last runs": _line(row),
    }


def _beside(row: CheckRow) -> str:
    """What the newest result says of itself, or else why the check is there."""
    newest = row.newest
    return newest.said if newest and newest.said else row.standing.text.why


def _line(row: CheckRow) -> str:
    values = [float(one.deviations) for one in row.last]
    if len(values) < 2:
        return NOTHING
    alt = f"deviations in {len(values)} runs, from {number(values[0], 0)} to {number(values[-1], 0)}"
    return sparkline(values, alt=alt, breach=row.outcome is Outcome.DEVIATES)


def runs_table(rows: Sequence[ComplianceRun], known: Mapping[str, str]) -> None:
    """The last runs, newest first."""
    section("Runs")
    if not rows:
        with empty("No run is on record.", "The schedule runs every check by its cadence; a run can be started above."):
            return
    table(
        [
            {
                "Run": row.number,
                "When": moment(row.run_at),
                "By": plain(known.get(row.run_by, row.run_by)),
                "Through": plain(row.source.value),
                "Checks": count(row.checks),
                "Deviate": count(row.deviating),
                "Failed": count(row.failed),
                "Opened": count(row.opened),
                "Closed": count(row.closed),
                "Took": f"{number(row.milliseconds / 1000, 2)}\u00a0s",
            }
            for row in rows
        ],
        alt="Runs of the checks, newest first: who ran them, how many deviate, what was opened and closed",
        right=["When", "Checks", "Deviate", "Failed", "Opened", "Closed", "Took"],
        unbroken=["Run", "By"],
    )
