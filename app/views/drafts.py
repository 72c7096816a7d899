"""A person's own drafts of the register form: saved to the store, resumed in any session, discarded when done."""

import json
import re

import streamlit as st

from app.components import attempt, plain, section
from app.components.formats import moment
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.register_fields import PREFIX, forget_draft
from core.errors import GovernanceError
from core.inventory.drafts import DraftRow, discard_draft, drafts_of, save_draft

OPEN = "open_draft"
OF_A_MODEL = re.compile(r" M\d{4,}\b")  # what was entered for the next version of some model
Kept = str | int | list[str]


def entered(scope: str) -> dict[str, Kept]:
    """What stands in the form of this scope (a model's number, or nothing for a new model), by key."""
    found = {
        str(key): value
        for key, value in st.session_state.items()
        if str(key).startswith(PREFIX) and isinstance(value, str | int | list)
    }
    if scope:
        return {key: value for key, value in found.items() if scope in key.split()}
    return {key: value for key, value in found.items() if not OF_A_MODEL.search(key)}


def card(place: Workplace, viewer: Me, *, form: str, scope: str) -> None:
    """Save what stands in the form; resume or discard what was saved before."""
    with st.container(border=True):
        section("Drafts")
        st.markdown(":small[:gray[Yours alone, and not on record until you register.]]")
        if st.button("Save draft", key="save_draft"):
            _save(place, viewer, form, scope)
        with place.store.reading() as session:
            kept = drafts_of(session, viewer.number, form=form)
        for row in kept[:10]:
            _line(place, viewer, row, scope)


def done(place: Workplace, viewer: Me, form: str) -> None:
    """After registering: the draft that was open is no longer needed."""
    number = st.session_state.pop(f"{OPEN} {form}", None)
    if isinstance(number, int):
        try:
            discard_draft(place.store, draft=number, actor=viewer.actor)
        except GovernanceError:
            return  # it was discarded in another window meanwhile


def _save(place: Workplace, viewer: Me, form: str, scope: str) -> None:
    fields = entered(scope)
    title = str(fields.get(f"{PREFIX}name") or (f"Next version of {scope}" if scope else ""))
    with attempt("The draft was not saved."):
        number = save_draft(
            place.store, form=form, title=title, body=json.dumps(fields), draft=st.session_state.get(f"{OPEN} {form}"),
            actor=viewer.actor, at=now(),
        )  # fmt: skip
        st.session_state[f"{OPEN} {form}"] = number
        st.success("The draft is saved. You can close this page and resume it later.", icon=":material/check_circle:")


def _line(place: Workplace, viewer: Me, row: DraftRow, scope: str) -> None:
    is_open = st.session_state.get(f"{OPEN} {row.form}") == row.id
    st.markdown(f"**{plain(row.title)}** :gray[saved {moment(row.saved_at)}{', open here' if is_open else ''}]")
    with st.container(horizontal=True):
        st.button("Resume", key=f"resume {row.id}", on_click=_resume, args=(row, scope), type="tertiary")
        if st.button("Discard", key=f"discard {row.id}", type="tertiary"):
            with attempt("The draft was not discarded."):
                discard_draft(place.store, draft=row.id, actor=viewer.actor)
                if is_open:
                    st.session_state.pop(f"{OPEN} {row.form}", None)
                confirm_next(f"The draft “{plain(row.title)}” is discarded.")
                st.rerun()


def _resume(row: DraftRow, scope: str) -> None:
    """Put what was saved back into the form, before its fields are drawn."""
    if not scope:
        forget_draft()
    for key, value in json.loads(row.body).items():
        if str(key).startswith(PREFIX):
            st.session_state[key] = value
    st.session_state[f"{OPEN} {row.form}"] = row.id
