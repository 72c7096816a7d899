"""Alerts of the example: some days ago one that was closed and came again, today three that wait for people."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.composition import Workplace
from app.example.accounts import Account
from core.access.rules import Actor
from core.links import RecordKind, Ref
from core.monitoring.alerts.channels import NewChannel, Quiet, Route, add_channel, add_route, people_target, set_quiet
from core.monitoring.alerts.clock import due_alerts, tick
from core.monitoring.alerts.handling import acknowledge, close_alert, snooze
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.monitoring.alerts.vocabulary import Cause, ChannelKind
from core.policy.alerting.rules import Severity

SILENT = Signal(
    AlertKind.NO_DATA, "no data M0001 staging", Severity.MEDIUM, "No production data from staging for 3 days",
    "The last batch arrived 3 days ago; one a day is expected.", "M0001", "", "staging",
)  # fmt: skip
UNAPPROVED = Signal(
    AlertKind.UNAPPROVED_VERSION, "unapproved version M0002 1.0.0 staging", Severity.MEDIUM,
    "Version 1.0.0 answers in staging without approval",
    "41 inferences named version 1.0.0; it is in validation, and no decision lets it answer there.",
    "M0002", "1.0.0", "staging", (Ref(RecordKind.VERSION, "M0002 v1.0.0"),),
)  # fmt: skip
FAILED = Signal(
    AlertKind.CHECK_FAILED, "check failed M0002 staging stability", Severity.MEDIUM,
    "The check of stability could not be computed",
    "The reference data have no column score; the check waits until it is there.", "M0002", "1.0.0", "staging",
)  # fmt: skip
LATE = Signal(
    AlertKind.CONTROL, "control M0001 staging age_range", Severity.LOW, "0.4 % of rows are outside the range of age",
    "18 of 4,500 rows lie outside 16 to 99; at most 0.1 % may.", "M0001", "1.0.0", "staging",
)  # fmt: skip


def tell_channel(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """Owners and validators are told of what is high and above, outside the night; and a first alert is closed."""
    administrator, developer = known["administrator"].actor, known["developer"].actor
    target = people_target(["model owner", "validators"])
    new = NewChannel(ChannelKind.PEOPLE, "Owners and validators", target, "the model owner, the validators")
    row = add_channel(place.store, place.ledger, new=new, seal=_as_it_is, actor=administrator, at=at)
    add_route(place.store, place.ledger, channel=row.number, route=Route(Severity.HIGH), actor=administrator, at=at)
    quiet = Quiet(20 * 60, 7 * 60, "America/New_York")
    set_quiet(place.store, place.ledger, channel=row.number, quiet=quiet, seen=row.revision, actor=administrator, at=at)
    number = _raised(place, SILENT, at)
    acknowledge(place.store, place.ledger, alert=number, actor=developer, at=at)
    with place.store.transaction() as tx:
        settle_alert(tx, place.ledger, SILENT.key, said="A batch of 4,500 rows arrived.", at=at + timedelta(hours=2))
    close_alert(
        place.store, place.ledger, alert=number, cause=Cause.UPSTREAM,
        words="The nightly transfer had stopped; it runs again.", actor=developer, at=at + timedelta(hours=3),
    )  # fmt: skip


def tell_alerts(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """What waits today: one that came again, one that was escalated, one that somebody has, one that is put off."""
    owner, developer = known["owner"].actor, known["developer"].actor
    _raised(place, UNAPPROVED, at - timedelta(hours=5))  # clause 24.1 lets it weigh more; nobody takes it for 4 hours
    taken = _raised(place, FAILED, at - timedelta(hours=5))
    acknowledge(place.store, place.ledger, alert=taken, actor=developer, at=at)
    _raised(place, SILENT, at)
    put_off = _raised(place, LATE, at)
    _snoozed(place, put_off, owner, at)
    with place.store.reading() as session:
        slots = due_alerts(session, at=at)
    for slot in slots:
        tick(place.store, place.ledger, slot=slot, at=at)


def _raised(place: Workplace, signal: Signal, at: datetime) -> str:
    with place.store.transaction() as tx:
        return raise_alert(tx, place.ledger, signal, at=at)


def _snoozed(place: Workplace, number: str, owner: Actor, at: datetime) -> None:
    snooze(
        place.store, place.ledger, alert=number, until=at + timedelta(days=20), actor=owner, at=at,
        reason="The form is corrected with the release of next month.",
    )  # fmt: skip


def _as_it_is(_number: str, target: str) -> str:
    return target
