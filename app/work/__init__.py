"""What waits for a person in all their roles, what ends soon and what they asked for, from every step of the cycle."""

from datetime import datetime

from sqlmodel import Session

from app.work.access import (
    access_reviews_to_answer,
    accesses_to_review,
    accounts_unused,
    grants_to_confirm,
    models_to_let_in,
)
from app.work.administration import grants_ending, people_without_role
from app.work.alerts import alerts_of
from app.work.approval import (
    changes_to_execute,
    conditions_to_settle,
    exceptions_expiring,
    reviews,
)
from app.work.asked import my_requests
from app.work.audits import audit_findings_to_answer, audit_findings_to_verify, audits_to_lead
from app.work.candidates import candidates
from app.work.compliance import deviations_to_settle
from app.work.development import findings_to_remediate, questions_to_answer, versions_to_take_on
from app.work.incidents import actions_to_do, actions_to_verify, incidents_to_handle, reviews_to_make
from app.work.intake import differences_to_decide, models_to_register, servers_away
from app.work.meetings import findings_escalated, reviews_to_close, reviews_to_hold
from app.work.outputs import outputs_to_review, rows_to_decide_on
from app.work.ownership import conditions_ending, reviews_due
from app.work.policies import policies_to_publish
from app.work.privacy import personal_data_to_decide
from app.work.production import drills_to_mend, held_apart
from app.work.reports import reports_to_read
from app.work.subjects import erasures_to_confirm, requests_to_handle
from app.work.tasks import MOST, State, Task, Work, most_urgent_first
from app.work.tiering import tiers_to_confirm
from app.work.validation import findings_to_verify, validations_to_conclude
from app.work.ways_in import service_accounts_without_owner, tokens_ending_soon
from core.access.rules import Actor

__all__ = ["State", "Task", "Work", "work_of"]


def work_of(session: Session, actor: Actor, at: datetime) -> Work:
    """Everything on this person's desk; each list asks the rules, so nothing waits that would be refused."""
    found = candidates(session, actor)
    to_vote_on, escalated = reviews(session, actor, at)
    kinds = [
        questions_to_answer(session, actor, at),
        findings_to_remediate(found, actor, at),
        versions_to_take_on(session, found, actor),
        validations_to_conclude(session, found, actor),
        findings_to_verify(found, actor, at),
        to_vote_on,
        held_apart(session, changes_to_execute(session, actor, at)),
        drills_to_mend(session, actor, at),
        escalated,
        conditions_to_settle(session, actor, at),
        policies_to_publish(session, actor, at),
        differences_to_decide(session, actor, at),
        models_to_register(session, actor, at),
        servers_away(session, actor, at),
        tiers_to_confirm(session, actor, at),
        people_without_role(session, actor, at),
        service_accounts_without_owner(session, actor, at),
        grants_to_confirm(session, actor, at),
        models_to_let_in(session, actor, at),
        access_reviews_to_answer(session, actor, at),
        accesses_to_review(session, actor, at),
        reports_to_read(session, actor, at),
        personal_data_to_decide(session, actor, at),
        audit_findings_to_answer(session, actor, at),
        audit_findings_to_verify(session, actor, at),
        audits_to_lead(session, actor, at),
        incidents_to_handle(session, actor, at),
        reviews_to_make(session, actor, at),
        actions_to_do(session, actor, at),
        actions_to_verify(session, actor, at),
        outputs_to_review(session, actor, at),
        rows_to_decide_on(session, actor),
        alerts_of(session, actor, at),
        reviews_to_hold(session, actor, at),
        reviews_to_close(session, actor, at),
        findings_escalated(session, actor, at),
        requests_to_handle(session, actor, at),
        erasures_to_confirm(session, actor, at),
    ]
    listed = {(task.address, task.query) for kind in kinds for task in kind}
    deviations = deviations_to_settle(session, actor, at)
    kinds.append([task for task in deviations if (task.address, task.query) not in listed])  # not the same task twice
    waiting = [task for kind in kinds for task in kind[:MOST]]
    due = reviews_due(session, actor, at)
    waiting += [task for task in due if task.overdue(at)]
    expiring = [
        *(task for task in due if not task.overdue(at)),
        *conditions_ending(session, actor, at),
        *exceptions_expiring(session, actor, at),
        *grants_ending(session, actor, at),
        *tokens_ending_soon(session, actor, at),
        *accounts_unused(session, actor, at),
    ]
    more = any(len(kind) >= MOST for kind in kinds)
    return Work(most_urgent_first(waiting), most_urgent_first(expiring), my_requests(session, actor, at), more)
