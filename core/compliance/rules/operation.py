"""Rules about the installation: ledger, logs, roles, personal data in texts, messages that leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.access.rules import TOXIC_PAIRS, Role
from core.compliance.rules.values import Cause, Deviation, Settings, days_late


@dataclass(frozen=True)
class LedgerOutcome:
    """What a verification of the ledger came to; `faults` are its failed steps in words."""

    subject: str
    passed: bool
    faults: str


def ledger_verifies(fact: LedgerOutcome, _settings: Settings) -> Deviation | None:
    """The ledger's entries, tree, checkpoints and payloads are those that were signed."""
    if fact.passed:
        return None
    return Deviation(fact.subject, f"Verification failed: {fact.faults}"[:1000], Cause.LEDGER, fact.subject)


@dataclass(frozen=True)
class Head:
    """How many entries the ledger has, stored and by its head, and how many an earlier run saw at most."""

    subject: str
    stored: int
    size: int
    seen: int


def ledger_grew(fact: Head, _settings: Settings) -> Deviation | None:
    """The ledger never becomes shorter than it was."""
    if fact.stored < fact.size:
        said = f"{fact.stored} entries are stored where the ledger's head counts {fact.size}"
    elif fact.size < fact.seen:
        said = f"The ledger has {fact.size} entries; an earlier run saw {fact.seen}"
    else:
        return None
    return Deviation(fact.subject, said, Cause.LEDGER, fact.subject)


@dataclass(frozen=True)
class SentOutside:
    """A place outside that keeps checkpoints, and when the newest arrived there; `behind`: entries came since."""

    subject: str
    kind: str
    since: datetime
    newest: datetime | None
    behind: bool


def checkpoint_is_outside(fact: SentOutside, settings: Settings) -> Deviation | None:
    """Every place outside has a checkpoint of the last days, so that nobody can take back what it covers."""
    if not fact.behind or (fact.newest or fact.since) + settings.days("longest_days") >= settings.at:
        return None
    last = f"the last arrived {days_late(fact.newest, settings.at)}" if fact.newest else "none ever arrived"
    said = f"The {fact.kind} {fact.subject} lacks the newest checkpoints: {last}"
    return Deviation(fact.subject, said, Cause.LEDGER, fact.subject)


@dataclass(frozen=True)
class RemovedEvents:
    """A file of events that retention removed; `demanded` are the days that the policy of that moment asks for."""

    subject: str
    newest_event: datetime
    removed: datetime
    demanded: int


def events_were_kept(fact: RemovedEvents, settings: Settings) -> Deviation | None:
    """Events are kept for at least six months (EU AI Act, articles 19 and 26), or as long as policy or setting say."""
    kept, least = fact.removed - fact.newest_event, max(settings.parameters["keep_days"], fact.demanded)
    if kept >= timedelta(days=least):
        return None
    said = f"Events of {fact.subject} were removed {kept.days} days after the newest of them, not {least}"
    return Deviation(fact.subject, said, Cause.EVENTS, fact.subject)


@dataclass(frozen=True)
class PersonRoles:
    """The roles that a person holds."""

    subject: str
    roles: tuple[str, ...]


def roles_are_apart(fact: PersonRoles, _settings: Settings) -> Deviation | None:
    """No person holds two roles that may not meet."""
    held = {Role(one) for one in fact.roles}
    met = [f"{first} and {second}" for first, second in TOXIC_PAIRS if {first, second} <= held]
    if not met:
        return None
    return Deviation(fact.subject, f"{fact.subject} holds {'; '.join(met)}", Cause.PERSON, fact.subject)


@dataclass(frozen=True)
class Drilled:
    """A cell that the last drill of access names as different, or, where it names none, that drill alone."""

    subject: str
    drill: str
    made: datetime
    cell: str = ""


def drill_finds_nothing(fact: Drilled, settings: Settings) -> Deviation | None:
    """Access is what policy says, and somebody looked lately."""
    if fact.cell:
        return Deviation(fact.subject, f"Drill {fact.drill} found: {fact.cell}"[:1000], Cause.DRILL, fact.drill)
    if fact.made + settings.days("longest_days") >= settings.at:
        return None
    said = f"The last drill of access, {fact.drill}, was {days_late(fact.made, settings.at)}"
    return Deviation(fact.subject, said, Cause.DRILL, fact.drill)


@dataclass(frozen=True)
class PersonalDataText:
    """A stored text in which patterns of personal data stand, by their kinds; never the text itself."""

    subject: str
    where: str
    cause: Cause
    key: str
    model: str
    kinds: tuple[str, ...]


def text_is_clean(fact: PersonalDataText, _settings: Settings) -> Deviation | None:
    """No stored result, reason or note holds personal data that is not masked."""
    if not fact.kinds:
        return None
    said = f"The {fact.where} holds what reads as {' and '.join(fact.kinds)}"
    return Deviation(fact.subject, said, fact.cause, fact.key, fact.model)


@dataclass(frozen=True)
class Outgoing:
    """A message or a piece of work that has not arrived; `waits` says since when, `given_up` that nobody tries."""

    subject: str
    what: str
    since: datetime
    given_up: bool


def message_leaves(fact: Outgoing, settings: Settings) -> Deviation | None:
    """Messages and background work do not wait longer than the organisation allows, and none is given up."""
    if fact.given_up:
        said = f"{fact.what} was given up"
    elif fact.since + settings.hours("longest_hours") < settings.at:
        said = f"{fact.what} waits since {fact.since:%Y-%m-%d %H:%M} UTC"
    else:
        return None
    return Deviation(fact.subject, said, Cause.MESSAGE, fact.subject)


@dataclass(frozen=True)
class KeptFile:
    """A file that a row names and that is not whole: the row in words, and what is wrong; empty where nothing is."""

    subject: str
    named_by: str
    wrong: str


def file_is_whole(fact: KeptFile, _settings: Settings) -> Deviation | None:
    """Every file that the record rests on is there, to the byte."""
    if not fact.wrong:
        return None
    folder, _, digest = fact.subject.partition(" ")
    said = f"The {folder} file {digest}, named by {fact.named_by}, {fact.wrong}"
    return Deviation(fact.subject, said, Cause.FILE, fact.subject)
