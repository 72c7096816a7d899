"""People confirm or change what a column is: its class, purpose and legal basis."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Conflict, Problem, Refusal, Refused, Unreadable
from core.inventory.classes.queries import holder_entity
from core.inventory.classes.rules import ClassFacts, classify_refusals
from core.inventory.classes.tables import DataColumn
from core.inventory.history import Difference, write_history
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Ledger, Recorded
from core.monitoring.intake.uses import declared_inputs
from core.policy.keeping.rules import DataClass
from core.privacy.classes.meeting import inputs_in_validations
from core.privacy.classes.noting import locked_holder
from core.store import Store

ACT = "class columns"
LONGEST = 2000
MOST = 500  # columns of one decision


@dataclass(frozen=True)
class Classed:
    """What a decision came to: the columns that changed, the revision of the holder, and the entry, if any."""

    columns: tuple[str, ...]
    revision: int
    recorded: Recorded | None


def classify_columns(
    store: Store,
    ledger: Ledger,
    *,
    holder: str,
    decisions: Mapping[str, ClassFacts],
    expected_revision: int | None = None,
    actor: Actor,
    at: datetime,
) -> Classed:
    """Decide on columns by name, all or none; a column that says the same already stays as it is.

    Raises `Refused` with every reason, `Unreadable` for columns that nobody knows, `Conflict` where somebody decided
    since `expected_revision`.
    """
    with store.reading() as session:
        entity, _, _ = holder_entity(session, holder)
    with deciding(store, ledger, ACT, entity=entity, actor=actor, at=at) as tx:
        held = locked_holder(tx, holder, at=at)
        rows = _rows(tx.session, holder, decisions)
        _check(decisions, rows)
        _refuse(_reasons(tx.session, holder, decisions, rows, actor))
        if expected_revision is not None and expected_revision != held.revision:
            raise Conflict(f"revision {expected_revision}", f"revision {held.revision}", "The classes")
        changed = [row for row in rows.values() if facts_of(row) != stripped(decisions[row.name])]
        if not changed:
            return Classed((), held.revision, None)
        held.revision += 1
        before = {row.name: in_words(facts_of(row)) for row in changed}
        for row in changed:
            _take(row, stripped(decisions[row.name]), actor, at)
        tx.session.add_all([held, *changed])
        found = [Difference(f"Class of {row.name}"[:64], before[row.name], in_words(facts_of(row))) for row in changed]
        write_history(tx, entity, found, reason="", revision=held.revision, actor=actor, at=at)
        said: dict[str, JsonValue] = {row.name: payload_of(row) for row in changed}
        payload: dict[str, JsonValue] = {"revision": held.revision, "columns": said}
        recorded = ledger.record(tx, Event.COLUMNS_CLASSED, entity=entity, actor=actor, at=at, payload=payload)
        return Classed(tuple(row.name for row in changed), held.revision, recorded)


def facts_of(row: DataColumn) -> ClassFacts | None:
    """What was decided of a column; None: nothing yet."""
    if row.data_class is None:
        return None
    return ClassFacts(row.data_class, row.purpose, row.basis, row.condition, row.because)


def stripped(facts: ClassFacts) -> ClassFacts:
    """Without white space around the words."""
    return ClassFacts(facts.data_class, facts.purpose.strip(), facts.basis, facts.condition, facts.because.strip())


def in_words(facts: ClassFacts | None) -> str:
    """A decision in one line, for the history."""
    if facts is None:
        return ""
    parts = [facts.data_class.value, facts.basis, facts.condition, facts.purpose, facts.because]
    return "; ".join(str(part) for part in parts if part)


def payload_of(row: DataColumn) -> dict[str, JsonValue]:
    """A decision as the ledger commits to it."""
    return {
        "class": row.data_class.value if row.data_class else "",
        "proposed": row.proposed.value,
        "purpose": row.purpose,
        "basis": row.basis.value if row.basis else "",
        "condition": row.condition.value if row.condition else "",
        "because": row.because,
    }


def _rows(session: Session, holder: str, names: Collection[str]) -> Mapping[str, DataColumn]:
    query = select(DataColumn).where(DataColumn.holder == holder, col(DataColumn.name).in_(list(names)[:MOST]))
    return {row.name: row for row in session.exec(query.order_by(col(DataColumn.name)).with_for_update())}


def _reasons(
    session: Session, holder: str, decisions: Mapping[str, ClassFacts], rows: Mapping[str, DataColumn], actor: Actor
) -> Sequence[Refusal]:
    inputs = declared_inputs(session, holder).get(holder, frozenset()) | inputs_in_validations(session, holder)
    reasons: list[Refusal] = []
    for facts, names in _alike(decisions):
        proposed: Iterable[DataClass] = [rows[name].proposed for name in names]
        reasons += classify_refusals(stripped(facts), proposed, inputs & set(names), actor)
    return tuple(dict.fromkeys(reasons))


def _alike(decisions: Mapping[str, ClassFacts]) -> Iterable[tuple[ClassFacts, list[str]]]:
    """The columns of which the same is said."""
    found: dict[ClassFacts, list[str]] = {}
    for name, facts in decisions.items():
        found.setdefault(facts, []).append(name)
    return found.items()


def _check(decisions: Mapping[str, ClassFacts], rows: Mapping[str, DataColumn]) -> None:
    problems = [
        Problem("no column of this name is known", column=name[:200], expected="a column that was met")
        for name in list(decisions)[:MOST]
        if name not in rows
    ]
    for facts in set(decisions.values()):
        for field in ("purpose", "because"):
            if len(getattr(facts, field)) > LONGEST:
                problems.append(Problem("too long", column=field, expected=f"at most {LONGEST:,} characters"))
    if not decisions or len(decisions) > MOST:
        problems.append(Problem("columns are missing, or too many", expected=f"1 to {MOST} columns"))
    if problems:
        raise Unreadable(problems)


def _take(row: DataColumn, facts: ClassFacts, actor: Actor, at: datetime) -> None:
    row.data_class, row.purpose, row.basis = facts.data_class, facts.purpose, facts.basis
    row.condition, row.because = facts.condition, facts.because
    row.decided_by, row.decided_at = actor.acting_as, at


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)
