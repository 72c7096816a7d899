"""The summary that NYC Local Law 144 wants published: asks for what no file knows, says what is missing, writes it."""

from datetime import date

import streamlit as st

from app.components import act_button, attempt, plain, status, table
from app.components.me import me
from app.composition import now, workplace
from app.views.confirmation import confirm_next
from app.views.report.reading import Report
from core.metrics.bias_audit import AuditFacts, BiasAuditResult, DataKind, as_markdown, summarise
from core.validation.audit_facts import audit_facts_refusals, state_audit_facts

KINDS = {kind.words: kind for kind in DataKind}


def summary_to_publish(found: BiasAuditResult, report: Report) -> None:
    """Fields for the facts as they stand on record, the elements that are still missing, and the text to copy."""
    with st.expander("The summary to publish (6 RCNY 5-303)"):
        facts = _facts(report.stated or AuditFacts(tool=report.page.model.name))
        if facts is None:
            return
        _keep(facts, report)
        summary = summarise(found, facts, on=now().date())
        if summary.missing:
            st.markdown(f"{status('Not enough evidence')} **Not ready to publish.** What the rule still asks for:")
            table(
                [{"Missing": plain(one.element), "Clause": plain(one.clause)} for one in summary.missing],
                alt="Elements of the summary that are missing, with their clause",
            )
        else:
            st.markdown(f"{status('Ready')} Every element of 5-303 is there.")
        for line in summary.reminders:
            st.markdown(f"- {plain(line)}")
        st.code(as_markdown(summary), language=None, wrap_lines=True)
        st.caption("Copy it from here, or export the bias audit summary, which takes what is on record.")


def _keep(facts: AuditFacts, report: Report) -> None:
    """The act that puts the facts on record, open while they differ from what is there."""
    if facts == report.stated:
        st.caption("These facts are on record.")
        return
    place, viewer, page = workplace(), me(), report.page
    if act_button("Keep these facts on record", audit_facts_refusals(viewer.actor), key="audit_keep"):
        with attempt("The facts were not kept."):
            state_audit_facts(
                place.store, place.ledger,
                model=page.model.number, version=page.version.version, facts=facts, actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next("The facts of the bias audit are on record.")
            st.rerun()


def _facts(known: AuditFacts) -> AuditFacts | None:
    left, right = st.columns(2, gap="large")
    with left:
        name = st.text_input("The tool, by the name people know", value=known.tool, key="audit_tool", max_chars=200)
        auditor = st.text_input("Independent auditor", value=known.auditor, key="audit_auditor", max_chars=200)
        source = st.text_input("Source of the data", value=known.data_source, key="audit_source", max_chars=1000)
        at = list(KINDS.values()).index(known.data_kind) if known.data_kind else 0
        kind = KINDS[st.selectbox("Kind of data", list(KINDS), index=at, key="audit_kind")]
    with right:
        dates = [_date(label, key, day) for label, key, day in (
            ("Date of the audit, such as 2026-11-20", "audit_date", known.audit_date),
            ("Date since which the tool is in use", "audit_distribution", known.distribution_date),
            ("Date of its latest use, if that has ended", "audit_latest", known.latest_use),
        )]  # fmt: skip
    explanation = _text("Explanation of the data", "audit_explanation", known.data_explanation)
    why = how = ""
    if kind is DataKind.TEST:
        why = _text("Why historical data were not used", "audit_why", known.why_test_data)
        how = _text("How the test data were generated and obtained", "audit_how", known.how_test_data)
    wrong = [one for one in dates if isinstance(one, str)]
    for one in wrong:
        st.error(one)
    if wrong:
        return None
    audited, since, latest = (one if isinstance(one, date) else None for one in dates)
    return AuditFacts(
        tool=name.strip(),
        auditor=auditor.strip(),
        audit_date=audited,
        distribution_date=since,
        data_source=source.strip(),
        data_explanation=explanation,
        data_kind=kind,
        why_test_data=why,
        how_test_data=how,
        latest_use=latest,
    )


def _text(label: str, key: str, known: str) -> str:
    return st.text_area(label, value=known, key=key, max_chars=4000, height=110).strip()


def _date(label: str, key: str, known: date | None) -> date | str | None:
    """The date, nothing, or what is wrong with what was typed."""
    typed = st.text_input(label, value=known.isoformat() if known else "", key=key, max_chars=10).strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return f"“{plain(typed)}” is no date such as {now().date().isoformat()}."
