"""How long the data of a dataset or model are kept, and a hold on them."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, blocked, facts, plain, section, status
from app.components.formats import NOTHING, counted, day
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.access.rules import Permission, permission_refusals
from core.inventory.classes.queries import HolderTerms
from core.privacy.retention.evidence import term_of_files
from core.privacy.retention.planning import terms_by_model
from core.privacy.retention.terms import hold_data, hold_refusals, keep_data_for, lift_hold, lift_refusals, longest_days


def terms_section(
    place: Workplace, viewer: Me, holder: str, of_model: bool, terms: HolderTerms, known: Mapping[str, str],
    at: datetime,
) -> None:  # fmt: skip
    """What holds, and the forms for both."""
    section("Retention")
    with place.store.reading() as session:
        most = longest_days(session, holder, at=at) if of_model else None
        kinds = terms_by_model(session, at=at).get(holder, {}) if of_model else {}
        files = None if of_model else term_of_files(session, holder, at=at)
    own = NOTHING
    if terms.days_at:
        said = "as the policy says" if terms.days is None else counted(terms.days, "day")
        own = f"{said}: {plain(terms.days_reason)} :gray[({plain(known.get(terms.days_by, terms.days_by))}, " + (
            f"{day(terms.days_at, today=at)})]"
        )
    shown = {"Decided here": own}
    if of_model:
        shown |= {kind.value.capitalize(): f"{counted(term.days, 'day')}, by {term.by}" for kind, term in kinds.items()}
        shown |= {} if kinds else {"Production data": "No end: neither the policy nor a decision here names one"}
    else:
        ends = [f"{counted(files.days, 'day')} after they came, by {files.by}"] if files else []
        ends += [f"{counted(terms.days, 'day')} after the dataset was registered"] if terms.days else []
        none = "No end: the policy names none or no column is classed, and nothing was decided here"
        shown["Files of validations"] = "; ".join(ends) or none
    held = f"{status('Held')} {plain(terms.hold_reason)} :gray[({plain(known.get(terms.hold_by, terms.hold_by))}, "
    shown["Hold"] = f"{held}{day(terms.hold_at, today=at)})]" if terms.hold_reason else "None"
    facts(shown, alt=f"How long the data of {holder} are kept, by whom, and what holds them")
    left, right = st.columns(2, gap="large")
    with left:
        _days_form(place, viewer, holder, of_model, terms, most)
    with right:
        _hold_form(place, viewer, holder, terms)


def _days_form(place: Workplace, viewer: Me, holder: str, of_model: bool, terms: HolderTerms, most: int | None) -> None:
    reasons = permission_refusals(viewer.actor, Permission.DATA_CLASSIFY)
    with st.expander("Change how long they are kept"):
        blocked("A retention", reasons)
        if reasons:
            return
        with st.form("keep_days", border=False):
            bounds = "184 at least (EU AI Act, articles 19 and 26)" if of_model else "Counted from its registration"
            days = st.number_input(
                "Days", value=terms.days, min_value=1, step=1, placeholder="As the policy says",
                help=f"{bounds}; {most:,} at most by the policy" if most else bounds,
            )  # fmt: skip
            reason = st.text_input("Why", max_chars=1000)
            sent = st.form_submit_button("Set the retention")
    if sent:
        with attempt("The retention stays as it was."):
            done = keep_data_for(
                place.store, place.ledger, holder=holder, days=int(days) if days is not None else None,
                reason=reason or "", expected_revision=terms.revision, actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next(f"Retention of {holder} is set: ledger entry {done.index}.")
            st.rerun()


def _hold_form(place: Workplace, viewer: Me, holder: str, terms: HolderTerms) -> None:
    held = bool(terms.hold_reason)
    label = "Lift the hold" if held else "Hold these data"
    with st.expander(label):
        st.caption("While a hold stands, nothing of these data is removed by a timer.")
        reasons = lift_refusals(held, viewer.actor) if held else hold_refusals(held, viewer.actor)
        reason = st.text_input("Why", key="hold_reason", max_chars=1000, disabled=bool(reasons))
        if act_button(label, reasons, key="hold", kind="secondary"):
            with attempt("Nothing changed."):
                act = lift_hold if held else hold_data
                done = act(place.store, place.ledger, holder=holder, reason=reason, actor=viewer.actor, at=now())
                confirm_next(f"{'The hold is lifted' if held else 'The data are held'}: ledger entry {done.index}.")
                st.rerun()
