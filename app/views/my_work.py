"""What the desk shows: the sentence that answers first, what waits, what ends soon, what was asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import empty, facts_line, link, plain, section, status, table
from app.components.formats import NOTHING, counted, day, weekday_moment
from app.components.text import whole
from app.navigation import page_file
from app.work import Task, Work
from core.access.rules import Role

JUDGES = frozenset({Role.VALIDATOR, Role.APPROVER})
WHAT_ARRIVES: Mapping[Role, str] = {
    Role.OWNER: "As owner you see reviews that are due, approved changes to bring into production, and questions.",
    Role.DEVELOPER: "As developer you see questions, findings, and versions whose next step is yours.",
    Role.VALIDATOR: "As validator you see finished validations to conclude and remediations to verify.",
    Role.APPROVER: "As approver you see a change once its validation is concluded and your vote is due.",
    Role.AUDITOR: "As auditor you read everything and export dossiers; nothing waits for your decision.",
    Role.ADMINISTRATOR: "As administrator you see people without a role and roles that end soon.",
}
NEXT_STEPS: Mapping[Role, tuple[str, str]] = {
    Role.OWNER: ("inventory", "Show the inventory"),
    Role.DEVELOPER: ("register", "Register a model"),
    Role.VALIDATOR: ("findings", "Show findings"),
    Role.APPROVER: ("approvals", "Show changes"),
    Role.AUDITOR: ("exports", "Export a dossier"),
    Role.ADMINISTRATOR: ("administration", "Show people"),
}


def first_line(work: Work, roles: frozenset[Role], at: datetime) -> str:
    """How much waits, how much of it is late, what ends soon; then the moment and the roles."""
    answer = _answer(work, roles, at) if work.waiting or work.expiring else ""
    return facts_line(answer, f":gray[{weekday_moment(at)}, as {_role_words(roles)}]")


def _answer(work: Work, roles: frozenset[Role], at: datetime) -> str:
    waiting = len(work.waiting)
    noun = "review" if roles and roles <= JUDGES else "task"
    verb = "waits" if waiting == 1 else "wait"
    late = sum(task.overdue(at) for task in work.waiting)
    soon = len(work.expiring)
    least = "At least " if work.more else ""
    parts = [f"**{least}{counted(waiting, noun)} {verb} for you**" if waiting else "**Nothing waits for you**"]
    parts += [f"{late} {'is' if late == 1 else 'are'} overdue"] if late else []
    ending = (
        f" {counted(soon, 'thing')} {'expires' if soon == 1 else 'expire'} within 30{chr(160)}days." if soon else ""
    )
    return f"{', '.join(parts)}.{ending}"


def _role_words(roles: frozenset[Role]) -> str:
    return ", ".join(sorted(roles)) or "a person without a role"


def waiting_table(tasks: Sequence[Task], at: datetime) -> None:
    """What is asked, of which model, how urgently, and why of the reader; overdue first."""
    rows: list[Mapping[str, str]] = [
        {
            "What I am asked": link(task.what, task.address, **dict(task.query)),
            "Model": _model(task),
            "Tier": NOTHING if task.tier is None else str(task.tier),
            "Since": day(task.since, today=at),
            "Due": day(task.due, today=at),
            "State": status(*task.state),
            "Why me": plain(task.why),
        }
        for task in tasks
    ]
    table(rows, alt="What waits for you, soonest due first", right=["Tier", "Since", "Due"])


def expiring_table(tasks: Sequence[Task], at: datetime) -> None:
    """What ends within 30 days, soonest first."""
    rows: list[Mapping[str, str]] = [
        {
            "What": link(task.what, task.address, **dict(task.query)),
            "Model": plain(task.model_name),
            "Ends": day(task.due, today=at),
            "State": status(*task.state),
        }
        for task in tasks
    ]
    table(rows, alt="What ends within 30 days, soonest first", right=["Ends"])


def asked_table(tasks: Sequence[Task], at: datetime) -> None:
    """What the reader asked of others, newest first."""
    rows: list[Mapping[str, str]] = [
        {
            "What": link(task.what, task.address, **dict(task.query)),
            "Model": plain(task.model_name),
            "From": plain(task.why),
            "Asked": day(task.since, today=at),
            "State": status(*task.state),
        }
        for task in tasks
    ]
    table(rows, alt="What you asked of others, newest first", right=["Asked"])


def nothing_waits(roles: frozenset[Role]) -> None:
    """Why the desk is empty, for each role the reader holds, and where to go instead."""
    if not roles:
        with empty("You have no role yet.", "An administrator grants roles; until then you see your own page only."):
            st.page_link(page_file("account"), label="Open my account", icon=":material/arrow_forward:")
        return
    why = "  \n".join(words for role, words in WHAT_ARRIVES.items() if role in roles)
    with empty("Nothing waits for you.", why):
        for address, label in [step for role, step in NEXT_STEPS.items() if role in roles][:2]:
            if st.button(label, key=f"go_{address}"):
                st.switch_page(page_file(address))


def aside(work: Work, at: datetime) -> None:
    """Two columns below the queue; a list that is empty says so in one line."""
    left, right = st.columns(2, gap="large")
    with left:
        section("Expiring")
        if work.expiring:
            expiring_table(work.expiring, at)
        else:
            st.markdown(":gray[Nothing that concerns you ends within 30 days.]")
    with right:
        section("What I asked for")
        if work.asked:
            asked_table(work.asked, at)
        else:
            st.markdown(":gray[Nothing you asked of others is under way.]")


def _model(task: Task) -> str:
    return f"{plain(task.model_name)} :gray[{whole(task.model)}]" if task.model else NOTHING
