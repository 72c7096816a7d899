"""Change control in the example: functions and a delegation, and an exception that is asked for."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.composition import Workplace
from app.example.accounts import Account
from core.approval.queries import failed_clause_rows
from core.approval.service import NewException, delegate_votes, grant_function, request_change
from core.inventory.moves import load_version
from core.policy.rules import ChangeKind, Function

SPEAKS_FOR = {"approver": Function.COMPLIANCE, "approver2": Function.LEGAL}
CONTROLS = (
    "A judge sees the score only after a first decision without it, and records why the two differ. The court's "
    "research office reads every tenth case each month and reports the rates by group."
)
WHY = "The county keeps the score in use while the threshold by group is set anew; the pilot ends with the exception."


def tell_changes(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """Who speaks for what, who votes for whom next week, and the request for an exception, if a clause fails."""
    administrator, developer = known["administrator"].actor, known["developer"].actor
    for username, function in SPEAKS_FOR.items():
        grant_function(
            place.store,
            place.ledger,
            person=known[username].number,
            function=function,
            reason=f"Answers for {function} in the approvals board",
            actor=administrator,
            at=at - timedelta(days=60),
        )
    delegate_votes(
        place.store,
        place.ledger,
        delegate=known["approver"].number,
        reason="On leave next week",
        starts_at=at + timedelta(days=3),
        ends_at=at + timedelta(days=10),
        actor=known["approver2"].actor,
        at=at - timedelta(days=1),
    )
    with place.store.reading() as session:
        clauses = failed_clause_rows(session, load_version(session, "M0002", "1.0.0")[1])
    if clauses:
        request_change(
            place.store,
            place.ledger,
            model="M0002",
            version="1.0.0",
            rationale=WHY,
            kind=ChangeKind.POLICY_EXCEPTION,
            exception=NewException(clauses[0].clause, CONTROLS, at + timedelta(days=90)),
            actor=developer,
            at=at - timedelta(days=1),
        )
