"""What a draft would change: the answer in one line, by clause, by version, and for what waits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import streamlit as st

from app.components import (
    act_button,
    attempt,
    blocked,
    empty,
    facts,
    link,
    paged,
    plain,
    section,
    status,
    table,
)
from app.components.formats import count, counted, moment, number
from app.components.me import Me
from app.components.status import SHAPES, word
from app.composition import Workplace, now
from core.approval.simulation.queries import SimulatedRow, SimulationRow, simulated_versions, simulation
from core.approval.simulation.service import request_simulation
from core.approval.simulation.values import ClauseEffect, Demand, Move, Overdue, Summary
from core.policy.life import DraftAct, SimulationStatus
from core.policy.queries import DraftPage

LOOK_AGAIN = timedelta(seconds=1)
PENDING = (SimulationStatus.QUEUED, SimulationStatus.RUNNING)
MOST_DEMANDS = 50
MOST_CLAUSES = 3


def simulation_view(
    place: Workplace, viewer: Me, page: DraftPage, found: SimulationRow | None, in_force: int, at: datetime
) -> None:
    """The newest simulation of the draft, or the button that begins one."""
    if found is None:
        why = "A simulation holds it against every stored result and computes none of them again."
        with empty("This draft was not simulated.", why):
            _simulate(place, viewer, page)
        blocked("A simulation", page.refusals[DraftAct.SIMULATE])
        return
    if found.status in PENDING:
        _watch(place, found.number)
        return
    if found.status is SimulationStatus.FAILED:
        st.error(f"Simulation {found.number} came to nothing: {plain(found.error)}", icon=":material/error:")
    _outdated(page, found, in_force)
    if found.summary is not None:
        _result(place, found, found.summary)
    _simulate(place, viewer, page, again=True)


def _simulate(place: Workplace, viewer: Me, page: DraftPage, *, again: bool = False) -> None:
    words = "Simulate again" if again else "Simulate draft"
    kind = "secondary" if again else "primary"
    if act_button(words, page.refusals[DraftAct.SIMULATE], key="simulate", kind=kind):  # type: ignore[arg-type]
        with attempt("The simulation was not begun."):
            request_simulation(place.store, place.ledger, draft=page.row.number, actor=viewer.actor, at=now())
            st.rerun()


@st.fragment(run_every=LOOK_AGAIN)
def _watch(place: Workplace, wanted: str) -> None:
    """Progress until it ends; then the page is drawn anew."""
    with place.store.reading() as session:
        found = simulation(session, wanted)
    if found is None or found.status not in PENDING:
        st.rerun()
        return
    done = found.steps_done / found.steps_total if found.steps_total else 0.0
    step = plain(found.step) if found.step else "Waits for the worker"
    st.progress(min(done, 1.0), text=f"{status(found.status)} Simulation {found.number}: {step}")


def _outdated(page: DraftPage, found: SimulationRow, in_force: int) -> None:
    if found.digest != page.row.digest:
        st.warning("This simulation is of an earlier text of the draft.", icon=":material/warning:")
    elif found.against_id != in_force:
        st.warning("Another policy is in force since this simulation.", icon=":material/warning:")


def _result(place: Workplace, found: SimulationRow, summary: Summary) -> None:
    st.markdown(
        f"**{count(summary.changed)} of {counted(summary.judged, 'version')} would change a verdict; "
        f"{count(summary.breaches)} of {count(summary.productions)} in production would be in breach** "
        f"(on record {count(summary.breaches_before)}).\u2002 "
        f":gray[{plain(summary.draft)} against {plain(summary.against)}, {moment(found.finished_at)}, "
        f"{number(summary.seconds, 1)} s]"
    )
    if summary.excepted or summary.excepted_before:
        st.markdown(
            f"{status('Condition')} {counted(summary.excepted, 'further version')} in production would fail a required "
            f"clause under a granted exception, and {'is' if summary.excepted == 1 else 'are'} no breach "
            f"(on record {count(summary.excepted_before)})."
        )
    left, right = st.columns([5, 3], gap="large")
    with left:
        _clauses(summary)
        _versions(place, found)
    with right:
        _around(summary)
        _demands(summary.demands)
        _unknown(summary)


def _clauses(summary: Summary) -> None:
    section("By clause")
    moved = [one for one in summary.clauses if one.moves]
    if not moved:
        st.markdown("No clause changes a verdict on a stored result.")
        return
    table(
        [
            {
                "Clause": plain(one.clause),
                "What": plain(one.title),
                "From and to": _moves(one),
                "Held by": count(one.held),
            }
            for one in moved
        ],
        alt="By clause: how many figures go from one verdict to another, and how many results hold the figure",
        right=["Held by"],
        unbroken=["Clause"],
    )


def _moves(effect: ClauseEffect) -> str:
    return ", ".join(f"{count(one.count)} {_short(one)}" for one in effect.moves)


def _short(move: Move) -> str:
    return f"{word(move.before).lower()} → {word(move.after).lower()}"


def _versions(place: Workplace, found: SimulationRow) -> None:
    section("Versions that change")
    with place.store.reading() as session:
        total = simulated_versions(session, found.id, limit=1, offset=0).total
    if not total:
        st.markdown("None.")
        return
    with paged(total, key="version_page") as window, place.store.reading() as session:
        rows = simulated_versions(session, found.id, limit=window.limit, offset=window.offset).rows
        table(
            [
                {
                    "Model": f"{link(row.model_name, '/model', model=row.model, version=row.version)} "
                    f":gray[{row.model}]",
                    "Version": row.version,
                    "Tier": str(row.tier),
                    "Stage": status(row.stage),
                    "On record": _badge(row.before),
                    "Under the draft": _badge(row.after),
                    "Clauses": _changed(row),
                }
                for row in rows
            ],
            alt="Versions whose verdicts change, productions first, then the gravest",
            right=["Tier"],
            unbroken=["Version"],
        )


def _badge(said: str) -> str:
    return status(said) if word(said) in SHAPES else plain(said)


def _changed(row: SimulatedRow) -> str:
    clauses = list(dict.fromkeys(one.clause for one in row.changes))
    more = f" and {len(clauses) - MOST_CLAUSES} more" if len(clauses) > MOST_CLAUSES else ""
    return plain(", ".join(clauses[:MOST_CLAUSES]) + more)


def _around(summary: Summary) -> None:
    section("What else it would ask")
    regrouped = {"Fairness only a new validation can tell": counted(summary.regrouped, "version")}
    unknown = {"In production, not known": counted(summary.productions_not_known, "version")}
    facts(
        {
            "Versions without a stored result": count(summary.without_result),
            "Open approvals that would need more": f"{count(len(summary.demands))} of {count(summary.open_changes)}",
            "Reviews overdue": _overdue(summary.reviews),
            "Findings overdue": _overdue(summary.findings),
            "Without evidence or records it requires": counted(summary.lacking, "version"),
            **(
                {"Without them, under an exception": counted(summary.lacking_excepted, "version")}
                if summary.lacking_excepted
                else {}
            ),
            **(regrouped if summary.regrouped else {}),
            **(unknown if summary.productions_not_known else {}),
        },
        alt="Approvals, reviews, findings and evidence under the draft",
    )
    st.markdown(":gray[What is under way keeps the policy it began under. These counts say what the draft would ask.]")


def _overdue(found: Overdue) -> str:
    return f"{count(found.now)} → {count(found.then)}"


def _demands(demands: Sequence[Demand]) -> None:
    if not demands:
        return
    section("Open approvals that would need more")
    table(
        [
            {
                "Change": link(one.change, "/approval", change=one.change),
                "Tier": str(one.tier),
                "Would need": _needed(one),
            }
            for one in demands[:MOST_DEMANDS]
        ],
        alt="Open approvals that would need further votes, functions or code reviews",
        right=["Tier"],
    )
    if len(demands) > MOST_DEMANDS:
        st.caption(f"The first {MOST_DEMANDS} of {count(len(demands))}, soonest due first.")


def _needed(one: Demand) -> str:
    parts = [counted(one.votes, "more vote")] if one.votes else []
    parts += [f"a vote of {', '.join(one.functions)}"] if one.functions else []
    parts += [counted(one.code_reviews, "more code review")] if one.code_reviews else []
    return "; ".join(parts)


def _unknown(summary: Summary) -> None:
    found = summary.unknown_clauses
    if found:
        with st.expander(f"Nothing is known about {counted(len(found), 'clause')}"):
            st.markdown("No stored result holds these figures, so nobody can say what the clause would change.")
            table(
                [{"Clause": plain(one.clause), "What": plain(one.title)} for one in found],
                alt="Clauses on figures that no stored result holds",
                unbroken=["Clause"],
            )
