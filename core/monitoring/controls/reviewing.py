"""People decide on outputs that wait: fine, wrong, harmful, or escalated, with words; by two where the policy says."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import NotFound, Problem, Refused, Unreadable
from core.inventory.moves import version_by_id
from core.inventory.rules import Duty
from core.inventory.tables import Contribution, Model, ModelVersion
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.monitoring.controls.rules import (
    OutputFacts,
    OutputStatus,
    OutputVerdict,
    review_refusals,
    settled,
    words_refusals,
)
from core.monitoring.controls.tables import OutputOpinion, OutputReview
from core.store import Store, Transaction
from core.validation.rules import Severity

LONGEST = 4000
ACT = "output.review"
GRAVE = {OutputVerdict.HARMFUL: Severity.HIGH, OutputVerdict.ESCALATE: Severity.CRITICAL}


@dataclass(frozen=True)
class Reviewed:
    """What came of one person's decision: the verdict, where it is settled, and the alert that it raised."""

    number: str
    model: str
    version: str
    environment: str
    verdict: OutputVerdict | None
    alert: str = ""


def review_output(
    store: Store, ledger: Ledger, *, output: str, verdict: OutputVerdict, words: str, actor: Actor, at: datetime
) -> Reviewed:
    """Record what this person decides; a harmful or an escalated output raises an alert."""
    with store.reading() as session:
        entity = entity_of(session, load_output(session, output))
    with deciding(store, ledger, ACT, entity=entity, actor=actor, at=at) as tx:
        return review_within(tx, ledger, output=output, verdict=verdict, words=words, actor=actor, at=at)


def review_within(
    tx: Transaction, ledger: Ledger, *, output: str, verdict: OutputVerdict, words: str, actor: Actor, at: datetime
) -> Reviewed:
    """As `review_output`, in the transaction of an act that goes further, such as declaring an incident."""
    if len(words) > LONGEST:
        found = f"{len(words):,} characters"
        raise Unreadable([Problem("too long", column="words", found=found, expected=f"at most {LONGEST:,}")])
    row = load_output(tx.session, output, to_decide=True)
    given = opinions_of(tx.session, row)
    if reasons := (*review_refusals(facts_of(tx.session, row, given), actor), *words_refusals(words, verdict)):
        raise Refused(reasons)
    tx.session.add(OutputOpinion(review_id=row.id or 0, person=actor.id, verdict=verdict, said=words.strip(), at=at))
    row.verdict = settled([*(one.verdict for one in given), verdict], row.people)
    row.status = OutputStatus.SECOND if row.verdict is None else OutputStatus.DECIDED
    row.decided_at = at if row.verdict else None
    row.revision += 1
    tx.session.add(row)
    tx.session.flush()
    model, version = version_by_id(tx.session, row.version_id)
    _record(tx, ledger, row, model, version, verdict, words.strip(), actor, at)
    alert = _raised(tx, ledger, row, model, version, at) if row.verdict in GRAVE else ""
    return Reviewed(row.number, model.number, version.version, row.environment, row.verdict, alert)


def load_output(session: Session, number: str, *, to_decide: bool = False) -> OutputReview:
    """The output with this number; raises `NotFound`. `to_decide` lets one person follow another."""
    query = select(OutputReview).where(OutputReview.number == number)
    row = session.exec(query.with_for_update() if to_decide else query).first()
    if row is None:
        raise NotFound("output for review", number)
    return row


def opinions_of(session: Session, row: OutputReview) -> list[OutputOpinion]:
    """What people decided on this output, in order."""
    query = select(OutputOpinion).where(OutputOpinion.review_id == row.id).order_by(col(OutputOpinion.id))
    return list(session.exec(query).all())


def facts_of(session: Session, row: OutputReview, given: list[OutputOpinion]) -> OutputFacts:
    """What the rules ask for."""
    built = select(Contribution.person).where(
        Contribution.version_id == row.version_id, Contribution.duty == Duty.DEVELOPMENT
    )
    developers = frozenset(session.exec(built).all())
    return OutputFacts(row.status, row.people, frozenset(one.person for one in given), developers)


def entity_of(session: Session, row: OutputReview) -> Entity:
    """Named after its model, so that the model's history shows it."""
    model, _ = version_by_id(session, row.version_id)
    return Entity("output", f"{model.number} {row.number}")


def _record(
    tx: Transaction, ledger: Ledger, row: OutputReview, model: Model, version: ModelVersion, verdict: OutputVerdict,
    words: str, actor: Actor, at: datetime,
) -> None:  # fmt: skip
    payload: dict[str, JsonValue] = {
        "output": row.number, "version": version.version, "environment": row.environment, "batch": row.batch,
        "verdict": verdict.value, "words": words, "settled": row.verdict.value if row.verdict else "",
    }  # fmt: skip
    entity = Entity("output", f"{model.number} {row.number}")
    ledger.record(tx, Event.OUTPUT_REVIEWED, entity=entity, actor=actor, at=at, payload=payload)


def _raised(
    tx: Transaction, ledger: Ledger, row: OutputReview, model: Model, version: ModelVersion, at: datetime
) -> str:
    """One alert for each version and environment while it is open; each output is linked with it."""
    verdict = row.verdict or OutputVerdict.HARMFUL
    signal = Signal(
        AlertKind.FLAGGED_OUTPUT, f"output {model.number} {version.version} {row.environment}", GRAVE[verdict],
        title=f"A reviewer {'escalated' if verdict is OutputVerdict.ESCALATE else 'found harmful'} what "
        f"v{version.version} answered",
        detail=f"{row.number}, an output of {row.batch}: {verdict}. What it says is on its page, masked.",
        model=model.number, version=version.version, environment=row.environment,
        about=(Ref(RecordKind.OUTPUT, row.number),),
    )  # fmt: skip
    return raise_alert(tx, ledger, signal, at=at)
