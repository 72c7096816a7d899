"""Chooses champion, challenger and rows, and says before the click what stands against the comparison."""

from datetime import UTC, date, datetime, time, timedelta

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.components import act_button, attempt, blocked, section
from app.components.me import Me
from app.composition import Workplace, now
from app.navigation import page_file
from core.improvement.comparisons.asking import Question, against_asking, ask_comparison
from core.improvement.comparisons.queries import Choice, choices
from core.improvement.comparisons.rules import SourceKind
from core.inventory.deployments.queries import environments, in_production_at
from core.inventory.deployments.rules import PRODUCTION
from core.policy.rules import Phase

SOURCES = {
    SourceKind.PRODUCTION: "Production data, joined by id",
    SourceKind.EVIDENCE: "Files of predictions, joined by row",
}


def ask_form(place: Workplace, viewer: Me, model: str) -> None:
    """The form; a model with one version says why there is nothing to choose."""
    at = now()
    with place.store.reading() as session:
        found = choices(session, model)
        standing = in_production_at(session, model, at=at)
        places = environments(session)
    with st.container(border=True):
        section("Compare two versions")
        if len(found) < 2:
            st.markdown("The model has one version. A comparison takes two on the same cases.")
            return
        champion = next((row.version for row in standing if row.phase is Phase.FULL), found[-1].version)
        question = _question(model, found, champion, places)
        if question is None:
            return
        with place.store.reading() as session:
            reasons = against_asking(session, question, viewer.actor)
        blocked("The comparison", reasons)
        if act_button("Compare", reasons, key="compare"):
            with attempt("Nothing was compared."):
                done = ask_comparison(place.store, place.ledger, question=question, actor=viewer.actor, at=at)
                st.switch_page(page_file("challenger"), query_params={"comparison": done.number})


def _question(model: str, found: tuple[Choice, ...], champion: str, places: tuple[str, ...]) -> Question | None:
    known = {one.version: one for one in found}
    names = list(known)
    first, second = st.columns(2)
    with first:
        own = st.selectbox("Champion", names, index=names.index(champion), format_func=lambda one: _said(known[one]))
    with second:
        others = [one for one in names if one != own]
        other = st.selectbox("Challenger", others, format_func=lambda one: _said(known[one]))
    source = st.radio("Rows", list(SOURCES), format_func=SOURCES.__getitem__, key="rows_of")
    if source is not SourceKind.PRODUCTION:
        return Question(model, own, other, SourceKind.EVIDENCE) if own and other else None
    with first:
        here = st.selectbox("Environment of the champion", places, key="champion_environment")
    with second:
        index = next((place for place, name in enumerate(places) if name != PRODUCTION), 0)
        there = st.selectbox("Environment of the challenger", places, index=index, key="challenger_environment")
    start, end = _span(first, second)
    if not own or not other:
        return None
    return Question(model, own, other, source, here or PRODUCTION, there or PRODUCTION, start, end)


def _span(first: DeltaGenerator, second: DeltaGenerator) -> tuple[datetime | None, datetime | None]:
    """Both days count whole, in UTC; without them all rows count."""
    with first:
        start = st.date_input("From (UTC), all rows if empty", value=None, key="compare_from")
    with second:
        end = st.date_input("Until and with (UTC)", value=None, key="compare_until")
    midnight = time(tzinfo=UTC)
    return (
        datetime.combine(start, midnight) if isinstance(start, date) else None,
        datetime.combine(end, midnight) + timedelta(days=1) if isinstance(end, date) else None,
    )


def _said(one: Choice) -> str:
    line = ", experimental" if one.experimental else ""
    return f"v{one.version} ({one.stage}{line})"  # options are shown as text, not as Markdown
