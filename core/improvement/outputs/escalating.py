"""An output that a reviewer escalates becomes an incident, in the same act as the decision."""

from dataclasses import dataclass
from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor
from core.improvement.incidents.declaring import NewIncident, declare_within
from core.ledger.service import Ledger
from core.links import RecordKind, Ref
from core.monitoring.controls.reviewing import (
    ACT,
    Reviewed,
    entity_of,
    load_output,
    review_within,
)
from core.monitoring.controls.rules import OutputVerdict
from core.store import Store
from core.store.numbers import next_numbers
from core.validation.rules import Severity


@dataclass(frozen=True)
class Escalated:
    """What was decided, and the incident that it became; empty where it became none."""

    reviewed: Reviewed
    incident: str = ""


def decide_on_output(
    store: Store, ledger: Ledger, *, output: str, verdict: OutputVerdict, words: str, actor: Actor, at: datetime
) -> Escalated:
    """As `review_output`; whoever escalates declares an incident, linked with the alert and the output."""
    with store.reading() as session:
        entity = entity_of(session, load_output(session, output))
    with deciding(store, ledger, ACT, entity=entity, actor=actor, at=at) as tx:
        if verdict is OutputVerdict.ESCALATE:
            next_numbers(tx.session, "IN", 0)  # before the ledger's head, as everybody who declares an incident does
        done = review_within(tx, ledger, output=output, verdict=verdict, words=words, actor=actor, at=at)
        if done.verdict is not OutputVerdict.ESCALATE:
            return Escalated(done)
        new = NewIncident(
            title=f"Output {done.number} of {done.model} v{done.version} was escalated",
            severity=Severity.HIGH, what=words.strip(), model=done.model, versions=(done.version,),
            environment=done.environment, from_alert=done.alert, about=(Ref(RecordKind.OUTPUT, done.number),),
        )  # fmt: skip
        return Escalated(done, declare_within(tx, ledger, new, actor=actor, at=at))
