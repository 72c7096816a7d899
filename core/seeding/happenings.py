"""What happened in a generated organisation, as many ledger entries as are asked for."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice

from core.access.rules import Role
from core.ledger.bulk import BulkLog, Happening
from core.ledger.events import Event
from core.ledger.head import Head
from core.ledger.service import Ledger
from core.ledger.tables import LogCheckpoint, LogEntry, LogPayload, LogTile
from core.seeding.bulk import Bulk
from core.seeding.organisation import Organisation
from core.store.types import microseconds

BLOCK = 200_000  # entries that are written at a time
MIXED = 100_003  # a prime, so that the order of events does not fall in step with anything
DEVELOPER, VALIDATOR, APPROVER, OWNER = Role.DEVELOPER, Role.VALIDATOR, Role.APPROVER, Role.OWNER
USUAL: tuple[tuple[Event, str, Role, int], ...] = (  # event, kind of its entity, whose it is, how often
    (Event.VERSION_REGISTERED, "version", DEVELOPER, 4),
    (Event.EVIDENCE_UPLOADED, "version", DEVELOPER, 10),
    (Event.RUN_STARTED, "version", DEVELOPER, 12),
    (Event.RUN_FINISHED, "version", DEVELOPER, 12),
    (Event.RUN_FAILED, "version", DEVELOPER, 1),
    (Event.QUESTION_ASKED, "version", VALIDATOR, 6),
    (Event.QUESTION_ANSWERED, "version", DEVELOPER, 6),
    (Event.FINDING_RAISED, "version", VALIDATOR, 5),
    (Event.FINDING_REMEDIATED, "version", DEVELOPER, 4),
    (Event.FINDING_CLOSED, "version", VALIDATOR, 4),
    (Event.VALIDATION_CONCLUDED, "version", VALIDATOR, 4),
    (Event.VERSION_STAGE_CHANGED, "version", DEVELOPER, 12),
    (Event.CHANGE_REQUESTED, "change", DEVELOPER, 3),
    (Event.CHECKLIST_ANSWERED, "change", APPROVER, 20),
    (Event.VOTE_CAST, "change", APPROVER, 6),
    (Event.CHANGE_APPROVED, "change", APPROVER, 3),
    (Event.CHANGE_EXECUTED, "change", OWNER, 3),
    (Event.EXPORT_MADE, "version", OWNER, 2),
    (Event.ACT_REFUSED, "version", DEVELOPER, 3),
)
RARE = (Event.ROLE_WITHDRAWN, Event.PERSON_DISABLED)  # once each, to be found among all the others
PAYLOAD, PAYLOAD_EACH = '{"reason":"Generated"}', 50


def write_happenings(bulk: Bulk, ledger: Ledger, head: Head, made: Organisation, *, changes: int, count: int) -> None:
    """`count` entries after those that are there, with their tree and checkpoints, and the head over them."""
    log = BulkLog(ledger, head)
    happened = _happenings(made, changes, count, after=microseconds(head.last_at))
    with ExitStack() as taken_away:
        for table in ("log_entry", "log_tile", "log_payload", "log_checkpoint"):
            taken_away.enter_context(bulk.without_indexes(table))
        while block := list(islice(happened, BLOCK)):
            bulk.add(LogEntry, ("idx", "body", "leaf"), log.entries(block))
            bulk.add(LogTile, ("level", "idx", "hashes"), log.tiles)
            bulk.add(LogPayload, ("entry_id", "salt", "body"), log.payloads)
            bulk.add(LogCheckpoint, ("size", "note"), log.notes)
            log.forget()
    bulk.set_head(log.pending.size, log.pending.to_bytes(), log.last_at, log.quoted)


def _happenings(made: Organisation, changes: int, count: int, *, after: int) -> Iterator[Happening]:
    """Spread evenly over the time since `after`, never back in it."""
    step = max(1, (made.until - after) // (count + 1))
    rare = {count // 3: RARE[0], count // 2: RARE[1]} if count > len(RARE) else {}
    kinds = made.random.choices(USUAL, weights=[usual[3] for usual in USUAL], k=min(count, MIXED))
    for number in range(count):
        event, kind, role, _ = kinds[number % len(kinds)]
        if number in rare:
            event, kind, role = rare[number], "person", Role.ADMINISTRATOR
        yield Happening(
            event_id=f"seed-{number:012d}",
            at=after + (number + 1) * step,
            actor=_who(made, role),
            role=role.value,
            action=event.value,
            kind=kind,
            key=_about(made, kind, changes),
            payload=PAYLOAD if number % PAYLOAD_EACH == 0 else "",
        )


def _who(made: Organisation, role: Role) -> str:
    people = made.people.get(role)
    return people[int(made.random.random() * len(people))] if people else "system"


def _about(made: Organisation, kind: str, changes: int) -> str:
    if kind == "version":
        version = made.stored[int(made.random.random() * len(made.stored))]
        return f"{version.model} {version.version}"
    if kind == "change" and changes:
        return f"CR{int(made.random.random() * changes) + 1:04d}"
    return made.people[Role.DEVELOPER][0]
