"""Two validations side by side: what became better, what worse, and what they were computed from."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from app.components import link, plain, section, status, table
from app.components.formats import NOTHING, count, counted, digest, moment, number, percent, points, signed
from app.views.figures import COUNTS, SHARES, required, title_of
from app.views.report.judged import verdict_word
from app.views.report.reading import Report
from core.metrics.verdicts import Verdict
from core.policy.rules import TITLES, CheckKind
from core.validation.queries import RunChoice
from core.validation.tables import CheckResult

MOST = 50
WORSE = {Verdict.PASS: 0, Verdict.INSUFFICIENT: 1, Verdict.FAIL: 2}


@dataclass(frozen=True)
class Pair:
    """One clause on one subject in both validations; None where one did not judge it."""

    now: CheckResult | None
    before: CheckResult | None

    @property
    def either(self) -> CheckResult:
        """The newer one, where there is one."""
        found = self.now or self.before
        assert found is not None
        return found

    @property
    def turned(self) -> int:
        """Above 0: the verdict became worse; below: better."""
        if self.now is None or self.before is None:
            return 0
        return WORSE[self.now.verdict] - WORSE[self.before.verdict]

    @property
    def change(self) -> float | None:
        """Now less before."""
        if self.now is None or self.before is None or self.now.value is None or self.before.value is None:
            return None
        return self.now.value - self.before.value


def pairs_of(now: Report, before: Report) -> tuple[Pair, ...]:
    """Every clause and subject of either, worse verdicts first, then by the order of the policy."""
    own, other = _by_key(now, before), _by_key(before, now)
    pairs = [Pair(own.get(key), other.get(key)) for key in {**own, **other}]
    kinds = [kind.value for kind in CheckKind]
    return tuple(
        sorted(
            pairs, key=lambda one: (-one.turned, kinds.index(one.either.kind), one.either.position, one.either.subject)
        )
    )


def _by_key(report: Report, other: Report) -> dict[tuple[str, str, str], CheckResult]:
    """By metric and subject; by metric alone where both have one subject, such as the worst column, that may change."""
    counts = [Counter(check.metric for check in one.page.checks) for one in (report, other)]
    return {
        (check.kind, check.metric, "" if all(one[check.metric] <= 1 for one in counts) else check.subject): check
        for check in report.page.checks
    }


def chosen_against(now: Report, choices: Sequence[RunChoice]) -> str | None:
    """The validation in the address, or the newest other one of the model; None where there is none."""
    names = {one.number: f"{one.number}, v{one.version}, {moment(one.finished_at)}" for one in choices}
    names.pop(now.number, None)
    if not names:
        return None
    wanted = st.query_params.get("against")
    index = list(names).index(wanted) if wanted in names else 0
    chosen = st.selectbox("Compare with", list(names), index=index, format_func=lambda one: names[one])
    st.query_params["against"] = chosen
    return chosen


def verdict_sentence(pairs: Sequence[Pair]) -> None:
    """How many verdicts turned, and which way."""
    worse, better = (sum(sign * one.turned > 0 for one in pairs) for sign in (1, -1))
    both = sum(one.now is not None and one.before is not None for one in pairs)
    word = "Failed" if any(_now_stops(one) for one in pairs) else "Watch" if worse else "Passed"
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f"{status(word)} **{counted(worse, 'verdict')} became worse, {count(better)} better,** of "
            f"{counted(both, 'figure')} that both judged."
        )
        st.markdown(f":gray[{counted(len(pairs) - both, 'figure')} judged by one of the two alone.]")


def _now_stops(one: Pair) -> bool:
    return one.turned > 0 and one.now is not None and one.now.required and one.now.verdict is Verdict.FAIL


def figures_table(now: Report, before: Report, pairs: Sequence[Pair]) -> None:
    """Each figure then and now, against its threshold."""
    section("Figures")
    left, right = f"{before.number}, v{before.page.version.version}", f"{now.number}, v{now.page.version.version}"
    table(
        [
            {
                "Family": TITLES[CheckKind(one.either.kind)],
                "Check": _name(now, one.either),
                plain(left): _figure(one.before),
                plain(right): _figure(one.now),
                "Change": _change(one),
                "Required": required(one.either),
                "Result": _results(one),
            }
            for one in pairs[:MOST]
        ],
        alt=f"Figures of {before.number} and {now.number}, verdicts that became worse first",
        right=[plain(left), plain(right), "Change", "Required"],
    )
    if len(pairs) > MOST:
        st.caption(f"The first {MOST} of {count(len(pairs))}.")


def _name(report: Report, check: CheckResult) -> str:
    about = f" :gray[{plain(check.subject)}]" if check.subject else ""
    return plain(title_of(check, report.policy.policy)) + about


def _figure(check: CheckResult | None) -> str:
    if check is None or check.value is None:
        return NOTHING if check is None else "No data"
    if check.metric in SHARES:
        return percent(check.value)
    return number(check.value, 0 if check.metric in COUNTS else 3)


def _change(one: Pair) -> str:
    if one.either.metric in SHARES:
        return points(one.change)
    return signed(one.change, 0 if one.either.metric in COUNTS else 3)


def _results(one: Pair) -> str:
    words = [status(verdict_word(check)) for check in (one.before, one.now) if check is not None]
    return " → ".join(words) if len(words) == 2 and one.turned else words[-1]


def inputs_table(now: Report, before: Report) -> None:
    """Which inputs are the same, and which differ."""
    section("What they were computed from")
    rows = []
    kinds = {one.kind: None for one in (*before.inputs.evidence, *now.inputs.evidence)}
    for kind in kinds:
        then, today = before.inputs.given(kind), now.inputs.given(kind)
        same = then is not None and today is not None and (then.table, then.mapping) == (today.table, today.mapping)
        rows.append(
            {
                "What": kind.value,
                plain(before.number): digest(then.table) if then else NOTHING,
                plain(now.number): digest(today.table) if today else NOTHING,
                "Same": "yes" if same else "no",
            }
        )
    policies = [f"{one.policy.name} {one.policy.version}" for one in (before, now)]
    rows.append(
        {
            "What": "policy",
            plain(before.number): plain(policies[0]),
            plain(now.number): plain(policies[1]),
            "Same": "yes" if before.policy.digest == now.policy.digest else "no",
        }
    )
    table(rows, alt="Inputs of both validations with their digests")
    st.markdown(link(f"Read {before.number}", "/report", run=before.number))
    st.markdown(link(f"Read {now.number}", "/report", run=now.number))
