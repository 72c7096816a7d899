"""One stress test: its verdict against the policy, the load over time, phases, cases, and what it rests on."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import streamlit as st

from app.components import (
    Back,
    attempt,
    fact,
    facts,
    facts_line,
    head_with_actions,
    link,
    plain,
    section,
    status,
    table,
)
from app.components.formats import NOTHING, count, counted, digest, moment, number, percent
from app.components.me import Me
from app.components.refusals import act_button
from app.composition import Workplace, now
from app.navigation import page_file
from app.plots import show
from app.views.confirmation import confirm_next
from app.views.stress.listed import WORD, pending, state
from core.monitoring.stress.outcome import CaseResult, PhaseResult, StressOutcome, outcome_from_json
from core.monitoring.stress.service import cancel_stress_test
from core.policy.stressing.rules import METRIC_WORDS, StressMetric
from core.reports.charts.plots import Curves, Line
from core.reports.charts.values import Scale
from core.validation.stress.queries import FigureRow, StressPage, stress_test
from core.validation.stress.rules import cancel_refusals

LOOKS_EVERY = timedelta(seconds=1)
SHARES = {
    StressMetric.ERROR_SHARE, StressMetric.THROUGHPUT_SHARE, StressMetric.INVALID_SHARE, StressMetric.CHANGED_SHARE,
    StressMetric.FAULT_ERROR_SHARE,
}  # fmt: skip


def draw_head(place: Workplace, viewer: Me, page: StressPage, known: Mapping[str, str]) -> None:
    """Name, verdict, what was tested, and the button that stops it while it runs."""
    row = page.row
    line = facts_line(
        state(row),
        fact("Version", plain(f"{row.model} v{row.version}")),
        fact("Asked for by", plain(known.get(row.requested_by, "the clock"))),
        fact("Ended", moment(row.finished_at)),
    )
    with head_with_actions(
        row.name, line, back=Back("stress_tests", "Stress tests", (("model", row.model),)), trail=row.number
    ):
        st.page_link(page_file("model"), label="Model", query_params={"model": row.model, "version": row.version})
        if pending(row) and act_button("Stop test", cancel_refusals(viewer.actor, ""), key="stop", kind="secondary"):
            with attempt("The test was not stopped."):
                cancel_stress_test(place.store, place.ledger, test=row.number, actor=viewer.actor, at=now())
                confirm_next(f"{row.number} is stopped.")
                st.rerun()
    if row.error:
        st.error(f"The test came to nothing: {plain(row.error)}", icon=":material/error:")


@st.fragment(run_every=LOOKS_EVERY)
def watch(place: Workplace, test: str) -> None:
    """Progress until it ends; then the page is drawn anew."""
    with place.store.reading() as session:
        row = stress_test(session, test).row
    if not pending(row):
        st.rerun()
        return
    share = min(row.requests_done / row.requests_planned, 1.0) if row.requests_planned else 0.0
    step = plain(row.step) if row.step else "Waits for the worker"
    st.progress(
        share, text=f"{state(row)} {step}, {count(row.requests_done)} of {counted(row.requests_planned, 'request')}"
    )


def outcome_of_page(place: Workplace, page: StressPage) -> StressOutcome:
    """The outcome that the test's digest names."""
    return outcome_from_json(place.files.path(page.outcome_digest).read_bytes())


def verdicts(page: StressPage) -> None:
    """Every clause with its figure, what stops first."""
    section("Against the policy")
    if not page.figures:
        st.markdown("The policy in force judges no stress test of this tier.")
        return
    order = {"fail": 0, "insufficient evidence": 1, "pass": 2}
    rows = sorted(page.figures, key=lambda one: (order[one.verdict.value], not one.required, one.clause))
    table(
        [
            {
                "Verdict": status(WORD[one.verdict]) if one.verdict.value != "pass" else status("Met"),
                "What": _what(one.metric),
                "Worst in": plain(one.subject),
                "Figure": shown(one),
                "Threshold": f"{plain(one.direction)} {_value(one.metric, one.threshold)}",
                "Clause": f"{plain(one.clause)}, {'required' if one.required else 'advisory'}",
                "Why": plain(one.reason),
            }
            for one in rows
        ],
        alt="Figures of the test against the clauses of the policy, what failed first",
        right=["Figure", "Threshold"],
        unbroken=["Verdict", "Clause"],
    )


def _what(metric: str) -> str:
    words = METRIC_WORDS[StressMetric(metric)].removesuffix(", in milliseconds")
    return plain(words[:1].upper() + words[1:])


def shown(one: FigureRow) -> str:
    """The figure with its interval, as a share, in milliseconds or in seconds."""
    if one.value is None:
        return NOTHING
    if StressMetric(one.metric) in SHARES and one.low is not None and one.high is not None:
        return f"{percent(one.value)} ({percent(one.low)} to {percent(one.high)})"
    return _value(one.metric, one.value)


def _value(metric: str, value: float) -> str:
    if StressMetric(metric) in SHARES:
        return percent(value)
    unit = "ms" if metric.endswith("_ms") else "s"
    return f"{number(value, 0 if unit == 'ms' else 2)}\u00a0{unit}"


def load_charts(outcome: StressOutcome, limit: float | None) -> None:
    """Requests and errors a second, and the 95th percentile against its threshold."""
    if not outcome.seconds:
        return
    section("Load over time")
    made = tuple((float(one.second), float(one.requests)) for one in outcome.seconds)
    wrong = tuple((float(one.second), float(one.errors)) for one in outcome.seconds)
    slow = tuple((float(one.second), one.p95) for one in outcome.seconds if one.p95 is not None)
    most, errors = max(value for _, value in made), sum(value for _, value in wrong)
    left, right = st.columns(2, gap="large")
    with left:
        show(
            Curves(
                lines=(Line("requests", made), Line("without an answer", wrong, dashed=True)),
                across_title="Second of the test",
                up_title="Requests a second",
                alt=f"Requests a second, at most {most:.0f}; {errors:.0f} of them without an answer.",
                across_scale=Scale.NUMBER,
                up_scale=Scale.NUMBER,
            ),
            key="requests",
        )
    with right:
        if slow:
            show(
                Curves(
                    lines=(Line("95th percentile", slow),),
                    across_title="Second of the test",
                    up_title="Time to answer, ms",
                    alt=f"95th percentile of the time to answer, at most {max(value for _, value in slow):.0f} ms.",
                    across_scale=Scale.NUMBER,
                    up_scale=Scale.NUMBER,
                    level=limit,
                    level_word="threshold" if limit is not None else "",
                ),
                key="times",
            )
    st.caption(_phases_said(outcome))


def _phases_said(outcome: StressOutcome) -> str:
    begins: dict[str, int] = {}
    for one in outcome.seconds:
        begins.setdefault(one.phase, one.second)
    return "Phases: " + ", ".join(f"{plain(name)} from second {second}" for name, second in begins.items()) + "."


def phases(found: Sequence[PhaseResult]) -> None:
    """Each phase as it was planned and as it went."""
    if not found:
        return
    section("Phases")
    table(
        [
            {
                "Phase": plain(one.name),
                "Away": plain(one.dependency),
                "Users": count(one.users),
                "Requests": f"{count(one.requests)} of {count(one.planned)}",
                "Without an answer": _errors(one),
                "No valid answer": count(one.invalid),
                "Median": _ms(one.p50),
                "95 %": _ms(one.p95),
                "99 %": _ms(one.p99),
                "Longest": _ms(one.longest),
            }
            for one in found
        ],
        alt="Phases of load with their requests, errors and times to answer",
        right=["Users", "Requests", "Median", "95 %", "99 %", "Longest", "No valid answer"],
        unbroken=["Phase"],
    )


def _errors(one: PhaseResult) -> str:
    if not one.errors:
        return "0"
    why = ", ".join(f"{count(times)} {plain(name)}" for name, times in one.failures.items())
    return f"{count(one.errors)} ({percent(one.errors / one.requests)}): {why}"


def _ms(value: float | None) -> str:
    return f"{number(value, 0)}\u00a0ms" if value is not None else NOTHING


def cases(found: Sequence[CaseResult]) -> None:
    """What disturbed inputs changed."""
    if not found:
        return
    section("Disturbed inputs")
    table(
        [
            {
                "Case": plain(one.name),
                "What": f"{one.kind} of {plain(', '.join(one.columns))}",
                "Answered by": plain(one.by),
                "Rows": count(one.n),
                "Other decision": f"{count(one.changed)} ({percent(one.changed / one.n)})"
                if one.changed is not None and one.n
                else plain(one.reason),
                "Mean change": number(one.shift, 3),
                "Without an answer": count(one.errors),
            }
            for one in sorted(found, key=lambda one: -(one.changed or 0))
        ],
        alt="Cases of disturbed inputs, what changed most first",
        right=["Rows", "Mean change", "Without an answer"],
        unbroken=["Case"],
    )


def _policy(page: StressPage) -> str:
    return link("as it judged", "/policy", policy=page.policy_version_id) if page.policy_version_id else NOTHING


def rests_on(page: StressPage, outcome: StressOutcome | None) -> None:
    """The plan and the digests of everything that the verdict rests on."""
    section("What it rests on")
    row = page.row
    facts(
        {
            "Plan": f"{plain(row.name)}, {digest(page.plan_digest)}",
            "Schedule": page.schedule or NOTHING,
            "Target": plain(outcome.target or "a surrogate of recorded answers") if outcome else NOTHING,
            "Rows": count(outcome.rows) if outcome else NOTHING,
            "Policy": _policy(page),
            "Outcome": digest(page.outcome_digest) if page.outcome_digest else NOTHING,
            "Every request": digest(page.requests_digest) if page.requests_digest else NOTHING,
            "Began": moment(page.started_at),
        },
        alt="What the verdict rests on",
    )
    with st.expander("Plan"):
        st.code(page.plan, language="toml")
