"""People decide on texts that were held back: release, keep masked, or withhold; by two where the policy says."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.personal_data.noting import RELEASED
from core.access.personal_data.sealing import opened
from core.access.personal_data.tables import HeldOpinion, HeldText, TextStatus, TextVerdict
from core.access.rules import Actor
from core.approval.tables import ChangeRequest, Condition
from core.errors import Conflict, NotFound, Refused
from core.improvement.incidents.tables import Incident
from core.inventory.moves import load_model, version_by_id
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.alerts.tables import Alert
from core.policy.service import policy_in_force
from core.privacy.text_rules import TextFacts, reason_refusals, settled, text_refusals
from core.store import Store, Transaction
from core.store.base import Row

WITHHELD = "[withheld]"
ORDER = (TextVerdict.RELEASE, TextVerdict.MASK, TextVerdict.WITHHOLD)  # the most careful last


def decide_text(
    store: Store, ledger: Ledger, *, text: str, verdict: TextVerdict, reason: str, actor: Actor, at: datetime
) -> TextVerdict | None:
    """Give one's opinion on a held text; once enough people did, the most careful of them is done.

    Released, the record shows the text as it was written; withheld, it shows that something is withheld. The sealed
    original is destroyed either way. Answers the verdict where it is settled.
    """
    with store.reading() as session:
        held = load_text(session, text)
        entity = Entity(held.entity_kind, held.entity_id)
    with deciding(store, ledger, "decide on a held text", entity=entity, actor=actor, at=at) as tx:
        row = load_text(tx.session, text, to_change=True)
        given = opinions_of(tx.session, row)
        facts = facts_of(tx.session, row, given, at=at)
        if reasons := (*text_refusals(facts, actor), *reason_refusals(reason)):
            raise Refused(reasons)
        opinion = HeldOpinion(held_id=row.id or 0, person=actor.id, verdict=verdict, reason=reason.strip(), at=at)
        tx.session.add(opinion)
        outcome = settled([*(one.verdict for one in given), verdict], facts.people, ORDER)
        _settle(tx, ledger, row, outcome, at=at)
        payload: dict[str, JsonValue] = {
            "text": row.number, "verdict": verdict.value, "reason": reason.strip(), "settled": outcome or "",
        }  # fmt: skip
        ledger.record(tx, Event.TEXT_DECIDED, entity=entity, actor=actor, at=at, payload=payload)
        return row.verdict


def text_as_written(session: Session, ledger: Ledger, *, text: str, actor: Actor, at: datetime) -> str:
    """The original, for whoever may decide on it; raises `Refused` for everybody else, and once it is decided on."""
    row = load_text(session, text)
    if reasons := text_refusals(facts_of(session, row, opinions_of(session, row), at=at), actor):
        raise Refused(reasons)
    return opened(ledger.keyring.folder, row.sealed, number=row.number)


def load_text(session: Session, number: str, *, to_change: bool = False) -> HeldText:
    """The held text of this number; raises `NotFound`."""
    query = select(HeldText).where(HeldText.number == number)
    row = session.exec(query.with_for_update() if to_change else query).first()
    if row is None:
        raise NotFound("held text", number)
    return row


def opinions_of(session: Session, row: HeldText) -> list[HeldOpinion]:
    """What people decided on this text, in order."""
    query = select(HeldOpinion).where(HeldOpinion.held_id == row.id).order_by(col(HeldOpinion.id))
    return list(session.exec(query).all())


def facts_of(session: Session, row: HeldText, given: list[HeldOpinion], *, at: datetime) -> TextFacts:
    """What the rules ask for; two people decide where the policy wants two for outputs of the model's tier."""
    people = 1
    if (model := _model_of(session, row)) and (tier := load_model(session, model).tier):
        people = policy_in_force(session, at=at).policy.output_reviews.people(tier)
    return TextFacts(row.author, people, tuple(one.person for one in given), row.status is TextStatus.DECIDED)


def _model_of(session: Session, row: HeldText) -> str:
    first = row.entity_id.split(" ")[0]
    if row.entity_kind == "incident":
        return session.exec(select(Incident.model).where(Incident.number == first)).first() or ""
    if row.entity_kind == "alert":
        return session.exec(select(Alert.model).where(Alert.number == first)).first() or ""
    if row.entity_kind in {"change", "condition"}:
        return _of_change(session, row.entity_kind, first)
    return first if row.entity_kind in {"model", "version"} else ""


def _of_change(session: Session, kind: str, key: str) -> str:
    """The model of a change, or of the change that a condition belongs to."""
    if kind == "condition":
        mine = ChangeRequest.id == select(Condition.change_id).where(Condition.id == int(key)).scalar_subquery()
    else:
        mine = ChangeRequest.number == key
    change = session.exec(select(ChangeRequest).where(mine)).first()
    return version_by_id(session, change.version_id)[0].number if change else ""


def _settle(tx: Transaction, ledger: Ledger, row: HeldText, outcome: str | None, *, at: datetime) -> None:
    if outcome is None:
        row.status = TextStatus.SECOND
    else:
        verdict = TextVerdict(outcome)
        if verdict is TextVerdict.RELEASE:
            _write(tx.session, row, opened(ledger.keyring.folder, row.sealed, number=row.number))
        elif verdict is TextVerdict.WITHHOLD:
            _write(tx.session, row, WITHHELD)
        row.status, row.verdict, row.decided_at, row.sealed = TextStatus.DECIDED, verdict, at, b""
    tx.session.add(row)
    tx.session.flush()


def _write(session: Session, row: HeldText, text: str) -> None:
    """Put the text where its masked form stands; raises `Conflict` where that has changed since."""
    table = Row.metadata.tables[row.in_table]
    column = table.c[row.in_column]
    statement = update(table).where(table.c.id == row.in_row, column == row.masked).values({row.in_column: text})
    changed = session.connection().execute(statement.execution_options(**{RELEASED: True}))
    if changed.rowcount != 1:
        raise Conflict("the masked text", "another", f"The {row.place}")
