"""The address of a narrowed inventory: what each parameter means, read and written in one place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from app.components.status import word
from app.work.tasks import HORIZON
from core.inventory.profile.rules import Scope
from core.inventory.queries import InventoryFilter, Sort
from core.inventory.rules import Exposure, Purpose, Stage
from core.policy.packs import packs
from core.validation.queries import open_findings_of_models

ALL, ANY, ANYBODY = "All", "Any", "Anybody"
OVERDUE, SOON, NOT_DUE, UNSCHEDULED = "overdue", "due in 30 days", "not due", "no date"
REVIEWS = (OVERDUE, SOON, NOT_DUE, UNSCHEDULED)
YES, NO = "yes", "no"
OUR_OWN = "our own"
EMPTY: Mapping[str, str] = {  # every parameter, with the value that means everything
    "search": "",
    "line": ALL,
    "tier": ALL,
    "stage": ALL,
    "review": ANY,
    "owner": ANYBODY,
    "developer": ANYBODY,
    "vendor": ALL,
    "pack": ALL,
    "exposure": ALL,
    "purpose": ALL,
    "scope": ALL,
    "group": ALL,
    "production": ANY,
    "findings": ANY,
    "retired": ANY,
    "sort": "",
    "reverse": "False",
}
NAMES: Mapping[str, str] = {
    "search": "words", "line": "business line", "tier": "tier", "stage": "stage", "review": "review",
    "owner": "owner", "developer": "developer", "vendor": "vendor", "pack": "pack", "exposure": "exposure",
    "purpose": "purpose", "scope": "scope", "group": "group", "production": "in production",
    "findings": "open findings", "retired": "retired",
}  # fmt: skip
Choice = TypeVar("Choice", bound=StrEnum)
Params = Mapping[str, str]


@dataclass(frozen=True)
class Wanted:
    """What an address asks for."""

    narrowed: InventoryFilter
    sort: Sort | None
    descending: bool

    @property
    def sorted_by(self) -> Sort:
        """The order that holds when none was asked for."""
        return self.sort or (Sort.MATCH if self.narrowed.text else Sort.NEXT_REVIEW)


def read(params: Params, at: datetime) -> Wanted:
    """What these parameters mean at this moment; what is unknown means everything."""
    given = {name: params.get(name, "").strip() for name in EMPTY}
    review = _one_of(REVIEWS, given["review"])
    findings = _yes_or_no(given["findings"])
    sort = _choice(Sort, given["sort"])
    return Wanted(
        InventoryFilter(
            text=given["search"][:200],
            business_line=_other(given["line"], ALL),
            tier=int(given["tier"]) if given["tier"] in {"1", "2", "3", "4"} else None,
            stage=_choice(Stage, given["stage"]),
            overdue_at=at if review == OVERDUE else at + HORIZON if review == SOON else None,
            due_from=at if review in (SOON, NOT_DUE) else None,
            unscheduled=review == UNSCHEDULED,
            owner=number_in(given["owner"]),
            developer=number_in(given["developer"]),
            vendor=_vendor(given["vendor"]),
            pack=_one_of(tuple(packs()), given["pack"]),
            exposure=_choice(Exposure, given["exposure"]),
            purpose=_choice(Purpose, given["purpose"]),
            scope=_choice(Scope, given["scope"]),
            group=number_in(given["group"]),
            in_production=_yes_or_no(given["production"]),
            retired=_yes_or_no(given["retired"]),
            open_findings=findings,
            findings=open_findings_of_models() if findings is not None or sort is Sort.OPEN_FINDINGS else None,
        ),
        sort=sort,
        descending=given["reverse"] in {"True", "true", "yes"},
    )


def narrowing(params: Params) -> dict[str, str]:
    """The parameters that narrow, without those that mean everything and without the order."""
    kept = {name: value for name, value in params.items() if name in NAMES and value and value != EMPTY[name]}
    return {name: kept[name] for name in NAMES if name in kept}


def asked(params: Params) -> dict[str, str]:
    """As `narrowing`, with the order."""
    order = {name: params[name] for name in ("sort", "reverse") if params.get(name, "") not in ("", EMPTY[name])}
    return {**narrowing(params), **order}


def in_words(params: Params) -> str:
    """“tier: 1, review: overdue”, or “everything”; people by number."""
    parts = [f"{NAMES[name]}: {number_in(value) or value}" for name, value in narrowing(params).items()]
    return ", ".join(parts) or "everything"


def written(params: Params, columns: Sequence[str] = ()) -> str:
    """The part of an address after “?”; people by number, so that a stored address holds no name."""
    pairs = [(name, number_in(value) or value) for name, value in asked(params).items()]
    return urlencode([*pairs, *(("columns", column) for column in columns)])


def parsed(query: str) -> dict[str, list[str]]:
    """The parameters of a stored address; only those that are ours."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query):
        if name in EMPTY or name == "columns":
            found.setdefault(name, []).append(value)
    return found


def number_in(shown: str) -> str | None:
    """The number at the end of “Ana Silva · P0007” or “Cards · MG0002”; None where there is none."""
    number = shown.rpartition(" ")[2]
    return number if number.lstrip("MGP").isdecimal() and number.startswith(("P", "MG")) else None


def with_number(number: str, known: Mapping[str, str]) -> str:
    """A person or a group of models as a filter shows it: name and number."""
    return f"{known[number]} · {number}" if number in known else number


def _vendor(given: str) -> str | None:
    return "" if given.lower() == OUR_OWN else _other(given, ALL)


def _other(given: str, everything: str) -> str | None:
    return given if given and given != everything else None


def _choice(kind: type[Choice], given: str) -> Choice | None:
    return next((one for one in kind if given in (one.value, word(one.value))), None)


def _one_of(options: Sequence[str], given: str) -> str | None:
    return next((one for one in options if given in (one, word(one))), None)


def _yes_or_no(given: str) -> bool | None:
    return {YES: True, NO: False}.get(given.lower())
