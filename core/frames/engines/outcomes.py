"""Labels, predictions and scores of any engine, as the counts that fairness and performance are computed from."""

from collections.abc import Sequence
from pathlib import Path

from core.errors import Problem, Unreadable
from core.frames import cells as in_files
from core.frames import scores as scores_in_files
from core.frames.engines.evidence import file_of, free_name, repeated
from core.frames.engines.opening import Source, opened
from core.frames.engines.protocol import Engine
from core.metrics.cells import Cells
from core.metrics.scores import ScoreSums

BETWEEN_FLAGS = 0.5


def cells(
    source: Source,
    *,
    label: str | None,
    prediction: str,
    positive: str,
    attributes: Sequence[str] = (),
    cut: float | None = None,
) -> Cells:
    """Count rows by label, prediction and sensitive values where they are; see `core.frames.cells.cells`.

    Labels, missing values and refusals are those of a file, but for the line, which rows of a table do not have.
    """
    if isinstance(source, Path | str):
        return in_files.cells(
            source, label=label, prediction=prediction, positive=positive, attributes=attributes, cut=cut
        )
    keys = [*([label] if label else []), *([prediction] if cut is None else []), *attributes]
    count, most = free_name([*keys, prediction]), in_files.MOST_CELLS + 1
    with opened(source) as engine:
        if cut is None:
            batches = engine.counted(_once(keys), name=count, most=most)
        else:
            _refuse_non_numbers(engine, prediction)
            batches = engine.flagged(_once(keys), score=prediction, cut=float(cut), name=count, most=most)
        with file_of(batches) as path:
            return in_files.cells(
                path,
                label=label,
                prediction=prediction,
                positive=positive,
                attributes=attributes,
                cut=None if cut is None else BETWEEN_FLAGS,
                count=count,
            )


def score_sums(source: Source, *, label: str, score: str, positive: str) -> ScoreSums:
    """Rank the scores of a table against its labels; see `core.frames.scores.score_sums`.

    What leaves the engine is each distinct score with its label and how many rows have both: exact, ties included.
    """
    if isinstance(source, Path | str):
        return scores_in_files.score_sums(source, label=label, score=score, positive=positive)
    with opened(source) as engine:
        _refuse_non_numbers(engine, score)
        columns = _once([label, score])
        with file_of(repeated(engine.counted(columns, name=free_name(columns)))) as path:
            return scores_in_files.score_sums(path, label=label, score=score, positive=positive)


def _once(columns: Sequence[str]) -> list[str]:
    """Each column once: one may be label and attribute at a time."""
    return list(dict.fromkeys(columns))


def _refuse_non_numbers(engine: Engine, column: str) -> None:
    """As for a file: every score has to be a finite number."""
    counts = engine.counts(column)
    bad = counts.rows - (counts.numbers or 0) + counts.infinite
    if bad:
        raise Unreadable([Problem("a score is no finite number", column=column, found=f"{bad} such rows")])
