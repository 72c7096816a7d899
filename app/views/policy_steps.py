"""The steps of a draft: submitted and retired by its author, returned or published by somebody else."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import streamlit as st

from app.components import attempt, blocked, facts, link, paragraphs, plain, section
from app.components.formats import counted, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.confirmation import confirm_next
from app.views.model_reading import person_name
from app.views.policies import REASON_LENGTH, Names
from core.approval.simulation.queries import SimulationRow
from core.policy.drafts import publish_draft, retire_draft, return_draft, submit_draft
from core.policy.life import DraftAct, DraftStatus
from core.policy.queries import DraftPage


def steps(place: Workplace, viewer: Me, page: DraftPage, simulated: SimulationRow | None, known: Names) -> None:
    """What was recorded, then the steps that the draft's status leaves."""
    _record(page, known)
    if page.row.status is DraftStatus.DRAFT:
        _step(
            page, DraftAct.SUBMIT, "Submit for publication", "Submission", "Submit draft",
            lambda reason: _submit(place, viewer, page, reason),
        )  # fmt: skip
    if page.row.status is DraftStatus.SUBMITTED:
        _publication(place, viewer, page, simulated)
        _step(
            page, DraftAct.RETURN, "Return to its author", "Return", "Return draft",
            lambda reason: _return(place, viewer, page, reason), primary=False,
        )  # fmt: skip
    if page.row.status in (DraftStatus.DRAFT, DraftStatus.SUBMITTED) and page.row.author == viewer.number:
        _step(
            page, DraftAct.RETIRE, "Give it up", "Retirement", "Retire draft",
            lambda reason: _retire(place, viewer, page, reason), primary=False,
        )  # fmt: skip


def _record(page: DraftPage, known: Names) -> None:
    row = page.row
    with st.container(border=True):
        section("Record")
        published = {"Published as": link("the policy", "/policy", policy=row.published_as or 0)}
        returned = {"Returned by": f"{plain(person_name(row.returned_by, known))}: {paragraphs(row.returned_reason)}"}
        facts(
            {
                "Begun": moment(row.created_at),
                "Why": paragraphs(row.reason),
                "Submitted": moment(row.submitted_at) if row.submitted_at else "",
                **(returned if row.returned_by else {}),
                **({"Ended": moment(row.closed_at)} if row.closed_at else {}),
                **(published if row.published_as else {}),
            },
            alt=f"Record of draft {row.number}",
        )


def _step(
    page: DraftPage,
    act: DraftAct,
    title: str,
    blocked_as: str,
    button: str,
    do: Callable[[str], None],
    *,
    primary: bool = True,
) -> None:
    against = page.refusals[act]
    with st.container(border=True):
        section(title)
        blocked(blocked_as, against)
        with st.form(f"step {act.name.lower()}", border=False):
            reason = st.text_area("Why, kept in the ledger", max_chars=REASON_LENGTH, height=90, disabled=bool(against))
            kind = "primary" if primary else "secondary"
            sent = st.form_submit_button(button, type=kind, disabled=bool(against))  # type: ignore[arg-type]
        if sent:
            do(reason)


def _submit(place: Workplace, viewer: Me, page: DraftPage, reason: str) -> None:
    with attempt("The draft was not submitted."):
        submit_draft(
            place.store, place.ledger, draft=page.row.number, reason=reason, seen_digest=page.row.digest,
            actor=viewer.actor, at=now(),
        )  # fmt: skip
        confirm_next(f"{page.row.number} is submitted. An approver who did not write it publishes or returns it.")
        st.rerun()


def _return(place: Workplace, viewer: Me, page: DraftPage, reason: str) -> None:
    with attempt("The draft was not returned."):
        return_draft(place.store, place.ledger, draft=page.row.number, reason=reason, actor=viewer.actor, at=now())
        confirm_next(f"{page.row.number} is its author's again.")
        st.rerun()


def _retire(place: Workplace, viewer: Me, page: DraftPage, reason: str) -> None:
    with attempt("The draft was not retired."):
        retire_draft(place.store, place.ledger, draft=page.row.number, reason=reason, actor=viewer.actor, at=now())
        confirm_next(f"{page.row.number} is retired; it stays readable.")
        st.rerun()


def _publication(place: Workplace, viewer: Me, page: DraftPage, simulated: SimulationRow | None) -> None:
    against, today = page.refusals[DraftAct.PUBLISH], now().astimezone(UTC).date()
    with st.container(border=True):
        section("Publish")
        _foretold(page, simulated)
        blocked("Publication", against)
        with st.form("step publish", border=False):
            chosen = st.date_input("Takes effect, 00:00 UTC of the day; today means at once", today, min_value=today,
                                   disabled=bool(against))  # fmt: skip
            reason = st.text_area("Why, kept in the ledger", max_chars=REASON_LENGTH, height=90, disabled=bool(against))
            sent = st.form_submit_button("Publish policy", type="primary", disabled=bool(against))
        if sent:
            with attempt("The policy was not published."):
                published = publish_draft(
                    place.store, place.ledger, draft=page.row.number, reason=reason, seen_digest=page.row.digest,
                    effective_from=_effect(chosen, today), actor=viewer.actor, at=now(),
                )  # fmt: skip
                confirm_next(f"{plain(published.name)} {plain(published.version)} is published and never changes.")
                st.switch_page(page_file("policy"), query_params={"policy": str(published.id)})


def _effect(chosen: object, today: date) -> datetime | None:
    if not isinstance(chosen, date) or chosen <= today:
        return None
    return datetime(chosen.year, chosen.month, chosen.day, tzinfo=UTC)


def _foretold(page: DraftPage, simulated: SimulationRow | None) -> None:
    """The first line of the simulation of exactly this text, where whoever publishes reads it."""
    if simulated is None or simulated.summary is None or simulated.digest != page.row.digest:
        return
    found = simulated.summary
    st.markdown(
        f"The simulation of this text: **{counted(found.changed, 'version')} would change a verdict, "
        f"{counted(found.breaches, 'version')} in production would be in breach**, "
        f"{counted(len(found.demands), 'open approval')} would need more."
    )
