"""Who has which part in a model, and what each part does in the five steps of the cycle."""

from enum import StrEnum


class Part(StrEnum):
    """A part in a model that a person has from a day on."""

    OWNER = "owner"
    DEVELOPER = "developer"
    VALIDATOR = "validator"
    USER = "user"
