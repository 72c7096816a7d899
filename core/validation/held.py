"""What is stored about the validation of versions, by the version's row number: one statement for all that are asked.

A list of a hundred versions is told in as many statements as one; `core.validation.evidence` has the single reads.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from core.inventory.moves import keys_of
from core.inventory.tables import Dataset, Model, ModelVersion
from core.store.rows import rows_by_id
from core.validation.inputs import given, inputs_of_runs
from core.validation.rules import BLOCKING, PENDING, EvidenceKind, FindingStatus, RunStatus
from core.validation.tables import CheckResult, Evidence, Finding, Question, Run


def latest_runs(
    session: Session, versions: Sequence[ModelVersion], *, finished: bool = True, with_result: bool = False
) -> Mapping[int, Run]:
    """The newest run of each version, or the newest finished one; the text of its result only where it is asked for."""
    newest = select(func.max(col(Run.id))).where(col(Run.version_id).in_(keys_of(versions)))
    newest = newest.where(Run.status == RunStatus.FINISHED) if finished else newest
    query = select(Run).where(col(Run.id).in_(newest.group_by(col(Run.version_id))))
    rows = session.exec(query if with_result else query.options(defer(Run.result)))  # type: ignore[arg-type]
    return {run.version_id: run for run in rows}


def pending_runs(session: Session, versions: Sequence[ModelVersion]) -> frozenset[int]:
    """The versions of which a validation waits or is under way."""
    query = select(Run.version_id).where(col(Run.version_id).in_(keys_of(versions)), col(Run.status).in_(PENDING))
    return frozenset(session.exec(query.distinct()))


def judged_at_hand(
    session: Session,
    versions: Sequence[ModelVersion],
    files: Mapping[int, tuple[Evidence, ...]],
    runs: Mapping[int, Run],
    models: Mapping[int, Model],
) -> frozenset[int]:
    """The versions whose run judged exactly the files at hand, as those of a model of its tier."""
    inputs = inputs_of_runs(session, list(runs.values()))
    found = set()
    for key, version in zip(keys_of(versions), versions, strict=True):
        run, rows = runs.get(key), files[key]
        if run is None or not has_predictions(rows):
            continue
        judged = inputs[run.id or 0]
        if judged.evidence == given(rows) and judged.tier in (0, models[version.model_id].tier):
            found.add(key)
    return frozenset(found)


def has_predictions(files: Sequence[Evidence]) -> bool:
    """Whether predictions are among the files at hand."""
    return any(row.kind is EvidenceKind.PREDICTIONS for row in files)


def unanswered(session: Session, versions: Sequence[ModelVersion]) -> Mapping[int, int]:
    """How many questions wait for an answer, where any do."""
    query = select(Question.version_id, func.count()).where(
        col(Question.version_id).in_(keys_of(versions)), col(Question.answered_at).is_(None)
    )
    return dict(session.exec(query.group_by(col(Question.version_id))).all())


def pending_findings(session: Session, versions: Sequence[ModelVersion]) -> Mapping[int, Sequence[Finding]]:
    """Findings of high or critical severity that are not verified closed, in the order in which they were raised."""
    rows = session.exec(
        select(Finding)
        .where(
            col(Finding.version_id).in_(keys_of(versions)),
            col(Finding.severity).in_(BLOCKING),
            Finding.status != FindingStatus.VERIFIED_CLOSED,
        )
        .order_by(col(Finding.id))
    )
    found = defaultdict[int, list[Finding]](list)
    for row in rows:
        found[row.version_id].append(row)
    return found


def checks_by_key(session: Session, runs: Mapping[int, Run]) -> Mapping[int, Mapping[str, CheckResult]]:
    """The checks of the runs that are given by version, each by the key that its finding carries."""
    version_of = {run.id or 0: version for version, run in runs.items()}
    rows = session.exec(select(CheckResult).where(col(CheckResult.run_id).in_(version_of))).all() if runs else ()
    found: dict[int, dict[str, CheckResult]] = {version: {} for version in runs}
    for row in rows:
        found[version_of[row.run_id]][f"{row.metric} {row.subject}".strip()[:500]] = row
    return found


def models_of(session: Session, versions: Sequence[ModelVersion]) -> Mapping[int, Model]:
    """The models of these versions, by the model's row number."""
    return rows_by_id(session, Model, {version.model_id for version in versions})


def datasets_of(session: Session, versions: Sequence[ModelVersion]) -> Mapping[int, Dataset]:
    """The datasets that these versions were trained and tested on, by the dataset's row number."""
    wanted = {key for version in versions for key in (version.training_dataset_id, version.test_dataset_id)}
    return rows_by_id(session, Dataset, wanted)
