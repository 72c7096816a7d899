"""A review of access that was answered, a break-glass access that waits for one, a grant and a group of models."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from app.access_alerts import raise_access_alert
from app.composition import Workplace
from app.example.accounts import Account
from core.access.alerting import ACCESS_ALERT_JOB
from core.access.break_glass.service import note_page, open_break_glass
from core.access.people import grant_role
from core.access.reviewing.queries import items
from core.access.reviewing.service import answer_for, open_access_review
from core.access.rules import Actor, Reach, Role
from core.access.sessions import actor_for_session, open_session
from core.inventory.groups.service import make_group, put_in
from core.jobs.service import Lane, finish, take

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SEEN = ("my_work", "model model=M0001", "incident incident=IN0001")


def tell_access(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """The review 20 days before `at`, the access six days before, the grant on the day before."""
    _reviewed(place, known, at - 20 * DAY)
    _opened(place, known, at - 6 * DAY)
    group = _grouped(place, known["administrator"].actor, at - 2 * DAY)
    grant_role(
        place.store, place.ledger, person=known["approver2"].number, role=Role.VALIDATOR,
        reason="Stands in for the validator during parental leave", ends_at=at + 120 * DAY,
        reach=Reach(groups=frozenset({group})), actor=known["administrator"].actor, at=at - DAY,
    )  # fmt: skip
    put_in(
        place.store, place.ledger, group=group, models=["M0002"], reason="Its scores reach people as well",
        actor=known["administrator2"].actor, at=at - DAY / 2,
    )  # fmt: skip


def _grouped(place: Workplace, administrator: Actor, at: datetime) -> str:
    """A group with one model in it; the second waits, since the role of a validator is to reach the group."""
    group = make_group(
        place.store, place.ledger, name="Decisions about people", actor=administrator, at=at,
        purpose="Models whose results decide on somebody's liberty, work or money",
    )  # fmt: skip
    put_in(
        place.store, place.ledger, group=group, models=["M0001"], reason="It ranks applicants", actor=administrator,
        at=at,
    )  # fmt: skip
    return group


def _reviewed(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    first, second = known["approver"].actor, known["approver2"].actor
    review = open_access_review(place.store, place.ledger, actor=first, at=at)
    with place.store.reading() as session:
        asked = items(session, review)
    for actor, chosen, reason in (
        (second, [one.id for one in asked if one.person == first.id], "Decides on changes every week."),
        (first, [one.id for one in asked if one.person != first.id], "Everybody still does the work of their role."),
    ):
        answer_for(
            place.store, place.ledger, review=review, items=chosen, keep=True, reason=reason, actor=actor, at=at + DAY
        )


def _opened(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    developer, session_id = known["developer"].actor, f"example-{secrets.token_hex(8)}"
    with place.store.transaction() as tx:
        open_session(tx, place.ledger, session_id=session_id, person=developer.id, length=timedelta(hours=2), at=at)
    open_break_glass(
        place.store, place.ledger, reason="A resident disputes a letter by phone; the case worker needs the record now",
        session_id=session_id, actor=developer, at=at + MINUTE,
    )  # fmt: skip
    for position, page in enumerate(SEEN, start=2):
        moment = at + position * MINUTE
        acting = actor_for_session(place.store, session_id=session_id, person=developer.id, at=moment)
        if acting is not None:
            note_page(place.store, place.ledger, page=page, actor=acting, at=moment)
    lease = take(place.store, lane=Lane(frozenset({ACCESS_ALERT_JOB}), others=False), at=at + MINUTE)
    if lease is not None:
        raise_access_alert(place, lease.slot, at=at + MINUTE)
        finish(place.store, lease, at=at + MINUTE)
