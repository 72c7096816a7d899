"""The fields that say which report about what: shared by what is made once and what is scheduled."""

from collections.abc import Callable, Sequence

import streamlit as st

from app.composition import Workplace, now
from app.views.exports.words import EVERY_VERSION, form_title, title_of
from core.audits.queries import AuditFilter, audits
from core.errors import NotFound
from core.improvement.incidents.queries import IncidentFilter, incidents
from core.inventory.queries import InventoryFilter, inventory, model_page
from core.reports.formats.kinds import Format
from core.reports.service import forms_of
from core.reports.templates import TEMPLATES
from core.reports.values.report import Subject, SubjectKind

MOST_MODELS = 500
MOST_AUDITS = 200
MOST_INCIDENTS = 200


def choose_template(key: str, *, bound: bool = True) -> str:
    """Which report."""
    options = list(TEMPLATES)
    return addressed("Report", options, key, title_of, bound=bound, width=280)


def choose_subject(place: Workplace, template: str, prefix: str, *, every_version: bool = False) -> Subject | None:
    """About what: the organisation, a model or one of its versions; None while there is nothing to choose."""
    bound = not prefix
    kinds = TEMPLATES[template].subjects
    kind = kinds[0]
    if len(kinds) > 1:
        words = [one.value for one in kinds]
        kind = SubjectKind(addressed("About", words, f"{prefix}about", _kind_words, bound=bound, width=160))
    if kind is SubjectKind.ORGANISATION:
        return Subject(kind)
    if kind is SubjectKind.AUDIT:
        audit = _choose_audit(place, prefix)
        return Subject(kind, audit) if audit else None
    if kind is SubjectKind.INCIDENT:
        incident = _choose_incident(place, prefix)
        return Subject(kind, incident) if incident else None
    number = _choose_model(place, prefix)
    if number is None or kind is SubjectKind.MODEL:
        return Subject(kind, number) if number else None
    versions = _versions(place, number)
    if not versions:
        st.caption("No such model, or it has no version.")
        return None
    offered = [*versions, EVERY_VERSION] if every_version else versions
    version = addressed("Version", offered, f"{prefix}version", str, bound=bound, width=150)
    if version == EVERY_VERSION:
        return Subject(SubjectKind.MODEL, number)
    return Subject(SubjectKind.VERSION, number, version)


def choose_form(template: str, key: str, *, bound: bool = True) -> Format:
    """In which form; only those in which the report has something to say."""
    options = [one.value for one in forms_of(template)]
    return Format(addressed("Form", options, key, lambda one: form_title(Format(one)), bound=bound, width=220))


def addressed(
    label: str,
    options: Sequence[str],
    key: str,
    said: Callable[[str], str],
    *,
    bound: bool,
    width: int,
    further: bool = False,
    hint: str | None = None,
) -> str:
    """One of `options`, kept in the address by its value, so that links of ours and API clients name the same.

    Streamlit's own binding would write the words on screen.
    """
    asked = st.query_params.get(key, "") if bound else ""
    chosen = st.selectbox(
        label,
        options,
        index=options.index(asked) if asked in options else 0,
        key=f"{key}_field",
        format_func=said,
        accept_new_options=further,
        help=hint,
        width=width,
    )
    if bound and chosen and (asked or chosen != options[0]):
        st.query_params[key] = str(chosen)
    return str(chosen or options[0])


def _choose_model(place: Workplace, prefix: str) -> str | None:
    with place.store.reading() as session:
        rows = inventory(session, InventoryFilter(), limit=MOST_MODELS, offset=0).rows
    named = {row.number: row.name for row in rows}
    if not named:
        st.caption("The inventory holds no model yet.")
        return None
    asked = st.query_params.get("model", "") if not prefix else ""
    numbers = [*named, asked] if asked and asked not in named else list(named)  # one that is not among the first
    return addressed(
        "Model",
        numbers,
        f"{prefix}model",
        lambda number: f"{named[number]} ({number})" if number in named else number,
        bound=not prefix,
        width=360,
        further=True,
        hint=f"The first {MOST_MODELS}; type another number." if len(named) == MOST_MODELS else None,
    )


def _choose_audit(place: Workplace, prefix: str) -> str | None:
    with place.store.reading() as session:
        rows = audits(session, AuditFilter(), limit=MOST_AUDITS, offset=0).rows
    named = {row.audit.number: row.audit.title for row in rows}
    if not named:
        st.caption("No audit is planned yet.")
        return None
    asked = st.query_params.get("audit", "") if not prefix else ""
    numbers = [*named, asked] if asked and asked not in named else list(named)
    return addressed(
        "Audit",
        numbers,
        f"{prefix}audit",
        lambda number: f"{named[number]} ({number})" if number in named else number,
        bound=not prefix,
        width=360,
    )


def _choose_incident(place: Workplace, prefix: str) -> str | None:
    with place.store.reading() as session:
        rows = incidents(session, IncidentFilter(), at=now(), limit=MOST_INCIDENTS, offset=0).rows
    named = {row.incident.number: row.incident.title for row in rows}
    if not named:
        st.caption("No incident is on record yet.")
        return None
    asked = st.query_params.get("incident", "") if not prefix else ""
    numbers = [*named, asked] if asked and asked not in named else list(named)
    return addressed(
        "Incident",
        numbers,
        f"{prefix}incident",
        lambda number: f"{named[number]} ({number})" if number in named else number,
        bound=not prefix,
        width=360,
    )


def _versions(place: Workplace, number: str) -> list[str]:
    with place.store.reading() as session:
        try:
            return [row.version for row in model_page(session, number).versions]
        except NotFound:
            return []


def _kind_words(kind: str) -> str:
    said = {"organisation": "Organisation", "model": "A model", "incident": "An incident"}
    return said.get(kind, "A version")
