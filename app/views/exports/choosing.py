"""The fields that say which report about what: shared by what is made once and what is scheduled."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from app.composition import Workplace
from app.views.exports.words import EVERY_VERSION, form_title, title_of
from core.errors import NotFound
from core.inventory.queries import InventoryFilter, inventory, model_page
from core.reports.formats.kinds import Format
from core.reports.service import forms_of
from core.reports.templates import TEMPLATES
from core.reports.values.report import Subject, SubjectKind

MOST_MODELS = 500
NOT_OFFERED = frozenset({SubjectKind.AUDIT})


def choose_template(key: str, *, bound: bool = True) -> str:
    """Which report."""
    options = [one for one, held in TEMPLATES.items() if set(held.subjects) - NOT_OFFERED]
    return str(
        st.selectbox(
            "Report",
            options,
            key=key,
            format_func=title_of,
            bind="query-params" if bound else None,
            width=280,
        )
    )


def choose_subject(place: Workplace, template: str, prefix: str, *, every_version: bool = False) -> Subject | None:
    """About what: the organisation, a model or one of its versions; None while there is nothing to choose."""
    kinds = [kind for kind in TEMPLATES[template].subjects if kind not in NOT_OFFERED]
    kind = kinds[0]
    if len(kinds) > 1:
        words = [one.value for one in kinds]
        chosen = st.selectbox(
            "About", words, key=f"{prefix}about", format_func=_kind_words, bind=_bound(prefix), width=160
        )
        kind = SubjectKind(str(chosen))
    if kind is SubjectKind.ORGANISATION:
        return Subject(kind)
    number = _choose_model(place, prefix)
    if number is None or kind is SubjectKind.MODEL:
        return Subject(kind, number) if number else None
    versions = _versions(place, number)
    if not versions:
        st.caption("No such model, or it has no version.")
        return None
    offered = [*versions, EVERY_VERSION] if every_version else versions
    version = st.selectbox(
        "Version",
        offered,
        key=f"{prefix}version",
        bind=_bound(prefix),
        width=150,
    )
    if version == EVERY_VERSION:
        return Subject(SubjectKind.MODEL, number)
    return Subject(SubjectKind.VERSION, number, str(version))


def choose_form(template: str, key: str, *, bound: bool = True) -> Format:
    """In which form; only those in which the report has something to say."""
    options = [one.value for one in forms_of(template)]
    chosen = st.selectbox(
        "Form",
        options,
        key=key,
        format_func=lambda one: form_title(Format(one)),
        bind="query-params" if bound else None,
        width=220,
    )
    return Format(str(chosen))


def _choose_model(place: Workplace, prefix: str) -> str | None:
    with place.store.reading() as session:
        rows = inventory(session, InventoryFilter(), limit=MOST_MODELS, offset=0).rows
    named = {row.number: row.name for row in rows}
    if not named:
        st.caption("The inventory holds no model yet.")
        return None
    chosen = st.selectbox(
        "Model",
        _with_asked(list(named), prefix),
        key=f"{prefix}model",
        format_func=lambda number: f"{named[number]} ({number})" if number in named else number,
        bind=_bound(prefix),
        accept_new_options=True,
        help=f"The first {MOST_MODELS}; type another number." if len(named) == MOST_MODELS else None,
        width=300,
    )
    return str(chosen) if chosen else None


def _with_asked(numbers: list[str], prefix: str) -> Sequence[str]:
    """A model that the address names is offered though it is not among the first."""
    asked = st.query_params.get("model", "") if not prefix else ""
    return [*numbers, asked] if asked and asked not in numbers else numbers


def _versions(place: Workplace, number: str) -> list[str]:
    with place.store.reading() as session:
        try:
            return [row.version for row in model_page(session, number).versions]
        except NotFound:
            return []


def _bound(prefix: str) -> Literal["query-params"] | None:
    return None if prefix else "query-params"


def _kind_words(kind: str) -> str:
    return {"organisation": "Organisation", "model": "A model"}.get(kind, "A version")
