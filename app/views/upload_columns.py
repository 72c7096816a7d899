"""The form that says what each column of a file means; guessed from names and values, confirmed by the person."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from app.components import section
from core.validation.intake import Inspection
from core.validation.uploads import ColumnMapping, ColumnPreview

NONE = "none"


def declare_meaning(found: Inspection) -> ColumnMapping:
    """What each column means; guessed from names and values, confirmed here."""
    section("What the columns mean")
    guess, names = found.mapping, list(found.preflight.names)
    label = _column("Label, what really happened", names, guess.label, "label", "Without it errors cannot be counted.")
    prediction = _column("Prediction, as a class", names, guess.prediction, "prediction", "What the model decided.")
    score = _column("Score (optional)", names, guess.score, "score", "For the ROC curve and calibration.")
    labels = _labels_of(found, label or prediction)
    positive = _choice("Positive label", labels, guess.positive_label, "positive", "The class that figures speak of.")
    favourable = _choice(
        "Favourable outcome for the person",
        labels,
        guess.favourable_label or positive,
        "favourable",
        "Selection rates and impact ratios count it. In COMPAS it is the other one: not being flagged.",
    )
    words = st.text_input(
        "The favourable outcome in words (optional)",
        value=guess.favourable_words,
        key="upload_words",
        max_chars=60,
        placeholder="cleared for release",
        help="Reports then say: of 100 people, 41 are cleared for release.",
    )
    sensitive = st.multiselect(
        "Sensitive attributes, by which groups are compared",
        names,
        default=[name for name in guess.sensitive if name in names],
        key="upload_sensitive",
    )
    probability = st.checkbox(
        "The score is a probability", value=guess.score_is_probability, key="upload_probability", disabled=score is None
    )
    row_id = _column("Row number (optional)", names, guess.row_id, "row_id", "Must not repeat.")
    return replace(
        guess,
        label=label,
        prediction=prediction,
        score=score,
        positive_label=positive,
        favourable_label="" if favourable == positive else favourable,
        favourable_words=words.strip(),
        sensitive=tuple(sensitive),
        row_id=row_id,
        score_is_probability=probability and score is not None,
    )


def _column(label: str, names: Sequence[str], guess: str | None, key: str, why: str) -> str | None:
    options = [NONE, *names]
    index = options.index(guess) if guess in options else 0
    chosen = st.selectbox(label, options, index=index, key=f"upload_{key}", help=why)
    return None if chosen == NONE else chosen


def _labels_of(found: Inspection, column: str | None) -> list[str]:
    preview: ColumnPreview | None = next((one for one in found.preflight.columns if one.name == column), None)
    return list(preview.examples) if preview else []


def _choice(label: str, options: Sequence[str], guess: str, key: str, why: str) -> str:
    if not options:
        return st.text_input(label, value=guess, key=f"upload_{key}", help=why)
    index = options.index(guess) if guess in options else 0
    return st.selectbox(label, options, index=index, key=f"upload_{key}", help=why) or ""
