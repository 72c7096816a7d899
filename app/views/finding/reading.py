"""Everything that the page of a finding shows, read once in one session, with the reasons against each act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from core.access.grants import actor_of
from core.access.queries import names, people_with_role
from core.access.rules import Actor, Permission, Role
from core.errors import Refusal
from core.inventory.rules import Action
from core.register.offered import Offered, offered
from core.validation.evidence import finding_facts, validation_facts
from core.validation.finding_rules import extend_refusals, link_refusals, reassign_refusals
from core.validation.queries.finding import FindingPage, finding_page
from core.validation.rules import finding_refusals


class Step(StrEnum):
    """What can be done on this page."""

    REMEDIATE = "remediate"
    CLOSE = "verify"
    REASSIGN = "hand on"
    EXTEND = "give more time"
    LINK = "link"


@dataclass(frozen=True)
class Reading:
    """A finding as one reader sees it; `owners` are the people it can be handed to."""

    page: FindingPage
    known: Mapping[str, str]
    against: Mapping[Step, tuple[Refusal, ...]]
    offered: Sequence[Offered]
    owners: Sequence[str]

    @property
    def number(self) -> str:
        return self.page.finding.number


def read_finding(session: Session, number: str, actor: Actor, at: datetime) -> Reading:
    """The finding with this number, and what stands against each act of this person; raises `NotFound`."""
    page = finding_page(session, number, at=at)
    facts, stands = finding_facts(page.finding), validation_facts(session, page.version)
    against = {
        Step.REMEDIATE: finding_refusals(stands, facts, Action.REMEDIATE_FINDING, actor),
        Step.CLOSE: finding_refusals(stands, facts, Action.CLOSE_FINDING, actor),
        Step.REASSIGN: reassign_refusals(facts, actor, model_owner=page.model.owner),
        Step.EXTEND: extend_refusals(facts, actor),
        Step.LINK: link_refusals(actor),
    }
    shown = () if against[Step.REMEDIATE] else offered(session, page.model)
    owners = () if against[Step.REASSIGN] else _owners(session, page.finding.owner, at)
    return Reading(page, names(session), against, shown, owners)


def _owners(session: Session, owner: str, at: datetime) -> Sequence[str]:
    """Everybody who can remediate, but for who owns it."""
    found = {*people_with_role(session, Role.DEVELOPER, at=at), *people_with_role(session, Role.OWNER, at=at)}
    actors = (actor_of(session, one, at=at) for one in sorted(found - {owner}))
    return [one.id for one in actors if one is not None and Permission.FINDING_REMEDIATE in one.permissions]
