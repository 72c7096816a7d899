"""Saved views on the inventory: open one, keep what the address says, rename, share, delete, open with."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components import act_button, attempt, plain
from app.components.me import Me
from app.composition import Workplace, now
from app.lists.inventory import parsed, with_number, written
from app.navigation import page_file
from app.views.confirmation import confirm_next
from core.inventory.views import (
    ViewRow,
    default_view,
    delete_view,
    delete_view_refusals,
    keep_view_refusals,
    open_with,
    rename_view,
    save_view,
    share_view_refusals,
    views_for,
)

LONGEST = 80


def open_with_default(place: Workplace, viewer: Me, known: Mapping[str, str]) -> None:
    """Whoever comes to the inventory without a filter starts with the view of their choice."""
    arrived = "search" not in st.session_state and not st.query_params
    if not arrived:
        return
    with place.store.reading() as session:
        chosen = default_view(session, viewer.number)
    if chosen and chosen.query:
        _go(chosen, known)


def views_button(
    place: Workplace, viewer: Me, params: Mapping[str, str], columns: Sequence[str], known: Mapping[str, str]
) -> None:
    """Everything about views, behind one button."""
    with place.store.reading() as session:
        views = views_for(session, viewer.number)
    with st.popover("Views", width="content"):
        if views:
            _choose(place, viewer, views, known)
        _keep(place, viewer, params, columns, len([view for view in views if view.mine]))


def _choose(place: Workplace, viewer: Me, views: Sequence[ViewRow], known: Mapping[str, str]) -> None:
    shown = {view.number: _said(view, known) for view in views}
    number = st.selectbox("Saved views", list(shown), format_func=shown.__getitem__, key="saved_view", width=360)
    view = next(one for one in views if one.number == number)
    with st.container(horizontal=True):
        if st.button("Open view", key="open_view", type="primary"):
            _go(view, known)
        if st.button("Do not open with it" if view.default else "Open with it from now on", key="default_view"):
            with attempt("Your choice was not kept."):
                open_with(
                    place.store, place.ledger, view=None if view.default else view.number, actor=viewer.actor, at=now()
                )
                st.rerun()
        if act_button(
            "Delete view", delete_view_refusals(viewer.actor, view.owner), key="delete_view", kind="tertiary"
        ):
            with attempt("The view was not deleted."):
                delete_view(place.store, place.ledger, view=view.number, actor=viewer.actor, at=now())
                confirm_next(f"The view “{plain(view.name)}” was deleted.")
                st.rerun()
    if not share_view_refusals(viewer.actor, view.owner):
        _rename(place, viewer, view)


def _rename(place: Workplace, viewer: Me, view: ViewRow) -> None:
    name = st.text_input("Name of this view", value=view.name, key=f"name_{view.number}", max_chars=LONGEST, width=360)
    shared = st.checkbox("Shared with everybody", value=view.shared, key=f"shared_{view.number}")
    if st.button("Rename or share view", key="rename_view", disabled=(name, shared) == (view.name, view.shared)):
        with attempt("The view was not changed."):
            rename_view(
                place.store, place.ledger, view=view.number, name=name, shared=shared, actor=viewer.actor, at=now()
            )
            st.rerun()


def _keep(place: Workplace, viewer: Me, params: Mapping[str, str], columns: Sequence[str], owned: int) -> None:
    st.markdown("**Keep the filters, order and columns of now**")
    name = st.text_input("Name of the new view", key="new_view", max_chars=LONGEST, width=360)
    shared = st.checkbox("Share it with everybody", key="new_view_shared")
    if act_button("Save view", keep_view_refusals(viewer.actor, owned=owned), key="save_view", kind="secondary"):
        with attempt("The view was not saved."):
            save_view(
                place.store, place.ledger, name=name, query=written(params, columns), shared=shared,
                actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next(f"The view “{plain(name.strip())}” was saved.")
            st.rerun()


def _said(view: ViewRow, known: Mapping[str, str]) -> str:
    whose = "" if view.mine else f", of {known.get(view.owner, view.owner)}"
    marks = [*(["shared"] if view.shared and view.mine else []), *(["opens first"] if view.default else [])]
    return f"{view.name}{whose}{' (' + ', '.join(marks) + ')' if marks else ''}"


def _go(view: ViewRow, known: Mapping[str, str]) -> None:
    """Open the view's address; people and groups stand in it by number, and by name and number on screen."""
    query = parsed(view.query)
    for key in ("owner", "developer", "group"):
        query[key] = [with_number(number, known) for number in query.get(key, [])]
    st.switch_page(page_file("inventory"), query_params={name: values for name, values in query.items() if values})
