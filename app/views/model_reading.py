"""Everything that the page of a version shows, read once in one session, with the reasons against each step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.access.queries import names
from core.access.rules import SYSTEM, Actor
from core.approval.queries import (
    ChangeFilter,
    ChangeRow,
    ExceptionRow,
    changes,
    standing_against_request,
    standing_for,
)
from core.approval.rules import ASIDE, OPEN
from core.errors import Refusal
from core.inventory.queries import ModelPage, model_page
from core.inventory.rules import Action, Stage
from core.inventory.service import register_version_refusals
from core.inventory.tables import Model, ModelVersion
from core.policy.rules import Policy
from core.policy.service import PublishedPolicy, policy_by_id, policy_in_force
from core.validation.evidence import validation_facts
from core.validation.queries import VersionEvidence, version_evidence
from core.validation.rules import PENDING, EvidenceKind, refusals
from core.validation.tables import Run

STEPS = (
    Action.UPLOAD_EVIDENCE,
    Action.START_VALIDATION,
    Action.ASK,
    Action.ANSWER,
    Action.RAISE_FINDING,
    Action.CONCLUDE_VALIDATED,
    Action.CONCLUDE_NOT_VALIDATED,
)
MOST_CHANGES = 50


def person_name(person: str | None, known: Mapping[str, str]) -> str:
    """The name of a person, of Countersign itself where it acted, or the number where no name is known."""
    return "Countersign" if person == SYSTEM.id else known.get(person or "", person or "")


@dataclass(frozen=True)
class Reading:
    """One version as one reader sees it; `policy` judged its newest finished run, or is the one in force."""

    page: ModelPage
    version: ModelVersion
    held: VersionEvidence
    changes: tuple[ChangeRow, ...]
    policy: PublishedPolicy
    known: Mapping[str, str]
    refusals: Mapping[Action, tuple[Refusal, ...]]
    against_new_version: tuple[Refusal, ...]
    in_force: Policy
    exceptions: tuple[ExceptionRow, ...]  # that stand for this version
    policy_in_force: int
    judged_at_hand: bool

    @property
    def model(self) -> Model:
        return self.page.model

    @property
    def pending_run(self) -> Run | None:
        """The validation that is under way."""
        return next((run for run in self.held.runs if run.status in PENDING), None)

    @property
    def run_is_current(self) -> bool:
        """Whether the newest finished validation judged exactly the files at hand."""
        return self.judged_at_hand

    @property
    def is_judged(self) -> bool:
        """Whether a validation under the policy in force judged the predictions at hand already."""
        run = self.held.latest_run
        return run is not None and self.run_is_current and run.policy_version_id == self.policy_in_force

    @property
    def at_hand(self) -> int | None:
        """The row of the predictions that stand."""
        standing = (one for one in self.held.evidence if one.replaced_at is None)
        return next((one.id for one in standing if one.kind is EvidenceKind.PREDICTIONS), None)

    @property
    def open_change(self) -> ChangeRow | None:
        """The request to bring it into use that is still to be decided."""
        return next((row for row in self.into_use if row.status in OPEN), None)

    @property
    def into_use(self) -> tuple[ChangeRow, ...]:
        """The requests that move this version along its life cycle, newest first."""
        return tuple(row for row in self.changes if row.kind not in ASIDE)

    @property
    def next_step(self) -> Action | None:
        """What moves this version on; None where that lies in its change, or nothing does."""
        stage = self.version.stage
        if stage is Stage.VALIDATED:
            return None if self.open_change else Action.REQUEST_CHANGE
        if stage is Stage.NOT_VALIDATED:
            return Action.UPLOAD_EVIDENCE
        if stage not in (Stage.DRAFT, Stage.IN_VALIDATION):
            return None
        waits = self.at_hand is not None and not self.run_is_current
        return Action.START_VALIDATION if waits else Action.UPLOAD_EVIDENCE

    def name_of(self, person: str | None) -> str:
        """The person's name, or their number where no name is known."""
        return person_name(person, self.known)


def read_version(session: Session, page: ModelPage, version: ModelVersion, actor: Actor, at: datetime) -> Reading:
    """Read what belongs to this version of the page's model, for this reader."""
    held = version_evidence(session, version.id or 0)
    facts = validation_facts(session, version, at=at)
    number = page.model.number
    found = changes(session, ChangeFilter(model=number), limit=MOST_CHANGES, offset=0).rows
    against = {action: refusals(facts, action, actor) for action in STEPS}
    against[Action.REQUEST_CHANGE] = standing_against_request(session, number, version.version, actor)
    run, in_force = held.latest_run, policy_in_force(session, at=at)
    return Reading(
        page=page,
        version=version,
        held=held,
        changes=tuple(sorted((row for row in found if row.version == version.version), key=_newest, reverse=True)),
        policy=policy_by_id(session, run.policy_version_id) if run else in_force,
        known=names(session),
        refusals=against,
        against_new_version=register_version_refusals(actor),
        in_force=in_force.policy,
        exceptions=standing_for(session, page.model, version, at=at),
        policy_in_force=in_force.id,
        judged_at_hand=facts.run_is_current,
    )


def in_production(session: Session, page: ModelPage) -> ModelPage | None:
    """The version that serves now, where it is not the one on the page."""
    if page.production is None or (page.version and page.version.version == page.production):
        return None
    return model_page(session, page.model.number, page.production)


def _newest(row: ChangeRow) -> datetime:
    return row.requested_at
