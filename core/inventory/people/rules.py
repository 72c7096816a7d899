"""Who has which part in a model, and what each part does in the five steps of the cycle."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from core.access.rules import Role
from core.errors import Refusal


class Part(StrEnum):
    """A part in a model that a person has from a day on."""

    OWNER = "owner"
    DEVELOPER = "developer"
    VALIDATOR = "validator"
    USER = "user"


class CycleStep(StrEnum):
    """The five steps."""

    MAP = "Map"
    VALIDATE = "Validate"
    APPROVE = "Approve"
    MONITOR = "Monitor"
    IMPROVE = "Improve"


class Answers(StrEnum):
    """What a part does in a step (RACI)."""

    RESPONSIBLE = "responsible"
    ACCOUNTABLE = "accountable"
    BOTH = "accountable and responsible"
    CONSULTED = "consulted"
    INFORMED = "informed"


class Column(StrEnum):
    """The columns of the RACI view: the parts in a model, and the approvers, who have their part by role."""

    OWNER = "owner"
    DEVELOPER = "developer"
    VALIDATOR = "validator"
    APPROVER = "approver"
    USER = "user"


O, D, V, A, U = Column.OWNER, Column.DEVELOPER, Column.VALIDATOR, Column.APPROVER, Column.USER  # noqa: E741
R, ACC, AR, C, I = (  # noqa: E741
    Answers.RESPONSIBLE,
    Answers.ACCOUNTABLE,
    Answers.BOTH,
    Answers.CONSULTED,
    Answers.INFORMED,
)
RACI: Mapping[CycleStep, Mapping[Column, Answers]] = MappingProxyType(
    {
        CycleStep.MAP: {O: ACC, D: R, V: C, A: I, U: C},
        CycleStep.VALIDATE: {O: I, D: C, V: AR, A: I, U: C},
        CycleStep.APPROVE: {O: C, D: R, V: C, A: AR, U: I},
        CycleStep.MONITOR: {O: ACC, D: R, V: C, A: I, U: C},
        CycleStep.IMPROVE: {O: ACC, D: R, V: C, A: C, U: I},
    }
)
ONE_AT_A_TIME = frozenset(
    {Part.OWNER, Part.DEVELOPER}
)  # the model's own fields; changing them is a change of the model
ROLE_OF: Mapping[Part, Role | None] = MappingProxyType(
    {Part.OWNER: Role.OWNER, Part.DEVELOPER: Role.DEVELOPER, Part.VALIDATOR: Role.VALIDATOR, Part.USER: None}
)


def assign_refusals(
    part: Part, *, roles: frozenset[Role], held: frozenset[Part], developed: bool, standing: bool
) -> tuple[Refusal, ...]:
    """Why this person cannot have this part in this model.

    `held` are the parts that they have in it, `developed` says whether they contributed to one of its versions.
    """
    clause, reasons = "segregation of duties", []
    if part in ONE_AT_A_TIME:
        said = f"The {part} is a field of the model"
        reasons.append(Refusal("part-field", said, "records", "Change the model instead."))
    needed = ROLE_OF[part]
    if needed is not None and needed not in roles:
        said = f"This person does not hold the role {needed}"
        reasons.append(Refusal("part-role", said, "access", "Ask an administrator for the role."))
    if part is Part.VALIDATOR and (developed or held & {Part.OWNER, Part.DEVELOPER}):
        said = "This person owns, develops or contributed to the model, so its validation is not theirs"
        reasons.append(Refusal("part-duty", said, clause, "Assign somebody who took no part."))
    if standing:
        reasons.append(Refusal("part-held", f"This person is {part} of the model already", "", "Nothing to do."))
    return tuple(reasons)
