"""What two policies say differently, clause by clause, in words."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from core.policy import words
from core.policy.controls.words import control_said, reviews_said
from core.policy.keeping.reading import data_kept
from core.policy.rules import TITLES, ChecklistTemplate, Policy, Threshold
from core.policy.stressing.rules import METRIC_WORDS
from core.policy.stressing.words import required_said, threshold_said


class Numbered(Protocol):
    """Something that a policy says under a clause."""

    @property
    def clause(self) -> str:
        """The number of the clause."""


Clause = TypeVar("Clause", bound=Numbered)


class Change(StrEnum):
    """What became of a clause."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True)
class Difference:
    """One clause that differs: where it stands, its number or code, its title, and what is different in words."""

    section: str
    clause: str
    title: str
    change: Change
    said: str

    def __str__(self) -> str:
        name = f"clause {self.clause} {self.title}" if self.clause else self.title
        return f"{name}: {self.said}"


def differences(before: Policy, after: Policy) -> tuple[Difference, ...]:
    """Every clause that was added, changed or removed, in the order in which a policy is read."""
    return (
        *_thresholds(before, after),
        *_amounts(before, after),
        *_clauses("Paths of changes", before.paths, after.paths, lambda one: f"A {one.change}", words.path),
        *_clauses(
            "Required evidence",
            before.required_evidence,
            after.required_evidence,
            lambda one: one.evidence,
            words.evidence,
        ),
        *_clauses(
            "Required datasets",
            before.required_datasets,
            after.required_datasets,
            lambda one: f"The {one.dataset} dataset",
            words.dataset,
        ),
        *_clauses(
            "Rollback conditions",
            before.rollback_conditions,
            after.rollback_conditions,
            lambda one: one.metric or "Any breach",
            words.rollback,
        ),
        *_clauses(
            "Stress tests",
            before.stress.thresholds,
            after.stress.thresholds,
            lambda one: METRIC_WORDS[one.metric].capitalize(),
            threshold_said,
        ),
        *_clauses(
            "Stress tests",
            before.stress.required,
            after.stress.required,
            lambda one: "A test that passed",
            required_said,
        ),
        *_clauses("Controls", before.controls, after.controls, lambda one: one.title, control_said),
        *_reviews(before, after),
        *_clauses(
            "Alerts", before.alerting.weights, after.alerting.weights, lambda one: "Severity", words.alert_weight
        ),
        *_clauses(
            "Alerts",
            before.alerting.escalations,
            after.alerting.escalations,
            lambda one: "Escalation",
            words.alert_escalation,
        ),
        *_clauses("Monitors", before.monitors, after.monitors, lambda one: one.title, words.monitor),
        *_safeguards(before, after),
        *_inputs(before, after),
        *_data(before, after),
        *_items(before, after),
    )


def text_difference(before: str, after: str, *, names: tuple[str, str]) -> str:
    """A unified diff of two texts; empty where they are the same."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="")
    return "\n".join(lines)


def _thresholds(before: Policy, after: Policy) -> Iterator[Difference]:
    old, new = ({one.clause: one for one in policy.thresholds} for policy in (before, after))
    for clause in _order(old, new):
        first, second = old.get(clause), new.get(clause)
        known = second or first
        if known is not None:
            said = _threshold_said(first, second)
            if said:
                yield Difference(TITLES[known.kind], clause, known.title, _what(first, second), said)


def _threshold_said(first: Threshold | None, second: Threshold | None) -> str:
    if first is None or second is None:
        known = first or second
        if known is None:
            return ""
        whole = f"{words.bound(known.direction, known.value)}, {words.required(known.required)}, {words.applies(known)}"
        return whole if second else f"no longer asked for ({whole})"
    return "; ".join(_threshold_parts(first, second))


def _threshold_parts(first: Threshold, second: Threshold) -> Iterator[str]:
    if first.metric != second.metric:
        yield f"measured by {second.metric}, before by {first.metric}"
    if first.direction is not second.direction:
        yield f"{words.bound(first.direction, first.value)} → {words.bound(second.direction, second.value)}"
    elif first.value != second.value:
        yield f"{words.bound(first.direction, first.value)} → {words.figure(second.value)}"
    if first.required != second.required:
        yield f"now {words.required(second.required)}"
    if first.tiers != second.tiers:
        yield f"applies now to {words.tiers(second.tiers)}"
    if first.tasks != second.tasks:
        yield f"applies now to models for {words.tasks(second.tasks)}"
    if first.title != second.title:
        yield f"called “{first.title}” before"


def _amounts(before: Policy, after: Policy) -> Iterator[Difference]:
    for (title, unit, old), (_, _, new) in zip(words.amounts(before), words.amounts(after), strict=True):
        changed = [f"{key}: {old[key]} → {words.counted(new[key], unit)}" for key in old if old[key] != new[key]]
        if changed:
            yield Difference("Quorum and deadlines", "", title, Change.CHANGED, "; ".join(changed))


def _safeguards(before: Policy, after: Policy) -> Iterator[Difference]:
    for (title, old), (_, new) in zip(words.safeguards(before), words.safeguards(after), strict=True):
        changed = "; ".join(f"{key}: {old[key]} → {new[key]}" for key in new if old[key] != new[key])
        if changed:
            yield Difference("Safeguards of production", "", title, Change.CHANGED, changed)


def _inputs(before: Policy, after: Policy) -> Iterator[Difference]:
    old, new = words.inputs_kept(before.events), words.inputs_kept(after.events)
    said = "; ".join(f"{key}: {old[key]} → {new[key]}" for key in new if old[key] != new[key])
    if said:
        yield Difference("Events", "", "Inputs of events are kept as", Change.CHANGED, said)


def _data(before: Policy, after: Policy) -> Iterator[Difference]:
    old, new = data_kept(before.data), data_kept(after.data)
    said = "; ".join(f"{key}: {old[key]} → {new[key]}" for key in new if old[key] != new[key])
    if said:
        yield Difference("Production data", "", "Production data are kept", Change.CHANGED, said)


def _reviews(before: Policy, after: Policy) -> Iterator[Difference]:
    old, new = dict(reviews_said(before.output_reviews)), dict(reviews_said(after.output_reviews))
    said = "; ".join(f"{key}: {old[key]} → {new[key]}" for key in new if old[key] != new[key])
    if said:
        yield Difference("Controls", "", "Review of outputs", Change.CHANGED, said)


def _items(before: Policy, after: Policy) -> Iterator[Difference]:
    old, new = ({one.code: one for one in policy.items} for policy in (before, after))
    for code in _order(old, new):
        first, second = old.get(code), new.get(code)
        known = second or first
        if known is not None and first != second:
            yield Difference("Checklist", code, known.title, _what(first, second), _item_said(first, second))


def _item_said(first: ChecklistTemplate | None, second: ChecklistTemplate | None) -> str:
    if first is None or second is None:
        return words.item(second) if second else "no longer asked"
    parts = [f"{words.item(first)} → {words.item(second)}"] if words.item(first) != words.item(second) else []
    parts += [f"called “{first.title}” before"] if first.title != second.title else []
    parts += ["other guidance"] if first.guidance != second.guidance else []
    parts += [f"now by {second.source}, before by {first.source}"] if first.source != second.source else []
    return "; ".join(parts)


def _clauses(
    section: str,
    before: Sequence[Clause],
    after: Sequence[Clause],
    title: Callable[[Clause], str],
    say: Callable[[Clause], str],
) -> Iterator[Difference]:
    old, new = ({one.clause: one for one in part} for part in (before, after))
    for clause in _order(old, new):
        first, second = old.get(clause), new.get(clause)
        if first == second:
            continue
        if first is None or second is None:
            known = first or second
            if known is not None:
                said = say(known) if second is not None else f"no longer asked for ({say(known)})"
                yield Difference(section, clause, title(known), _what(first, second), said)
        else:
            yield Difference(section, clause, title(second), Change.CHANGED, f"{say(first)} → {say(second)}")


def _order(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    """The new policy's order, then what is gone."""
    return [*new, *(key for key in old if key not in new)]


def _what(first: object | None, second: object | None) -> Change:
    if first is None:
        return Change.ADDED
    return Change.REMOVED if second is None else Change.CHANGED
