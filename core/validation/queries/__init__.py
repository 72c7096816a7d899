"""Reads of validations for pages: evidence, runs with their verdicts, findings, questions, conclusions."""

from core.validation.queries.listing import (
    FindingFilter,
    FindingRow,
    findings,
    open_finding_counts,
    open_findings_of_models,
)
from core.validation.queries.runs import (
    RunChoice,
    RunPage,
    VersionEvidence,
    checks_of,
    finished_runs,
    run_page,
    run_progress,
    version_evidence,
)
from core.validation.queries.waiting import (
    Waiting,
    findings_for,
    findings_to_close,
    questions_for,
    versions_in_validation,
)

__all__ = [
    "FindingFilter",
    "FindingRow",
    "RunChoice",
    "RunPage",
    "VersionEvidence",
    "Waiting",
    "checks_of",
    "findings",
    "findings_for",
    "findings_to_close",
    "finished_runs",
    "open_finding_counts",
    "open_findings_of_models",
    "questions_for",
    "run_page",
    "run_progress",
    "version_evidence",
    "versions_in_validation",
]
