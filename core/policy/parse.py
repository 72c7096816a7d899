"""Reads a policy from its TOML text; anything missing, unknown or out of range is refused with its place."""

import re
from collections.abc import Iterable, Mapping

from core.policy.alerting.reading import read_alerting
from core.policy.controls.reading import controls_of, output_reviews_of
from core.policy.keeping.reading import data_keeping_of, events_of
from core.policy.monitors.reading import read_monitor
from core.policy.packs import packs
from core.policy.reader import Reader, read_toml
from core.policy.rules import (
    FULL_AT_ONCE,
    INTO_USE,
    POST_LAUNCH_DAYS,
    REHEARSAL_DAYS,
    ChangeKind,
    CheckKind,
    ChecklistTemplate,
    DatasetPart,
    DemandedFrom,
    Direction,
    Escalation,
    Function,
    ItemCheck,
    Path,
    Phase,
    Policy,
    RequiredDataset,
    RequiredEvidence,
    RolloutStep,
    Statement,
    Threshold,
)
from core.policy.safeguards.parse import SEVERITIES, canary_of, comparison_of, guard_of, rollback_of
from core.policy.stressing.reading import stress_rules_of
from core.policy.vocabulary import names_of

REQUIRABLE = ("training data", "reference data", "baseline predictions", "attributions", "perturbed predictions")
CANARY = re.compile(r"canary ([1-9]\d?)")
LONGEST_NAME, LONGEST_VERSION = 200, 32


def parse_policy(text: str, *, published: bool = False) -> Policy:
    """The policy that this text says; raises `Unreadable` with every problem at once.

    One that is published was read by the version of its day: lengths that were limited since do not bind it.
    """
    return read_toml(text, _policy, published=published)


def _policy(reader: Reader) -> Policy:
    scope = reader.table("scope")
    policy = Policy(
        name=reader.text("name", LONGEST_NAME),
        version=reader.text("version", LONGEST_VERSION),
        minimum_rows=scope.whole("minimum_rows", 1),
        minimum_group=scope.whole("minimum_group", 1),
        thresholds=tuple(_threshold(one) for one in reader.tables("threshold")),
        items=(
            *(_own_item(one) for one in reader.tables("item")),
            *(_pack_item(one) for one in reader.tables("pack_item", optional=True)),
        ),
        quorum_by_tier=reader.table("quorum").by_tier(),
        decision_days_by_tier=reader.table("decision_days").by_tier(),
        review_months_by_tier=reader.table("review_months").by_tier(),
        remediation_days_by_severity=reader.table("remediation_days").by_key(SEVERITIES),
        paths=tuple(_path(one) for one in reader.tables("path", optional=True)),
        escalation=_escalation(reader.table("escalation")) if reader.has("escalation") else Escalation(),
        longest_exception_days=_longest_exception(reader),
        required_evidence=tuple(_evidence(one) for one in reader.tables("required_evidence", optional=True)),
        required_datasets=tuple(_dataset(one) for one in reader.tables("required_dataset", optional=True)),
        rollback_conditions=tuple(rollback_of(one) for one in reader.tables("rollback", optional=True)),
        rehearsal_days_by_tier=_days(reader, "rehearsal_days", REHEARSAL_DAYS),
        post_launch_days_by_tier=_days(reader, "post_launch_days", POST_LAUNCH_DAYS),
        events=events_of(reader),
        data=data_keeping_of(reader),
        smallest_cell=reader.table("cells").whole("smallest", 2) if reader.has("cells") else 0,
        controls=controls_of(reader),
        stress=stress_rules_of(reader),
        output_reviews=output_reviews_of(reader),
        alerting=read_alerting(reader),
        monitors=tuple(read_monitor(one) for one in reader.tables("monitor", optional=True)),
        rollback_guard=guard_of(reader),
        canary_hold=canary_of(reader),
        comparison=comparison_of(reader),
    )
    _refuse_twice(reader, policy)
    return policy


def _refuse_twice(reader: Reader, policy: Policy) -> None:
    clauses: list[str] = [
        one.clause
        for part in (
            policy.thresholds,
            policy.paths,
            policy.required_evidence,
            policy.required_datasets,
            policy.rollback_conditions,
            policy.controls,
            policy.stress.thresholds,
            policy.stress.required,
            policy.alerting.weights,
            policy.alerting.escalations,
            policy.monitors,
        )
        for one in part
    ]
    codes = [item.code for item in policy.items]
    ways = [f"for a {path.change} of tier {tier}" for path in policy.paths for tier in sorted(path.tiers)]
    for what, values in (("clause", clauses), ("item", codes), ("path", ways)):
        for value in _twice(values):
            reader.refuse(f"{what} {value} stands twice")


def _twice(values: list[str]) -> Iterable[str]:
    return sorted({value for value in values if values.count(value) > 1})


def _threshold(reader: Reader) -> Threshold:
    kind = reader.one_of("kind", CheckKind)
    metric = reader.text("metric")
    if metric and metric not in names_of(kind):
        reader.refuse(f"“{metric}” is not a {kind} metric", "metric", expected=", ".join(sorted(names_of(kind))))
    return Threshold(
        clause=reader.clause(),
        kind=kind,
        metric=metric,
        title=reader.text("title"),
        direction=reader.one_of("direction", Direction),
        value=reader.number("value"),
        required=reader.flag("required"),
        tasks=reader.tasks(),
        tiers=reader.tiers_or_all(),
    )


def _path(reader: Reader) -> Path:
    return Path(
        clause=reader.clause(),
        change=reader.one_of("change", ChangeKind),
        tiers=reader.tiers_or_all(),
        quorum=reader.whole("quorum", 1),
        functions=reader.some_of("functions", Function),
        code_reviews_from=_demanded_from(reader),
        code_reviews=reader.whole("code_reviews", 0) if reader.has("code_reviews") else 0,
        rollout=_rollout(reader) if reader.has("rollout") else FULL_AT_ONCE,
    )


def _demanded_from(reader: Reader) -> DemandedFrom:
    """From which phase code reviews are demanded; a text that does not say so means the execution alone."""
    if not reader.has("code_reviews_from"):
        return DemandedFrom.EXECUTION
    if not reader.has("code_reviews"):
        reader.refuse("“code_reviews_from” stands without “code_reviews”", "code_reviews_from")
    return reader.one_of("code_reviews_from", DemandedFrom)


def _rollout(reader: Reader) -> tuple[RolloutStep, ...]:
    """Steps as words: `shadow`, `canary 10` with its share in percent, and `full`, which comes last."""
    words = reader.words("rollout")
    hours = reader.whole("hold_hours", 0) if reader.has("hold_hours") else 0
    steps = [_step(word, hours) for word in words]
    shares = [step.percent for step in steps if step is not None]
    if None in steps or shares != sorted(set(shares)) or shares[-1:] != [100]:
        reader.refuse(
            "“rollout” is out of range", "rollout", found=", ".join(words), expected='"shadow", "canary 10", … "full"'
        )
        return FULL_AT_ONCE
    return tuple(step for step in steps if step is not None)


def _step(word: str, hours: int) -> RolloutStep | None:
    if word in ("shadow", "full"):
        return RolloutStep(Phase(word), 0 if word == "shadow" else 100, 0 if word == "full" else hours)
    share = CANARY.fullmatch(word)
    return RolloutStep(Phase.CANARY, int(share[1]), hours) if share else None


def _escalation(reader: Reader) -> Escalation:
    return Escalation(reader.whole("remind_days_before", 0), reader.whole("escalate_days_after", 0))


def _longest_exception(reader: Reader) -> int:
    return reader.table("exception").whole("longest_days", 1) if reader.has("exception") else 180


def _days(reader: Reader, table: str, otherwise: Mapping[int, int]) -> Mapping[int, int]:
    """Days by tier, as the text says them or as they are otherwise."""
    return reader.table(table).by_tier() if reader.has(table) else dict(otherwise)


def _evidence(reader: Reader) -> RequiredEvidence:
    evidence = reader.text("evidence")
    if evidence and evidence not in REQUIRABLE:
        reader.refuse(f"“{evidence}” is no evidence to require", "evidence", expected=", ".join(REQUIRABLE))
    return RequiredEvidence(reader.clause(), evidence, reader.tiers_or_all())


def _dataset(reader: Reader) -> RequiredDataset:
    if not reader.has("states") or reader.left["states"] == []:
        reader.refuse("“states” is missing or empty", "states", expected="a list of " + ", ".join(Statement))
    return RequiredDataset(
        clause=reader.clause(),
        dataset=reader.one_of("dataset", DatasetPart),
        states=reader.some_of("states", Statement),
        tiers=reader.tiers_or_all(),
    )


def _own_item(reader: Reader) -> ChecklistTemplate:
    return ChecklistTemplate(
        code=reader.text("code"),
        title=reader.text("title"),
        guidance=reader.text("guidance"),
        source=f"clause {reader.clause()}",
        required=reader.flag("required"),
        tiers=reader.tiers(),
        changes=_changes(reader),
        check=reader.one_of("check", ItemCheck) if reader.has("check") else None,
    )


def _changes(reader: Reader) -> frozenset[ChangeKind]:
    return reader.some_of("changes", ChangeKind) or INTO_USE


def _pack_item(reader: Reader) -> ChecklistTemplate:
    pack_id, item_id = reader.text("pack"), reader.text("item")
    pack = packs().get(pack_id)
    item = pack.item(item_id) if pack else None
    if item is None:
        reader.refuse(f"there is no item {item_id} in a pack {pack_id}")
    return ChecklistTemplate(
        code=item_id,
        title=item.title if item else "",
        guidance=item.text if item else "",
        source=f"{pack_id} {item_id}, {item.clause}" if item else "",
        required=reader.flag("required"),
        tiers=reader.tiers(),
        pack=pack_id,
        changes=_changes(reader),
    )
