"""The part of a policy's form that says what is controlled in streams, and how people review outputs."""

from collections.abc import Callable

import streamlit as st

from app.views.control_fields import control_fields, kind_chosen
from core.policy.controls.editing import with_control, with_output_reviews, without_control
from core.policy.controls.rules import EVERY_TIER, OutputReviews
from core.policy.rules import Policy

NEW, REVIEWS = "A new control", "How people review outputs"
Edited = Callable[[], str]


def controls_form(text: str, policy: Policy, disabled: bool, key: str) -> Edited | None:
    """One control at a time, or the review of outputs; the change to the text when it is sent."""
    clauses = {one.clause: one for one in policy.controls}
    chosen = st.selectbox(
        "Control",
        [*clauses, NEW, REVIEWS],
        format_func=lambda one: f"{one} {clauses[one].title}" if one in clauses else one,
        key=f"control {key}",
    )
    if chosen == REVIEWS:
        return _reviews(text, policy.output_reviews, disabled, key)
    known = clauses.get(chosen)
    own = f"{key} {chosen}"
    kind = kind_chosen(known, own, disabled=disabled or known is not None)
    with st.form(f"control {own} {kind}"):
        clause = known.clause if known else st.text_input("Clause", key=f"number {own}", disabled=disabled).strip()
        wanted = control_fields(known, kind, clause, f"{own} {kind}", disabled=disabled, tiers=True)
        with st.container(horizontal=True):
            sent = st.form_submit_button("Save control", type="primary", disabled=disabled)
            gone = known is not None and st.form_submit_button("Take control out", disabled=disabled)
    if gone and known:
        return lambda: without_control(text, known.clause)
    return (lambda: with_control(text, wanted)) if sent else None


def _reviews(text: str, known: OutputReviews, disabled: bool, key: str) -> Edited | None:
    with st.form(f"reviews {key}"):
        st.markdown("**Days an output may wait for a person**")
        days = {
            tier: int(
                column.number_input(f"Tier {tier}", value=known.days_by_tier[tier], min_value=1, disabled=disabled,
                                    key=f"review days {tier} {key}")
            )
            for tier, column in zip(sorted(EVERY_TIER), st.columns(4), strict=True)
        }  # fmt: skip
        two = st.multiselect("Tiers for which two people decide", sorted(EVERY_TIER),
                             default=sorted(known.two_person_tiers), disabled=disabled, key=f"two {key}")  # fmt: skip
        most = st.number_input("Outputs that one control puts up of one batch, at most", value=known.most_per_batch,
                               min_value=1, disabled=disabled, key=f"most {key}")  # fmt: skip
        sent = st.form_submit_button("Save how outputs are reviewed", type="primary", disabled=disabled)
    wanted = OutputReviews(days, frozenset(two), int(most))
    return (lambda: with_output_reviews(text, wanted)) if sent else None
