"""The stage of a version, and the digest of what a decision on it rests on, from what the ledger says of its acts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from core.approval.rules import ASIDE
from core.approval.tables import ChangeRequest
from core.inventory.rules import BY_ACTION, Action, Stage
from core.inventory.tables import ModelVersion
from core.ledger.events import Event
from core.ledger.tables import table_of
from core.reports.history.ledger import ENTRY, Entry, of, sliced
from core.reports.history.loading import version_names
from core.reports.history.rewinding import Lost, Work
from core.validation.evidence import digests_now
from core.validation.held import models_of

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        Event.RUN_STARTED: Action.START_VALIDATION,
        Event.CHANGE_REQUESTED: Action.REQUEST_CHANGE,
        Event.CHANGE_WITHDRAWN: Action.WITHDRAW_CHANGE,
        Event.CHANGE_RETURNED: Action.RESUME_CHANGE,
        Event.CHANGE_APPROVED: Action.APPROVE,
        Event.CHANGE_REJECTED: Action.REJECT,
        Event.VERSION_RETIRED: Action.RETIRE,
    }
)
OF_VERSIONS = (
    Event.VERSION_REGISTERED, Event.EVIDENCE_UPLOADED, Event.RUN_STARTED, Event.RUN_FINISHED,
    Event.VALIDATION_CONCLUDED, Event.VERSION_STAGE_CHANGED, Event.VERSION_RETIRED, Event.VERSION_MOVED_TO_STABLE,
)  # fmt: skip
OF_CHANGES = (
    Event.CHANGE_REQUESTED, Event.CHANGE_WITHDRAWN, Event.CHANGE_RETURNED, Event.CHANGE_SENT_BACK,
    Event.CHANGE_APPROVED, Event.CHANGE_REJECTED, Event.CHANGE_EXECUTED,
)  # fmt: skip
OF_MODELS = (
    Event.MODEL_CHANGED, Event.SCOPE_DECIDED, Event.RISK_ASSESSED, Event.PACKS_CONFIRMED, Event.MODEL_REVIEWED,
    Event.PRODUCTION_RETURNED,
)  # fmt: skip
BOUND = frozenset({"purpose", "tier", "packs"})  # fields that move the digests of versions not decided on
FOLLOWING = frozenset({Stage.DRAFT, Stage.IN_VALIDATION, Stage.NOT_VALIDATED})
STATED = ("digest", "evidence")  # under which an entry says the digest


@dataclass
class _State:
    stage: Stage = Stage.DRAFT
    digest: str = ""
    stated: bool = False  # the last thing that moved the digest said what it became
    erased: bool = False


def take_back_stages(work: Work) -> dict[object, str]:
    """Stage and digest of every version that something moved since; answers with those whose digest no entry says."""
    names = version_names(work)
    changes = _changes(work)
    moved = _moved(work, names, changes)
    unsaid: dict[object, str] = {}
    versions = [one for one in work.of(ModelVersion) if names[one["id"]] in moved]
    if not versions:
        return unsaid
    states = _replayed(work, {names[one["id"]] for one in versions}, changes)
    for one in versions:
        name = names[one["id"]]
        state = states.get(name, _State())
        one["stage"], one["evidence_digest"] = state.stage, state.digest
        if state.erased:
            work.lost.append(Lost(f"Stage of {name}", "particulars of ledger entries about it were erased"))
        if not state.stated:
            unsaid[one["id"]] = name
    return unsaid


def settle_digests(work: Work, session: Session, unsaid: Mapping[object, str]) -> None:
    """Make the digests that no entry says from the record as it was, as the use cases made them."""
    for part in sliced(list(unsaid)):
        versions = session.exec(select(ModelVersion).where(col(ModelVersion.id).in_(part))).all()
        digests = digests_now(session, versions, models_of(session, versions))
        for version in versions:
            version.evidence_digest, version.evidence_parts = digests[version.id or 0], ""
    session.flush()


def _changes(work: Work) -> dict[str, tuple[str, bool]]:
    """By number of a change: the version it is about, and whether it stands beside the life cycle."""
    names = version_names(work)
    change = table_of(ChangeRequest).c
    query = select(change.number, change.version_id, change.kind)
    if work.model:
        query = query.where(change.version_id.in_(list(names)))
    return {number: (names[key], kind in ASIDE) for number, key, kind in work.source.execute(query) if key in names}


def _moved(work: Work, names: Mapping[object, str], changes: Mapping[str, tuple[str, bool]]) -> set[str]:
    """The versions that a later entry concerns."""
    by_model: dict[str, set[str]] = {}
    for name in names.values():
        by_model.setdefault(name.partition(" ")[0], set()).add(name)
    found: set[str] = set()
    for entry in work.ledger.after(of(*OF_VERSIONS, *OF_CHANGES, *OF_MODELS), *_scope(work, changes)):
        if entry.kind == "change" and entry.entity in changes:
            found.add(changes[entry.entity][0])
        found |= {entry.entity} if entry.kind == "version" else by_model.get(entry.entity, set())
    return found


def _scope(work: Work, changes: Mapping[str, tuple[str, bool]]) -> tuple[ColumnElement[bool], ...]:
    if not work.model:
        return ()
    return ((ENTRY.subject == work.model) | ENTRY.entity_id.in_(list(changes)),)


def _replayed(work: Work, versions: set[str], changes: Mapping[str, tuple[str, bool]]) -> dict[str, _State]:
    about = versions | {name.partition(" ")[0] for name in versions}
    about |= {number for number, (name, _) in changes.items() if name in versions}
    states: dict[str, _State] = {}
    entries: Iterable[Entry] = work.ledger.about(about, of(*OF_VERSIONS, *OF_CHANGES, *OF_MODELS))
    for entry in entries:
        if entry.kind == "model":
            _of_model(entry, states)
        elif entry.kind == "change":
            name, aside = changes.get(entry.entity, ("", True))
            if not aside:
                _apply(entry, states.setdefault(name, _State()))
        else:
            _apply(entry, states.setdefault(entry.entity, _State()))
    return states


def _of_model(entry: Entry, states: Mapping[str, _State]) -> None:
    own = f"{entry.entity} "
    if entry.action == Event.PRODUCTION_RETURNED:
        back = states.get(own + entry.text("to"))
        if back is not None and entry.text("environment") == "production":
            back.stage = Stage.IN_PRODUCTION
        return
    fields = entry.said.get("fields")
    if entry.erased or (isinstance(fields, Mapping) and BOUND & fields.keys()):
        for name, state in states.items():
            if name.startswith(own) and state.stage in FOLLOWING:
                state.stated = False


def _apply(entry: Entry, state: _State) -> None:
    """What one entry did to the version, by its own words first, otherwise by the table of moves."""
    said = entry.text("stage")
    action = ACTIONS.get(entry.action)
    if said:
        state.stage = Stage(said)
    elif entry.action == Event.CHANGE_EXECUTED:
        state.stage = Stage.IN_PRODUCTION if entry.text("to") else state.stage
    elif action is Action.RETIRE:
        state.stage = Stage.RETIRED
    elif action is not None and (state.stage, action) in BY_ACTION:
        state.stage = BY_ACTION[state.stage, action].target
    elif entry.erased:
        state.erased = True
    digest = next((entry.text(name) for name in STATED if len(entry.text(name)) == 64), "")
    if digest:
        state.digest, state.stated = digest, True
