"""Places a version in an environment beside production: which, in place of which, with what against it."""

import streamlit as st

from app.components import act_button, attempt, blocked, plain, section
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.model_reading import Reading
from core.approval.rollout.placing import PlacingPage, place_version, placing_page

LONGEST = 2000


def placing(place: Workplace, viewer: Me, reading: Reading, environment: str) -> None:
    """The box: a version, what it takes the place of, a reason, and the button with every reason against it."""
    versions = [row.version for row in reading.page.versions]
    with place.store.reading() as session:
        page = placing_page(session, reading.model.number, versions, environment, viewer.actor)
    with st.container(border=True):
        section(f"Place a version in {environment}")
        st.markdown(_rule(page))
        shown = versions.index(reading.version.version)
        chosen = st.selectbox("Version", versions, index=shown, key="place_version", format_func="v{}".format)
        against = page.refusals[chosen]
        st.markdown(_from_to(page, chosen))
        blocked("Placing it", against)
        reason = st.text_area("Reason, kept in the ledger", key="place_reason", max_chars=LONGEST, height=80)
        if act_button(f"Place v{chosen}", against, key="place"):
            with attempt("Nothing was placed."):
                done = place_version(
                    place.store, place.ledger, model=reading.model.number, version=chosen, environment=environment,
                    reason=reason, actor=viewer.actor, at=now(),
                )  # fmt: skip
                was = f" in place of v{plain(done.former)}" if done.former else ""
                where = plain(environment)
                confirm_next(f"v{plain(done.version)} stands in {where}{was}: ledger entry {done.entry}.")
                st.rerun()


def _rule(page: PlacingPage) -> str:
    takes = "approved" if page.serves else "validated"
    whom = "Serves people" if page.serves else "Serves nobody"
    note = f" {plain(page.note)}" if page.note else ""
    return f":gray[{whom}: takes {takes} versions, without a change request.{note}]"


def _from_to(page: PlacingPage, chosen: str) -> str:
    if page.current is None:
        return f"From **nothing** to **v{plain(chosen)}**."
    if page.current == chosen:
        return f"**v{plain(chosen)}** stands there now."
    return f"From **v{plain(page.current)}** to **v{plain(chosen)}**, which takes its place at once."
