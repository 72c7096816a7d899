"""Reads the plan of a stress test from its TOML text; anything missing, unknown or out of range is named with its line.

Bounds hold for every plan: 50 users, 200 requests a second, 240 seconds, 1,000 rows, 20,000 requests.
"""

import math
import re

from core.errors import Problem, Unreadable
from core.frames.scenarios import Scenario, ScenarioKind
from core.monitoring.stress.values import (
    MOST_CASES,
    MOST_PHASES,
    MOST_RATE,
    MOST_REQUESTS,
    MOST_ROWS,
    MOST_SECONDS,
    MOST_USERS,
    AnswerForm,
    From,
    Phase,
    Shape,
    StressPlan,
)
from core.policy.reader import Reader, read_toml

LONGEST_TEXT, LONGEST_NAME = 50_000, 120
MOST_TIMEOUT = 30
HEADER = re.compile(r"[A-Za-z0-9-]{1,60}: [\x20-\x7e]{1,200}")
KINDS = tuple(kind for kind in ScenarioKind if kind is not ScenarioKind.REWEIGHT)


def read_plan(text: str) -> StressPlan:
    """The plan that this text says; raises `Unreadable` with every problem at once."""
    if len(text) > LONGEST_TEXT:
        expected = f"at most {LONGEST_TEXT:,} characters"
        raise Unreadable([Problem("the plan is too long", line=1, found=f"{len(text):,}", expected=expected)])
    return read_toml(text, _plan)


def _plan(reader: Reader) -> StressPlan:
    inputs = reader.table("inputs")
    name = _name(reader, "name")
    rows_from = inputs.one_of("from", From)
    rows = _whole(inputs, "rows", MOST_ROWS)
    cases = tuple(_case(one) for one in reader.tables("case", optional=True))
    phases: tuple[Phase, ...] = ()
    address, shape, timeout = "", Shape.RECORDS, 5.0
    form, at = AnswerForm.LABEL, "/predictions/0"
    labels: tuple[str, ...] = ()
    if reader.has("target"):
        target = reader.table("target")
        address = target.text("address")
        shape = target.one_of("shape", Shape) if target.has("shape") else shape
        timeout = _number(target, "timeout", MOST_TIMEOUT) if target.has("timeout") else timeout
        form, at, labels = _answer(target)
        phases = tuple(_phase(one) for one in reader.tables("phase"))
    elif reader.has("phase"):
        reader.refuse("load needs a [target] that it is made on", "phase")
        reader.left.pop("phase")
    plan = StressPlan(name, rows_from, rows, address, shape, timeout, at, form, labels, phases, cases)
    _refuse_too_much(reader, plan)
    return plan


def _answer(target: Reader) -> tuple[AnswerForm, str, tuple[str, ...]]:
    at = target.text("answer_at") if target.has("answer_at") else "/predictions/0"
    if not at.startswith("/"):
        target.refuse("“answer_at” is no JSON pointer", "answer_at", found=at[:80], expected="such as /predictions/0")
    form = target.one_of("answer_form", AnswerForm) if target.has("answer_form") else AnswerForm.LABEL
    labels = tuple(target.words("labels")) if target.has("labels") else ()
    if form is AnswerForm.LABEL and not labels:
        target.refuse("the labels that an answer may have are not named", "labels", expected="a list of texts")
    return form, at, labels


def _phase(reader: Reader) -> Phase:
    missing = tuple(reader.words("missing")) if reader.has("missing") else ()
    return Phase(
        name=_name(reader, "name"),
        users=_whole(reader, "users", MOST_USERS),
        rate=_number(reader, "rate", MOST_RATE),
        seconds=_whole(reader, "seconds", MOST_SECONDS),
        dependency=_name(reader, "dependency") if missing or reader.has("dependency") else "",
        missing=missing,
        headers=_headers(reader),
    )


def _headers(reader: Reader) -> dict[str, str]:
    if not reader.has("headers"):
        return {}
    found = {}
    for line in reader.words("headers"):
        if not HEADER.fullmatch(line) or line.partition(":")[0].lower() in ("host", "content-length", "authorization"):
            reader.refuse("not a header that a phase may add", "headers", found=line[:80], expected="“Name: value”")
            continue
        name, _, value = line.partition(": ")
        found[name] = value
    return found


def _case(reader: Reader) -> Scenario:
    kind = reader.one_of("kind", ScenarioKind)
    if kind is ScenarioKind.REWEIGHT:
        reader.refuse("a re-weighting changes no input", "kind", expected=", ".join(KINDS))
    made = Scenario(_name(reader, "name"), kind, tuple(reader.words("columns")), line=0)
    if kind in (ScenarioKind.SHIFT, ScenarioKind.SCALE):
        return Scenario(made.name, kind, made.columns, 0, amount=reader.number("amount"))
    if kind is ScenarioKind.EXTREME:
        quantile = reader.number("quantile")
        if not 0 <= quantile <= 1:
            reader.refuse("“quantile” is out of range", "quantile", found=f"{quantile:g}", expected="0 to 1")
        return Scenario(made.name, kind, made.columns, 0, quantile=quantile)
    if kind is ScenarioKind.CATEGORY:
        return Scenario(made.name, kind, made.columns, 0, value=reader.text("value"))
    return made


def _refuse_too_much(reader: Reader, plan: StressPlan) -> None:
    if not plan.cases and not plan.phases:
        reader.refuse("neither a [[phase]] nor a [[case]] is given", expected="at least one")
    if len(plan.phases) > MOST_PHASES or len(plan.cases) > MOST_CASES:
        found = f"{len(plan.phases)} and {len(plan.cases)}"
        reader.refuse("too many phases or cases", found=found, expected=f"at most {MOST_PHASES} and {MOST_CASES}")
    names = [*(one.name for one in plan.phases), *(one.name for one in plan.cases)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        reader.refuse(f"the name “{name}” stands twice")
    if plan.seconds > MOST_SECONDS:
        reader.refuse("the phases take too long together", found=f"{plan.seconds} s", expected=f"{MOST_SECONDS} s")
    requests = planned_requests(plan)
    if requests > MOST_REQUESTS:
        reader.refuse("too many requests", found=f"{requests:,}", expected=f"at most {MOST_REQUESTS:,}")


def planned_requests(plan: StressPlan) -> int:
    """How many requests the plan makes at most: the phases' at their rate, and each row once for each case."""
    of_cases = plan.rows * (len(plan.cases) + 1) if plan.cases else 0
    return sum(math.ceil(one.rate * one.seconds) for one in plan.phases) + of_cases


def _name(reader: Reader, key: str) -> str:
    name = reader.text(key)
    if len(name) > LONGEST_NAME:
        reader.refuse(f"“{key}” is too long", key, found=f"{len(name)}", expected=f"at most {LONGEST_NAME} characters")
    return name


def _whole(reader: Reader, key: str, most: int) -> int:
    value = reader.whole(key, 1)
    if value > most:
        reader.refuse(f"“{key}” is out of range", key, found=f"{value:,}", expected=f"1 to {most:,}")
    return value


def _number(reader: Reader, key: str, most: float) -> float:
    value = reader.number(key)
    if not 0 < value <= most:
        reader.refuse(f"“{key}” is out of range", key, found=f"{value:g}", expected=f"above 0 and at most {most:g}")
    return value
