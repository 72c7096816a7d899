"""What keeps data from being removed when their time is over: a hold, an incident, an audit, a request, their use."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.audits.population import AuditScope, in_scope
from core.audits.rules.life import AuditStatus
from core.audits.tables import Audit
from core.improvement.incidents.rules.life import FINAL
from core.improvement.incidents.tables import Incident, IncidentAffected
from core.inventory.classes.tables import DataHolder
from core.inventory.tables import Model
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.monitoring.intake.tables import MonitoredModel, ProductionBatch
from core.privacy.retention.rules import Hold
from core.privacy.subjects.rules import RequestKind, RequestStatus
from core.privacy.subjects.tables import SubjectFound, SubjectRequest

UNDER_WAY = (AuditStatus.FIELDWORK, AuditStatus.FOLLOW_UP)
NOT_ANSWERED = (RequestStatus.OPEN, RequestStatus.ERASING)
KEPT_FOR_A_SEARCH = (RequestKind.ACCESS, RequestKind.RESTRICTION)  # GDPR 15, 18: what is gone can be neither
IN_FILES = ("production data", "evidence", "evidence as received", "rows held")  # places where a search finds a person


@dataclass(frozen=True)
class Holds:
    """Every hold: of models and datasets by number, of single files by the number of their record, of audits with
    their period, and of all data."""

    of_holders: Mapping[str, tuple[Hold, ...]]
    of_records: Mapping[str, tuple[Hold, ...]]
    of_periods: Mapping[str, tuple[tuple[datetime, datetime, Hold], ...]]
    of_all: tuple[Hold, ...]

    def on(self, model: str, batch: ProductionBatch) -> tuple[Hold, ...]:
        """What keeps this batch."""
        first, last = batch.first_at or batch.received_at, batch.last_at or batch.received_at
        return self.of([model], batch.number, first, last)

    def of(self, holders: Iterable[str], record: str, first: datetime, last: datetime) -> tuple[Hold, ...]:
        """What keeps the file of a record that belongs to these, the model first, and was in use in between."""
        named = tuple(holders)
        periods = self.of_periods.get(named[0], ()) if named else ()
        audited = tuple(hold for start, end, hold in periods if start <= last and first <= end)
        own = tuple(hold for one in named for hold in self.of_holders.get(one, ()))
        return (*own, *self.of_records.get(record, ()), *audited, *self.of_all)


def holds(session: Session, *, at: datetime) -> Holds:
    """Everything that holds data now."""
    models = defaultdict[str, list[Hold]](list)
    for holder, reason in session.exec(
        select(DataHolder.holder, DataHolder.hold_reason).where(DataHolder.hold_reason != "")
    ):
        models[holder].append(Hold("hold", holder, reason))
    for model, hold in _incidents(session):
        if hold not in models[model]:
            models[model].append(hold)
    batches, of_all = defaultdict[str, list[Hold]](list), list[Hold]()
    for batch, hold in (*_requests(session), *_references(session)):
        batches[batch].append(hold)
    of_all += _searches(session, at)
    return Holds(_fixed(models), _fixed(batches), _audits(session), tuple(of_all))


def _incidents(session: Session) -> Iterator[tuple[str, Hold]]:
    open_ = col(Incident.status).not_in(list(FINAL))
    first = select(Incident.model, Incident.number, Incident.title).where(open_, Incident.model != "")
    also = (
        select(IncidentAffected.model, Incident.number, Incident.title)
        .join(Incident, col(Incident.id) == col(IncidentAffected.incident_id))
        .where(open_)
    )
    for query in (first, also):
        for model, number, title in session.exec(query):
            yield model, Hold("incident", number, f"incident {number} is open: {title}")


def _audits(session: Session) -> Mapping[str, tuple[tuple[datetime, datetime, Hold], ...]]:
    found = defaultdict[str, list[tuple[datetime, datetime, Hold]]](list)
    for audit in session.exec(select(Audit).where(col(Audit.status).in_(UNDER_WAY))):
        hold = Hold("audit", audit.number, f"audit {audit.number} is in {audit.status.value}: {audit.title}")
        for model in session.exec(select(Model.number).where(*in_scope(AuditScope.parse(audit.scope)))):
            found[model].append((audit.period_from, audit.period_to, hold))
    return {model: tuple(one) for model, one in found.items()}


def _requests(session: Session) -> Iterator[tuple[str, Hold]]:
    """Files that name somebody whose request is not answered; an erasure takes their rows itself."""
    query = (
        select(SubjectFound.record, SubjectRequest.number)
        .join(SubjectRequest, col(SubjectRequest.id) == col(SubjectFound.request_id))
        .where(col(SubjectRequest.status).in_(NOT_ANSWERED), col(SubjectFound.place).in_(IN_FILES))
    )
    for record, number in session.exec(query):
        yield record, Hold("subject request", number, f"{number} is not answered, and its person is in it")


def _searches(session: Session, at: datetime) -> Iterator[Hold]:
    """Nobody knows yet where the person is; past the day of the answer nothing waits for it any more."""
    query = select(SubjectRequest.number).where(
        SubjectRequest.status == RequestStatus.OPEN,
        col(SubjectRequest.kind).in_(KEPT_FOR_A_SEARCH),
        col(SubjectRequest.searched_at).is_(None),
        SubjectRequest.due_at > at,
    )
    for number in session.exec(query):
        yield Hold("subject request", number, f"{number} waits for its search")


def _references(session: Session) -> Iterator[tuple[str, Hold]]:
    """The batch or file that production is compared with: as declared, else the newest batch of reference data."""
    for declared in session.exec(select(MonitoredModel)):
        named = MonitoredData.from_json(declared.mapping).reference
        if not named:
            newest = select(ProductionBatch.number).where(
                ProductionBatch.model_id == declared.model_id,
                ProductionBatch.environment == declared.environment,
                ProductionBatch.kind == BatchKind.REFERENCE,
                col(ProductionBatch.removed_at).is_(None),
            )
            named = session.exec(newest.order_by(col(ProductionBatch.id).desc()).limit(1)).first() or ""
        if named:
            yield named, Hold("reference", named, f"production in {declared.environment} is compared with it")


def _fixed(found: Mapping[str, list[Hold]]) -> Mapping[str, tuple[Hold, ...]]:
    return {key: tuple(one) for key, one in found.items() if one}
