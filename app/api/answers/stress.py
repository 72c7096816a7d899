"""What the API says of stress tests."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers import LedgerProof
from core.metrics.verdicts import Verdict
from core.validation.stress.tables import StressStatus


class StressWish(BaseModel):
    """A plan to be carried out on a version."""

    version: str = Field(max_length=64)
    plan: str = Field(max_length=50_000, description="TOML, see the documentation of stress tests")


class StressFigureView(BaseModel):
    """One figure against its clause; shares are 0 to 1, times in milliseconds or seconds as the metric says."""

    clause: str
    metric: str
    subject: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    threshold: float
    direction: str
    required: bool
    verdict: Verdict
    reason: str


class StressView(BaseModel):
    """One stress test; `verdict` is there once it is finished."""

    test: str
    model: str
    version: str
    name: str
    status: StressStatus
    verdict: Verdict | None
    step: str
    requests_done: int
    requests_planned: int
    plan_digest: str
    outcome_digest: str
    requests_digest: str
    error: str
    requested_at: datetime
    finished_at: datetime | None
    figures: list[StressFigureView]


class StressAsked(StressView):
    """A stress test that was queued, with its place in the ledger."""

    ledger: LedgerProof


class StressList(BaseModel):
    """Stress tests, the newest first."""

    tests: list[str]
    total: int
    limit: int
    offset: int
