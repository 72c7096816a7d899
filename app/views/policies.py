"""What the list of policies shows: in force and scheduled, drafts, former ones, and how a draft is begun."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import attempt, blocked, empty, link, paged, plain, section, status, table
from app.components.formats import counted, day, digest
from app.components.me import Me
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.confirmation import confirm_next
from app.views.model_reading import person_name
from core.policy.drafts import begin_draft
from core.policy.life import DraftStatus, Standing, create_refusals
from core.policy.queries import DraftRow, PolicyRow, drafts, policies, policy_page

REASON_LENGTH = 4000
Names = Mapping[str, str]


def first_line(standing: Sequence[PolicyRow], begun: int) -> str:
    """“**Model governance 2026.1** is in force since 20 Nov 2026.”"""
    in_force = next(row for row in standing if row.standing is Standing.IN_FORCE)
    waiting = len(standing) - 1
    parts = [f"{counted(waiting, 'policy', 'policies')} scheduled"] if waiting else []
    parts += [counted(begun, "draft")] if begun else []
    more = f"\u2002 :gray[{', '.join(parts)}]" if parts else ""
    return f"**{plain(in_force.title)} is in force since {day(in_force.effective_from)}.**{more}"


def standing_table(rows: Sequence[PolicyRow], known: Names, at: datetime) -> None:
    """What is in force and what will be, the latest effective date first."""
    section("In force and scheduled")
    table(_cells(rows, known, at), alt="Policies in force and scheduled", right=["Takes effect"])


def former(place: Workplace, total: int, known: Names, at: datetime) -> None:
    """Policies that were replaced or withdrawn, and drafts that ended."""
    if total:
        section("Former")
        with paged(total, size=10, key="former") as window, place.store.reading() as session:
            shown = policies(session, at=at, former=True, limit=window.limit, offset=window.offset).rows
            table(_cells(shown, known, at), alt="Former and withdrawn policies", right=["Takes effect"])
    with place.store.reading() as session:
        ended = drafts(session, still_open=False, limit=25)
    if ended.total:
        with st.expander(f"{counted(ended.total, 'draft')} published or retired"):
            table(_draft_cells(ended.rows, known, at), alt="Drafts that ended", right=["Changed"])


def drafts_table(rows: Sequence[DraftRow], known: Names, at: datetime) -> None:
    """Open drafts, submitted ones first."""
    section("Drafts")
    if not rows:
        with empty("No draft is open.", "A policy changes by a draft that one person writes and another publishes."):
            return
    table(_draft_cells(rows, known, at), alt="Open drafts, submitted ones first", right=["Changed"])


def begin(place: Workplace, viewer: Me, rows: Sequence[PolicyRow]) -> None:
    """A card that begins a draft from a published policy."""
    against = create_refusals(viewer.actor)
    with st.container(border=True):
        section("Begin a draft")
        blocked("A draft", against)
        titles = {row.id: f"{row.title}, {row.standing}" for row in rows}
        with st.form("begin_draft", border=False):
            based_on = st.selectbox(
                "Start from", list(titles), format_func=lambda key: titles[key], disabled=bool(against)
            )
            reason = st.text_area(
                "Why, kept in the ledger",
                max_chars=REASON_LENGTH,
                placeholder="What is to change, and what asks for it",
                disabled=bool(against),
            )
            sent = st.form_submit_button("Begin draft", type="primary", disabled=bool(against))
        if sent and based_on is not None:
            with attempt("The draft was not begun."):
                number = _begun(place, viewer, based_on, reason)
                confirm_next(f"Draft {number} is yours until you submit it.")
                st.switch_page(page_file("policy"), query_params={"draft": number})


def _begun(place: Workplace, viewer: Me, based_on: int, reason: str) -> str:
    with place.store.reading() as session:
        text = policy_page(session, based_on, viewer.actor, at=now()).text
    return begin_draft(
        place.store, place.ledger, text=text, reason=reason, based_on=based_on, actor=viewer.actor, at=now()
    ).draft


def _cells(rows: Sequence[PolicyRow], known: Names, at: datetime) -> list[Mapping[str, str]]:
    return [
        {
            "Policy": link(row.title, "/policy", policy=row.id),
            "State": status(row.standing),
            "Takes effect": day(row.effective_from, today=at),
            "Written by": plain(person_name(row.author or "system", known)),
            "Published by": plain(person_name(row.published_by, known)),
            "Text": digest(row.digest),
        }
        for row in rows
    ]


def _draft_cells(rows: Sequence[DraftRow], known: Names, at: datetime) -> list[Mapping[str, str]]:
    return [
        {
            "Draft": link(row.number, "/policy", draft=row.number),
            "State": status(_word(row)),
            "Written by": plain(person_name(row.author, known)),
            "Why": plain(_short(row.reason)),
            "Changed": day(row.changed_at, today=at),
        }
        for row in rows
    ]


def _word(row: DraftRow) -> str:
    return "Published" if row.status is DraftStatus.PUBLISHED else row.status.value


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
