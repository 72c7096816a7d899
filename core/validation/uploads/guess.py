"""Guesses what columns mean from their names and values; a person confirms or corrects it."""

import re
from collections.abc import Callable, Iterable

from core.validation.uploads.mapping import ColumnMapping
from core.validation.uploads.numbers import canonical
from core.validation.uploads.profile import NUMERIC, ColumnPreview, ColumnType
from core.validation.uploads.reading import Preflight


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LABELS = _words(
    "label label_value y_true ytrue true_label actual actual_label ground_truth target target_value outcome "
    "observed observed_label y class two_year_recid default defaulted employed"
)
PREDICTIONS = _words(
    "prediction predicted pred y_pred ypred y_hat yhat y_prediction predicted_label predicted_class "
    "prediction_label decision predicted_outcome model_decision selected recommendation"
)
SCORES = _words(
    "score y_score yscore probability predicted_probability prediction_probability proba prob y_proba y_prob "
    "pred_proba pred_prob risk_score model_score score_value confidence"
)
IDS = _words("entity_id row_id id record_id case_id applicant_id customer_id person_id uuid index")
SENSITIVE = frozenset(
    _words(
        "race ethnicity race_ethnicity ethnic_group ethnic rac1p hisp sex gender gender_identity age age_cat "
        "age_group age_band age_bucket age_range agep religion disability disabled dis nationality national_origin "
        "citizenship marital_status sexual_orientation veteran veteran_status pregnancy color colour"
    )
)
POSITIVE = ("1", "true", "yes", "y", "positive", "pos", "approved", "accepted", "admitted", "selected", "hired", "t")
MANY_VALUES = 20


def guess_mapping(preflight: Preflight) -> ColumnMapping:
    """The likeliest meaning of each column; parts that nothing points to stay empty."""
    columns = {plain_name(column.name): column for column in preflight.columns}
    label = _first(LABELS, columns, _could_be_classes)
    rest = {key: column for key, column in columns.items() if column is not label}
    prediction = _first(PREDICTIONS, rest, _could_be_classes) or _first(SCORES, rest, _has_two_values)
    scores = {key: column for key, column in rest.items() if column is not prediction}
    score = _first(SCORES, scores, _could_be_score)
    row_id = _first(IDS, scores, lambda column: _could_be_id(column, preflight.rows))
    taken = {column.name for column in (label, prediction, score, row_id) if column}
    return ColumnMapping(
        label=label.name if label else None,
        prediction=prediction.name if prediction else None,
        score=score.name if score else None,
        positive_label=_positive(label or prediction),
        sensitive=tuple(c.name for key, c in columns.items() if key in SENSITIVE and c.name not in taken),
        row_id=row_id.name if row_id else None,
        score_is_probability=score is not None and _looks_like_probability(score),
    )


def plain_name(name: str) -> str:
    """`predictedProbability`, `Predicted-Probability` and `predicted probability` are one name."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^a-z0-9]+", "_", spaced.casefold()).strip("_")


def _first(
    names: Iterable[str], columns: dict[str, ColumnPreview], fits: Callable[[ColumnPreview], bool]
) -> ColumnPreview | None:
    return next((columns[name] for name in names if name in columns and fits(columns[name])), None)


def _could_be_classes(column: ColumnPreview) -> bool:
    return 0 < column.distinct <= MANY_VALUES


def _has_two_values(column: ColumnPreview) -> bool:
    return column.distinct == 2 and column.missing == 0


def _could_be_score(column: ColumnPreview) -> bool:
    return column.inferred_type in NUMERIC and column.missing == 0


def _could_be_id(column: ColumnPreview, rows: int) -> bool:
    return (
        column.missing == 0 and column.distinct >= min(rows, 1_000) and column.inferred_type is not ColumnType.DECIMAL
    )


def _looks_like_probability(score: ColumnPreview) -> bool:
    return all(0 <= float(example) <= 1 for example in score.examples)


def _positive(column: ColumnPreview | None) -> str:
    if column is None:
        return ""
    spelled = {canonical(text).casefold(): text for text in reversed(column.examples)}
    return next((spelled[word] for word in POSITIVE if word in spelled), "")
