"""The form that says what each column of a file means; guessed from names and values, confirmed by the person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.components import plain, section
from app.composition import Workplace
from app.views.upload import AtHand
from app.views.upload_more import choose_task, more_about_the_model
from app.views.upload_widgets import column, one_of
from core.access.personal_data import Level
from core.inventory.tables import Model
from core.policy.rules import Task
from core.validation.guessing import classes_of, columns_of, guess_for, likely_task
from core.validation.inspecting import Inspection
from core.validation.intake import OUTCOMES
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping, ColumnPreview, Preflight

BIAS_AUDIT = "nyc-ll144"
FEW = 4
GROUPS = "Sensitive attributes, by which groups are compared"


@dataclass(frozen=True)
class Beside:
    """Known apart from the file: the predictions' columns, those of the training data, whether a bias audit applies."""

    predictions: ColumnMapping | None
    training: tuple[str, ...]
    is_audited: bool


def known_beside(place: Workplace, model: Model, held: AtHand) -> Beside:
    """Read it from what is at hand and the model's record."""
    training = held.of(EvidenceKind.TRAINING)
    with place.files.opened() as path:
        columns = columns_of(path(training.table_digest)) if training and training.removed_at is None else ()
    return Beside(held.predictions, columns, BIAS_AUDIT in model.packs.split())


def form_places(kind: EvidenceKind) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Where the form and the act stand: side by side, or below each other where there is nothing to ask."""
    if kind is EvidenceKind.SCENARIOS:
        return st.container(), st.container()
    left, right = st.columns(2, gap="large")
    return left, right


def declare_meaning(inspected: Inspection, kind: EvidenceKind, beside: Beside) -> ColumnMapping:
    """What each column means, as far as files of this kind need it."""
    found, guess = inspected.preflight, inspected.mapping
    if kind is EvidenceKind.SCENARIOS:
        return guess
    section("What the columns mean")
    if found is None:
        return _of_data(inspected, guess, kind)
    if kind is EvidenceKind.PREDICTIONS:
        return _of_predictions(found, guess, beside)
    if kind in OUTCOMES:
        return _of_other_answers(found, guess, kind, beside)
    return _of_data(inspected, guess, kind)


def _of_predictions(found: Preflight, guess: ColumnMapping, beside: Beside) -> ColumnMapping:
    likely = likely_task(found, guess)
    fields = st.container()
    more = st.expander("More about the model", expanded=likely is not Task.BINARY)
    with more:
        task = choose_task(likely)
    with fields:
        mapping = _outcome(found, guess_for(found, guess, task), EvidenceKind.PREDICTIONS, task)
    with more:
        return more_about_the_model(found, mapping, beside.training, audited=beside.is_audited)


def _of_other_answers(found: Preflight, guess: ColumnMapping, kind: EvidenceKind, beside: Beside) -> ColumnMapping:
    """Answers beside the predictions: of the same task, so that is asked only while none are at hand."""
    task = beside.predictions.predicts if beside.predictions else choose_task(likely_task(found, guess))
    fitting = guess if beside.predictions else guess_for(found, guess, task)
    return _outcome(found, replace(fitting, task=_stored(task)), kind, task)


def _of_data(inspected: Inspection, guess: ColumnMapping, kind: EvidenceKind) -> ColumnMapping:
    """Data without answers: nothing but attributes that may stay in, and for attributions whose row it is."""
    names = list(inspected.names)
    row_id = guess.row_id
    if kind is EvidenceKind.ATTRIBUTIONS:
        row_id = column("Row number (optional)", names, guess.row_id, "row_id", "As in the predictions.")
    stopped = [one.column for one in inspected.scan.at_level(Level.BLOCK)]
    if kind is not EvidenceKind.ATTRIBUTIONS and not stopped:
        st.markdown("Nothing has to be said: columns are matched with those of the predictions by name.")
    kept = _sensitive(names, guess, "Sensitive attributes, which may stay in the file")
    return replace(guess, row_id=row_id, sensitive=kept)


def _outcome(found: Preflight, guess: ColumnMapping, kind: EvidenceKind, task: Task) -> ColumnMapping:
    """Label, prediction, score, and how the classes are meant, as far as the task has them."""
    names, label, score = list(found.names), None, None
    if kind is not EvidenceKind.PERTURBED:
        why = "Without it errors cannot be counted."
        label = column("Label, what really happened", names, guess.label, _key("label", task), why)
    said = "Prediction, as a number" if task is Task.REGRESSION else "Prediction, as a class"
    prediction = column(said, names, guess.prediction, _key("prediction", task), "What the model decided.")
    if task is Task.BINARY:
        score = column("Score (optional)", names, guess.score, "score", "For the ROC curve and calibration.")
    mapping = replace(guess, label=label, prediction=prediction, score=score, task=_stored(task))
    mapping = replace(mapping, score_is_probability=score is not None and guess.score_is_probability)
    if task is not Task.REGRESSION:
        mapping = _classes(found, mapping, kind, task)
    mapping = replace(mapping, sensitive=_sensitive(names, guess))
    if task is Task.BINARY and kind is EvidenceKind.PREDICTIONS:
        mapping = replace(mapping, score_is_probability=_is_probability(guess, score))
    needed = kind is EvidenceKind.PERTURBED
    row_id = column(
        "Row number" if needed else "Row number (optional)",
        names,
        guess.row_id,
        "row_id",
        "As in the predictions." if needed else "Must not repeat.",
    )
    scenario = guess.scenario
    if needed:
        scenario = column("Scenario", names, guess.scenario, "scenario", "Names what was disturbed in a row.")
    return replace(mapping, row_id=row_id, scenario=scenario)


def _classes(found: Preflight, mapping: ColumnMapping, kind: EvidenceKind, task: Task) -> ColumnMapping:
    """Which class figures speak of, and which is good for the person; among several classes that may stay open."""
    labels = _labels_of(found, mapping.label or mapping.prediction)
    if task is Task.MULTICLASS:
        labels = list(classes_of(found, mapping))
        why = "The class whose selection is compared between groups; without it, fairness is not computed."
        positive = one_of("Positive label (optional)", labels, mapping.positive_label, _key("positive", task), why)
    else:
        why = "The class that figures speak of."
        positive = _choice("Positive label", labels, mapping.positive_label, "positive", why)
    mapping = replace(mapping, positive_label=positive)
    if kind is not EvidenceKind.PREDICTIONS or (task is Task.MULTICLASS and not positive):
        return replace(mapping, favourable_label="", favourable_words="")
    favourable = _choice(
        "Favourable outcome for the person",
        labels,
        mapping.favourable_label or positive,
        _key("favourable", task),
        "Selection rates and impact ratios count it. In COMPAS it is the other one: not being flagged.",
    )
    words = st.text_input(
        "The favourable outcome in words (optional)",
        value=mapping.favourable_words,
        key="upload_words",
        max_chars=60,
        placeholder="cleared for release",
        help="Reports then say: of 100 people, 41 are cleared for release.",
    )
    favourable = "" if favourable == positive else favourable
    return replace(mapping, favourable_label=favourable, favourable_words=words.strip())


def _sensitive(names: Sequence[str], guess: ColumnMapping, said: str = GROUPS) -> tuple[str, ...]:
    chosen = st.multiselect(
        said,
        names,
        default=[name for name in guess.sensitive if name in names],
        key="upload_sensitive",
    )
    return tuple(chosen)


def _is_probability(guess: ColumnMapping, score: str | None) -> bool:
    said = st.checkbox(
        "The score is a probability", value=guess.score_is_probability, key="upload_probability", disabled=score is None
    )
    return said and score is not None


def _stored(task: Task) -> str:
    """As mappings keep it: nothing for one of two classes, which is what is meant where nothing is said."""
    return "" if task is Task.BINARY else task.value


def _key(name: str, task: Task) -> str:
    """Another task guesses anew, so its fields are fields of their own."""
    return name if task is Task.BINARY else f"{name}_{task.value}"


def _labels_of(found: Preflight, named: str | None) -> list[str]:
    preview: ColumnPreview | None = next((one for one in found.columns if one.name == named), None)
    return list(preview.examples) if preview else []


def _choice(label: str, options: Sequence[str], guess: str, key: str, why: str) -> str:
    if not options:
        return st.text_input(label, value=guess, key=f"upload_{key}", help=why)
    index = options.index(guess) if guess in options else 0
    if len(options) <= FEW:  # in a list, text that was typed and not chosen is lost at the click that hands it in
        return (
            st.radio(label, options, index=index, key=f"upload_{key}", help=why, format_func=plain, horizontal=True)
            or ""
        )
    return st.selectbox(label, options, index=index, key=f"upload_{key}", help=why) or ""
