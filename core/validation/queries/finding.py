"""One finding whole: its check then and now, what shows its remediation, every act, and what it is linked with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.inventory.tables import Model, ModelVersion
from core.links import Linked, RecordKind, Ref, linked
from core.validation.evidence import lifted_findings
from core.validation.findings.acting import load_finding
from core.validation.held import checks_by_key, latest_runs
from core.validation.tables import CheckResult, Finding, FindingAct, FindingEvidence, Run


@dataclass(frozen=True)
class Judgement:
    """What a run said of a check."""

    check: CheckResult
    run: str


@dataclass(frozen=True)
class FindingPage:
    """A finding with all that bears on it; `then` and `now` are of the check that raised it, where a run did.

    `lifted_by` is the policy exception that lifts it at this moment; `evidence` and `acts` come oldest first.
    """

    finding: Finding
    model: Model
    version: ModelVersion
    then: Judgement | None
    now: Judgement | None
    evidence: Sequence[FindingEvidence]
    acts: Sequence[FindingAct]
    linked: Sequence[Linked]
    lifted_by: str


def finding_page(session: Session, number: str, *, at: datetime) -> FindingPage:
    """The finding with this number; raises `NotFound`."""
    loaded = load_finding(session, number)
    finding, version = loaded.finding, loaded.version
    evidence = select(FindingEvidence).where(FindingEvidence.finding_id == finding.id).order_by(col(FindingEvidence.id))
    acts = select(FindingAct).where(FindingAct.finding_id == finding.id).order_by(col(FindingAct.id))
    return FindingPage(
        finding,
        loaded.model,
        version,
        _then(session, finding),
        _now(session, finding, version),
        session.exec(evidence).all(),
        session.exec(acts).all(),
        linked(session, Ref(RecordKind.FINDING, number)),
        lifted_findings(session, version, at=at).get(number, ""),
    )


def _then(session: Session, finding: Finding) -> Judgement | None:
    if finding.run_id is None:
        return None
    run = session.get_one(Run, finding.run_id)
    found = checks_by_key(session, {finding.version_id: run}).get(finding.version_id, {}).get(finding.check_key)
    return Judgement(found, run.number) if found else None


def _now(session: Session, finding: Finding, version: ModelVersion) -> Judgement | None:
    """In the newest finished run of the same version."""
    runs = latest_runs(session, [version])
    run = runs.get(finding.version_id)
    if run is None or not finding.check_key:
        return None
    found = checks_by_key(session, runs).get(finding.version_id, {}).get(finding.check_key)
    return Judgement(found, run.number) if found else None
