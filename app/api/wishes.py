"""What a pipeline sends: bodies of requests, with nothing in them that is not named here."""

import json
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from core.approval.rules import Choice
from core.approval.service import NewCondition, NewException
from core.inventory.intake import NewDataset, NewModel, NewVersion
from core.inventory.rules import Exposure, Line, Purpose
from core.inventory.versions.rules import ChangeKind as VersionChange
from core.policy.rules import ChangeKind

MOST = 50
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256, lower-case hexadecimal")]


class Wish(BaseModel):
    """Unknown fields are refused: a misspelt one would otherwise be lost without a word."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DatasetWish(Wish):
    """A version of a dataset."""

    name: str = Field(examples=["Broward County two-year recidivism, training part"])
    version: str = Field(examples=["2016-05"])
    source: str = Field(examples=["https://github.com/propublica/compas-analysis"])
    licence: str = ""
    classification: str = Field("", description="Classification of personal data", examples=["pseudonymous"])
    owner: str = Field("", description="A person's number; left out: the owner of the token", examples=["P0002"])
    description: str = ""
    retention: str = Field("", description="Until when it is kept, and why", examples=["Until 2031, then deleted"])
    sanitisation: str = Field("", description="How personal data were taken out", examples=["Names replaced by keys"])
    declared_schema: dict[str, JsonValue] | None = Field(
        None,
        description="The columns that data of this version has; uploads are held against it",
        examples=[{"columns": [{"name": "age", "type": "integer", "minimum": 18}]}],
    )

    def entered(self) -> NewDataset:
        declared = json.dumps(self.declared_schema) if self.declared_schema is not None else ""
        return NewDataset(**self.model_dump(exclude={"declared_schema"}), declared_schema=declared)


class ModelWish(Wish):
    """A model; people are named by number."""

    name: str = Field(examples=["Two-year recidivism score"])
    purpose: str = Field(examples=["Supports pre-trial decisions."])
    business_line: str = Field(examples=["Pre-trial services"])
    owner: str = Field(examples=["P0002"])
    developer: str | None = Field(None, description="Left out: the owner of the token", examples=["P0003"])
    exposure: Exposure
    purpose_class: Purpose
    users: str = ""
    vendor: str = Field("", description="Left out: our own model")
    packs: list[str] = Field([], description="Ids of the regulation packs that apply", max_length=MOST)

    def entered(self, developer: str) -> NewModel:
        given = self.model_dump(exclude={"developer", "packs"})
        return NewModel(**given, developer=self.developer or developer, packs=tuple(self.packs))


class VersionWish(Wish):
    """A version; its datasets are named by number, or as "name version"."""

    version: str = Field(examples=["1.0.0"])
    intended_use: str
    limitations: str
    rationale: str = Field(description="Why this version: what changed since the last")
    training_dataset: str = Field(examples=["D0001"])
    test_dataset: str = Field(examples=["D0002"])
    line: Line = Line.STABLE
    code_reference: str = Field("", examples=["git:9f2c1e7"])
    artefact_digest: str = Field("", description="SHA-256 of the model file, lower-case hexadecimal")
    change_kind: VersionChange | None = Field(
        None, description="What kind of change this is; the number must match it. Left out only for a first version"
    )

    def entered(self) -> NewVersion:
        return NewVersion(**self.model_dump())


class ModelRegistration(Wish):
    """A model with its first version and the datasets that it adds."""

    model: ModelWish
    version: VersionWish
    datasets: list[DatasetWish] = Field([], max_length=MOST)


class VersionRegistration(Wish):
    """The next version of a model with the datasets that it adds."""

    version: VersionWish
    datasets: list[DatasetWish] = Field([], max_length=MOST)


class ReferenceWish(Wish):
    """Where a file lies that the server fetches itself."""

    address: str = Field(
        min_length=1,
        max_length=1000,
        description="An absolute path on the server, or s3://bucket/key",
        examples=["s3://risk-evidence/compas/2026/predictions.parquet"],
    )


class ExceptionWish(Wish):
    """An exception from one required clause that the version fails; policy bounds how long it may last."""

    clause: str = Field(examples=["4.2"])
    controls: str = Field(description="What compensates for the clause meanwhile, and who answers for it")
    ends_at: AwareDatetime
    whole_model: bool = Field(False, description="Every version of the model, none worse than this one")
    extends: str = Field("", description="The exception that this one carries on", examples=["PE0001"])

    def entered(self) -> NewException:
        return NewException(self.clause, self.controls, self.ends_at, self.whole_model, self.extends)


class ChangeWish(Wish):
    """A request for a change."""

    rationale: str = Field(examples=["Replaces 1.0.0, whose impact ratio fell below four fifths."])
    kind: ChangeKind | None = Field(
        None, description="Left out: the version is to go into production, for the first time or not as the record says"
    )
    restriction: str = Field("", description="For a restricted use: within what the version may be used")
    lifts: str = Field(
        "",
        max_length=16,
        description="For a restricted use: the change whose restriction is to end",
        examples=["CR0007"],
    )
    exception: ExceptionWish | None = Field(None, description="For a policy exception: from what, and for how long")

    def excepted(self) -> NewException | None:
        return self.exception.entered() if self.exception else None


class ConditionWish(Wish):
    """A condition of approval: what, whose (a person's number), and until when."""

    text: str
    owner: str = Field(examples=["P0002"])
    due: AwareDatetime

    def entered(self) -> NewCondition:
        due: datetime = self.due
        return NewCondition(self.text, self.owner, due)


class VoteWish(Wish):
    """A vote on the evidence with this digest."""

    choice: Choice
    rationale: str
    seen_digest: Digest
    conditions: list[ConditionWish] = Field([], max_length=MOST)


class PolicyText(Wish):
    """The text of a policy, to be checked."""

    text: str = Field(description="TOML", max_length=200_000)


class PolicyDraftWish(Wish):
    """A policy to be drafted."""

    text: str = Field(description="TOML; it need not be valid yet", max_length=200_000)
    reason: str = Field(examples=["The yearly review of thresholds."])
    based_on: int | None = Field(None, ge=1, le=10**9, description="The published policy that it starts from")
