"""An incident that was closed after its review, and one of today with a clock that runs."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.composition import Workplace
from app.example.accounts import Account
from core.access.rules import Actor
from core.improvement.actions.rules import ActionKind
from core.improvement.actions.service import NewAction, report_action_done, start_action, verify_action
from core.improvement.incidents.clock_rules import shipped_rules
from core.improvement.incidents.clocks import decide_clocks
from core.improvement.incidents.containing import record_containment
from core.improvement.incidents.declaring import NewIncident, declare_incident
from core.improvement.incidents.leading import state_contained, state_resolved
from core.improvement.incidents.recording import record_cause, record_informed, write_note
from core.improvement.incidents.reviewing import Review, close_incident, write_review
from core.improvement.incidents.rules.life import CauseMethod, Containment
from core.links import RecordKind, Ref
from core.validation.rules import Severity

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MODEL, VERSION = "M0001", "1.0.0"


def tell_closed_incident(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """From `at` on, over five days: declared, contained, resolved, reviewed and closed."""
    store, ledger = place.store, place.ledger
    developer, owner, validator = (known[one].actor for one in ("developer", "owner", "validator"))
    new = NewIncident(
        title="Letters were ranked on last month’s file", severity=Severity.MEDIUM,
        what="The list for the week held people who had found work since; the office noticed eleven of them.",
        model=MODEL, versions=(VERSION,), environment="production", commander=developer.id,
        people_affected="Eleven people received a letter that was not for them.",
        decisions_affected="The order of 840 outreach letters.", harm="None that lasts; the letters offer help.",
        began_at=at - 9 * HOUR, aware_at=at,
    )  # fmt: skip
    number = declare_incident(store, ledger, new=new, actor=owner, at=at + HOUR / 4).number
    record_containment(
        store, ledger, incident=number, kind=Containment.MANUAL_FALLBACK,
        what="Letters of the day were held back; clerks order them by date of entry.", actor=developer, at=at + HOUR,
    )  # fmt: skip
    state_contained(
        store, ledger, incident=number, text="No further letter left the office.", actor=developer, at=at + 2 * HOUR
    )
    record_informed(
        store, ledger, incident=number, who="Heads of the two offices", means="phone",
        what="Which letters were held back, and from when the order can be relied on again.", actor=developer,
        at=at + 3 * HOUR,
    )  # fmt: skip
    decide_clocks(
        store, ledger, incident=number, rules=[rule.key for rule in shipped_rules()], applies=False, actor=owner,
        reason="No personal data left their place, and the use is not high-risk.", at=at + 4 * HOUR,
    )  # fmt: skip
    record_cause(
        store, ledger, incident=number, method=CauseMethod.FIVE_WHYS,
        cause="The nightly job takes the newest file in the folder; the file of the night had arrived empty.",
        factors="No check of the number of rows\nNo notice when the job reads the same file twice",
        found_how="The digests of the inputs of two nights are the same.", actor=developer, at=at + 20 * HOUR,
    )  # fmt: skip
    actions = _actions(place, number, developer, owner, at + 21 * HOUR)
    state_resolved(
        store, ledger, incident=number, text="The list of the second night holds the people of the day.",
        actor=developer, at=at + DAY,
    )  # fmt: skip
    for action, person in zip(actions, (developer, owner), strict=True):
        report_action_done(
            store, ledger, action=action, done="In place since today, and tried with an empty file.",
            actor=person, at=at + 3 * DAY,
        )  # fmt: skip
        verify_action(
            store,
            ledger,
            action=action,
            text="Seen to stop the job on an empty file.",
            actor=validator,
            at=at + 4 * DAY,
        )
    _reviewed(place, number, validator, known["approver"].actor, at + 4.5 * DAY)


def tell_open_incident(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """Declared a quarter of an hour before `at`, known for two days: one clock runs, two wait for a decision."""
    store, ledger = place.store, place.ledger
    developer, owner = known["developer"].actor, known["owner"].actor
    new = NewIncident(
        title="Names of other people on fourteen letters", severity=Severity.HIGH,
        what="Fourteen outreach letters carried the name and the rank of another person; three of them were returned.",
        model=MODEL, versions=(VERSION,), environment="production", commander=developer.id,
        people_affected="Fourteen people whose name and rank somebody else has read.",
        harm="Disclosure of names and of a score about them.", aware_at=at - 50 * HOUR,
    )  # fmt: skip
    number = declare_incident(store, ledger, new=new, actor=owner, at=at - 15 * MINUTE).number
    write_note(
        store, ledger, incident=number, text="The first letter came back with a note of the person who received it.",
        happened_at=at - 50 * HOUR, actor=owner, at=at - 14 * MINUTE,
    )  # fmt: skip
    record_containment(
        store, ledger, incident=number, kind=Containment.MANUAL_FALLBACK,
        what="Every letter is held against the list by hand before it leaves.", actor=developer, at=at - 11 * MINUTE,
    )  # fmt: skip
    applies, reason = ("gdpr-33",), "Personal data were disclosed, and a risk to the people is not unlikely."
    decide_clocks(
        store, ledger, incident=number, rules=applies, applies=True, reason=reason, actor=owner, at=at - 9 * MINUTE
    )
    decide_clocks(
        store, ledger, incident=number, rules=("eu-ai-act-73-death", "eu-ai-act-73-widespread"), applies=False,
        reason="Nobody was hurt, and one office is concerned.", actor=owner, at=at - 7 * MINUTE,
    )  # fmt: skip
    new_action = NewAction(
        ActionKind.CORRECTIVE, "Join names and ranks by number instead of by line", developer.id, at + 5 * DAY,
        (Ref(RecordKind.INCIDENT, number), Ref(RecordKind.MODEL, MODEL)), Severity.HIGH,
    )  # fmt: skip
    start_action(store, ledger, new=new_action, actor=owner, at=at - 5 * MINUTE)


def _actions(place: Workplace, number: str, developer: Actor, owner: Actor, at: datetime) -> tuple[str, str]:
    about = (Ref(RecordKind.INCIDENT, number), Ref(RecordKind.MODEL, MODEL))
    first = NewAction(
        ActionKind.CORRECTIVE, "Stop the nightly job on an empty or repeated file", developer.id, at + 5 * DAY, about
    )
    second = NewAction(
        ActionKind.PREVENTIVE, "Tell the office when the file of the night is late", owner.id, at + 14 * DAY, about,
        Severity.LOW,
    )  # fmt: skip
    made = [start_action(place.store, place.ledger, new=one, actor=owner, at=at).number for one in (first, second)]
    return made[0], made[1]


def _reviewed(place: Workplace, number: str, validator: Actor, approver: Actor, at: datetime) -> None:
    review = Review(
        held_at=at - HOUR,
        present="Owner, developer, validator and the heads of both offices",
        happened="One night’s file arrived empty; the job read the file of the month before and said nothing.",
        went_well="The office rang within a day; the letters of the day could be held back.",
        lessons="A job that finds nothing new has to say so; freshness is to be watched like quality.",
        decisions="Every model that reads files by night gets the same check.",
    )
    write_review(place.store, place.ledger, incident=number, review=review, actor=validator, at=at)
    close_incident(
        place.store, place.ledger, incident=number, conclusion="Understood, mended, verified; nothing is carried over.",
        actor=approver, at=at + HOUR,
    )  # fmt: skip
