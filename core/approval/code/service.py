"""Takes in what is said of the code behind versions: by a pipeline with its token, or by a forge with its signature."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.approval.code.rules import Source
from core.approval.code.storing import store_report
from core.approval.code.tables import VersionCode
from core.approval.code.values import CodeReport, check_report
from core.approval.facts import key_of
from core.approval.hooks.tables import CodeHook, Forge
from core.approval.rollout.texts import refuse
from core.errors import Refusal
from core.inventory.moves import load_version
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store

REPORT, HEAR = "report the code behind a version", "hear of code"
SOURCES = {Forge.GITHUB: Source.GITHUB, Forge.GITLAB: Source.GITLAB}


@dataclass(frozen=True)
class Reported:
    """Of which version a commit is now on record, and the ledger entry that says so."""

    model: str
    version: str
    entry: int


def report_code(
    store: Store, ledger: Ledger, *, model: str, version: str, report: CodeReport, actor: Actor, at: datetime
) -> Reported:
    """Put the commit behind a version on record, with its pull request, reviews and results as the pipeline has them.

    A later report for the same repository replaces it; whatever the forge itself told us is not overruled.
    """
    check_report(report, with_commit=True)
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, REPORT, entity=entity, actor=actor, at=at) as tx:
        _, row = load_version(tx.session, model, version)
        refuse(permission_refusals(actor, Permission.CODE_REPORT))
        store_report(tx, report, Source.PIPELINE, at=at)
        tx.session.add(
            VersionCode(
                version_id=key_of(row),
                repository=report.repository,
                revision=report.revision,
                number=report.change.number if report.change else None,
                told_by=actor.acting_as,
                told_at=at,
            )
        )
        entry = ledger.record(tx, Event.CODE_REPORTED, entity=entity, actor=actor, at=at, payload=_said(report))
        return Reported(model, version, entry.index)


def hear(store: Store, ledger: Ledger, *, hook: str, report: CodeReport, at: datetime) -> int:
    """Take in what a forge told under a signature that held; it speaks of its own repository alone. Its entry."""
    check_report(report, with_commit=False)
    actor = Actor(hook)
    with deciding(store, ledger, HEAR, entity=Entity("webhook", hook), actor=actor, at=at) as tx:
        row = tx.session.exec(select(CodeHook).where(CodeHook.number == hook).with_for_update()).one()
        refuse(heard_refusals(row, report))
        row.heard_at = at
        tx.session.add(row)
        store_report(tx, report, SOURCES[row.forge], at=at)
        entity = Entity("webhook", hook)
        return ledger.record(tx, Event.CODE_REPORTED, entity=entity, actor=actor, at=at, payload=_said(report)).index


def heard_refusals(hook: CodeHook, report: CodeReport) -> tuple[Refusal, ...]:
    """Why an event is not taken in: the sender is closed, or speaks of another repository."""
    reasons = []
    if hook.closed_at is not None:
        reasons.append(Refusal("webhook-closed", f"{hook.number} is closed", "webhooks", "Add it anew."))
    if report.repository.casefold() != hook.repository.casefold():
        said = f"{hook.number} speaks of {hook.repository}, not of {report.repository}"
        reasons.append(Refusal("webhook-repository", said, "webhooks", "Add a webhook for that repository."))
    return tuple(reasons)


def _said(report: CodeReport) -> dict[str, str | int]:
    """What goes on record: no names of reviewers, whom the forge knows by names that are not ours."""
    return {
        "repository": report.repository,
        "revision": report.revision,
        "pull_request": report.change.number if report.change else 0,
        "reviews": len(report.reviews),
        "checks": len(report.checks),
    }
