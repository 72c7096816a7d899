"""Every metric that a policy can set a threshold on: its family, and what it says in words a reviewer understands."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from core.policy.rules import CheckKind


class Unit(StrEnum):
    """How a figure is written."""

    SHARE = "share"  # 0 to 1, shown in percent
    COUNT = "count"
    NUMBER = "number"
    LABEL = "units of the label"


@dataclass(frozen=True)
class Metric:
    """A metric: `what` it is, `why` it matters, and the unit of its figures."""

    name: str
    kind: CheckKind
    what: str
    why: str
    unit: Unit = Unit.NUMBER


@cache
def metrics() -> Mapping[str, Metric]:
    """Every metric by its name, in reading order."""
    raw = tomllib.loads(files("core.policy").joinpath("data/metrics.toml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            name: Metric(name, CheckKind(one["kind"]), one["what"], one["why"], Unit(one.get("unit", Unit.NUMBER)))
            for name, one in raw.items()
        }
    )


def names_of(kind: CheckKind) -> frozenset[str]:
    """The metrics of one family."""
    return frozenset(metric.name for metric in metrics().values() if metric.kind is kind)
