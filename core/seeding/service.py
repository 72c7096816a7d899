"""The use case: fill a fresh store, never one that is in use."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from core.access.tables import Person
from core.errors import Problem, Refusal, Refused, Unreadable
from core.inventory.tables import Model
from core.ledger.head import read_head
from core.ledger.service import Ledger
from core.seeding.bulk import writing_in_bulk
from core.seeding.changes import write_changes
from core.seeding.evidence import write_evidence
from core.seeding.happenings import write_happenings
from core.seeding.organisation import Organisation
from core.seeding.register import write_register
from core.store import Store

MOST_ENTRIES_OF_A_NEW_STORE = 10  # its first policy, and links that nobody used


@dataclass(frozen=True)
class Sizes:
    """How large the organisation is; every model has at least one version."""

    models: int
    versions: int
    entries: int


def seed_refusals(session: Session) -> tuple[Refusal, ...]:
    """A store that holds people, models or a history is somebody's."""
    used = (
        session.exec(select(Model.id).limit(1)).first() is not None
        or session.exec(select(Person.id).limit(1)).first() is not None
        or read_head(session).pending.size > MOST_ENTRIES_OF_A_NEW_STORE
    )
    if not used:
        return ()
    return (
        Refusal(
            "store-in-use",
            "This store is in use: it holds people, models or a ledger",
            "generated data",
            "Name another data folder or database.",
        ),
    )


def seed(
    store: Store,
    ledger: Ledger,
    sizes: Sizes,
    *,
    number: int,
    at: datetime,
    say: Callable[[str], None] = lambda _step: None,
) -> None:
    """Write an organisation that follows from `number` alone, with three years of history before `at`.

    All or nothing. The rows go in past the use cases, but the ledger is whole: entries, tree, checkpoints and
    payloads verify. Raises `Refused` for a store in use, `Unreadable` for sizes that cannot be.
    """
    _check(sizes)
    with store.reading() as session:
        reasons, head = seed_refusals(session), read_head(session)
    if reasons:
        raise Refused(reasons)
    made = Organisation(models=sizes.models, versions=sizes.versions, seed=number, until=at)
    with writing_in_bulk(store.engine) as bulk:
        say("people, models and versions")
        made.write(bulk)
        say("evidence, runs and findings")
        write_evidence(bulk, made)
        say("change requests")
        changes = write_changes(bulk, made)
        say("ledger entries")
        write_happenings(bulk, ledger, head, made, changes=changes, count=sizes.entries)
        say("deviations and actions")
        write_register(bulk, made)
        say("statistics for the planner")


def _check(sizes: Sizes) -> None:
    problems = [
        Problem("at least 1 is needed", column=name, found=f"{value}")
        for name, value in (("models", sizes.models), ("entries", sizes.entries))
        if value < 1
    ]
    if sizes.versions < sizes.models:
        problems.append(Problem("every model has a version", column="versions", found=f"{sizes.versions}"))
    if problems:
        raise Unreadable(problems)
