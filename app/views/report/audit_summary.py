"""The summary that NYC Local Law 144 wants published: asks for what no file knows, says what is missing, writes it."""

from datetime import date

import streamlit as st

from app.components import plain, status, table
from app.composition import now
from core.metrics.bias_audit import AuditFacts, BiasAuditResult, DataKind, as_markdown, summarise

KINDS = {kind.words: kind for kind in DataKind}


def summary_to_publish(found: BiasAuditResult, tool: str) -> None:
    """Fields for the facts, the elements that are still missing, and the text to copy; nothing of it is stored."""
    with st.expander("The summary to publish (6 RCNY 5-303)"):
        facts = _facts(tool)
        if facts is None:
            return
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
        st.caption("Copy it from here; countersign assess bias-audit --format html writes it as a page to post.")


def _facts(tool: str) -> AuditFacts | None:
    left, right = st.columns(2, gap="large")
    with left:
        name = st.text_input("The tool, by the name people know", value=tool, key="audit_tool", max_chars=200)
        auditor = st.text_input("Independent auditor", key="audit_auditor", max_chars=200)
        source = st.text_input("Source of the data", key="audit_source", max_chars=1000)
        kind = st.selectbox("Kind of data", list(KINDS), key="audit_kind")
    with right:
        dates = [_date(label, key) for label, key in (
            ("Date of the audit, such as 2026-11-20", "audit_date"),
            ("Date since which the tool is in use", "audit_distribution"),
        )]  # fmt: skip
        explanation = st.text_area("Explanation of the data", key="audit_explanation", max_chars=4000, height=110)
    if any(isinstance(one, str) for one in dates):
        for one in dates:
            if isinstance(one, str):
                st.error(one)
        return None
    audited, since = (one if isinstance(one, date) else None for one in dates)
    return AuditFacts(
        tool=name.strip(),
        auditor=auditor.strip(),
        audit_date=audited,
        distribution_date=since,
        data_source=source.strip(),
        data_explanation=explanation.strip(),
        data_kind=KINDS[kind] if kind else None,
    )


def _date(label: str, key: str) -> date | str | None:
    """The date, nothing, or what is wrong with what was typed."""
    typed = st.text_input(label, key=key, max_chars=10).strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return f"“{plain(typed)}” is no date such as {now().date().isoformat()}."
