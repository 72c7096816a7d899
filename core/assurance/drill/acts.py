"""Every act of the matrix as a call of its real use case; what must be there first is made by those who may."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from types import MappingProxyType

from sqlmodel import select

from core.access.people import create_person, disable_person, grant_role, withdraw_role
from core.access.rules import Actor, Permission, Role
from core.access.sessions import end_session
from core.access.tokens import issue_token, revoke_token
from core.approval.retirement import retire_version
from core.approval.rollout.returning import return_to_former
from core.approval.rules import Choice
from core.approval.service import (
    execute_change,
    grant_function,
    request_change,
    resume_change,
    return_change,
    vote,
    withdraw_change,
)
from core.assurance.drill.world import (
    DRAFT,
    IN_PRODUCTION,
    IN_VALIDATION,
    ITEM,
    PACK,
    REASON,
    At,
    World,
    answer_all,
    digest_of,
    hand_in_within,
)
from core.compliance.service import run_checks
from core.compliance.settings import set_check
from core.compliance.vocabulary import Source
from core.coverage.rules import Outcome as PackOutcome
from core.coverage.service import answer_item as answer_pack
from core.documents.templates import publish_template
from core.errors import Refused
from core.improvement.incidents.declaring import NewIncident, declare_incident
from core.inventory.changing.service import change_model
from core.inventory.intake import NewModel, NewVersion
from core.inventory.reviews.rules import ReviewOutcome
from core.inventory.reviews.service import review_done
from core.inventory.rules import Exposure, Purpose
from core.inventory.service import register
from core.monitoring.alerts.handling import acknowledge
from core.monitoring.alerts.tables import Alert
from core.policy.drafts import begin_draft
from core.policy.packs.signals import DocumentKind
from core.policy.rules import Function
from core.reports.formats.kinds import Format
from core.reports.service import request_export
from core.reports.values.report import Asked, Subject, SubjectKind
from core.validation.challenge import answer, ask
from core.validation.conclusion import conclude
from core.validation.findings.raising import raise_finding
from core.validation.findings.settling import close_finding, remediate
from core.validation.rules import Outcome, Severity
from core.validation.runs import start

Play = Callable[[World, At, Actor], object]


class NothingThere(Exception):
    """What the act is about cannot exist at this stage, so there is no such cell."""


def _hand_in(world: World, place: At, actor: Actor) -> object:
    return world.do(hand_in_within, world=world, place=place, actor=actor)


def _start(world: World, place: At, actor: Actor) -> object:
    """The same evidence is not judged twice, so a version under validation gets other evidence first."""
    if place == world.at[IN_VALIDATION]:
        other = world.actor("contributor")
        world.do(hand_in_within, world=world, place=place, source=world.other_data, actor=other)
    return world.do(start, model=place.model, version=place.version, actor=actor)


def _ask(world: World, place: At, actor: Actor) -> object:
    return world.do(ask, model=place.model, version=place.version, text=REASON, actor=actor)


def _answer(world: World, place: At, actor: Actor) -> object:
    try:
        question = _ask(world, place, world.actor("validator"))
    except Refused as refused:
        raise NothingThere from refused
    return world.do(answer, question=question, text=REASON, actor=actor)


def _raise(world: World, place: At, actor: Actor) -> object:
    return world.do(
        raise_finding, model=place.model, version=place.version, title="Another finding", detail=REASON,
        severity=Severity.LOW, actor=actor,
    )  # fmt: skip


def _remediate(world: World, place: At, actor: Actor) -> object:
    return world.do(remediate, finding=_there(place.open_finding), text=REASON, actor=actor)


def _close(world: World, place: At, actor: Actor) -> object:
    return world.do(close_finding, finding=_there(place.remediated), text=REASON, actor=actor)


def _conclude(outcome: Outcome) -> Play:
    def play(world: World, place: At, actor: Actor) -> object:
        return world.do(
            conclude, model=place.model, version=place.version, outcome=outcome, summary=REASON,
            seen_digest=digest_of(world, place), actor=actor,
        )  # fmt: skip

    return play


def _request(world: World, place: At, actor: Actor) -> object:
    return world.do(request_change, model=place.model, version=place.version, rationale=REASON, actor=actor)


def _resume(world: World, place: At, actor: Actor) -> object:
    return world.do(resume_change, change=_there(place.change), actor=actor)


def _withdraw(world: World, place: At, actor: Actor) -> object:
    return world.do(withdraw_change, change=_there(place.change), reason=REASON, actor=actor)


def _return(*, to_validation: bool) -> Play:
    def play(world: World, place: At, actor: Actor) -> object:
        change = _there(place.change)
        return world.do(return_change, change=change, reason=REASON, to_validation=to_validation, actor=actor)

    return play


def _answer_items(world: World, place: At, actor: Actor) -> object:
    answer_all(world, _there(place.change), actor)
    return place


def _vote(choice: Choice) -> Play:
    """To approve, the checklist is answered first; where that is refused, the vote is tried all the same."""

    def play(world: World, place: At, actor: Actor) -> object:
        change = _there(place.change)
        if choice is Choice.APPROVE:
            with suppress(Refused):
                answer_all(world, change, actor)
        return world.do(
            vote, change=change, choice=choice, rationale=REASON, seen_digest=digest_of(world, place),
            session_id=world.signed_in(actor.id), actor=actor,
        )  # fmt: skip

    return play


def _execute(world: World, place: At, actor: Actor) -> object:
    return world.do(execute_change, change=_there(place.change), actor=actor)


def _retire(world: World, place: At, actor: Actor) -> object:
    return world.do(retire_version, model=place.model, version=place.version, reason=REASON, actor=actor)


def _register(world: World, _place: At, actor: Actor) -> object:
    owner, developer = world.people["owner"], world.people["contributor"]
    model = NewModel(
        "Drill: another", "Exists for one cell.", "Drill", owner, developer, Exposure.LOW, Purpose.OPERATIONAL
    )
    said = "Made for the drill."
    version = NewVersion("1.0.0", said, said, said, f"{DRAFT} training 1", f"{DRAFT} test 1")
    return world.do(register, model=model, version=version, actor=actor)


def _change_model(world: World, _place: At, actor: Actor) -> object:
    changes = {"purpose": "Said otherwise for one cell."}
    model = world.at[DRAFT].model
    return world.do(change_model, model=model, changes=changes, reason=REASON, expected_revision=None, actor=actor)


def _review(world: World, _place: At, actor: Actor) -> object:
    model = world.at[IN_PRODUCTION].model
    return world.do(review_done, model=model, outcome=ReviewOutcome.CONFIRMED, summary=REASON, actor=actor)


def _return_production(world: World, _place: At, actor: Actor) -> object:
    return world.do(return_to_former, model=world.at[IN_PRODUCTION].model, reason=REASON, actor=actor)


def _draft_policy(world: World, _place: At, actor: Actor) -> object:
    return world.do(begin_draft, text='name = "Drill"\n', reason=REASON, actor=actor)


def _answer_pack(world: World, _place: At, actor: Actor) -> object:
    return world.do(
        answer_pack, model=world.at[DRAFT].model, pack=PACK, item=ITEM, outcome=PackOutcome.MET, reason=REASON,
        expires_at=world.now + timedelta(days=30), actor=actor,
    )  # fmt: skip


def _publish_template(world: World, _place: At, actor: Actor) -> object:
    return world.do(
        publish_template, kind=DocumentKind.RISK_ASSESSMENT, body="# Of the drill\n", reason=REASON, actor=actor
    )


def _set_check(world: World, _place: At, actor: Actor) -> object:
    return world.do(set_check, check="roles-apart", on=True, every_hours=12, parameters={}, reason=REASON, actor=actor)


def _run_checks(world: World, _place: At, actor: Actor) -> object:
    return run_checks(
        world.store, world.ledger, keys=["roles-apart"], source=Source.PAGE, actor=actor, clock=lambda: world.now
    )


def _declare(world: World, _place: At, actor: Actor) -> object:
    new = NewIncident("Drill", Severity.LOW, REASON, aware_at=world.now)
    return world.do(declare_incident, new=new, actor=actor)


def _acknowledge(world: World, _place: At, actor: Actor) -> object:
    with world.store.reading() as session:
        alert = session.exec(select(Alert.number)).first()
    return world.do(acknowledge, alert=_there(alert or ""), actor=actor)


def _export(world: World, _place: At, actor: Actor) -> object:
    place = world.at[IN_PRODUCTION]
    asked = Asked("dossier", Subject(SubjectKind.VERSION, place.model, place.version), world.now)
    return world.do(request_export, asked=asked, form=Format.JSON, actor=actor)


def _issue(world: World, _place: At, actor: Actor) -> object:
    scopes = {Permission.RECORD_READ}
    return world.do(issue_token, name="drill", scopes=scopes, expires_at=world.now + timedelta(hours=1), actor=actor)


def _revoke(world: World, _place: At, actor: Actor) -> object:
    return world.do(revoke_token, number=world.tokens["kept"].number, actor=actor)


def _create(world: World, _place: At, actor: Actor) -> object:
    return world.do(create_person, username="drill-another", name="Another", actor=actor)


def _whom(world: World, place: At) -> str:
    """The person whom the cell is about: the one named, for acts on oneself."""
    return place.model or world.people["other"]


def _disable(world: World, place: At, actor: Actor) -> object:
    return world.do(disable_person, person=_whom(world, place), reason=REASON, actor=actor)


def _grant(world: World, place: At, actor: Actor) -> object:
    return world.do(grant_role, person=_whom(world, place), role=Role.OWNER, reason=REASON, actor=actor)


def _withdraw_role(world: World, _place: At, actor: Actor) -> object:
    return world.do(withdraw_role, person=world.people["other"], role=Role.DEVELOPER, reason=REASON, actor=actor)


def _grant_function(world: World, _place: At, actor: Actor) -> object:
    return world.do(
        grant_function, person=world.people["approver"], function=Function.LEGAL, reason=REASON, actor=actor
    )


def _end_session(world: World, _place: At, actor: Actor) -> object:
    session_id = world.signed_in(world.people["other"])
    return world.do(end_session, session_id=session_id, actor=actor)


def _there(number: str) -> str:
    if not number:
        raise NothingThere
    return number


PLAYS: Mapping[str, Play] = MappingProxyType(
    {
        "hand in evidence": _hand_in,
        "start a validation": _start,
        "ask a question": _ask,
        "answer a question": _answer,
        "raise a finding": _raise,
        "remediate a finding": _remediate,
        "close a finding": _close,
        "conclude as validated": _conclude(Outcome.VALIDATED),
        "conclude as not validated": _conclude(Outcome.NOT_VALIDATED),
        "request approval": _request,
        "resume the request": _resume,
        "withdraw the request": _withdraw,
        "return for changes": _return(to_validation=False),
        "return to validation": _return(to_validation=True),
        "answer a checklist item": _answer_items,
        "vote to approve": _vote(Choice.APPROVE),
        "vote to reject": _vote(Choice.REJECT),
        "execute the change": _execute,
        "retire a version": _retire,
        "register a model": _register,
        "change a model's record": _change_model,
        "review a model": _review,
        "return production to the former version": _return_production,
        "draft a policy": _draft_policy,
        "answer an item of a pack": _answer_pack,
        "publish a template": _publish_template,
        "change a compliance check": _set_check,
        "run compliance checks": _run_checks,
        "declare an incident": _declare,
        "acknowledge an alert": _acknowledge,
        "make an export": _export,
        "issue a token": _issue,
        "revoke somebody's token": _revoke,
        "create a person": _create,
        "disable a person": _disable,
        "grant a role": _grant,
        "withdraw a role": _withdraw_role,
        "grant a function": _grant_function,
        "end somebody's session": _end_session,
    }
)
