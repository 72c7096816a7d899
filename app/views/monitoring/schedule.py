"""The schedule: every kind of background work, what runs and what failed, and who does it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import streamlit as st

from app.components import act_button, attempt, clear_filters, empty, filter_row, paged, plain, section, status, table
from app.components.filters import ALL, choose
from app.components.formats import NOTHING, count, counted, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.settings import Settings
from app.views.confirmation import confirm_next
from app.work_kinds import ELSEWHERE, KINDS_IN_WORDS, kind_in_words
from app.worker import KINDS
from core.access.jobs import again_refusals, run_again
from core.jobs.queries import JobFilter, JobRow, KindState, jobs, kinds, open_jobs
from core.jobs.tables import JobStatus, WorkerRole
from core.jobs.workers import Heard, workers

LATELY = timedelta(days=7)
LATE = timedelta(minutes=15)  # what has waited longer is said first
FILTERS = {"kind": ALL, "status": ALL}
ROLES = {WorkerRole.SERVER: "in the server", WorkerRole.PROCESS: "process of its own"}


def live(place: Workplace) -> None:
    """The answer, the kinds, what runs and who works; drawn anew by itself."""
    at = now()
    with place.store.reading() as session:
        states = kinds(session, _known(), failed_since=at - LATELY)
        running, heard = open_jobs(session), workers(session)
    st.markdown(said_in_short(states, heard, at))
    kinds_table(sorted(states, key=_urgency), place.settings, at)
    if running:
        section("Running and waiting")
        open_table(running, heard, at)
    section("Workers")
    workers_table(heard, at)


def said_in_short(states: Sequence[KindState], heard: Sequence[Heard], at: datetime) -> str:
    """“**2 workers are alive; 1 job waits** since 09:12 UTC. 3 jobs have failed in the last seven days.”"""
    alive = sum(one.alive(at) for one in heard)
    waiting, running = sum(one.queued for one in states), sum(one.running for one in states)
    failed = sum(one.failed for one in states)
    oldest = min((one.oldest for one in states if one.oldest is not None), default=None)
    who = f"{counted(alive, 'worker')} {'is' if alive == 1 else 'are'} alive" if alive else "No worker is alive"
    since = f", the oldest since {moment(oldest)}" if oldest is not None and at - oldest > LATE else ""
    what = f"{counted(running, 'job')} {'runs' if running == 1 else 'run'}, {count(waiting)} wait{since}"
    if not running and not waiting:
        what = "nothing runs or waits"
    bad = f"{counted(failed, 'job')} failed in the last seven days" if failed else "None failed in the last seven days"
    return f"**{who}; {what}.** {bad}. :gray[What failed or waits long comes first.]"


def kinds_table(states: Sequence[KindState], settings: Settings, at: datetime) -> None:
    """One row for each kind of work."""
    table(
        [_kind(one, settings, at) for one in states],
        alt="Kinds of background work: state, what it does, last run, next slot, what waits and what failed",
        right=["Last run", "Next", "Waiting", "Running", "Failed, 7 d"],
        unbroken=["State"],
    )


def open_table(rows: Sequence[JobRow], heard: Sequence[Heard], at: datetime) -> None:
    """Jobs that run under a lease, then those that wait, the oldest first."""
    by_job = {(one.busy_kind, one.busy_slot): one for one in heard if one.alive(at)}
    table(
        [
            {
                "State": status(row.status),
                "Work": plain(kind_in_words(row.kind).title),
                "Slot": plain(row.slot),
                "Waiting since": moment(row.queued_at),
                "Taken": moment(row.taken_at) if row.status is JobStatus.RUNNING else NOTHING,
                "Lease until": _lease(row, at),
                "Worker": _who(by_job.get((row.kind, row.slot))),
                "Attempt": count(row.attempts),
            }
            for row in rows
        ],
        alt="Jobs that run or wait: slot, since when, lease and worker",
        right=["Waiting since", "Taken", "Lease until", "Attempt"],
        unbroken=["State"],
    )


def workers_table(heard: Sequence[Heard], at: datetime) -> None:
    """Who does the work, the one heard of last first."""
    if not heard:
        with empty("No worker was heard of in the last day.", "Start `countersign worker`, or let the server work."):
            pass
        return
    table(
        [
            {
                "State": status("Ended" if one.stopped_at else "Running" if one.alive(at) else "Overdue"),
                "Worker": _who(one),
                "Where": ROLES[one.role],
                "Does": f"{plain(kind_in_words(one.busy_kind).title)}, {plain(one.busy_slot)}"
                if one.busy_kind
                else NOTHING,
                "Jobs done": count(one.done),
                "Started": moment(one.started_at),
                "Last heard of": moment(one.seen_at),
            }
            for one in heard
        ],
        alt="Workers of the last day: whether they live, what they do, jobs done",
        right=["Jobs done", "Started", "Last heard of"],
        unbroken=["State", "Worker"],
    )


def history(place: Workplace, viewer: Me) -> None:
    """Every job, narrowed by filters in the address, and what failed to be run again."""
    section("Jobs")
    with filter_row():
        kind = choose("Work", _known(), key="kind", width=320, said=lambda one: kind_in_words(one).title)
        state = choose("State", list(JobStatus), key="status", width=150)
        clear_filters(FILTERS)
    wanted = JobFilter(kind, JobStatus(state) if state else None)
    with place.store.reading() as session:
        total = jobs(session, wanted, limit=1).total
    if not total:
        with empty("No job matches these filters.", "Background work appears here once it was queued."):
            pass
        return
    with paged(total, size=10) as window, place.store.reading() as session:
        rows = jobs(session, wanted, limit=window.limit, offset=window.offset).rows
        _jobs_table(rows)
    again(place, viewer, [row for row in rows if row.status is JobStatus.FAILED])


def again(place: Workplace, viewer: Me, failed: Sequence[JobRow]) -> None:
    """Run one of the failed jobs of this page of the list again, with a reason."""
    if not failed:
        return
    section("Run a failed job again")
    with st.container(border=True):
        chosen = st.selectbox(
            "Job", failed, key="again", format_func=lambda row: f"{kind_in_words(row.kind).title}, {row.slot}"
        )
        st.markdown(f":gray[It failed with:] {plain(chosen.error)}")
        reason = st.text_input("Why it will succeed now, kept in the ledger", key="again_reason", max_chars=1000)
        refusals = again_refusals(viewer.actor, chosen, elsewhere=ELSEWHERE)
        if act_button("Run again", refusals, key="run_again"):
            with attempt("The job was not queued."):
                entry = run_again(
                    place.store, place.ledger, kind=chosen.kind, slot=chosen.slot, reason=reason or "",
                    elsewhere=ELSEWHERE, actor=viewer.actor, at=now(),
                )  # fmt: skip
                confirm_next(
                    f"{plain(kind_in_words(chosen.kind).title)} {plain(chosen.slot)} waits again. Ledger entry {entry}."
                )
                st.rerun()


def _jobs_table(rows: Sequence[JobRow]) -> None:
    table(
        [
            {
                "State": status(row.status),
                "Work": plain(kind_in_words(row.kind).title),
                "Slot": plain(row.slot),
                "Queued": moment(row.queued_at),
                "Ended": moment(row.finished_at),
                "Took": _took(row),
                "Attempts": count(row.attempts),
                "What it came to": plain(row.error) if row.error else NOTHING,
            }
            for row in rows
        ],
        alt="Jobs, the newest first: state, slot, when it was queued and ended, and what a failed one came to",
        right=["Queued", "Ended", "Took", "Attempts"],
        unbroken=["State"],
    )


def _known() -> tuple[str, ...]:
    """Every kind that this version does, those with words first in their order."""
    return tuple(dict.fromkeys([*(kind for kind in KINDS_IN_WORDS if kind in KINDS), *KINDS]))


def _kind(one: KindState, settings: Settings, at: datetime) -> dict[str, str]:
    words = kind_in_words(one.kind)
    following = words.next_at(settings, at)
    return {
        "State": _state(one, at),
        "Work": f"{plain(words.title)}  \n:small[:gray[{plain(words.due)}]]",
        "Last run": moment(one.last.finished_at) if one.last else NOTHING,
        "Next": moment(following),
        "Waiting": count(one.queued) if one.queued else NOTHING,
        "Running": count(one.running) if one.running else NOTHING,
        "Failed, 7 d": count(one.failed) if one.failed else NOTHING,
        "Last error": plain(one.last.error) if one.last and one.last.error else NOTHING,
    }


def _state(one: KindState, at: datetime) -> str:
    if one.last is not None and one.last.status is JobStatus.FAILED:
        return status("Failed")
    if one.oldest is not None and at - one.oldest > LATE:
        return status("Late")
    if one.running or one.queued:
        return status("Running" if one.running else "Queued")
    return status("Finished") if one.last else status("Not started")


def _urgency(one: KindState) -> tuple[bool, bool, bool]:
    failed = one.last is not None and one.last.status is JobStatus.FAILED
    return (not failed, not (one.queued or one.running), one.last is None)


def _lease(row: JobRow, at: datetime) -> str:
    if row.status is not JobStatus.RUNNING or row.lease_until is None:
        return NOTHING
    return moment(row.lease_until) if row.lease_until >= at else f"{moment(row.lease_until)} {status('Overdue')}"


def _who(one: Heard | None) -> str:
    return f"{plain(one.host)} {one.process}" if one else NOTHING


def _took(row: JobRow) -> str:
    if row.taken_at is None or row.finished_at is None:
        return NOTHING
    seconds = (row.finished_at - row.taken_at).total_seconds()
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
