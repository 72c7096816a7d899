"""An audit under way, one of last year from outside, and the routine checks of two days."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from app.composition import Workplace, now
from app.example.accounts import Account
from core.access.rules import SYSTEM
from core.audits.drawing import begin_fieldwork, draw_sample
from core.audits.fieldwork import Found, issue_findings, raise_finding, record_test
from core.audits.following import close_audit, report_done, respond, verify_finding
from core.audits.planning import Plan, plan_audit
from core.audits.population import AuditScope, Population
from core.audits.rules.life import AuditKind, Response, Result
from core.audits.sampling import Method
from core.compliance.service import run_checks
from core.compliance.settings import standings
from core.compliance.vocabulary import Source
from core.validation.rules import Severity

NAMED, CHALLENGED = ("sr-26-2", "MRM-05"), ("sr-26-2", "MRM-22")
DAY = timedelta(days=1)


def tell_audits(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """The acts of the auditor and of who answers, before `at`; then the checks, twice."""
    _from_outside(place, known, at)
    _under_way(place, known, at)
    with place.store.reading() as session:
        keys = [key for key, one in standings(session).items() if one.on and key != "messages-leave"]
    for when in (at - DAY, at):  # what is queued in the story is done by no worker, so messages are left out
        run_checks(
            place.store,
            place.ledger,
            keys=keys,
            source=Source.SCHEDULE,
            actor=SYSTEM,
            clock=_running_from(when),
            data_dir=place.settings.data_dir,
        )


def _running_from(when: datetime) -> Callable[[], datetime]:
    """A clock that shows `when` now, and goes on."""
    began = now()
    return lambda: when + (now() - began)


def _under_way(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """Fieldwork with one nonconformity; its owner has answered."""
    auditor, owner = known["auditor"].actor, known["owner"].actor
    begun = at - 6 * DAY
    plan = Plan(
        title="Responsibilities and challenge",
        objective="Whether every model has people who answer for it, and whether it was challenged before its use.",
        period=(at - 365 * DAY, at),
        dates=(begun, at + 24 * DAY),
        lead=auditor.id,
        auditors=(auditor.id,),
        criteria=(NAMED, CHALLENGED),
        scope=AuditScope(models=("M0001", "M0002")),
    )
    store, ledger = place.store, place.ledger
    audit = plan_audit(store, ledger, plan=plan, actor=auditor, at=begun).number
    stratified = Method.STRATIFIED
    draw_sample(
        store, ledger, audit=audit, population=Population.MODELS, method=stratified, size=2, actor=auditor, at=begun
    )
    begin_fieldwork(store, ledger, audit=audit, actor=auditor, at=begun)
    tests = (
        ("M0001", NAMED, Result.CONFORMS, "Owner, developer and validator are on record and know of it."),
        ("M0002", NAMED, Result.CONFORMS, "Owner and developer are on record; the validator was named in spring."),
        ("M0002", CHALLENGED, Result.DOES_NOT, "One question of the validator has waited for an answer for weeks."),
    )
    for item, (pack, name), result, notes in tests:
        record_test(
            store, ledger, audit=audit, item=item, criterion=f"{pack} {name}", result=result, notes=notes,
            actor=auditor, at=begun + DAY,
        )  # fmt: skip
    number = raise_finding(
        store,
        ledger,
        audit=audit,
        actor=auditor,
        found=Found(
            grade=Severity.MEDIUM,
            title="A question of the validation is not answered",
            condition="A question that the validator asked is open, and nobody is named to answer it.",
            criterion="Challenge is answered on record before the validation is concluded (SR 26-2, III).",
            cause="No day is set by which a question has to be answered.",
            effect="A weakness that the validator sees may reach production unanswered.",
            recommendation="Set a day for every question, and escalate those that are late.",
            owner=owner.id,
            respond_by=at + 8 * DAY,
            item="M0002",
            by_criterion=" ".join(CHALLENGED),
        ),
        at=begun + DAY,
    ).number
    respond(
        store, ledger, finding=number, response=Response.AGREED, due_at=at + 30 * DAY, actor=owner,
        text="Questions get a day; the developer answers the open one this month.", at=begun + 3 * DAY,
    )  # fmt: skip


def _from_outside(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """An external audit of which everything is settled."""
    auditor, owner = known["auditor"].actor, known["owner"].actor
    when = at - 20 * DAY
    store, ledger = place.store, place.ledger
    plan = Plan(
        title="Yearly audit of model governance",
        objective="Whether what the policy promises is kept; conducted from outside and mirrored here.",
        period=(at - 365 * DAY, when),
        dates=(when, when + 12 * DAY),
        lead=auditor.id,
        auditors=(auditor.id,),
        kind=AuditKind.EXTERNAL,
        conducted_by="The organisation’s statutory auditor",
        reference="MG-2026-04",
    )
    audit = plan_audit(store, ledger, plan=plan, actor=auditor, at=when).number
    begin_fieldwork(store, ledger, audit=audit, actor=auditor, at=when)
    found = Found(
        grade=Severity.LOW,
        title="Environments are named in no document",
        condition="Where a version runs is known to the team, and written nowhere.",
        criterion="The inventory says where every model is in use.",
        cause="Environments came later than the form for a model.",
        effect="An outsider cannot tell what would stop if an environment did.",
        recommendation="Put every environment on record.",
        owner=owner.id,
        respond_by=when + 5 * DAY,
        reference="Finding 1, graded “minor” by them",
    )
    finding = raise_finding(store, ledger, audit=audit, found=found, actor=auditor, at=when + DAY).number
    issue_findings(store, ledger, audit=audit, actor=auditor, at=when + DAY)
    agreed, promised = Response.AGREED, "We put them on record."
    respond(
        store, ledger, finding=finding, response=agreed, text=promised, due_at=when + 9 * DAY, actor=owner,
        at=when + 2 * DAY,
    )  # fmt: skip
    done = "Both environments are on record since last week."
    report_done(store, ledger, finding=finding, text=done, actor=owner, at=when + 8 * DAY)
    seen = "Seen on the page of each model."
    verify_finding(store, ledger, finding=finding, text=seen, actor=auditor, at=when + 10 * DAY)
    said = "Sound, with one weakness that was put right during the audit."
    close_audit(store, ledger, audit=audit, conclusion=said, actor=auditor, at=when + 11 * DAY)
