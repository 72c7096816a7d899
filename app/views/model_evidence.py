"""The evidence of a version in reading order: verdicts, what was handed in, validations, questions, findings."""

import json
from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from app.components import empty, link, paragraphs, plain, section, status, table
from app.components.formats import NOTHING, count, counted, day, digest, moment, size
from app.composition import Workplace
from app.navigation import page_file
from app.views.exceptions import standing_lines
from app.views.figures import figure, required, title_of
from app.views.model_reading import Reading
from app.views.progress import watch
from app.work.tasks import urgency
from core.access.personal_data.rules import ScanResult
from core.inventory.rules import Action
from core.metrics.verdicts import Verdict
from core.validation.rules import FindingStatus
from core.validation.tables import CheckResult, Evidence, Run


def progress(place: Workplace, reading: Reading) -> None:
    """The validation that is under way, looked at every second until it ends; then the page is drawn anew."""
    run = reading.pending_run
    if run is not None:
        watch(place, run.number)


def verdicts(reading: Reading) -> None:
    """Every figure against its threshold, from the newest finished validation."""
    run, held = reading.held.latest_run, reading.held
    section("Verdicts")
    if run is None:
        with empty("No verdict yet.", "A validation computes and judges the figures once predictions are handed in."):
            return
    st.markdown(_sentence(reading, run))
    standing_lines(reading.exceptions)
    digests = {one.id: one.table_digest for one in held.evidence}
    rows = [
        _verdict_row(reading, check, digests.get(run.evidence_id, "")) for check in sorted(held.checks, key=_weight)
    ]
    if rows:
        table(
            rows,
            alt=f"Checks of validation {run.number} worst first: figure, threshold, clause and verdict",
            right=["Figure (95 %)", "Required"],
            unbroken=["Clause", "Evidence"],
        )
    st.markdown(link("Read the validation report", "/report", run=run.number))
    if any(check.kind == "fairness" for check in held.checks):
        st.markdown(link("Read the fairness report by group", "/fairness", run=run.number))


def _sentence(reading: Reading, run: Run) -> str:
    """“1 of 9 checks failed, …; judged under Model governance 2026.1 on 20 Nov 2026, 12:00 UTC.”"""
    held = reading.held
    failed, watched = (len(held.verdicts(Verdict.FAIL, required=required)) for required in (True, False))
    passed, missing = len(held.verdicts(Verdict.PASS)), len(held.verdicts(Verdict.INSUFFICIENT))
    stale = "" if reading.run_is_current else f" {status('Blocked')} **New evidence was handed in since.**"
    watching = f"{watched} to watch, " if watched else ""
    answer = (
        f"**{failed} of {counted(len(held.checks), 'check')} failed**, {watching}{passed} passed, "
        f"{missing} without enough evidence."
    )
    policy = f"{plain(reading.policy.name)} {plain(reading.policy.version)}"
    judged = f"{run.number}, finished {moment(run.finished_at)}, judged under {policy}. Worst first"
    return f"{answer}{stale}\u2002 :gray[{judged}]"


def _verdict_row(reading: Reading, check: CheckResult, evidence: str) -> Mapping[str, str]:
    aside = ", ".join([*([plain(check.subject)] if check.subject else []), *([] if check.required else ["advisory"])])
    return {
        "Check": f"{plain(title_of(check, reading.policy.policy))}{f' :gray[{aside}]' if aside else ''}",
        "Figure (95 %)": figure(check),
        "Required": required(check),
        "Clause": plain(check.clause),
        "Result": status(_verdict_word(check)),
        "Why": NOTHING if check.verdict is Verdict.PASS else plain(check.reason.partition("; not judged")[0]),
        "Evidence": digest(evidence),
    }


def _weight(check: CheckResult) -> tuple[int, int]:
    """What stops the version first, then what lacks evidence, what asks for attention, and what passed."""
    order = ((Verdict.FAIL, True), (Verdict.INSUFFICIENT, True), (Verdict.FAIL, False), (Verdict.INSUFFICIENT, False))
    key = (check.verdict, check.required)
    return (order.index(key) if key in order else len(order), check.position)


def _verdict_word(check: CheckResult) -> str:
    """A failed advisory check asks for attention; it stops nothing."""
    return "Watch" if check.verdict is Verdict.FAIL and not check.required else check.verdict.value


def handed_in(reading: Reading) -> None:
    """Every file, the one at hand first, with both digests and what the personal-data scan found."""
    section("Files handed in")
    if not reading.held.evidence:
        with empty("Nothing is handed in.", "The developer hands in the predictions of this version on its test data."):
            return
    rows: list[Mapping[str, str]] = [
        {
            "Number": one.number,
            "What": one.kind.value,
            "File": f"{plain(one.filename)} :gray[{size(one.size)}]",
            "Rows": count(one.rows),
            "File digest": digest(one.file_digest),
            "Table digest": digest(one.table_digest),
            "Personal data": _scan(one),
            "Handed in": f"{moment(one.uploaded_at)}, {plain(reading.name_of(one.uploaded_by))}",
            "State": _state(one),
        }
        for one in reading.held.evidence
    ]
    table(rows, alt="Files handed in, newest first, with digests and scan result", right=["Rows"], unbroken=["Number"])
    if not reading.refusals[Action.UPLOAD_EVIDENCE]:
        st.page_link(
            page_file("upload"),
            label="Hand in another file",
            icon=":material/upload_file:",
            query_params={"model": reading.model.number, "version": reading.version.version},
        )


def _state(evidence: Evidence) -> str:
    """Where a file is gone: since when, why, and the entry that says so."""
    if evidence.removed_at is None:
        return status("Superseded") if evidence.replaced_at else status("Active")
    entry = link(f"entry {count(evidence.removed_entry)}", "/entry", index=evidence.removed_entry or 0)
    return (
        f"{status('Removed')}  \n:small[:gray[{day(evidence.removed_at)}, {plain(evidence.removed_reason)},]] "
        f":small[{entry}]"
    )


def _scan(evidence: Evidence) -> str:
    """How many columns hold personal data, and for how many of these a reason is on record."""
    if evidence.scan in {"", "{}"}:
        return "No data"
    columns = [one for one in ScanResult.from_json(evidence.scan).columns if one.kinds]
    if not columns:
        return "No pattern found"
    declared = json.loads(evidence.declared or "{}")
    return f"{counted(len(columns), 'column')}, {len(declared)} declared"


def validations(reading: Reading) -> None:
    """Every validation run, newest first."""
    if not reading.held.runs:
        return
    section("Validations")
    numbers = {one.id: one.number for one in reading.held.evidence}
    rows: list[Mapping[str, str]] = [
        {
            "Number": link(run.number, "/report", run=run.number),
            "State": status(run.status),
            "Evidence": numbers.get(run.evidence_id, NOTHING),
            "Asked by": plain(reading.name_of(run.requested_by)),
            "Asked": moment(run.requested_at),
            "Ended": moment(run.finished_at),
            "Result digest": digest(run.result_digest),
            "Remark": plain(run.error),
        }
        for run in reading.held.runs
    ]
    table(rows, alt="Validations, newest first", right=["Asked", "Ended"], unbroken=["Number"])


def questions(reading: Reading) -> None:
    """Effective challenge: each question with its answer."""
    section("Effective challenge")
    asked = reading.held.questions
    if not asked:
        st.markdown(":gray[No question is on record.]")
        return
    rows: list[Mapping[str, str]] = [
        {
            "Number": one.number,
            "Question": f"{paragraphs(one.text)}  \n:gray[{plain(reading.name_of(one.asked_by))}, {day(one.asked_at)}]",
            "Answer": (
                f"{paragraphs(one.answer)}  \n:gray[{plain(reading.name_of(one.answered_by))}, {day(one.answered_at)}]"
                if one.answered_at
                else NOTHING
            ),
            "State": status("Met" if one.answered_at else "Waiting"),
        }
        for one in asked
    ]
    table(rows, alt="Questions of the effective challenge with their answers", unbroken=["Number"])


def findings(reading: Reading, at: datetime) -> None:
    """What validation found wanting, worst first."""
    section("Findings")
    held = reading.held.findings
    if not held:
        st.markdown(":gray[No finding was raised.]")
        return
    rows: list[Mapping[str, str]] = [
        {
            "Number": one.number,
            "Finding": link(one.title, "/finding", finding=one.number),
            "Severity": status(one.severity),
            "Owner": plain(reading.name_of(one.owner)),
            "Due": day(one.due_at, today=at),
            "State": (
                status(one.status)
                if one.status is FindingStatus.VERIFIED_CLOSED
                else status(*urgency(one.due_at, at, one.status))
            ),
        }
        for one in held
    ]
    table(rows, alt="Findings of this version, worst first", right=["Due"], unbroken=["Number", "Owner"])


def conclusions(reading: Reading) -> None:
    """How the validation was concluded, newest first, and whether that still stands."""
    if not reading.held.conclusions:
        return
    section("Conclusions")
    rows: list[Mapping[str, str]] = [
        {
            "Outcome": status(one.outcome),
            "Why": paragraphs(one.summary),
            "Validator": plain(reading.name_of(one.concluded_by)),
            "When": moment(one.concluded_at),
            "Evidence": digest(one.evidence_digest),
            "Stands": "Yes" if one.evidence_digest == reading.version.evidence_digest else "No, the evidence changed",
        }
        for one in reading.held.conclusions
    ]
    table(rows, alt="Conclusions, newest first", right=["When"], unbroken=["Validator"])
