"""Rollback by policy on a model's page: what the policy asks, and every decision with the facts it was made on."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from app.components import link, plain, section, status, table
from app.components.formats import counted, moment
from app.composition import Workplace
from core.improvement.rollback.queries import DecisionRow, RollbackPage, rollback_page
from core.improvement.rollback.rules import Outcome
from core.inventory.deployments.rules import PRODUCTION
from core.metrics.figure import spoken
from core.policy import words as policy_words
from core.policy.rules import RollbackCondition
from core.policy.safeguards.rules import HeldShare

WORDS = {Outcome.CONSIDERED: "Considered", Outcome.HELD_BACK: "Held back", Outcome.DONE: "Rolled back"}
SHOWN, CHUNKS = 5, 3


def rollback_view(place: Workplace, model: str, at: datetime, *, environment: str = PRODUCTION) -> None:
    """What would send the version back by itself, what guards that, and the last decisions, one below the other."""
    rollback_conditions(place, model, at, environment=environment)
    rollback_decisions(place, model, at, environment=environment)


def rollback_conditions(place: Workplace, model: str, at: datetime, *, environment: str = PRODUCTION) -> None:
    """The box of clauses and guards."""
    with place.store.reading() as session:
        page = rollback_page(session, model, environment, at=at, limit=1)
    with st.container(border=True):
        section("Rollback by policy")
        _conditions(page)


def rollback_decisions(place: Workplace, model: str, at: datetime, *, environment: str = PRODUCTION) -> None:
    """The last decisions with the facts they were made on; nothing where none was made."""
    with place.store.reading() as session:
        page = rollback_page(session, model, environment, at=at, limit=SHOWN)
    if page.decisions.rows:
        section("Decided by policy")
        _decisions(page)


def _conditions(page: RollbackPage) -> None:
    if not page.conditions:
        policy = link("The policy in force", "/policy", policy=page.policy_version_id)
        st.markdown(f"{policy} sends no version of this tier back by itself. A person does, above.")
        return
    said = [
        f"{place}. {plain(_clause(one))} (clause {plain(one.clause)})."
        for place, one in enumerate(page.conditions, start=1)
    ]
    guard, hold = page.guard, page.canary
    share = "its share of cases stays" if hold.share is HeldShare.KEPT else "its share of cases goes to 0"
    most = counted(guard.most, "automatic rollback")
    st.markdown(
        "The version goes back by itself at\n"
        + "\n".join(said)
        + f"\n\n:gray[At most {most} within {guard.hours} h; then a person decides. A breach of severity "
        f"{hold.severity} or above holds a version on its way in; {share}.]"
    )


def _clause(one: RollbackCondition) -> str:
    """As the policy says it, with the metric as people write it."""
    said = policy_words.rollback(one)
    return spoken(one.metric) + said.removeprefix(one.metric) if one.metric else said[:1].upper() + said[1:]


def _decisions(page: RollbackPage) -> None:
    table(
        [_row(one) for one in page.decisions.rows],
        alt="Decisions about a rollback by policy, newest first: when, what came of it, what was found and why",
    )
    more = page.decisions.total - len(page.decisions.rows)
    if more > 0:
        st.markdown(f":gray[{counted(more, 'earlier decision')} in the ledger.]")


def _row(one: DecisionRow) -> Mapping[str, str]:
    newest = ", ".join(link(chunk, "/chunk", chunk=chunk) for chunk in one.chunks[-CHUNKS:])
    before = f" and {len(one.chunks) - CHUNKS} before" if len(one.chunks) > CHUNKS else ""
    way = f"v{plain(one.version)} → v{plain(one.former)}" if one.outcome is Outcome.DONE else f"v{plain(one.version)}"
    led = [link(number, address, **{name: number}) for number, address, name in _led_to(one) if number]
    facts = f"{plain(one.said)}; {counted(len(one.chunks), 'chunk')} of {one.needed}: {newest}{before}."
    against = "".join(f"  \n{plain(line)}" for line in one.against)
    return {
        "Decision": f"{link(one.number, '/rollback', decision=one.number)} {status(WORDS[one.outcome])}  \n"
        f":small[:gray[{moment(one.at)}]]",
        "Version": f"{way}  \n:small[:gray[clause {plain(one.clause)}]]",
        "On these facts": facts + against + (f"  \n{' '.join(led)}" if led else ""),
    }


def _led_to(one: DecisionRow) -> tuple[tuple[str, str, str], ...]:
    return (one.incident, "/incident", "incident"), (one.alert, "/alert", "alert")
