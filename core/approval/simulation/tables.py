"""What a simulation found, row by row, so that pages can be read from the database."""

from sqlalchemy import Column, Index
from sqlmodel import Field

from core.store.base import Row
from core.store.types import row_id


class SimulatedVersion(Row, table=True):
    """A version whose outcome, the worst of its required verdicts, was computed under the draft."""

    __tablename__ = "simulated_version"
    __table_args__ = (Index("ix_simulated_version_order", "simulation_id", "position"),)

    id: int | None = Field(default=None, sa_column=Column(row_id(), primary_key=True))
    simulation_id: int = Field(foreign_key="policy_simulation.id")
    position: int  # gravest first
    version_id: int = Field(foreign_key="model_version.id")
    run_id: int = Field(foreign_key="run.id")
    in_production: bool
    before: str = Field(max_length=25)  # a Verdict
    after: str = Field(max_length=25)
    changes: str  # JSON: clause, title, subject, verdict and whether required, before and after, and the figure
