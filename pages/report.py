"""Validation report: one run from its verdict to each figure, what it stands against, and what it was computed from."""

import streamlit as st

from app.components import Back, head_with_actions
from app.components.me import require
from app.composition import now, workplace
from app.navigation import page_file
from app.views.exceptions import standing_lines
from app.views.personal_data.attributes import attributes_view
from app.views.progress import watch
from app.views.redacted import redacted_line
from app.views.report import bias_audit, drift, fairness, performance, quality, reasons, robustness, summary
from app.views.report.reading import read_report
from core.access.rules import Permission
from core.approval.queries import standing_for
from core.privacy.sensitive.queries import sealed_evidence
from core.validation.rules import PENDING

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    report = read_report(session, st.query_params.get("run", ""))
    excepted = standing_for(session, report.page.model, report.page.version, at=at)
    sealed = sealed_evidence(session, place.files, (one.evidence for one in report.inputs.evidence))

page = report.page
back = Back("model", page.model.name, (("model", page.model.number), ("version", page.version.version)))
trail = f"v{page.version.version} / {report.number} / {page.evidence.number} {page.evidence.filename}"
actions = head_with_actions(f"Validation {report.number}", back=back, trail=trail)
with actions:
    if st.button("Compare with another validation"):
        st.switch_page(page_file("comparison"), query_params={"run": report.number})
summary.verdict_box(report)
standing_lines(excepted)
redacted_line(page.run)
if report.result is None:
    if page.run.status in PENDING:
        watch(place, report.number)
    st.stop()

result = report.result
parts = [
    ("Summary", summary.show, True),
    ("Data quality", quality.show, True),
    ("Performance", performance.show, True),
    ("Fairness", fairness.show, result.fairness is not None),
    ("Bias audit", bias_audit.show, result.bias_audit is not None),
    ("Drift", drift.show, result.drift is not None),
    ("Reasons", reasons.show, result.explanation is not None),
    ("Robustness", robustness.show, result.robustness is not None),
    ("Sensitive attributes", lambda _report: attributes_view(place, viewer, sealed, at), bool(sealed)),
]
shown = {name: show for name, show, is_there in parts if is_there}
for show, tab in zip(shown.values(), st.tabs(list(shown), key="part", bind="query-params"), strict=True):
    if tab.open:
        with tab:
            show(report)
