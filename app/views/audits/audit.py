"""The plan of an audit and its sample on its page, and the steps of its lead."""

from collections.abc import Mapping

import streamlit as st

from app.components import (
    act_button,
    attempt,
    blocked,
    empty,
    facts,
    link,
    paragraphs,
    plain,
    section,
    table,
)
from app.components.formats import count, counted, day, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.audits.reading import Reading
from app.views.confirmation import confirm_next
from core.audits.drawing import LARGEST, begin_fieldwork, cancel_audit, draw_sample
from core.audits.facts import Done
from core.audits.fieldwork import issue_findings
from core.audits.following import close_audit
from core.audits.population import Population
from core.audits.rules.life import Act, AuditStatus
from core.audits.sampling import Method
from core.audits.tables import AuditSample

AGAIN = """1. Take the population as it was recorded, a line each: key, tab, tier. Its SHA-256 is the digest.
2. Rank every key by the SHA-256, in hexadecimal, of the seed, a line feed and the key.
3. Simple random: the lowest ranks, as many as the size.
4. Stratified: each tier with members gets one place, tier 1 first; the others are divided in proportion to the members
   left, by largest remainder, the lower tier first where two are equal; within a tier the lowest ranks."""


def plan(reading: Reading) -> None:
    """What is looked at, by which criteria, and by whom."""
    whole, audit = reading.whole, reading.whole.audit
    section("Plan")
    facts(
        {
            "Objective": paragraphs(audit.objective),
            "Scope": plain(whole.scope.words),
            "Period": f"{day(audit.period_from)} to {day(audit.period_to)}",
            "Auditors": ", ".join(reading.name_of(one) for one in whole.team),
            "Planned by": f"{reading.name_of(audit.planned_by)}, {moment(audit.planned_at)}",
            "Conclusion": paragraphs(audit.conclusion) if audit.conclusion else "",
        },
        alt=f"Plan of {audit.number}",
    )
    section("Criteria")
    if not whole.criteria:
        with empty("No criterion is chosen.", "Criteria are items of regulation packs, in their words of the day."):
            return
    table(
        [
            {
                "Criterion": link(f"{one.pack} {one.item}", "/pack", pack=one.pack),
                "Title": plain(one.title),
                "Clause": plain(one.clause),
                "Version of the pack": plain(one.pack_version),
            }
            for one in whole.criteria
        ],
        alt=f"Criteria of {audit.number}, with clause and version of the pack",
        unbroken=["Criterion"],
    )


def sample(reading: Reading) -> None:
    """Every sample with what it takes to draw it again."""
    whole = reading.whole
    section("Sample")
    if not whole.samples:
        with empty("No sample is drawn.", "The lead draws one from the scope; seed and population are kept."):
            return
    for one in whole.samples:
        _sample(reading, one)
    with st.expander("How to draw it again"):
        st.markdown(AGAIN)


def _sample(reading: Reading, one: AuditSample) -> None:
    keys = ", ".join(item.item.key for item in reading.whole.items if item.sample == one.ordinal)
    facts(
        {
            f"Sample {one.ordinal}": plain(keys),
            "Population": f"{plain(one.query)}, {counted(one.population_size, 'member')}",
            "Digest of the population": f"`{one.population_digest}`",
            "Method": f"{plain(one.method.value)}, {count(one.size)} of {count(one.population_size)}",
            "Seed": f"{_seed(one.seed)}  \n:small[:gray[{plain(one.seed_source)}]]",
            "Reason": paragraphs(one.reason) if one.reason else "",
            "Drawn by": f"{reading.name_of(one.drawn_by)}, {moment(one.drawn_at)}",
        },
        alt=f"Sample {one.ordinal} of {reading.whole.audit.number}",
    )
    number = reading.whole.audit.number
    st.markdown(f"[Population as it was recorded](/exports/{number}/population?sample={one.ordinal})")


def _seed(seed: str) -> str:
    """A digest as the digests beside it; what a lead entered as it was written."""
    return f"`{seed}`" if len(seed) == 64 and seed.isalnum() else plain(seed)


def steps(place: Workplace, viewer: Me, reading: Reading) -> None:
    """What comes next in this state, with its form or with every reason against it."""
    standing = reading.whole.audit.status
    if standing is AuditStatus.PLANNED:
        _begin(place, viewer, reading)
    if standing in (AuditStatus.PLANNED, AuditStatus.FIELDWORK):
        _draw(place, viewer, reading)
    if standing is AuditStatus.FIELDWORK:
        _issue(place, viewer, reading)
    if standing is AuditStatus.FOLLOW_UP:
        _close(place, viewer, reading)
    if standing in (AuditStatus.PLANNED, AuditStatus.FIELDWORK):
        _cancel(place, viewer, reading)


def _draw(place: Workplace, viewer: Me, reading: Reading) -> None:
    number, reasons = reading.whole.audit.number, reading.against[Act.DRAW]
    with st.container(border=True):
        section("Draw a further sample" if reading.whole.samples else "Draw a sample")
        blocked("A draw", reasons)
        if reasons:
            return
        with st.form("draw", border=False):
            of = st.selectbox("Of", list(Population), format_func=lambda one: one.value.capitalize())
            method = st.selectbox("Method", list(Method), format_func=lambda one: one.value.capitalize())
            size = st.number_input("Size", min_value=1, max_value=LARGEST, value=10)
            seed = st.text_input("Seed (empty: from the ledger’s checkpoint)", max_chars=200)
            reason = st.text_area("Reason", max_chars=2000, height=70) if reading.whole.samples else ""
            sent = st.form_submit_button("Draw the sample")
        if sent and of and method:
            with attempt("Nothing was drawn."):
                _said(
                    draw_sample(place.store, place.ledger, audit=number, population=of, method=method, size=int(size),
                                seed=seed, reason=reason, actor=viewer.actor, at=now()),
                    "The sample of {} is drawn",
                )  # fmt: skip


def _begin(place: Workplace, viewer: Me, reading: Reading) -> None:
    number = reading.whole.audit.number
    with st.container(border=True):
        section("Plan and begin")
        blocked("Fieldwork", reading.against[Act.BEGIN])
        with st.container(horizontal=True):
            if act_button("Begin fieldwork", reading.against[Act.BEGIN], key="begin"):
                with attempt("Fieldwork has not begun."):
                    done = begin_fieldwork(place.store, place.ledger, audit=number, actor=viewer.actor, at=now())
                    _said(done, "Fieldwork of {} has begun")
            if act_button("Change the plan", reading.against[Act.CHANGE], key="change", kind="secondary"):
                st.switch_page(page_file("audit_plan"), query_params={"audit": number})


def _issue(place: Workplace, viewer: Me, reading: Reading) -> None:
    whole = reading.whole
    with st.container(border=True):
        section("Issue the findings")
        st.markdown(f"{counted(whole.undone, 'conclusion')} to go, {counted(len(whole.findings), 'finding')} raised.")
        blocked("Issuing", reading.against[Act.ISSUE])
        if act_button("Issue the findings", reading.against[Act.ISSUE], key="issue"):
            with attempt("Nothing was issued."):
                done = issue_findings(place.store, place.ledger, audit=whole.audit.number, actor=viewer.actor, at=now())
                _said(done, "The findings of {} are issued")


def _close(place: Workplace, viewer: Me, reading: Reading) -> None:
    number, reasons = reading.whole.audit.number, reading.against[Act.CLOSE]
    with st.container(border=True):
        section("Close the audit")
        blocked("Closing", reasons)
        if not reading.whole.pending:
            st.markdown(":gray[A closed audit is not reopened; what comes up later is a new audit.]")
        text = st.text_area("Overall conclusion", key="conclusion", max_chars=4000, height=110, disabled=bool(reasons))
        if act_button("Close the audit", reasons, key="close"):
            with attempt("The audit was not closed."):
                done = close_audit(
                    place.store, place.ledger, audit=number, conclusion=text, actor=viewer.actor, at=now()
                )
                _said(done, "{} is closed")


def _cancel(place: Workplace, viewer: Me, reading: Reading) -> None:
    number, reasons = reading.whole.audit.number, reading.against[Act.CANCEL]
    if reasons:
        return
    with st.expander("Cancel the audit"):
        text = st.text_area("Why it is cancelled", key="cancel_reason", max_chars=2000, height=70)
        if act_button("Cancel the audit", reasons, key="cancel", kind="secondary"):
            with attempt("The audit was not cancelled."):
                done = cancel_audit(place.store, place.ledger, audit=number, reason=text, actor=viewer.actor, at=now())
                _said(done, "{} is cancelled")


def _said(done: Done, what: str) -> None:
    confirm_next(f"{what.format(done.number)}: ledger entry {done.entry}.")
    st.rerun()


def time_line(reading: Reading, rows: list[Mapping[str, str]]) -> None:
    """Every entry of the ledger about this audit and its findings, newest first."""
    if not rows:
        with empty("Nothing is on record yet.", "Every act appears here with its ledger entry."):
            return
    table(
        rows,
        alt=f"Ledger entries about {reading.whole.audit.number} and its findings, newest first",
        right=["When", "Entry"],
        unbroken=["Who", "About"],
    )
