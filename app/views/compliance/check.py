"""One check: what it reads and why, its deviations with the way to each cause, its history, and how it is run."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import (
    Back,
    attempt,
    empty,
    fact,
    facts,
    facts_line,
    head_with_actions,
    link,
    paged,
    plain,
    section,
    status,
    table,
)
from app.components.filters import choose
from app.components.formats import NOTHING, count, counted, day, digest, moment, number
from app.components.me import Me
from app.components.text import paragraphs
from app.composition import Workplace, now
from app.views.compliance.causes import cause_link, model_link
from app.views.compliance.screen import run_button, state
from app.views.confirmation import confirm_next
from app.work.tasks import urgency
from core.access.rules import Actor
from core.compliance.queries import CheckRow, DeviationFilter, deviations, results_of
from core.compliance.settings import Standing, manage_refusals, set_check
from core.compliance.tables import ComplianceFinding, ComplianceResult, ComplianceSetting
from core.compliance.vocabulary import FindingStatus


def draw_head(place: Workplace, viewer: Me, row: CheckRow, at: datetime) -> None:
    """Title, state, since when, cadence, and the button that runs this check alone."""
    text, newest = row.standing.text, row.newest
    line = facts_line(
        state(row, at),
        status(text.severity),
        fact("Since", day(row.since)),
        fact("Last run", moment(newest.run_at) if newest else NOTHING),
        fact("Runs", f"every {counted(row.standing.every_hours, 'hour')}"),
    )
    with head_with_actions(text.title, line, back=Back("compliance", "Compliance"), trail=text.key):
        run_button(place, viewer, keys=[text.key], label="Run this check now")
    if newest and newest.said:
        st.markdown(f":gray[Last result:] {plain(newest.said)}")


def deviations_list(place: Workplace, check: str, known: Mapping[str, str], at: datetime) -> None:
    """What is open, or what was, with one click to the cause of each."""
    section("Deviations")
    chosen = choose("Show", list(FindingStatus), key="status", every="All", width=170)
    narrowed = DeviationFilter(check=check, status=FindingStatus(chosen) if chosen else None)
    with place.store.reading() as session:
        total = deviations(session, narrowed, limit=1, offset=0).total
    if not total:
        with empty(
            "Nothing deviates.", "A deviation is opened once, and closed by the run that does not find it again."
        ):
            return
    with paged(total, key="deviation") as window, place.store.reading() as session:
        found = deviations(session, narrowed, limit=window.limit, offset=window.offset)
        table(
            [_deviation(one, known, at) for one in found.rows],
            alt="Deviations, open ones first: what deviates, its model, who answers, since when, due date and state",
            right=["Found", "Due"],
            unbroken=["Number", "Answers"],
        )


def _deviation(row: ComplianceFinding, known: Mapping[str, str], at: datetime) -> Mapping[str, str]:
    open_ = row.status is FindingStatus.OPEN
    said = cause_link(row.said, row.cause_kind, row.cause)
    again = f" :small[:gray[{_times(row.repeat)}]]" if row.repeat else ""
    return {
        "Number": row.number,
        "What deviates": f"{said}{again}  \n:small[:gray[{plain(row.subject)}]]",
        "Model": model_link(row.model),
        "Answers": plain(known.get(row.owner, row.owner)) if row.owner else f"any {plain(row.role)}",
        "Found": day(row.opened_at, today=at),
        "Due": day(row.due_at, today=at),
        "State": status(*urgency(row.due_at, at, "Open")) if open_ else _ended(row, at),
    }


def _ended(row: ComplianceFinding, at: datetime) -> str:
    return f"{status(row.status)} :small[:gray[{day(row.closed_at, today=at)}: {plain(row.closing_reason)}]]"


def _times(repeat: int) -> str:
    return "found and ended once before" if repeat == 1 else f"found and ended {count(repeat)} times before"


def history(place: Workplace, check: str) -> None:
    """What the check came to in every run, newest first."""
    section("Results")
    with place.store.reading() as session:
        total = results_of(session, check, limit=1, offset=0).total
    if not total:
        with empty("The check has not run yet.", "It runs by its cadence, or when somebody starts it."):
            return
    with paged(total, key="result", size=10) as window, place.store.reading() as session:
        found = results_of(session, check, limit=window.limit, offset=window.offset)
        table(
            [
                {
                    "Run": run.number,
                    "When": moment(result.run_at),
                    "Came to": _came_to(result),
                    "Deviations": count(result.deviations),
                    "Examined": count(result.examined),
                    "Took": f"{number(result.milliseconds / 1000, 2)}\u00a0s",
                    "Read": digest(result.digest),
                }
                for result, run in found.rows
            ],
            alt="Results of this check, newest first, with the digest of what was read",
            right=["When", "Deviations", "Examined", "Took"],
            unbroken=["Run"],
        )


def _came_to(result: ComplianceResult) -> str:
    said = f"  \n:small[:gray[{plain(result.said)}]]" if result.said else ""
    return f"{status(result.outcome)}{said}"


def about(standing: Standing) -> None:
    """Why the check is there, what it reads, and which items of packs it helps to show."""
    text = standing.text
    facts(
        {
            "Why": plain(text.why),
            "Reads": plain(text.reads),
            "To be put right in": counted(text.due_days, "day"),
            "Answers without an owner": plain(f"any {text.role}"),
        },
        alt=f"About the check {text.key}",
    )
    table(
        [{"Helps to show": link(one, "/pack", pack=one.partition(" ")[0])} for one in text.shows],
        alt=f"Items of packs that the check {text.key} helps to show",
    )


def settings_form(place: Workplace, viewer: Me, standing: Standing) -> None:
    """Switch it off or on, change its cadence and its numbers; with a reason."""
    text, reasons = standing.text, manage_refusals(viewer.actor)
    with st.container(border=True):
        section("How it is run")
        with st.form("setting", border=False):
            on = st.toggle("Switched on", value=standing.on, disabled=bool(reasons))
            hours = st.number_input(
                "Hours between runs", min_value=1, max_value=744, value=standing.every_hours, disabled=bool(reasons)
            )
            wanted = {
                one.name: st.number_input(
                    one.title, min_value=one.least, max_value=one.most, value=standing.parameters[one.name],
                    disabled=bool(reasons), key=f"parameter_{one.name}",
                )
                for one in text.parameters
            }  # fmt: skip
            reason = st.text_area(
                "Reason, kept in the ledger", key="setting_reason", max_chars=2000, height=80, disabled=bool(reasons)
            )
            sent = st.form_submit_button(
                "Record the setting", disabled=bool(reasons), help="\n".join(map(str, reasons)) or None
            )
        if sent:
            _record(
                place, viewer.actor, text.key, on, int(hours), {name: int(one) for name, one in wanted.items()}, reason
            )


def _record(
    place: Workplace, actor: Actor, key: str, on: bool, hours: int, parameters: Mapping[str, int], reason: str
) -> None:
    with attempt("The setting was not recorded."):
        entry = set_check(
            place.store, place.ledger, check=key, on=on, every_hours=hours, parameters=parameters, reason=reason,
            actor=actor, at=now(),
        )  # fmt: skip
        confirm_next(f"The setting is on record: ledger entry {entry}.")
        st.rerun()


def settings_table(rows: Sequence[ComplianceSetting], known: Mapping[str, str], at: datetime) -> None:
    """Every setting there ever was, newest first."""
    if not rows:
        return
    section("Settings so far")
    table(
        [
            {
                "When": day(row.set_at, today=at),
                "Set": plain(f"{'on' if row.on else 'off'}, every {row.every_hours} h {_numbers(row.parameters)}"),
                "Why": paragraphs(row.reason),
                "By": plain(known.get(row.set_by, row.set_by)),
            }
            for row in rows[:20]
        ],
        alt="Settings of this check, newest first, with reason and who set them",
        right=["When"],
        unbroken=["By"],
    )


def _numbers(parameters: str) -> str:
    return "" if parameters == "{}" else parameters
