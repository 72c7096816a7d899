"""What everybody sees before signing in, at every address."""

import streamlit as st

from app.signin.streamlit_auth import PROVIDER

ended = bool(st.user.get("is_logged_in"))
failed = st.query_params.get("sign_in") == "failed"

_, middle, _ = st.columns([1, 2, 1])
with middle:
    st.title("Your session has ended" if ended else "Countersign", anchor=False)
    if failed:
        st.error("Signing in did not work. Nothing was changed. Try again, or ask an administrator.")
    st.markdown(
        "Sign in again to go on. What you saved is stored."
        if ended
        else "Governance for AI models: map, validate, approve, monitor and improve, with evidence that verifies."
    )
    if st.button("Sign in", type="primary", key="sign_in"):
        st.login(PROVIDER)
