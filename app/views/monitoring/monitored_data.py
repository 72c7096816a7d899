"""The form in which the owner says what is monitored of a model, and what is declared now."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import attempt, blocked, facts, plain, section
from app.components.formats import NOTHING, moment
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace
from app.views.confirmation import confirm_next
from core.access.queries import names
from core.errors import Problem, Unreadable
from core.monitoring.intake.choices import Declarable, Reference, declarable
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.queries import Declared, declared_of
from core.monitoring.intake.rules import MonitoredData, declare_refusals
from core.policy.rules import Task

NEWEST = Reference("", "the newest batch of reference data")


def monitored_data_view(place: Workplace, viewer: Me, model: str, environment: str, at: datetime) -> None:
    """What is declared, and below it the form that declares it anew."""
    with place.store.reading() as session:
        declared, known = declared_of(session, model, environment), names(session)
        choices = declarable(session, place.files, model, environment)
    section("What is monitored")
    if declared is None:
        st.markdown("Nothing is declared yet, so no check that needs a label, a group or a reference can be made.")
    else:
        _declared(declared, known, choices)
    reasons = declare_refusals(viewer.actor)
    if reasons:
        if declared is None:
            blocked("Declaring what is monitored", reasons)
        return
    with st.expander("Declare what is monitored", expanded=declared is None):
        _form(place, viewer, model, environment, declared, choices, at)


def _declared(declared: Declared, known: Mapping[str, str], choices: Declarable) -> None:
    data = declared.data
    named = {one.number: one.words for one in choices.references}
    reference = f"{data.reference}: {named.get(data.reference, 'a file of a former validation')}"
    facts(
        {
            "Task": word(data.task),
            "Positive label": plain(data.positive_label) if data.positive_label else NOTHING,
            "Label": plain(data.label),
            "Features": plain(", ".join(data.features)) if data.features else "Every column without another meaning",
            "Categories": plain(", ".join(data.categorical)) if data.categorical else NOTHING,
            "Sensitive attributes": plain(", ".join(data.sensitive)) if data.sensitive else NOTHING,
            "Reference": plain(reference if data.reference else NEWEST.words),
            "Declared": f"{moment(declared.at)}, {plain(known.get(declared.by, declared.by))}, "
            f"revision {declared.revision}",
        },
        alt="What is monitored",
    )


def _form(
    place: Workplace,
    viewer: Me,
    model: str,
    environment: str,
    declared: Declared | None,
    choices: Declarable,
    at: datetime,
) -> None:
    data = declared.data if declared else MonitoredData()
    columns = list(dict.fromkeys([*data.features, *data.sensitive, *choices.columns]))
    with st.form("monitored", border=False):
        left, right = st.columns(2)
        with left:
            task = st.selectbox("What it predicts", list(Task), index=list(Task).index(data.task), format_func=word)
            positive = st.text_input("Positive label (of two classes)", data.positive_label, max_chars=200)
            label = st.text_input("Name of the label in files", data.label, max_chars=200)
            reference = _reference(data, choices)
        with right:
            features = _columns("Features (none: every column without another meaning)", columns, data.features)
            categorical = _columns("Features whose numbers name categories", columns, data.categorical)
            sensitive = _columns("Sensitive attributes", columns, data.sensitive)
            because = st.text_area(
                "Reasons for sensitive attributes that hold personal data, a line each: COLUMN: reason",
                "\n".join(f"{name}: {reason}" for name, reason in data.because.items()),
                height=68,
                max_chars=4000,
            )
        sent = st.form_submit_button("Declare", type="primary")
    if not sent:
        return
    with attempt("Nothing was declared."):
        entered = MonitoredData(
            task=task or Task.BINARY,
            positive_label=positive.strip(),
            features=tuple(features),
            categorical=tuple(categorical),
            sensitive=tuple(sensitive),
            label=label.strip(),
            reference=reference.number,
            because=_reasons(because),
        )
        revision = declare_monitored(
            place.store, place.ledger, model=model, data=entered, environment=environment,
            expected_revision=declared.revision if declared else 0, actor=viewer.actor, at=at,
        )  # fmt: skip
        confirm_next(f"Declared what is monitored of {plain(model)} in {plain(environment)}: revision {revision}.")
        st.rerun()


def _reference(data: MonitoredData, choices: Declarable) -> Reference:
    offered = [NEWEST, *choices.references]
    if data.reference and data.reference not in {one.number for one in offered}:
        offered.append(Reference(data.reference, "as declared"))
    chosen = next(place for place, one in enumerate(offered) if one.number == data.reference)
    return st.selectbox(
        "Reference data",
        offered,
        index=chosen,
        format_func=lambda one: f"{one.number}: {one.words}" if one.number else one.words,
    )


def _columns(label: str, known: Sequence[str], chosen: Sequence[str]) -> list[str]:
    offered = list(dict.fromkeys([*known, *chosen]))
    return st.multiselect(label, offered, list(chosen), accept_new_options=True, placeholder="Choose or type a column")


def _reasons(text: str) -> dict[str, str]:
    """By column; raises `Unreadable` with the line that names none."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name, colon, reason = line.partition(":")
        if not line.strip():
            continue
        if not colon or not name.strip() or not reason.strip():
            raise Unreadable([Problem("not a column and its reason", number, "reasons", expected="COLUMN: reason")])
        found[name.strip()] = reason.strip()
    return found
