"""The address of a narrowed register: what each parameter means, read alike by the page, the download and the API."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from core.register.values import Kind, RegisterFilter, Source, State
from core.validation.rules import Severity

NOT_CLOSED, OVERDUE = "not closed", "overdue"
NAMES: Mapping[str, str] = {
    "kind": "kind", "source": "source", "severity": "severity", "status": "state", "due": "due", "owner": "owner",
    "model_number": "model",
}  # fmt: skip
Choice = TypeVar("Choice", bound=StrEnum)
Params = Mapping[str, str]


def read(params: Params) -> RegisterFilter:
    """What these parameters mean; what is unknown means everything."""
    given = {name: params.get(name, "").strip() for name in NAMES}
    return RegisterFilter(
        kind=_choice(Kind, given["kind"]),
        source=_choice(Source, given["source"]),
        severity=_choice(Severity, given["severity"]),
        state=_choice(State, given["status"]),
        pending=given["status"] == NOT_CLOSED,
        owner=given["owner"] or None,
        model=given["model_number"].upper() or None,
        overdue=given["due"] == OVERDUE,
    )


def narrowing(params: Params) -> dict[str, str]:
    """The parameters that narrow, in the order of the filters."""
    return {name: params[name] for name in NAMES if params.get(name)}


def in_words(params: Params) -> str:
    """“severity: high, due: overdue”, or “everything”; people by number."""
    return ", ".join(f"{NAMES[name]}: {value}" for name, value in narrowing(params).items()) or "everything"


def _choice(kind: type[Choice], value: str) -> Choice | None:
    return next((one for one in kind if one.value == value.lower()), None)
