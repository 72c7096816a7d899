"""What rests on files of validations: versions with their decisions, runs under way, and open findings."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from sqlalchemy.orm import defer
from sqlmodel import Session, col, func, select

from core.inventory.deployments.rules import PRODUCTION, Ending
from core.inventory.deployments.tables import Deployment
from core.inventory.rules import Stage
from core.inventory.tables import Model, ModelVersion
from core.policy.rules.words import Phase
from core.privacy.retention.rules import Hold, OpenFinding, Resting, evidence_holds
from core.validation.held import latest_runs
from core.validation.inputs import inputs_of_runs
from core.validation.rules import PENDING, FindingStatus
from core.validation.tables import Conclusion, Evidence, Finding, Run


@dataclass
class _Run:
    """A run that something rests on, with the numbers of the files that it used."""

    number: str
    version_id: int
    pending: bool
    files: frozenset[str]


@dataclass(frozen=True)
class InUse:
    """What rests on the files of some models, to be asked file by file."""

    versions: Mapping[int, ModelVersion]
    names: Mapping[int, str]  # of versions, by row number: “M0001 1.2.0”
    fall_back: frozenset[int]
    standing: Mapping[str, Sequence[_Run]] = field(default_factory=dict)  # by file: what decisions rest on
    findings: Mapping[str, Sequence[OpenFinding]] = field(default_factory=dict)

    def holds(self, number: str, version_id: int, *, at_hand: bool) -> tuple[Hold, ...]:
        """What keeps the file of this number, which was handed in for this version."""
        runs = defaultdict[int, list[_Run]](list)
        for run in self.standing.get(number, ()):
            runs[run.version_id].append(run)
        return evidence_holds(
            (
                self._resting(key, runs.get(key, ()), key == version_id and at_hand)
                for key in sorted({version_id, *runs})
                if key in self.versions
            ),
            self.findings.get(number, ()),
        )

    def _resting(self, key: int, runs: Sequence[_Run], at_hand: bool) -> Resting:
        ended = tuple(run.number for run in runs if not run.pending)
        pending = tuple(run.number for run in runs if run.pending)
        return Resting(self.names[key], self.versions[key].stage, key in self.fall_back, at_hand, ended, pending)


def in_use(session: Session, models: Collection[int]) -> InUse:
    """What rests on files of these models, which are given by row number."""
    versions = _versions(session, models)
    if not versions:
        return InUse({}, {}, frozenset())
    numbers = dict(session.exec(select(Model.id, Model.number).where(col(Model.id).in_(models))).all())
    newest = latest_runs(session, list(versions.values()))
    open_findings = session.exec(
        select(Finding.number, Finding.version_id, Finding.run_id)
        .where(col(Finding.version_id).in_(versions), Finding.status != FindingStatus.VERIFIED_CLOSED)
        .order_by(col(Finding.id))
    ).all()
    found_in = {run for _, _, run in open_findings if run is not None}
    concluded = _concluded(session, versions)
    runs = _with_files(session, _runs(session, versions, concluded | found_in), newest)
    decided = concluded | {run.id or 0 for run in newest.values()}
    standing = defaultdict[str, list[_Run]](list)
    for key, run in runs.items():
        if key in decided or run.pending:
            for number in run.files:
                standing[number].append(run)
    findings = defaultdict[str, list[OpenFinding]](list)
    for number, version, run_id in open_findings:
        key = run_id or (newest[version].id if version in newest else 0) or 0  # by hand: on the newest figures
        for file in runs[key].files if key in runs else ():
            findings[file].append(OpenFinding(number, runs[key].number))
    names = {key: f"{numbers[row.model_id]} {row.version}" for key, row in versions.items()}
    return InUse(versions, names, _fall_back(session, versions), standing, findings)


def _versions(session: Session, models: Collection[int]) -> dict[int, ModelVersion]:
    rows = session.exec(select(ModelVersion).where(col(ModelVersion.model_id).in_(models)))
    return {row.id or 0: row for row in rows}


def _concluded(session: Session, versions: Iterable[int]) -> frozenset[int]:
    """The runs that the last conclusion on each version rests on."""
    last = select(func.max(col(Conclusion.id))).where(col(Conclusion.version_id).in_(list(versions)))
    query = select(Conclusion.run_id).where(col(Conclusion.id).in_(last.group_by(col(Conclusion.version_id))))
    return frozenset(session.exec(query))


def _runs(session: Session, versions: Iterable[int], further: Collection[int]) -> Iterator[Run]:
    unread = defer(Run.result)  # type: ignore[arg-type]
    pending = col(Run.version_id).in_(list(versions)) & col(Run.status).in_(PENDING)
    yield from session.exec(select(Run).where(pending | col(Run.id).in_(further)).options(unread))


def _with_files(session: Session, runs: Iterable[Run], newest: Mapping[int, Run]) -> Mapping[int, _Run]:
    rows = {run.id or 0: run for run in chain(runs, newest.values())}
    inputs = inputs_of_runs(session, list(rows.values()))
    first = {row.evidence_id for row in rows.values()}
    named = dict(session.exec(select(Evidence.id, Evidence.number).where(col(Evidence.id).in_(first))).all())
    return {
        key: _Run(
            run.number,
            run.version_id,
            run.status in PENDING,
            frozenset(
                (*(one.evidence for one in (*inputs[key].evidence, *inputs[key].approved)), named[run.evidence_id])
            ),
        )
        for key, run in rows.items()
    }


def _fall_back(session: Session, versions: Mapping[int, ModelVersion]) -> frozenset[int]:
    """Of each model, the superseded version that stood in production last."""
    query = (
        select(Deployment.model_id, Deployment.version_id)
        .where(
            col(Deployment.version_id).in_([key for key, row in versions.items() if row.stage is Stage.SUPERSEDED]),
            Deployment.environment == PRODUCTION,
            Deployment.phase == Phase.FULL,
            Deployment.ended_as == Ending.SUPERSEDED,
        )
        .order_by(col(Deployment.until), col(Deployment.id))
    )
    return frozenset(dict(session.exec(query).all()).values())
