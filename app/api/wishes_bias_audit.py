"""What a pipeline states of a bias audit."""

from dataclasses import asdict
from datetime import date

from pydantic import Field

from app.api.wishes import Wish
from core.metrics.bias_audit import AuditFacts, DataKind


class AuditFactsWish(Wish):
    """Facts around a bias audit; what is left out is not known yet."""

    tool: str = Field("", max_length=200, description="The tool, by the name people know")
    auditor: str = Field("", max_length=200, description="The independent auditor")
    audit_date: date | None = Field(None, description="Of the most recent bias audit; left out: that of the run")
    distribution_date: date | None = Field(None, description="Since when the tool is in use")
    data_source: str = Field("", max_length=1000)
    data_explanation: str = Field("", max_length=4000)
    data_kind: DataKind | None = None
    why_test_data: str = Field("", max_length=4000, description="For test data: why historical data were not used")
    how_test_data: str = Field("", max_length=4000, description="For test data: how they were generated and obtained")
    latest_use: date | None = Field(None, description="Of the latest use, where that has ended")

    @classmethod
    def of(cls, facts: AuditFacts) -> "AuditFactsWish":
        return cls.model_validate(asdict(facts))

    def entered(self) -> AuditFacts:
        return AuditFacts(**{name: getattr(self, name) for name in type(self).model_fields})
