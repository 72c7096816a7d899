"""The first ten seconds of a validation report: the verdict in a sentence, then each family, then what is missing."""

import streamlit as st

from app.components import plain, section, status, table
from app.components.formats import NOTHING, count, counted, digest, moment
from app.views.figures import figure, required, title_of
from app.views.report.judged import verdict_word
from app.views.report.reading import Report
from core.metrics.verdicts import Verdict, worst
from core.policy.rules import TITLES, CheckKind
from core.validation.rules import PENDING, RunStatus
from core.validation.tables import CheckResult


def verdict_box(report: Report) -> None:
    """What a reviewer has to know before anything else."""
    run, checks = report.page.run, report.page.checks
    with st.container(border=True, gap="xsmall"):
        if report.result is None:
            st.markdown(f"{status(run.status)} **{plain(_unfinished(report))}**")
            return
        required_checks = [check for check in checks if check.required]
        verdict = worst(tuple(check.verdict for check in required_checks))
        st.markdown(f"{status(verdict)} **{plain(_sentence(report, required_checks))}**")
        st.markdown(f":gray[{_counts(report)}]")


def _unfinished(report: Report) -> str:
    run = report.page.run
    if run.status is RunStatus.FAILED:
        return f"The validation failed: {run.error}"
    if run.status in PENDING:
        return f"The validation is {run.status}: {run.step or 'it waits for the worker'}."
    return f"The validation was {run.status}, so there is nothing to read."


def _sentence(report: Report, checks: list[CheckResult]) -> str:
    failed = [check for check in checks if check.verdict is Verdict.FAIL]
    open_ = [check for check in checks if check.verdict is Verdict.INSUFFICIENT]
    if not failed and not open_:
        return f"All {counted(len(checks), 'required check')} passed." if checks else "No required check was judged."
    telling = (failed or open_)[0]
    name = title_of(telling, report.policy.policy)
    about = f" ({telling.subject})" if telling.subject else ""
    words = "failed" if failed else "without enough evidence"
    number = len(failed or open_)
    said = (
        f"{figure(telling, interval=False)}, required {required(telling)}"
        if telling.value is not None
        else telling.reason
    )
    return f"{number} of {counted(len(checks), 'required check')} {words}: {name}{about} is {said}."


def _counts(report: Report) -> str:
    page = report.page
    watched = sum(check.verdict is Verdict.FAIL and not check.required for check in page.checks)
    passed = sum(check.verdict is Verdict.PASS for check in page.checks)
    unknown = sum(check.verdict is Verdict.INSUFFICIENT for check in page.checks)
    return (
        f"{counted(len(page.checks), 'figure')} judged: {passed} passed, {watched} to watch, {unknown} without enough "
        f"evidence; {counted(len(report.not_judged), 'clause')} not judged. {count(page.evidence.rows)} cases of "
        f"{plain(page.evidence.filename)}, under {plain(report.policy.name)} {plain(report.policy.version)}, "
        f"{moment(page.run.finished_at)}."
    )


def show(report: Report) -> None:
    """The first part of the report."""
    families(report)
    passed_over(report)
    inputs(report)


def families(report: Report) -> None:
    """One line for each family of checks, worst first."""
    section("What was checked")
    rows = [_family(report, kind) for kind in CheckKind]
    order = {"Failed": 0, "Not enough evidence": 1, "Watch": 2, "Passed": 3}
    rows.sort(key=lambda row: order.get(row[0], 4))
    table(
        [cells for _, cells in rows],
        alt="Families of checks with their result and what decides it, worst first",
        right=["Passed", "To watch", "Failed", "No verdict"],
    )


def _family(report: Report, kind: CheckKind) -> tuple[str, dict[str, str]]:
    checks = report.checks(kind)
    word, says = _decides(report, kind, checks)
    found = [check.verdict for check in checks]
    return word, {
        "Family": TITLES[kind],
        "Result": status(word),
        "Passed": count(found.count(Verdict.PASS)),
        "To watch": count(sum(check.verdict is Verdict.FAIL and not check.required for check in checks)),
        "Failed": count(sum(check.verdict is Verdict.FAIL and check.required for check in checks)),
        "No verdict": count(found.count(Verdict.INSUFFICIENT)),
        "What decides it": says,
    }


def _decides(report: Report, kind: CheckKind, checks: tuple[CheckResult, ...]) -> tuple[str, str]:
    if not checks:
        reason = report.result.reasons.get(kind.value, "") if report.result else ""
        return "Not applicable", plain(reason or "No clause was judged")
    first = checks[0]
    word = {"pass": "Passed", "fail": "Failed", "insufficient evidence": "Not enough evidence"}.get(
        verdict_word(first), "Watch"
    )
    title = title_of(first, report.policy.policy)
    about = f", {first.subject}" if first.subject else ""
    if first.value is None:
        return word, plain(f"{title}{about}: {first.reason}")
    return word, plain(f"{title}{about}") + f": {figure(first)}, required {required(first)}"


def passed_over(report: Report) -> None:
    """Clauses that were not judged: an absent check is never a silent one."""
    if not report.not_judged:
        return
    with st.expander(f"Not judged: {counted(len(report.not_judged), 'clause')}"):
        table(
            [
                {
                    "Clause": plain(one.threshold.clause),
                    "Check": plain(one.threshold.title),
                    "Why not": plain(one.reason),
                }
                for one in report.not_judged
            ],
            alt="Clauses of the policy that were not judged, with the reason",
        )


def inputs(report: Report) -> None:
    """Everything the figures depend on, and how to compute them again."""
    section("What it was computed from")
    given = [("this version", one) for one in report.inputs.evidence]
    given += [(f"version {report.inputs.approved_version}", one) for one in report.inputs.approved]
    table(
        [
            {
                "What": one.kind.value,
                "Of": plain(of),
                "Number": plain(one.evidence) if one.evidence else NOTHING,
                "Table digest": digest(one.table),
            }
            for of, one in given
        ],
        alt="Files that the figures depend on, with their digests",
        unbroken=["Number"],
    )
    run = report.page.run
    st.markdown("Anybody with the installation computes the same figures again, or is told which input differs:")
    st.code(
        f"countersign reproduce {run.number}\n\npolicy {report.policy.digest}\ninputs {run.inputs_digest or '–'}\n"
        f"result {run.result_digest or '–'}",
        language=None,
    )
