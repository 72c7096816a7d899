"""What the API answers about columns of data: their classes, what is missing, and how long the data are kept."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.api.answers.acts import Recorded
from core.inventory.classes.rules import Condition, Gap, LegalBasis, Where
from core.policy.keeping.rules import DataClass


class ColumnClassView(BaseModel):
    """One column of a dataset, or of a model's production data."""

    name: str
    met: list[Where] = Field(description="Where the column was met")
    proposed: DataClass
    proposed_because: str
    data_class: DataClass | None = Field(description="As a person decided it; null as long as nobody has")
    purpose: str
    basis: LegalBasis | None
    condition: Condition | None
    because: str = Field(description="Why it is less than was proposed")
    decided_by: str
    decided_at: datetime | None
    gaps: list[Gap]


class DataClassesView(BaseModel):
    """The data of a dataset or model, column by column."""

    holder: str = Field(examples=["D0002"])
    name: str
    owner: str
    revision: int = Field(description="Sent back with a change, so that nobody's decision is overwritten unseen")
    days: int | None = Field(description="Days for which the record itself says that its data are kept")
    hold: str = Field(description="Why nothing is removed for now; empty: nothing holds it")
    columns: list[ColumnClassView]
    total: int
    limit: int
    offset: int


class ColumnsClassed(Recorded):
    """What a decision came to."""

    revision: int
    columns: list[str] = Field(description="Those that say something else now")
