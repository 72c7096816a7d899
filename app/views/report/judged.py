"""Judged figures as a reader meets them: what it is, against what, why it matters, which clause."""

from collections.abc import Sequence

import streamlit as st

from app.components import plain, section, status, table
from app.components.formats import NOTHING
from app.views.figures import figure, required, title_of
from app.views.report.reading import Report
from core.metrics.figure import Figure, spoken
from core.metrics.verdicts import Verdict
from core.policy.rules import TITLES, CheckKind
from core.policy.vocabulary import metrics
from core.validation.tables import CheckResult


def verdict_word(check: CheckResult) -> str:
    """A failed advisory check asks for attention; it stops nothing."""
    return "Watch" if check.verdict is Verdict.FAIL and not check.required else check.verdict.value


def checks_table(report: Report, kind: CheckKind, baselines: Sequence[Figure] = ()) -> None:
    """The family's figures against their thresholds, each explained; `baselines` are what no skill would give."""
    checks = report.checks(kind)
    if not checks:
        reason = report.result.reasons.get(kind.value, "") if report.result else ""
        words = f"No clause of the policy judges {TITLES[kind].lower()} here." + (f" {reason}." if reason else "")
        st.markdown(f":gray[{plain(words)}]")
        return
    skill = {one.metric: one.value for one in baselines}
    rows = [_row(report, check, skill.get(check.metric)) for check in checks[:50]]
    table(
        rows,
        alt=f"{TITLES[kind]}: figure, threshold, clause and result, worst first",
        right=["Figure (95\u00a0%)", "Required"],
    )


def _row(report: Report, check: CheckResult, skill: float | None) -> dict[str, str]:
    known = metrics().get(check.metric)
    about = ", ".join([*([plain(check.subject)] if check.subject else []), *([] if check.required else ["advisory"])])
    without = f" :gray[No skill: {skill:.2f}.]" if skill is not None else ""
    what = f"{known.what} :gray[{known.why}]" if known else ""
    return {
        "Check": plain(title_of(check, report.policy.policy)) + (f" :gray[{about}]" if about else ""),
        "Figure (95\u00a0%)": figure(check),
        "Required": required(check),
        "Clause": plain(check.clause),
        "Result": status(verdict_word(check)),
        "What it says": f"{what}{without}",
        "Why": NOTHING if check.verdict is Verdict.PASS else plain(check.reason.partition("; not judged")[0]),
    }


def further_figures(figures: Sequence[Figure], judged: Sequence[CheckResult], title: str = "Further figures") -> None:
    """Figures that no clause judges, closed until asked for."""
    known = {(one.metric, one.subject) for one in judged}
    rest = [one for one in figures if (one.metric, one.subject) not in known]
    if not rest:
        return
    with st.expander(title):
        table([_further(one) for one in rest[:50]], alt=title, right=["Figure (95\u00a0%)", "Rows"])


def _further(one: Figure) -> dict[str, str]:
    known = metrics().get(one.metric)
    name = spoken(one.metric)
    value = "No data" if one.value is None else f"{one.value:.3f}"
    if one.value is not None and one.interval is not None:
        value += f" ({one.interval.low:.3f} to {one.interval.high:.3f})"
    return {
        "Figure": plain(f"{name}, {one.subject}" if one.subject else name),
        "Figure (95\u00a0%)": value,
        "Rows": f"{one.n:,}",
        "How": plain(one.method) if one.method else NOTHING,
        "What it says": (known.what if known else "") or NOTHING,
        "Why not": plain(one.reason) if one.reason else NOTHING,
    }


def notes(lines: Sequence[str]) -> None:
    """Remarks beside figures."""
    if lines:
        st.markdown("\n".join(f"- {plain(line)}." for line in lines))


def family_head(report: Report, kind: CheckKind) -> None:
    """The section's title and its judged figures."""
    section(TITLES[kind])
    checks_table(report, kind)
