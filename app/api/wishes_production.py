"""What a pipeline sends about production data as JSON: rows or points, the path of a file, and what is monitored."""

from pydantic import Field, JsonValue

from app.api.wishes import Wish
from core.monitoring.intake.rules import LABEL, MonitoredData
from core.policy.rules import Task


class RowsWish(Wish):
    """Rows, or the path of a file below the drop folder that holds them."""

    rows: list[dict[str, JsonValue]] | None = Field(
        None,
        min_length=1,
        examples=[[{"id": "a-1", "at": "2026-11-20T12:00:00Z", "prediction": 1, "score": 0.81, "income": 32000}]],
    )
    path: str | None = Field(None, max_length=1000, examples=["M0001/production/inferences/2026-11-20.parquet"])
    version: str | None = Field(None, max_length=64, description="Of inferences, unless a column says it")
    environment: str = Field("production", max_length=50)


class PointsWish(Wish):
    """Metric points, or the path of a file below the drop folder that holds them."""

    points: list[dict[str, JsonValue]] | None = Field(
        None,
        min_length=1,
        examples=[[{"name": "latency_p95", "value": 0.21, "unit": "seconds", "at": "2026-11-20T12:00:00Z"}]],
    )
    path: str | None = Field(None, max_length=1000, examples=["M0001/production/metrics/2026-11-20.txt"])
    version: str | None = Field(None, max_length=64, description="Of points that do not say it")
    environment: str = Field("production", max_length=50, description="Of points that do not say it")


class MonitoredWish(Wish):
    """What is monitored of a model in one environment."""

    environment: str = Field("production", max_length=50)
    expected_revision: int = Field(
        0, ge=0, le=10**9, description="The revision that you saw, 0 for none; 409 for another one"
    )
    task: Task = Task.BINARY
    positive_label: str = ""
    features: list[str] = Field([], description="Empty: every column without another meaning")
    categorical: list[str] = Field([], description="Features whose numbers name categories")
    sensitive: list[str] = Field([], description="Attributes by which groups are compared")
    label: str = Field(LABEL, description="What the outcome is called in files")
    reference: str = Field(
        "", description="Number of the evidence or batch with the reference data", examples=["E0007"]
    )
    because: dict[str, str] = Field(
        {}, description="By sensitive attribute, the reason for which personal data in it is let in"
    )

    def entered(self) -> MonitoredData:
        return MonitoredData(
            task=self.task,
            positive_label=self.positive_label,
            features=tuple(self.features),
            categorical=tuple(self.categorical),
            sensitive=tuple(self.sensitive),
            label=self.label,
            reference=self.reference,
            because=self.because,
        )
