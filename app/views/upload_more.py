"""More about the model: what it predicts, its inputs, control features, class probabilities, the NYC bias audit."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from app.components import plain
from app.views.upload_widgets import column
from core.policy.rules import Task
from core.validation.guessing import audit_columns, classes_of, likely_inputs, possible_inputs, probability_column
from core.validation.uploads import ColumnMapping, Preflight

TASKS = {
    Task.BINARY: "One of two classes",
    Task.MULTICLASS: "One of several classes",
    Task.REGRESSION: "A number",
}


def choose_task(likely: Task) -> Task:
    """What the model predicts; the form above adapts to it."""
    tasks = list(TASKS)
    chosen = st.selectbox(
        "What the model predicts", tasks, index=tasks.index(likely), format_func=TASKS.__getitem__, key="upload_task"
    )
    return Task(chosen)


def more_about_the_model(
    found: Preflight, mapping: ColumnMapping, training: Sequence[str], *, audited: bool
) -> ColumnMapping:
    """Everything that is optional; each answer lets further checks run."""
    if mapping.predicts is Task.MULTICLASS:
        mapping = replace(mapping, probabilities=_probabilities(found, mapping))
    options = possible_inputs(found.names, mapping)
    features = st.multiselect(
        "Inputs of the model (optional)",
        options,
        default=likely_inputs(found.names, mapping, training),
        key="upload_features",
        help="For reasons, leakage and proxies. Left open, the columns that the training data knows too.",
    )
    controls = st.multiselect(
        "Control features (optional)",
        options,
        key="upload_controls",
        help="Groups are compared again among people who are alike in these, such as the department applied to.",
    )
    mapping = replace(mapping, features=tuple(features), controls=tuple(controls))
    return _bias_audit(found.names, mapping, audited=audited)


def _probabilities(found: Preflight, mapping: ColumnMapping) -> tuple[str, ...]:
    classes = classes_of(found, mapping)
    if not classes:
        st.caption("Class probabilities can be declared here for up to 20 classes; for more, through the API.")
    chosen = {
        name: column(
            f"Probability of “{plain(name)}” (optional)",
            found.names,
            probability_column(found, name),
            f"probability_{name}",
            "For calibration. Either every class has a column, or none.",
        )
        for name in classes
    }
    return tuple(f"{name}={where}" for name, where in chosen.items() if where is not None)


def _bias_audit(names: Sequence[str], mapping: ColumnMapping, *, audited: bool) -> ColumnMapping:
    applies = st.checkbox(
        "A bias audit under NYC Local Law 144 applies",
        value=audited,
        key="upload_audit",
        help="For automated decisions on hiring or promotion in New York City.",
    )
    if not applies:
        return mapping
    sex, race = audit_columns(names)
    return replace(
        mapping,
        audit_sex=column(
            "Sex, for the bias audit", names, sex, "audit_sex", "The categories that the employer reports."
        ),
        audit_race=column(
            "Race or ethnicity, for the bias audit", names, race, "audit_race", "As reported, not inferred."
        ),
        audit_because=st.text_input(
            "Leave categories under 2 % out of the ratios, because (optional)",
            max_chars=1000,
            key="upload_audit_because",
            help="6 RCNY 5-301(d): the auditor may, with a justification; it is published with the numbers left out.",
        ).strip(),
    )
