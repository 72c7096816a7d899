"""A team review that was held and signed off, with its decisions, and the next one planned."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.composition import Workplace
from app.example.accounts import Account
from core.improvement.actions.rules import ActionKind
from core.improvement.reviews.holding import Decision, decide, sign_off, write_minutes
from core.improvement.reviews.planning import NewReview, plan_review
from core.register.agenda import hold_review
from core.validation.rules import Severity

DAY = timedelta(days=1)
MINUTES = (
    "Both models were gone through by the agenda.\n"
    "The risk score is not used before its two findings on groups are settled.\n"
    "The outreach model is in use without complaints; its test data are a year old by now."
)


def tell_reviews(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """Planned three weeks before `at`, held two days before, signed off the day before."""
    store, ledger = place.store, place.ledger
    owner, developer, validator, approver = (
        known[one].actor for one in ("owner", "developer", "validator", "approver")
    )  # fmt: skip
    new = NewReview(
        "Models that decide on people, every quarter", at - DAY, owner.id, models=("M0001", "M0002"), every_days=90
    )
    review = plan_review(store, ledger, new=new, actor=owner, at=at - 21 * DAY).number
    held = at - 2 * DAY
    hold_review(store, ledger, review=review, attendees=(developer.id, validator.id), actor=owner, at=held)
    write_minutes(store, ledger, review=review, text=MINUTES, actor=owner, at=held + DAY / 24)
    decisions = (
        Decision("The risk score stays out of use until both findings are closed.", owner.id),
        Decision(
            "Hand in test data of this year for the outreach model.", developer.id, at + 40 * DAY,
            ActionKind.PREVENTIVE, Severity.MEDIUM,
        ),
    )  # fmt: skip
    for decision in decisions:
        decide(store, ledger, review=review, decision=decision, actor=owner, at=held + DAY / 24)
    note = "The minutes say what was gone through, and every decision has an owner."
    sign_off(store, ledger, review=review, note=note, actor=approver, at=at - DAY)
