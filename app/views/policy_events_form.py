"""The part of a policy's form that says how recorded events are kept."""

from collections.abc import Callable

import streamlit as st

from core.policy.editing import with_event_keeping
from core.policy.keeping.rules import LEAST_DAYS, TIERS, EventKeeping, KeptInput
from core.policy.rules import Policy

SAID = {
    KeptInput.COMMITMENT: "A commitment: shows later that an input was this one, and says nothing else",
    KeptInput.MASKED: "Masked: the text, without what looks like personal data",
    KeptInput.NONE: "Nothing of it",
}


def events_form(text: str, policy: Policy, disabled: bool, key: str) -> Callable[[], str] | None:
    """Days, and a form of inputs for each tier; the change to the text when it is sent."""
    known, forms = policy.events, list(KeptInput)
    with st.form(f"events {key}"):
        days = st.number_input(
            "Days that events are kept", value=known.days, min_value=LEAST_DAYS, step=1, disabled=disabled,
            help="184 at least: EU AI Act, articles 19 and 26", key=f"event days {key}",
        )  # fmt: skip

        def chosen(label: str, form: KeptInput) -> KeptInput:
            return st.selectbox(
                label, forms, index=forms.index(form), format_func=lambda one: SAID[one], disabled=disabled,
                key=f"inputs {label} {key}",
            )  # fmt: skip

        by_tier = {tier: chosen(f"Inputs to models of tier {tier}", known.inputs(tier)) for tier in TIERS}
        otherwise = chosen("Inputs to models that the inventory does not know", known.otherwise)
        sent = st.form_submit_button("Save how events are kept", type="primary", disabled=disabled)
    wanted = EventKeeping(int(days), by_tier, otherwise)
    return (lambda: with_event_keeping(text, wanted)) if sent else None
