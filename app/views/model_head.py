"""The head of a model's page: name, facts, the version picker, and the next step."""

from typing import Literal

import streamlit as st

from app.components import Back, act_button, fact, facts_line, head_with_actions, label, plain, status
from app.components.me import Me
from app.components.refusals import numbered
from app.composition import Workplace
from app.navigation import page_file
from app.views.model_acts import hand_in, start_validation
from app.views.model_reading import Reading
from core.inventory.queries import ModelPage
from core.inventory.rules import Action

FORM_ON = "Decisions"  # the tab that holds the form for requesting approval


def draw_head(place: Workplace, viewer: Me, reading: Reading, standing: str) -> None:
    """Title, facts, version picker, and the next step of this version; `standing` says what is in production."""
    model, page = reading.model, reading.page
    actions = head_with_actions(
        model.name,
        facts_line(
            f"v{reading.version.version}",
            status(reading.version.stage),
            label(f"Tier {model.tier}"),
            fact("Owner", plain(reading.name_of(model.owner))),
            fact("Developer", plain(reading.name_of(model.developer))),
            fact("In production", plain(standing) if standing else "none"),
        ),
        back=Back("inventory", "Inventory"),
        trail=f"{model.business_line} / {model.number}",
    )
    with actions:
        _pick_version(page)
        starts = _next_step(reading)
    if starts:
        start_validation(place, viewer, reading)


def draw_head_without_version(page: ModelPage) -> None:
    """A model whose first version was never stored; the record still shows."""
    head_with_actions(page.model.name, back=Back("inventory", "Inventory"), trail=page.model.number)
    st.markdown(f"{status('No data')} No version of this model is registered.")


def _pick_version(page: ModelPage) -> None:
    if len(page.versions) < 2 or page.version is None:
        return
    stages = {row.version: row.stage for row in page.versions}
    current = page.version.version
    st.selectbox(
        "Version",
        list(stages),
        index=list(stages).index(current),
        format_func=lambda one: f"v{one}, {stages[one]}",
        key=f"pick_{current}",
        on_change=_open_version,
        args=(f"pick_{current}",),
        label_visibility="collapsed",
        width=170,
    )


def _open_version(key: str) -> None:
    st.query_params["version"] = st.session_state[key]


def _next_step(reading: Reading) -> bool:
    """The one button for what this version needs next, whoever may do it; true when it starts the validation."""
    reasons = reading.refusals.get(reading.next_step, ()) if reading.next_step else ()
    match reading.next_step:
        case Action.UPLOAD_EVIDENCE:
            kind: Literal["primary", "secondary"] = "secondary" if reading.run_is_current else "primary"
            if act_button("Hand in evidence", reasons, key="hand_in", kind=kind):
                hand_in(reading)
        case Action.START_VALIDATION:
            return act_button("Start validation", reasons, key="start_validation")
        case Action.REQUEST_CHANGE if _tab() != FORM_ON:
            st.button(
                "Request approval",
                type="primary",
                key="go_request",
                disabled=bool(reasons),
                help=numbered(reasons) or None,
                on_click=_open_tab,
                args=(FORM_ON,),
            )
        case _ if reading.into_use:
            undecided = reading.open_change is not None
            said = f"Open change {reading.into_use[0].number}"
            if st.button(said, type="primary" if undecided else "secondary", key="open_change"):
                st.switch_page(page_file("approval"), query_params={"change": reading.into_use[0].number})
    return False


def _tab() -> str | None:
    """The open tab: as the widget holds it, or as the address says before the widget was drawn."""
    return st.session_state.get("tab") or st.query_params.get("tab")


def _open_tab(tab: str) -> None:
    st.session_state["tab"] = tab
