"""What a model registry says of its models, as plain values; who reads the registry is not our concern here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.errors import GovernanceError


class RegistryTrouble(GovernanceError):
    """A model registry could not be asked or did not answer in a way we read; nothing was changed here or there."""

    def __init__(self, server: str, reason: str) -> None:
        self.server, self.reason = server, reason
        super().__init__(f"The model registry “{server}” could not be read: {reason}")


@dataclass(frozen=True)
class SeenDataset:
    """A dataset that a run took in; `context` is what the run calls it, such as training."""

    name: str
    digest: str
    source: str
    context: str
    schema: str = ""  # JSON as the registry keeps it


@dataclass(frozen=True)
class SeenRun:
    """The run that made a version: figures, parameters, inputs, and the code it came from."""

    run_id: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[SeenDataset, ...] = ()
    commit: str = ""
    source: str = ""
    user: str = ""


@dataclass(frozen=True)
class SeenVersion:
    """One version as the registry numbers it; `run` and `signature` are known once its details were read."""

    version: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    source: str = ""
    run_id: str = ""
    run: SeenRun | None = None
    signature: str = ""  # JSON: inputs, outputs and params of the model


@dataclass(frozen=True)
class SeenModel:
    """A registered model with its versions, oldest first."""

    name: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)  # alias: version it points to
    versions: tuple[SeenVersion, ...] = ()


class Registry(Protocol):
    """A model registry that can be read; every method raises `RegistryTrouble`."""

    @property
    def name(self) -> str:
        """What this installation calls the server."""

    def models(self) -> Iterator[SeenModel]:
        """Every registered model with its versions, without their details."""

    def model(self, name: str) -> SeenModel:
        """One registered model with its versions, without their details."""

    def details(self, model: str, version: SeenVersion) -> SeenVersion:
        """The same version with its run and signature."""
