"""The next policy of the example workspace: drafted by the owner, simulated, and waiting for an approver."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.composition import Workplace
from core.access.rules import Actor
from core.approval.simulation.service import perform_simulation, request_simulation
from core.policy.draft_facts import load_draft
from core.policy.drafts import begin_draft, change_draft, submit_draft
from core.policy.editing import with_amounts, with_head, with_path, with_threshold
from core.policy.parse import parse_policy
from core.policy.rules import ChangeKind, Function, Path, Phase, RolloutStep
from core.policy.service import default_policy_text, policy_in_force

SHADOW_CANARY = (
    RolloutStep(Phase.SHADOW, 0, 24),
    RolloutStep(Phase.CANARY, 10, 24),
    RolloutStep(Phase.FULL, 100, 0),
)


def draft_next_policy(place: Workplace, *, author: Actor, at: datetime) -> str:
    """Draft, change, simulate and submit the next version of the policy; returns the draft's number."""
    store, ledger = place.store, place.ledger
    with store.reading() as session:
        based_on = policy_in_force(session, at=at)
    text = with_head(default_policy_text(), name=based_on.name, version="2027.1")
    draft = begin_draft(
        store, ledger, text=text, reason="Yearly review: more is asked of tiers 1 and 2.", based_on=based_on.id,
        actor=author, at=at,
    ).draft  # fmt: skip
    later = at + timedelta(hours=1)
    change_draft(
        store, ledger, draft=draft, text=_stricter(text), seen_revision=1,
        reason="More accuracy, also in the worst slice, and a canary.", actor=author, at=later,
    )  # fmt: skip
    simulation = request_simulation(store, ledger, draft=draft, actor=author, at=later)
    perform_simulation(store, ledger, simulation=simulation.simulation, clock=lambda: later)
    with store.reading() as session:
        digest = load_draft(session, draft).digest
    submit_draft(
        store, ledger, draft=draft, reason="Simulated; read what it finds in production first.", seen_digest=digest,
        actor=author, at=later,
    )  # fmt: skip
    return draft


def _stricter(text: str) -> str:
    by_clause = {one.clause: one for one in parse_policy(text).thresholds}
    ratio, accuracy, slices = by_clause["4.2"], by_clause["3.1"], by_clause["8.3"]
    text = with_threshold(text, replace(ratio, value=0.85, tiers=frozenset({1, 2})))
    text = with_threshold(text, replace(accuracy, value=0.7))
    text = with_threshold(text, replace(slices, value=0.8, required=True, tiers=frozenset({1, 2})))
    text = with_amounts(text, "review_months", {"2": 9})
    return with_path(
        text,
        Path("10.1", ChangeKind.NEW_VERSION, frozenset({1, 2}), 3, frozenset({Function.COMPLIANCE}), 1, SHADOW_CANARY),
    )
