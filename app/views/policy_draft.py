"""One draft of a policy: read, changed as text or by form, held against what is in force, simulated and published."""

from datetime import datetime

import streamlit as st

from app.components import Back, fact, facts_line, head, label, plain, status, table
from app.components.formats import counted, day, digest
from app.components.me import Me
from app.composition import Workplace
from app.views.model_reading import person_name
from app.views.policies import Names
from app.views.policy_difference import compared_with, difference
from app.views.policy_editor import editor
from app.views.policy_form import form
from app.views.policy_simulation import simulation_view
from app.views.policy_steps import steps
from app.views.policy_words import in_words, whole_text
from core.access.queries import names
from core.approval.simulation.queries import newest_simulation
from core.policy.life import DraftAct, DraftStatus
from core.policy.queries import DraftPage, policies, policy_page
from core.policy.service import policy_in_force

TABS = ("In words", "Differences", "Simulation", "Edit", "Text")
MOST = 100


def draft_view(place: Workplace, viewer: Me, number: str, at: datetime) -> None:
    """The page of a draft."""
    from core.policy.queries import draft_page

    with place.store.reading() as session:
        page, known = draft_page(session, number, viewer.actor, at=at), names(session)
        simulated = newest_simulation(session, page.id)
        in_force = policy_in_force(session, at=at)
    _head(page, known, at)
    tabs = dict(zip(TABS, st.tabs(TABS, key="tab", bind="query-params"), strict=True))
    if tabs["In words"].open:
        with tabs["In words"]:
            left, right = st.columns([5, 3], gap="large")
            with left:
                _problems(page)
                if page.policy:
                    in_words(page.policy)
            with right:
                steps(place, viewer, page, simulated, known)
    if tabs["Differences"].open:
        with tabs["Differences"]:
            _problems(page)
            _differences(place, viewer, page, in_force.id, at)
    if tabs["Simulation"].open:
        with tabs["Simulation"]:
            simulation_view(place, viewer, page, simulated, in_force.id, at)
    if tabs["Edit"].open:
        with tabs["Edit"]:
            _edit(place, viewer, page)
    if tabs["Text"].open:
        with tabs["Text"]:
            _problems(page)
            whole_text(page.text)


def _head(page: DraftPage, known: Names, at: datetime) -> None:
    row = page.row
    title = f"{page.policy.name} {page.policy.version}" if page.policy else "A draft that is no policy yet"
    word = "Published" if row.status is DraftStatus.PUBLISHED else row.status.value
    head(
        title,
        facts_line(
            status(word),
            label(counted(len(page.problems), "problem")) if page.problems else "",
            fact("Written by", plain(person_name(row.author, known))),
            fact("Changed", day(row.changed_at, today=at)),
            fact("Revision", str(row.revision)),
            fact("Text", digest(row.digest)),
        ),
        back=Back("policies", "Policies"),
        trail=row.number,
    )


def _problems(page: DraftPage) -> None:
    """What is wrong with the text, each with its line and what stands there."""
    if not page.problems:
        return
    lines = page.text.split("\n")
    st.markdown(f"**The text is no policy yet: {counted(len(page.problems), 'thing')} to put right.**")
    table(
        [
            {
                "Line": str(one.line) if one.line else "",
                "What stands there": plain(lines[one.line - 1]) if one.line and one.line <= len(lines) else "",
                "What is wrong": plain(one.reason),
                "Expected": plain(one.expected),
            }
            for one in page.problems[:50]
        ],
        alt="What to put right, by line",
        right=["Line"],
    )


def _differences(place: Workplace, viewer: Me, page: DraftPage, in_force: int, at: datetime) -> None:
    if page.policy is None:
        return
    with place.store.reading() as session:
        titles = {row.id: f"{row.title}, {row.standing}" for row in policies(session, at=at, limit=MOST).rows}
    chosen = compared_with(titles, in_force)
    if chosen is not None:
        with place.store.reading() as session:
            other = policy_page(session, chosen, viewer.actor, at=at)
        difference(other, page.policy, page.text, page.row.number)


def _edit(place: Workplace, viewer: Me, page: DraftPage) -> None:
    against = page.refusals[DraftAct.CHANGE]
    by_form, as_text = st.columns(2, gap="large")
    with by_form:
        form(place, viewer, page, against)
    with as_text:
        editor(place, viewer, page, against)
        _problems(page)
