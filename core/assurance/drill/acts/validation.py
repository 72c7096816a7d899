"""Acts of validation: evidence, challenge, findings, conclusion."""

from collections.abc import Mapping
from types import MappingProxyType

from core.access.rules import Actor
from core.assurance.drill.acts.play import NothingThere, Play, there
from core.assurance.drill.world import (
    IN_VALIDATION,
    REASON,
    At,
    World,
    digest_of,
    hand_in_within,
)
from core.errors import Refused
from core.validation.challenge import answer, ask
from core.validation.conclusion import conclude
from core.validation.findings.raising import raise_finding
from core.validation.findings.settling import close_finding, remediate
from core.validation.rules import Outcome, Severity
from core.validation.runs import start


def _hand_in(world: World, place: At, actor: Actor) -> object:
    return world.do(hand_in_within, world=world, place=place, actor=actor)


def _start(world: World, place: At, actor: Actor) -> object:
    """The same evidence is not judged twice, so a version under validation gets other evidence first."""
    if place == world.at[IN_VALIDATION]:
        other = world.actor("contributor")
        world.do(hand_in_within, world=world, place=place, source=world.other_data, actor=other)
    return world.do(start, model=place.model, version=place.version, actor=actor)


def _ask(world: World, place: At, actor: Actor) -> object:
    return world.do(ask, model=place.model, version=place.version, text=REASON, actor=actor)


def _answer(world: World, place: At, actor: Actor) -> object:
    try:
        question = _ask(world, place, world.actor("validator"))
    except Refused as refused:
        raise NothingThere from refused
    return world.do(answer, question=question, text=REASON, actor=actor)


def _raise(world: World, place: At, actor: Actor) -> object:
    return world.do(
        raise_finding, model=place.model, version=place.version, title="Another finding", detail=REASON,
        severity=Severity.LOW, actor=actor,
    )  # fmt: skip


def _remediate(world: World, place: At, actor: Actor) -> object:
    return world.do(remediate, finding=there(place.open_finding), text=REASON, actor=actor)


def _close(world: World, place: At, actor: Actor) -> object:
    return world.do(close_finding, finding=there(place.remediated), text=REASON, actor=actor)


def _conclude(outcome: Outcome) -> Play:
    def play(world: World, place: At, actor: Actor) -> object:
        return world.do(
            conclude, model=place.model, version=place.version, outcome=outcome, summary=REASON,
            seen_digest=digest_of(world, place), actor=actor,
        )  # fmt: skip

    return play


VALIDATION: Mapping[str, Play] = MappingProxyType(
    {
        "hand in evidence": _hand_in,
        "start a validation": _start,
        "ask a question": _ask,
        "answer a question": _answer,
        "raise a finding": _raise,
        "remediate a finding": _remediate,
        "close a finding": _close,
        "conclude as validated": _conclude(Outcome.VALIDATED),
        "conclude as not validated": _conclude(Outcome.NOT_VALIDATED),
    }
)
