"""What the API answers about alerts."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers import LedgerProof
from app.api.wishes import Wish
from core.monitoring.alerts.selecting import AlertState
from core.monitoring.alerts.vocabulary import AlertAct, Cause
from core.policy.alerting.rules import Severity


class AlertLine(BaseModel):
    """One alert in a list."""

    alert: str = Field(examples=["AL0001"])
    state: AlertState
    severity: Severity
    clause: str = Field(description="Of the policy, where it set the severity")
    kind: str
    title: str
    detail: str
    model: str = Field(description="Empty where there is none")
    version: str
    environment: str
    group: str = Field(description="The number of the first alert of its group")
    count: int = Field(description="How often the condition was seen")
    raised_at: datetime
    seen_at: datetime
    recovered_at: datetime | None
    assignee: str
    escalations: int
    escalates_at: datetime | None = Field(description="Unless somebody takes it")
    snoozed_until: datetime | None
    cause: Cause | None
    closed_at: datetime | None


class AlertList(BaseModel):
    """A page of alerts, the most urgent first."""

    alerts: list[AlertLine]
    total: int
    limit: int
    offset: int


class StepView(BaseModel):
    """One thing that happened to an alert."""

    act: AlertAct
    at: datetime
    by: str
    said: str


class RecordView(BaseModel):
    """A record that an alert is linked with."""

    kind: str
    number: str


class AlertView(AlertLine):
    """An alert whole."""

    former: str = Field(description="The closed alert after which the condition came again")
    closing: str
    history: list[StepView]
    linked: list[RecordView]


class AlertDone(BaseModel):
    """What an act came to."""

    alert: str
    ledger: LedgerProof


class ClosureWish(Wish):
    """Why an alert is closed."""

    cause: Cause
    found: str = Field(max_length=2000, description="What it was, and what was done", examples=["A late feed; rerun."])
