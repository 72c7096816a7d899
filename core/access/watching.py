"""The clock of access: reviews open, remind and close, asked grants expire, unused accounts are blocked."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from core.access.dormant.service import look_at_unused
from core.access.grants import load_person
from core.access.grants_asked.service import expire_asked
from core.access.grants_asked.tables import AskedGrant
from core.access.reviewing.service import close_due_reviews, open_review_in
from core.access.reviewing.tables import AccessReview
from core.access.reviewing.weighing import reviewers
from core.access.rules import SYSTEM
from core.access.rules.granting import AskedStatus
from core.access.rules.reviewing import REMINDED_BEFORE, opens_at
from core.access.tables import RoleGrant
from core.jobs.outbox.service import enqueue_message
from core.jobs.outbox.tables import Channel
from core.ledger.service import Ledger
from core.store import Store, Transaction

ACCESS_JOB = "access watch"
REMINDER = "access_review.reminder"


@dataclass(frozen=True)
class Cadence:
    """How often access is reviewed, after how long an unused account is blocked, and the address for mails, if any."""

    review: timedelta
    dormant: timedelta
    mail: str = ""


def access_waits(session: Session, cadence: Cadence, *, at: datetime) -> bool:
    """Whether a review opens, is to be reminded of or closed, or a grant that was asked for has expired."""
    expired = select(AskedGrant.id).where(AskedGrant.status == AskedStatus.WAITING, AskedGrant.expires_at <= at)
    review = session.exec(select(AccessReview).where(col(AccessReview.closed_at).is_(None))).first()
    if review is not None:
        return at >= review.due_at or _reminds(review, at) or session.exec(expired).first() is not None
    due = review_opens_at(session, cadence)
    return (due is not None and at >= due) or session.exec(expired).first() is not None


def review_opens_at(session: Session, cadence: Cadence) -> datetime | None:
    """When the next review opens by itself; None before there is any grant."""
    newest = session.exec(select(func.max(AccessReview.opened_at))).one()
    first = session.exec(select(func.min(RoleGrant.granted_at))).one() if newest is None else None
    return opens_at(newest, first, cadence.review)


def watch_access(store: Store, ledger: Ledger, cadence: Cadence, *, at: datetime) -> int:
    """Do what is due, each thing once and in its own transaction; how many things were done."""
    with store.transaction() as tx:
        done = expire_asked(tx, ledger, at=at)
    with store.transaction() as tx:
        done += close_due_reviews(tx, ledger, at=at) + _remind(tx, cadence, at)
    with store.transaction() as tx:
        done += look_at_unused(tx, ledger, limit=cadence.dormant, mail=cadence.mail, at=at)
    with store.transaction() as tx:
        due = review_opens_at(tx.session, cadence)
        standing = tx.session.exec(select(AccessReview.id).where(col(AccessReview.closed_at).is_(None))).first()
        if due is not None and at >= due and standing is None:
            open_review_in(tx, ledger, actor=SYSTEM, at=at)
            done += 1
    return done


def _reminds(review: AccessReview, at: datetime) -> bool:
    return review.reminded_at is None and at >= review.due_at - REMINDED_BEFORE


def _remind(tx: Transaction, cadence: Cadence, at: datetime) -> int:
    """Mail whoever reviews, once; everybody sees it among their work anyway."""
    review = tx.session.exec(select(AccessReview).where(col(AccessReview.closed_at).is_(None))).first()
    if review is None or not _reminds(review, at):
        return 0
    review.reminded_at = at
    tx.session.add(review)
    said = {
        "subject": f"Countersign: access review {review.number} is due on {review.due_at:%Y-%m-%d}",
        "text": f"Grants that nobody answers for expire then.\n{cadence.mail}/access_review?review={review.number}",
    }
    for one in reviewers(tx.session, at=at) if cadence.mail else ():
        if load_person(tx.session, one.id).email:
            enqueue_message(tx, Channel.MAIL, one.id, REMINDER, json.dumps(said), at=at)
    return 1
