"""The part of a policy's form that says how long production data are kept, by the class of their columns."""

from collections.abc import Callable

import streamlit as st

from core.policy.keeping.reading import with_data_keeping
from core.policy.keeping.rules import LEAST_DAYS, DataClass, DataKeeping
from core.policy.rules import Policy


def data_form(text: str, policy: Policy, disabled: bool, key: str) -> Callable[[], str] | None:
    """Days for each class; the change to the text when it is sent."""
    known = policy.data
    with st.form(f"data {key}"):
        st.caption(
            f"0 means no end. Production data are logs of the model and stay for {LEAST_DAYS} days at least "
            "(EU AI Act, articles 19 and 26); sensitive attributes that are kept apart may go earlier."
        )
        days = {
            one: st.number_input(
                f"Days that {one.value} data are kept", value=known.by_class.get(one, 0), min_value=0, step=1,
                disabled=disabled, key=f"days {one.key} {key}",
            )
            for one in DataClass
        }  # fmt: skip
        attributes = st.number_input(
            "Days that sensitive attributes kept apart are kept", value=known.attributes, min_value=0, step=1,
            disabled=disabled, key=f"days attributes {key}",
        )  # fmt: skip
        sent = st.form_submit_button("Save how long data are kept", type="primary", disabled=disabled)
    wanted = DataKeeping({one: int(number) for one, number in days.items() if number}, int(attributes))
    return (lambda: with_data_keeping(text, known, wanted)) if sent else None
