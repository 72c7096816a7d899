"""The use cases: preview a bulk edit, make it in one transaction, and take one back."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor, deciding_about
from core.errors import Conflict, Problem, Refusal, Refused, Unreadable
from core.inventory.bulk.loading import about, inverse, load, said, seen
from core.inventory.bulk.plan import MOST, NEXT_REVIEW, BulkWish, PlannedRow, Target, plan_digest, review_refusals
from core.inventory.changing.service import apply, change_refusals, change_within
from core.inventory.history import Difference
from core.inventory.tables import BulkEdit, BulkEditRow, Model
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction
from core.store.numbers import next_number

TRIAL = "Preview of a bulk edit"


class _Undo(Exception):
    """Ends a preview: nothing of it is kept."""


def preview(
    store: Store, ledger: Ledger, *, models: Sequence[str], wish: BulkWish, actor: Actor, at: datetime
) -> tuple[PlannedRow, ...]:
    """What the edit would do to each model, found by doing it and taking it back; nothing is stored.

    Raises `Refused` for who may change no model at all: they would learn names and revisions.
    """
    _ask_first(actor)
    _check(models, wish)
    with _taken_back(store) as tx:
        rows = load(tx.session, models)
        seen(tx.session, rows, actor)
        targets = {row.number: wish.target(row) for row in rows}
        return _try_each(tx, ledger, rows, targets, undoing=False, actor=actor, at=at)
    raise AssertionError  # the block above returns


def change_models(
    store: Store,
    ledger: Ledger,
    *,
    revisions: Mapping[str, int],
    wish: BulkWish,
    reason: str,
    actor: Actor,
    at: datetime,
) -> str:
    """Change every model or none: `revisions` says of each which revision the preview showed.

    Each change is in the model's history and on the ledger, the edit as a whole too; returns the edit's number.
    Raises `Refused` with the reasons of every model, `Conflict` when one changed since the preview.
    """
    _check(list(revisions), wish)
    entity, of = Entity("bulk edit", "new"), [Entity("model", number) for number in revisions]
    with deciding(store, ledger, "change models", entity=entity, of=of, actor=actor, at=at) as tx:
        rows = load(tx.session, list(revisions))
        targets = {row.number: wish.target(row) for row in rows}
        return _make(tx, ledger, rows, targets, revisions, reason=reason, undoes="", actor=actor, at=at)


def agreed(store: Store, *, models: Sequence[str], wish: BulkWish, expected: str, actor: Actor) -> Mapping[str, int]:
    """The revisions of these models now; raises `Conflict` unless a preview of them has the digest `expected`."""
    _ask_first(actor)
    _check(models, wish)
    with store.reading() as session:
        return _agreed({row.number: row.revision for row in load(session, models)}, wish, expected)


def agreed_undo(store: Store, *, edit: str, expected: str, actor: Actor) -> Mapping[str, int]:
    """As `agreed`, of the models of an edit that is to be taken back."""
    _ask_first(actor)
    with store.reading() as session:
        rows, _, _ = inverse(session, edit)
        return _agreed({row.number: row.revision for row in rows}, BulkWish(), expected, undoes=edit)


def _agreed(revisions: Mapping[str, int], wish: BulkWish, expected: str, *, undoes: str = "") -> Mapping[str, int]:
    found = plan_digest(wish, revisions, undoes=undoes)
    if found != expected:
        raise Conflict(expected[:8], found[:8], "The preview")
    return revisions


def _ask_first(actor: Actor) -> None:
    if reasons := change_refusals(actor):
        raise Refused(reasons)


def preview_undo(store: Store, ledger: Ledger, *, edit: str, actor: Actor, at: datetime) -> tuple[PlannedRow, ...]:
    """What taking an edit back would do to each of its models; raises as `preview`."""
    _ask_first(actor)
    with _taken_back(store) as tx:
        rows, targets, moved_on = inverse(tx.session, edit)
        seen(tx.session, rows, actor)
        planned = _try_each(tx, ledger, rows, targets, undoing=True, actor=actor, at=at)
        return tuple(
            PlannedRow(row.number, row.name, row.revision, (), (*moved_on[row.number], *row.refusals))
            if row.number in moved_on
            else row
            for row in planned
        )
    raise AssertionError  # the block above returns


def undo_bulk_edit(
    store: Store,
    ledger: Ledger,
    *,
    edit: str,
    revisions: Mapping[str, int],
    reason: str,
    actor: Actor,
    at: datetime,
) -> str:
    """Give the fields of an edit the values they had, of every model or of none; returns the new edit's number.

    Refused while a field holds something else than the edit gave it.
    """
    with deciding(store, ledger, "undo a bulk edit", entity=Entity("bulk edit", edit), actor=actor, at=at) as tx:
        rows, targets, moved_on = inverse(tx.session, edit)
        _refuse([reason for reasons in moved_on.values() for reason in reasons])
        return _make(tx, ledger, rows, targets, revisions, reason=reason, undoes=edit, actor=actor, at=at)


def _make(
    tx: Transaction,
    ledger: Ledger,
    rows: Sequence[Model],
    targets: Mapping[str, Target],
    revisions: Mapping[str, int],
    *,
    reason: str,
    undoes: str,
    actor: Actor,
    at: datetime,
) -> str:
    _refuse(list(change_refusals(actor)))
    number = next_number(tx.session, "BE")
    edit = BulkEdit(number=number, reason=reason.strip(), undoes=undoes, made_by=actor.acting_as, made_at=at)
    tx.session.add(edit)
    tx.session.flush()
    against: list[Refusal] = []
    changed = 0
    for row in rows:
        if revisions.get(row.number) != row.revision:
            raise Conflict(f"revision {revisions.get(row.number)}", f"revision {row.revision}", f"Model {row.number}")
        try:
            found = _change(tx, ledger, row, targets[row.number], reason, undoing=bool(undoes), actor=actor, at=at)
        except Refused as refused:
            against += [_named(row.number, one) for one in refused.refusals]
            continue
        changed += bool(found)
        tx.session.add_all(
            BulkEditRow(bulk_edit_id=edit.id or 0, model=row.number, field=one.field, old=one.old, new=one.new)
            for one in found
        )
    _refuse(against)
    if not changed:
        raise Refused([Refusal("nothing-to-change", "Every model is so already", "bulk edit", "Choose other values.")])
    payload: dict[str, JsonValue] = {"reason": reason.strip(), "models": changed, "undoes": undoes}
    ledger.record(tx, Event.MODELS_CHANGED, entity=Entity("bulk edit", number), actor=actor, at=at, payload=payload)
    return number


def _change(
    tx: Transaction,
    ledger: Ledger,
    row: Model,
    target: Target,
    reason: str,
    *,
    undoing: bool,
    actor: Actor,
    at: datetime,
) -> tuple[Difference, ...]:
    """Change one model; the fields that differ, both values as they can be set again."""
    before = {field: said(getattr(row, field)) for field in target}
    fields = {field: value for field, value in target.items() if field != NEXT_REVIEW}
    if fields:
        change_within(
            tx, ledger, model=row.number, changes=fields, reason=reason, expected_revision=row.revision, actor=actor,
            at=at,
        )  # fmt: skip
    if NEXT_REVIEW in target and target[NEXT_REVIEW] != row.next_review:
        wanted = target[NEXT_REVIEW]
        assert not isinstance(wanted, str)
        _refuse([*change_refusals(actor, row), *(() if undoing else review_refusals(row.next_review, wanted, at))])
        moved = Difference(NEXT_REVIEW, said(row.next_review), said(wanted))
        apply(tx, ledger, row, {NEXT_REVIEW: wanted}, [moved], reason=reason, actor=actor, at=at)
    after = {field: said(getattr(row, field)) for field in target}
    return tuple(Difference(field, before[field], after[field]) for field in target if before[field] != after[field])


def _try_each(
    tx: Transaction,
    ledger: Ledger,
    rows: Sequence[Model],
    targets: Mapping[str, Target],
    *,
    undoing: bool,
    actor: Actor,
    at: datetime,
) -> tuple[PlannedRow, ...]:
    planned = []
    for row in rows:
        number, name, revision = row.number, row.name, row.revision
        changes: tuple[Difference, ...] = ()
        refusals: tuple[Refusal, ...] = ()
        try:
            with tx.session.begin_nested(), deciding_about(about(tx.session, number, actor)):
                changes = _change(tx, ledger, row, targets[number], TRIAL, undoing=undoing, actor=actor, at=at)
        except Refused as refused:
            refusals = refused.refusals
        except Unreadable as unreadable:
            refusals = tuple(Refusal("unreadable", str(problem)) for problem in unreadable.problems)
        planned.append(PlannedRow(number, name, revision, changes, refusals))
    return tuple(planned)


@contextmanager
def _taken_back(store: Store) -> Iterator[Transaction]:
    """A transaction of which nothing is kept."""
    try:
        with store.transaction() as tx:
            yield tx
            raise _Undo
    except _Undo:
        pass


def _check(models: Sequence[str], wish: BulkWish) -> None:
    problems = []
    if not models:
        problems.append(Problem("no model was chosen", column="models"))
    if len(models) > MOST:
        problems.append(
            Problem("too many at once", column="models", found=f"{len(models):,}", expected=f"at most {MOST}")
        )
    if wish.empty:
        problems.append(Problem("nothing to set", column="fields"))
    if problems:
        raise Unreadable(problems)


def _named(number: str, reason: Refusal) -> Refusal:
    return Refusal(reason.code, f"{number}: {reason.message}", reason.clause, reason.way_out)


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(tuple(reasons))
