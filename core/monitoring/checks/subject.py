"""What a run of checks is about: the model, what is declared of its data, the policy in force, and the reference."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlmodel import Session

from core.frames.monitoring.reference import Reference
from core.frames.monitoring.roles import ChunkRoles
from core.inventory.moves import load_model
from core.inventory.tables import Model
from core.monitoring.intake.reading import mapping_of, reference_rows
from core.monitoring.intake.rules import MonitoredData
from core.policy.monitors.rules import ChunkSize, Monitor, MonitorKind
from core.policy.service import PublishedPolicy, policy_in_force
from core.store import EvidenceFiles
from core.validation.uploads.numbers import canonical

MOST_KEPT = 4  # references in memory
_KEPT: "OrderedDict[tuple[str, str], Reference]" = OrderedDict()


@dataclass(frozen=True)
class Subject:
    """One model in one environment with everything that its checks depend on."""

    model: Model
    environment: str
    data: MonitoredData
    policy: PublishedPolicy
    monitors: tuple[Monitor, ...]
    reference: Reference | None

    @property
    def model_id(self) -> int:
        return self.model.id or 0

    @property
    def words(self) -> str:
        """“M0001 production”."""
        return f"{self.model.number} {self.environment}"

    def roles(self, columns: Sequence[str]) -> ChunkRoles:
        """What the columns of a chunk mean."""
        return roles_of(self.data, columns)

    def sizes(self) -> tuple[ChunkSize, ...]:
        """How the data are cut, by the monitors that apply; freshness goes by the clock."""
        cut = {one.chunk for one in self.monitors if one.kind is not MonitorKind.FRESHNESS}
        return tuple(sorted(cut, key=str))

    def of_size(self, size: ChunkSize) -> tuple[Monitor, ...]:
        """The monitors of one way to cut the data, in the order of the policy."""
        return tuple(one for one in self.monitors if one.chunk == size and one.kind is not MonitorKind.FRESHNESS)


def subject_of(
    session: Session, files: EvidenceFiles, model: str, environment: str, *, at: datetime, with_reference: bool = True
) -> Subject | None:
    """None where nothing is declared of the model's data there, or it is retired."""
    row, data = load_model(session, model), mapping_of(session, model, environment)
    if data is None or row.retired_at is not None:
        return None
    policy = policy_in_force(session, at=at)
    monitors = tuple(
        one for one in policy.policy.monitors if one.applies(tier=row.tier, task=data.task, environment=environment)
    )
    reference = _reference(session, files, model, environment, data) if with_reference else None
    return Subject(row, environment, data, policy, monitors, reference)


def roles_of(data: MonitoredData, columns: Sequence[str]) -> ChunkRoles:
    """The declaration as figures need it, with the features among these columns."""
    return ChunkRoles(
        task=data.task.value,
        positive=canonical(data.positive_label),
        features=data.features_among(columns),
        categorical=data.categorical,
        sensitive=data.sensitive,
    )


def _reference(
    session: Session, files: EvidenceFiles, model: str, environment: str, data: MonitoredData
) -> Reference | None:
    frame = pl.from_arrow(reference_rows(session, files, model, environment))
    assert isinstance(frame, pl.DataFrame)
    if not frame.height:
        return None
    fresh = Reference(frame, roles_of(data, frame.columns))
    key = (fresh.digest, data.to_json())
    if key not in _KEPT:
        _KEPT[key] = fresh
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return _KEPT[key]
