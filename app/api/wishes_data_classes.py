"""What a pipeline sends about columns of data: classes with purpose and legal basis."""

from pydantic import Field

from app.api.wishes import Wish
from core.inventory.classes.rules import ClassFacts, Condition, LegalBasis
from core.policy.keeping.rules import DataClass


class ColumnClassWish(Wish):
    """What is said of one column."""

    data_class: DataClass
    purpose: str = Field("", max_length=2000, examples=["To decide on the application"])
    basis: LegalBasis | None = Field(None, description="Of personal data (GDPR 6(1))")
    condition: Condition | None = Field(None, description="Of special categories (GDPR 9(2))")
    because: str = Field("", max_length=2000, description="Why it is less than was proposed")

    def entered(self) -> ClassFacts:
        return ClassFacts(self.data_class, self.purpose, self.basis, self.condition, self.because)


class DataClassesWish(Wish):
    """Decisions by the name of the column, taken down all or none."""

    expected_revision: int | None = Field(None, ge=0, le=10**9, description="The revision that you saw; 409 otherwise")
    columns: dict[str, ColumnClassWish] = Field(
        min_length=1, max_length=500, examples=[{"postcode": {"data_class": "personal", "basis": "contract"}}]
    )
