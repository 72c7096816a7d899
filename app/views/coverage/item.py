"""One item of a pack for one model: its text, what was looked for, every answer, and the form to answer."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

import streamlit as st

from app.components import (
    Back,
    act_button,
    attempt,
    facts,
    head,
    label,
    link,
    paragraphs,
    plain,
    section,
    status,
    table,
)
from app.components.formats import NOTHING, day
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.coverage.links import answer_link, evidence_link, missing_link
from app.views.coverage.packs import shown_words
from core.coverage.reading import ItemCoverage, ModelCoverage, PackCoverage
from core.coverage.rules import LONGEST_LIFE, Outcome, may_answer_refusals, withdraw_refusals
from core.coverage.service import answer_item, facts_of, withdraw_answer
from core.coverage.tables import CoverageAnswer

WORDS = {Outcome.MET: "Met", Outcome.NOT_APPLICABLE: "Not applicable"}
YEAR = timedelta(days=365)


def draw_head(found: ModelCoverage, pack: PackCoverage, one: ItemCoverage) -> None:
    """Item, state, and the way back to the pack of this model."""
    head(
        one.item.title,
        f"{status(one.state)} {label(one.item.id)} :gray[{plain(one.item.clause)}]",
        back=Back("model_coverage", "Coverage", (("model", found.model.number), ("pack", pack.pack.id))),
        trail=f"{found.model.name} {found.model.number}",
    )


def what_it_asks(pack: PackCoverage, one: ItemCoverage) -> None:
    """The text, whether it is text of the source at all, and what would show it."""
    section("What it asks for")
    st.markdown(paragraphs(one.item.text))
    facts(
        {
            "Pack": f"{plain(pack.pack.title)}, {plain(pack.pack.version)}",
            "Standing": plain(one.item.standing.capitalize()) if one.item.standing else "Summary of the text",
            "Source": plain(one.item.source_status.capitalize()),
            "Applies from": plain(one.item.applies or pack.pack.in_force_from),
            "Shown by": shown_words(one.item),
        },
        alt=f"What {one.item.id} is and what shows it",
    )
    st.caption("A summary in our words, no legal advice.")


def looked_for(found: ModelCoverage, one: ItemCoverage) -> None:
    """Everything that was looked for, at hand or missing."""
    section("What was looked for")
    model, version = found.model.number, found.version.version if found.version else ""
    rows: list[Mapping[str, str]] = [
        {
            "What": evidence_link(part, model, version) if part.held else missing_link(part.signal, model, version),
            "State": status("Shown" if part.held else "Missing"),
            "Ends": day(part.until),
        }
        for part in one.looked_for
    ]
    if one.approved_on:
        words = link(f"Answered as met by approvers, {one.approved_on}", "/approval", change=one.approved_on)
        rows.append({"What": words, "State": status("Shown"), "Ends": NOTHING})
    if not rows:
        st.markdown("Nothing that Countersign keeps shows this item. A person answers it.")
        return
    table(rows, alt=f"What was looked for to show {one.item.id}", right=["Ends"])


def answers(
    place: Workplace, viewer: Me, found: ModelCoverage, given: Sequence[CoverageAnswer], known: Mapping[str, str]
) -> None:
    """Every answer, newest first; whoever may withdraws the one in force."""
    section("Answers")
    if not given:
        st.markdown("No answer was given yet.")
        return
    table(
        [_answer_row(row, known, now()) for row in given],
        alt="Answers, newest first, with reason, link, who gave them and until when they hold",
        right=["Given", "Until"],
        unbroken=["Number"],
    )
    standing = [row for row in given if row.withdrawn_at is None and row.expires_at > now()]
    if standing:
        _withdraw(place, viewer, found, standing)


def _answer_row(row: CoverageAnswer, known: Mapping[str, str], at: datetime) -> Mapping[str, str]:
    state = "Withdrawn" if row.withdrawn_at else "Expired" if row.expires_at <= at else "Active"
    reason = paragraphs(row.reason)
    if row.withdrawn_at:
        reason += f"  \n:gray[Withdrawn {day(row.withdrawn_at)}: {plain(row.withdrawal_reason)}]"
    return {
        "Number": row.number,
        "State": status(state),
        "Answer": WORDS[row.outcome],
        "Reason": reason,
        "Link": answer_link(row.link) if row.link else NOTHING,
        "For": "This model" if row.model_id is not None else "The organisation",
        "By": plain(known.get(row.given_by, row.given_by)),
        "Given": day(row.given_at, today=at),
        "Until": day(row.expires_at),
    }


def _withdraw(place: Workplace, viewer: Me, found: ModelCoverage, standing: Sequence[CoverageAnswer]) -> None:
    with st.expander("Withdraw an answer"):
        numbers = [row.number for row in standing]
        chosen = st.selectbox("Answer", numbers, key="withdraw_which", width=200)
        row = next(one for one in standing if one.number == chosen)
        reason = st.text_area("Why it no longer holds", key="withdraw_reason", max_chars=2000, height=80)
        model = found.model if row.model_id is not None else None
        reasons = withdraw_refusals(facts_of(row, model), viewer.actor)
        if act_button("Withdraw answer", reasons, key="withdraw", kind="secondary"):
            with attempt("The answer was not withdrawn."):
                withdraw_answer(
                    place.store, place.ledger, answer=row.number, reason=reason, actor=viewer.actor, at=now()
                )
                confirm_next(f"Answer {row.number} is withdrawn.")
                st.rerun()


def answer_form(place: Workplace, viewer: Me, found: ModelCoverage, pack: PackCoverage, one: ItemCoverage) -> None:
    """Answer the item for this model or for the organisation: outcome, reason, link and end."""
    with st.container(border=True):
        section("Answer this item")
        st.markdown("An answer counts until its end; what Countersign keeps goes before it.")
        for_all = st.radio(
            "For", ["This model", "The whole organisation"], index=int(one.item.once), key="answer_for", horizontal=True
        ) == "The whole organisation"  # fmt: skip
        outcome = st.radio("Answer", list(WORDS), format_func=WORDS.__getitem__, key="answer_outcome", horizontal=True)
        reason = st.text_area("Reason, and what shows it", key="answer_reason", max_chars=4000, height=120)
        address = st.text_input("Link to the evidence", key="answer_link", max_chars=1000, placeholder="https://")
        today = now().date()
        until = st.date_input(
            "Look again on (UTC)", value=today + YEAR, min_value=today + timedelta(days=1),
            max_value=today + LONGEST_LIFE, key="answer_until", format="YYYY-MM-DD",
        )  # fmt: skip
        reasons = may_answer_refusals(viewer.actor, for_all=for_all)
        if act_button("Answer item", reasons, key="answer"):
            with attempt("Your answer was not recorded."):
                done = answer_item(
                    place.store,
                    place.ledger,
                    model=None if for_all else found.model.number,
                    pack=pack.pack.id,
                    item=one.item.id,
                    outcome=outcome,
                    reason=reason,
                    link=address.strip(),
                    expires_at=datetime.combine(until, time.min, UTC),
                    actor=viewer.actor,
                    at=now(),
                )
                confirm_next(f"Answer {done.answer} is recorded, ledger entry {done.entry}.")
                st.rerun()
