"""What was recorded, said once at the top of the page that is shown next."""

import streamlit as st

KEY = "recorded"


def confirm_next(recorded: str) -> None:
    """Keep the sentence (Markdown of ours or escaped) for the next page or rerun."""
    st.session_state[KEY] = recorded


def confirmation() -> None:
    """Show the sentence that was kept, once."""
    recorded = st.session_state.pop(KEY, None)
    if recorded:
        st.success(recorded, icon=":material/check_circle:")
