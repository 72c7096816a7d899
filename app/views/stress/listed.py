"""The list of stress tests, the form that asks for one, and the plans that are carried out by the clock."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from app.components import attempt, blocked, choose, empty, link, paged, plain, section, status, table
from app.components.formats import count, counted, day, moment
from app.components.me import Me
from app.components.refusals import act_button
from app.composition import Workplace, now
from app.navigation import page_file
from app.stress.running import allowing
from app.views.confirmation import confirm_next
from app.views.stress.starting import starting_plan
from core.access.rules import Permission, permission_refusals
from core.metrics.verdicts import Verdict
from core.monitoring.stress.scheduling import end_schedule, schedule_stress_test
from core.monitoring.stress.service import request_stress_test
from core.validation.stress.queries import StressFilter, StressRow, stress_schedules, stress_tests, testable_versions
from core.validation.stress.tables import PENDING, StressStatus

WORD = {Verdict.PASS: "Passed", Verdict.FAIL: "Failed", Verdict.INSUFFICIENT: "Not enough evidence"}


def state(row: StressRow) -> str:
    """Where the test stands: its verdict once it has one."""
    if row.verdict is not None:
        return status(WORD[row.verdict])
    if row.status is StressStatus.CANCELLED:
        return status("Aborted")
    return status({StressStatus.FAILED: "Given up"}.get(row.status, row.status.value.capitalize()))


def verdict_filter() -> Verdict | None:
    """The verdict to which the list is narrowed."""
    chosen = choose("Verdict", [WORD[one] for one in Verdict], key="verdict", said=str, width=200)
    return next((one for one, words in WORD.items() if words == chosen), None)


def test_list(place: Workplace, wanted: StressFilter, known: Mapping[str, str]) -> None:
    """The newest first."""
    with place.store.reading() as session:
        total = stress_tests(session, wanted, limit=1).total
    if not total:
        with empty("No stress test is on record here.", "Ask for one below; it is judged by the policy in force."):
            pass
        return
    with paged(total) as window, place.store.reading() as session:
        rows = stress_tests(session, wanted, limit=window.limit, offset=window.offset).rows
        table(
            [
                {
                    "Test": link(row.number, "/stress_test", test=row.number),
                    "Plan": plain(row.name),
                    "Version": _version(row),
                    "State": state(row),
                    "Requests": count(row.requests_done) if row.requests_done else "",
                    "Asked for by": plain(known.get(row.requested_by, "the clock")),
                    "Ended": moment(row.finished_at),
                }
                for row in rows
            ],
            alt="Stress tests, the newest first",
            right=["Requests", "Ended"],
            unbroken=["Test"],
        )


def _version(row: StressRow) -> str:
    return link(f"{row.model_name} v{row.version}", "/model", model=row.model, version=row.version)


def ask_form(place: Workplace, viewer: Me, model: str, version: str) -> None:
    """Choose a version, write the plan, run it once or by the clock."""
    section("Ask for a stress test")
    against = permission_refusals(viewer.actor, Permission.STRESS_RUN)
    blocked("A stress test", against)
    if against:
        return
    with place.store.reading() as session:
        versions = testable_versions(session, model)
    if not versions:
        st.markdown("Type the number of a model above to have one of its versions tested.")
        return
    first = versions.index(version) if version in versions else 0
    number = st.selectbox(f"Version of {model}", versions, index=first, width=200)
    chosen = (model, number)
    with place.store.reading() as session:
        text = starting_plan(session, place.files, model, number, place.settings.stress_hosts)
    plan = st.text_area("Plan, TOML", text, height=420, key=f"plan {chosen}")
    left, right = st.columns(2)
    with left:
        if act_button("Run stress test", against, key="run"):
            _run(place, viewer, chosen, plan)
    with right, st.container(horizontal=True, vertical_alignment="bottom"):
        days = st.number_input("Every so many days", 1, 366, 30, key="every", width=170)
        if act_button("Run by the clock", against, key="schedule", kind="secondary"):
            _schedule(place, viewer, chosen[0], plan, int(days))


def _run(place: Workplace, viewer: Me, chosen: tuple[str, str], plan: str) -> None:
    with attempt("The stress test was not begun."):
        number = request_stress_test(
            place.store, place.ledger, model=chosen[0], version=chosen[1], plan=plan, allow=allowing(place),
            actor=viewer.actor, at=now(),
        )  # fmt: skip
        confirm_next(f"Stress test {number} is queued.")
        st.switch_page(page_file("stress_test"), query_params={"test": number})


def _schedule(place: Workplace, viewer: Me, model: str, plan: str, days: int) -> None:
    with attempt("The plan was not scheduled."):
        number = schedule_stress_test(
            place.store, place.ledger, model=model, plan=plan, every_days=days, allow=allowing(place),
            actor=viewer.actor, at=now(),
        )  # fmt: skip
        confirm_next(f"{number} runs every {counted(days, 'day')} from now on.")
        st.rerun()


def schedule_list(place: Workplace, viewer: Me, model: str, known: Mapping[str, str], at: datetime) -> None:
    """Plans that are carried out by the clock, and why a last slot came to nothing."""
    with place.store.reading() as session:
        rows = stress_schedules(session, model=model)
    if not rows:
        return
    section("By the clock")
    table(
        [
            {
                "Schedule": row.number,
                "Plan": plain(row.name),
                "Model": link(f"{row.model} {row.model_name}", "/model", model=row.model),
                "In": plain(row.environment),
                "Every": counted(row.every_days, "day"),
                "Since": day(row.first_at, today=at),
                "Last test": link(row.last, "/stress_test", test=row.last) if row.last else "",
                "Made by": plain(known.get(row.made_by, row.made_by)),
                "Last slot": plain(row.said) or "Queued",
            }
            for row in rows
        ],
        alt="Plans that are carried out by the clock",
        right=["Every", "Since"],
        unbroken=["Schedule", "In"],
    )
    against = permission_refusals(viewer.actor, Permission.STRESS_RUN)
    if against:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Schedule", [row.number for row in rows], key="ends", width=170)
        if act_button("End schedule", against, key="end", kind="secondary"):
            with attempt("The schedule was not ended."):
                end_schedule(place.store, place.ledger, schedule=chosen, actor=viewer.actor, at=now())
                confirm_next(f"{chosen} is carried out no more.")
                st.rerun()


def pending(row: StressRow) -> bool:
    """Whether the test has not ended."""
    return row.status in PENDING
