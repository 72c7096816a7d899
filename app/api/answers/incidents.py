"""What the API takes and answers about incidents and corrective actions."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, Field

from app.api.answers.acts import LedgerProof
from app.api.wishes import Wish
from core.improvement.actions.rules import ActionKind, ActionStatus
from core.improvement.incidents.declaring import NewIncident
from core.improvement.incidents.rules.clocks import ClockState
from core.improvement.incidents.rules.life import IncidentStatus
from core.validation.rules import Severity


class IncidentWish(Wish):
    """An incident as it is declared."""

    title: str = Field(max_length=300, examples=["Refusals doubled"])
    severity: Severity
    what: str = Field(max_length=4000, description="What was seen, by whom, where")
    model: str = Field("", max_length=16, examples=["M0001"])
    versions: list[str] = Field([], max_length=50, description="Of the model; none: the whole model")
    environment: str = Field("", max_length=60, examples=["production"])
    alert: str | None = Field(None, max_length=16, description="The alert that it came from", examples=["AL0001"])
    commander: str | None = Field(None, max_length=16, description="A person's number")
    people_affected: str = Field("", max_length=4000)
    decisions_affected: str = Field("", max_length=4000)
    harm: str = Field("", max_length=4000)
    began_at: AwareDatetime | None = None
    aware_at: AwareDatetime | None = Field(None, description="Regulators' clocks count from here; left out: now")

    def entered(self) -> NewIncident:
        return NewIncident(
            self.title, self.severity, self.what, self.model, tuple(self.versions), self.environment, self.alert,
            self.commander, self.people_affected, self.decisions_affected, self.harm, self.began_at, self.aware_at,
        )  # fmt: skip


class NoteWish(Wish):
    """A note for the timeline."""

    text: str = Field(max_length=4000)
    happened_at: AwareDatetime | None = Field(None, description="Left out: now")


class ClockView(BaseModel):
    """A duty to notify as it stands in one incident."""

    rule: str = Field(examples=["gdpr-33"])
    title: str
    clause: str
    authority: str
    state: ClockState
    due_at: datetime
    reason: str = Field(description="Why it applies or not")
    notified_at: datetime | None
    receiver: str
    reference: str


class ActionView(BaseModel):
    """A corrective or preventive action."""

    action: str = Field(examples=["ACT0001"])
    kind: ActionKind
    status: ActionStatus
    severity: Severity
    title: str
    detail: str
    owner: str
    due_at: datetime
    overdue: bool
    links: list[str] = Field(
        description="Records that it came from, as kind and number", examples=[["incident IN0001"]]
    )
    done: str
    evidence: str
    done_at: datetime | None
    verified_by: str | None
    verified_at: datetime | None
    carried_over: str


class ActionList(BaseModel):
    """A page of actions."""

    actions: list[ActionView]
    total: int
    limit: int
    offset: int


class IncidentLine(BaseModel):
    """One incident in a list."""

    incident: str = Field(examples=["IN0001"])
    title: str
    severity: Severity
    status: IncidentStatus
    affected: list[str] = Field(description="Versions, or models as a whole", examples=[["M0001 1.0.0"]])
    commander: str | None
    aware_at: datetime
    declared_at: datetime
    next_clock: ClockView | None = Field(description="The clock that ends first of those that run")
    actions: int
    pending: int = Field(description="Actions that are not done")


class IncidentList(BaseModel):
    """A page of incidents, by urgency."""

    incidents: list[IncidentLine]
    total: int
    limit: int
    offset: int


class HappenedView(BaseModel):
    """A line of the timeline."""

    at: datetime
    recorded_at: datetime
    event: str = Field(examples=["incident.declared"])
    about: str
    says: str
    person: str
    entry: int = Field(description="In the ledger")
    erased: bool


class IncidentView(BaseModel):
    """An incident whole."""

    incident: str
    title: str
    severity: Severity
    status: IncidentStatus
    what: str
    model: str
    affected: list[str]
    environment: str
    commander: str | None
    people_affected: str
    decisions_affected: str
    harm: str
    began_at: datetime | None
    aware_at: datetime
    declared_by: str
    declared_at: datetime
    contained_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    duplicate_of: str | None
    conclusion: str
    root_cause: str
    links: list[str]
    clocks: list[ClockView]
    actions: list[ActionView]
    timeline: list[HappenedView]


class IncidentRecorded(BaseModel):
    """What was recorded about which incident."""

    incident: str
    ledger: LedgerProof
