"""Have the checks of a model run now, or compute one chunk again, and say what came of it."""

import streamlit as st

from app.components import act_button, attempt, plain, status
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.monitoring.checks.recomputing import Again, Recomputed, recompute
from core.monitoring.checks.service import ask_monitor, run_refusals

BADGES = {
    Again.SAME: "Verified", Again.DIFFERENT: "Not verified", Again.OTHER_DATA: "Changed",
    Again.OTHER_REFERENCE: "Changed", Again.NOT_POSSIBLE: "Not known",
}  # fmt: skip


def run_button(place: Workplace, viewer: Me, model: str, environment: str) -> None:
    """Have a worker check what is due of this model, as when data arrive; the page shows it by itself."""
    if not act_button("Check now", run_refusals(viewer.actor), key="check_now"):
        return
    with attempt("The checks were not asked for."):
        ask_monitor(place.store, place.ledger, model=model, environment=environment, actor=viewer.actor, at=now())
        confirm_next("What is due is checked by a worker; new figures appear here by themselves.")
        st.rerun()


def again_button(place: Workplace, chunk: str, revision: int) -> None:
    """Compute the chunk again from its data; nothing is stored, so anybody may."""
    if st.button("Compute again", key="compute_again"):
        with attempt("The chunk was not computed again."), st.spinner("Reading production data"):
            found = recompute(place.store, place.files, chunk=chunk, revision=revision, at=now())
            st.session_state["recomputed"] = found


def recomputed(chunk: str, revision: int) -> None:
    """What computing this chunk again came to, where somebody has asked a moment ago."""
    found = st.session_state.get("recomputed")
    if not isinstance(found, Recomputed) or (found.chunk, found.revision) != (chunk, revision):
        return
    differs = f": {plain(', '.join(found.different))}" if found.different else ""
    with st.container(border=True):
        st.markdown(f"{status(BADGES[found.outcome])} **Computed again: {plain(found.said)}{differs}.**")
