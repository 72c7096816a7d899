"""Which evidence a version rests on, and what the rules ask about its validation; of one version or of many at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.inventory.evidence import digest_of, kept_parts
from core.inventory.moves import facts_of_versions, keys_of
from core.inventory.tables import Dataset, Model, ModelVersion
from core.policy.exceptions import Standing, covers, covers_missing, standing_exceptions_of
from core.policy.rules import DatasetPart, Policy, Statement
from core.policy.service import policies_by_id
from core.validation.bias_purposes import BiasPurposes, bias_purposes, compared_groups
from core.validation.held import (
    checks_by_key,
    datasets_of,
    has_predictions,
    judged_at_hand,
    latest_runs,
    models_of,
    pending_findings,
    pending_runs,
    unanswered,
)
from core.validation.inputs import current, current_of, inputs_of_runs
from core.validation.removed import removal_in_words
from core.validation.requiring import missing_evidence, missing_statements
from core.validation.rules import EvidenceKind, FindingFacts, MissingClause, ValidationFacts
from core.validation.stress.queries import passed_at
from core.validation.stress.rules import age_in_days, missing_stress
from core.validation.tables import CheckResult, Conclusion, Evidence, Finding, Run


def current_evidence(session: Session, version: ModelVersion) -> Evidence | None:
    """The predictions at hand: the newest that were not replaced."""
    return next((row for row in current(session, version) if row.kind is EvidenceKind.PREDICTIONS), None)


def run_is_current(session: Session, version: ModelVersion, run: Run | None) -> bool:
    """Whether the run judged exactly the files at hand, as those of a model of its tier."""
    if run is None:
        return False
    key, files = version.id or 0, current_of(session, [version])
    return key in judged_at_hand(session, [version], files, {key: run}, {version.model_id: model_of(session, version)})


def latest_run(session: Session, version: ModelVersion, *, finished: bool = True) -> Run | None:
    """The newest run, or the newest finished one."""
    return latest_runs(session, [version], finished=finished, with_result=True).get(version.id or 0)


def digest_now(session: Session, model: Model, version: ModelVersion) -> str:
    """The evidence digest that the version should carry, from what is stored now, which the version keeps with it."""
    return digests_now(session, [version], {version.model_id: model})[version.id or 0]


def digests_now(session: Session, versions: Sequence[ModelVersion], models: Mapping[int, Model]) -> Mapping[int, str]:
    """As `digest_now`, by the version's row number; `models` by their own."""
    files, runs, datasets = (
        current_of(session, versions),
        latest_runs(session, versions),
        datasets_of(session, versions),
    )
    at_hand = judged_at_hand(session, versions, files, runs, models)
    inputs = inputs_of_runs(session, [runs[key] for key in at_hand])
    found: dict[int, str] = {}
    for key, version in zip(keys_of(versions), versions, strict=True):
        tables = tuple(part for row in files[key] for part in (row.table_digest, row.mapping))
        run = runs[key] if key in at_hand else None
        result, tier = (run.result_digest, inputs[run.id or 0].tier) if run else ("", 0)
        parts = [datasets[one] for one in (version.training_dataset_id, version.test_dataset_id) if one in datasets]
        version.evidence_parts = kept_parts(tables, result, tier)
        found[key] = digest_of(models[version.model_id], version, parts, tables=tables, result=result)
    return found


def latest_conclusion(session: Session, version: ModelVersion) -> Conclusion | None:
    """How the validation was last concluded."""
    return session.exec(
        select(Conclusion).where(Conclusion.version_id == version.id).order_by(col(Conclusion.id).desc()).limit(1)
    ).first()


def blocking_findings(session: Session, version: ModelVersion, *, at: datetime | None = None) -> tuple[str, ...]:
    """Numbers of findings of high or critical severity that are not verified closed and no exception lifts at `at`."""
    return blocking_findings_of(session, [version], at=at)[version.id or 0]


def blocking_findings_of(
    session: Session, versions: Sequence[ModelVersion], *, at: datetime | None = None
) -> Mapping[int, tuple[str, ...]]:
    """As `blocking_findings`, by the version's row number."""
    found = pending_findings(session, versions)
    lifted = _lifted(session, versions, at, found) if at else {}
    return {
        key: tuple(row.number for row in found.get(key, ()) if row.number not in lifted.get(key, {}))
        for key in keys_of(versions)
    }


def lifted_findings(session: Session, version: ModelVersion, *, at: datetime) -> Mapping[str, str]:
    """By number of a blocking finding, the number of the policy exception that lifts it at this moment.

    An exception lifts what a check of its clause raised, while that check's newest figure is no worse than reviewed.
    """
    return _lifted(session, [version], at).get(version.id or 0, {})


def _lifted(
    session: Session,
    versions: Sequence[ModelVersion],
    at: datetime,
    findings: Mapping[int, Sequence[Finding]] | None = None,
) -> Mapping[int, Mapping[str, str]]:
    """By version, where an exception stands; its pending `findings` are read where they are not given."""
    standing = standing_exceptions_of(session, {one.id or 0: one.model_id for one in versions}, at=at)
    excepted = [version for version in versions if standing[version.id or 0]]
    if not excepted:
        return {}
    found = pending_findings(session, excepted) if findings is None else findings
    checks = checks_by_key(session, latest_runs(session, excepted))
    return {
        key: dict(_lifting(found.get(key, ()), checks.get(key, {}), standing[key], at)) for key in keys_of(excepted)
    }


def _lifting(
    findings: Sequence[Finding], checks: Mapping[str, CheckResult], standing: Sequence[Standing], at: datetime
) -> Iterator[tuple[str, str]]:
    for finding in findings:
        check = checks.get(finding.check_key) if finding.check_key else None
        for one in standing if check else ():
            if check and covers(one, clause=check.clause, figure=check.value, at=at):
                yield finding.number, one.number


def newest_checks(session: Session, version: ModelVersion) -> Mapping[str, CheckResult]:
    """The checks of the newest finished run, by the key that their findings carry."""
    return checks_by_key(session, latest_runs(session, [version])).get(version.id or 0, {})


def finding_facts(row: Finding) -> FindingFacts:
    """A finding as the rules see it."""
    return FindingFacts(row.status, row.raised_by, row.remediated_by, row.owner, row.severity)


def stated_of(dataset: Dataset | None, *, bias_purpose: bool = True) -> frozenset[Statement]:
    """What the record of a dataset states; a purpose of bias-test data where each compared special category has one."""
    if dataset is None:
        return frozenset()
    said = {
        Statement.LICENCE: dataset.licence,
        Statement.CLASSIFICATION: dataset.classification,
        Statement.DIGEST: dataset.digest,
        Statement.SCHEMA: dataset.declared_schema,
        Statement.ROWS: dataset.rows,
        Statement.BIAS_PURPOSE: bias_purpose,
    }
    return frozenset(statement for statement, value in said.items() if value)


def model_of(session: Session, version: ModelVersion) -> Model:
    """The model of this version; raises `NotFound`."""
    model = session.get(Model, version.model_id)
    if model is None:
        raise NotFound("model", version.model_id)
    return model


def validation_facts(session: Session, version: ModelVersion, *, at: datetime | None = None) -> ValidationFacts:
    """Everything the rules of this step ask for; without a moment no policy exception lifts a finding."""
    return validation_facts_of(session, [version], at=at)[version.id or 0]


def validation_facts_of(
    session: Session, versions: Sequence[ModelVersion], *, at: datetime | None = None
) -> Mapping[int, ValidationFacts]:
    """As `validation_facts`, by the version's row number, in as many statements for all of them as for one."""
    files, runs, models = current_of(session, versions), latest_runs(session, versions), models_of(session, versions)
    current_runs = judged_at_hand(session, versions, files, runs, models)
    facts, pending = facts_of_versions(session, versions), pending_runs(session, versions)
    questions, blocking = unanswered(session, versions), blocking_findings_of(session, versions, at=at)
    missing = _missing_of(session, versions, runs, files, models, at)
    return {
        key: ValidationFacts(
            version=facts[key],
            has_evidence=has_predictions(files[key]),
            run_is_pending=key in pending,
            run_is_current=key in current_runs,
            open_questions=questions.get(key, 0),
            blocking_findings=blocking[key],
            missing_clauses=missing.get(key, ()),
            removed=tuple(removal_in_words(row) for row in files[key] if row.removed_at is not None),
        )
        for key in keys_of(versions)
    }


def missing_clauses(
    session: Session, version: ModelVersion, run: Run | None, *, at: datetime | None = None
) -> tuple[MissingClause, ...]:
    """What the policy that judged the newest run requires of evidence and datasets, and the version lacks.

    With a moment, each says which policy exception lifts it then.
    """
    if run is None:
        return ()
    key, files, models = version.id or 0, current_of(session, [version]), {version.model_id: model_of(session, version)}
    return _missing_of(session, [version], {key: run}, files, models, at).get(key, ())


def _missing_of(
    session: Session,
    versions: Sequence[ModelVersion],
    runs: Mapping[int, Run],
    files: Mapping[int, Sequence[Evidence]],
    models: Mapping[int, Model],
    at: datetime | None,
) -> Mapping[int, tuple[MissingClause, ...]]:
    policies = policies_by_id(session, {run.policy_version_id for run in runs.values()})
    datasets, passed = datasets_of(session, versions), passed_at(session, list(runs))
    purposes = bias_purposes(session, [one.policy for one in policies.values()], at=at)
    found = {
        key: (version.model_id, lacking)
        for key, version in zip(keys_of(versions), versions, strict=True)
        if key in runs
        and (
            lacking := _missing(
                policies[runs[key].policy_version_id].policy,
                models[version.model_id].tier,
                version,
                files[key],
                datasets,
                purposes,
                age_in_days(passed.get(key), at),
            )
        )
    }
    if at is None or not found:
        return {key: lacking for key, (_, lacking) in found.items()}
    standing = standing_exceptions_of(session, {key: model for key, (model, _) in found.items()}, at=at)
    return {key: tuple(_told(one, standing[key], at) for one in lacking) for key, (_, lacking) in found.items()}


def _told(missing: MissingClause, standing: Sequence[Standing], at: datetime) -> MissingClause:
    """With the exception that lifts it, or the words that one of its clause does not."""
    of_clause = [one for one in standing if one.clause == missing.clause]
    for one in of_clause:
        if covers_missing(one, clause=missing.clause, lacks=missing.lacks, at=at):
            return replace(missing, lifted_by=one.number)
    if not of_clause:
        return missing
    return replace(missing, what=f"{missing.what}, which exception {of_clause[0].number} does not cover")


def _missing(
    policy: Policy,
    tier: int,
    version: ModelVersion,
    files: Sequence[Evidence],
    datasets: Mapping[int, Dataset],
    purposes: BiasPurposes,
    stressed: float | None,
) -> tuple[MissingClause, ...]:
    parts = {DatasetPart.TRAINING: version.training_dataset_id, DatasetPart.TEST: version.test_dataset_id}
    compared = compared_groups(row.mapping for row in files)
    stated = {
        part: stated_of(datasets.get(key), bias_purpose=purposes.cover(compared, key)) for part, key in parts.items()
    }
    at_hand = {row.kind.value for row in files}
    return (
        *missing_evidence(policy, tier, at_hand),
        *missing_statements(policy, tier, stated),
        *missing_stress(policy.stress.required, tier, stressed),
    )
