"""Acts on changes: requests, answers, votes, execution, retirement."""

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

from core.access.rules import Actor
from core.approval.retirement import retire_version
from core.approval.rollout.returning import return_to_former
from core.approval.rules import Choice
from core.approval.service import (
    execute_change,
    request_change,
    resume_change,
    return_change,
    vote,
    withdraw_change,
)
from core.assurance.drill.acts.play import Play, there
from core.assurance.drill.world import (
    IN_PRODUCTION,
    REASON,
    At,
    World,
    answer_all,
    digest_of,
)
from core.errors import Refused


def _request(world: World, place: At, actor: Actor) -> object:
    return world.do(request_change, model=place.model, version=place.version, rationale=REASON, actor=actor)


def _resume(world: World, place: At, actor: Actor) -> object:
    return world.do(resume_change, change=there(place.change), actor=actor)


def _withdraw(world: World, place: At, actor: Actor) -> object:
    return world.do(withdraw_change, change=there(place.change), reason=REASON, actor=actor)


def _return(*, to_validation: bool) -> Play:
    def play(world: World, place: At, actor: Actor) -> object:
        change = there(place.change)
        return world.do(return_change, change=change, reason=REASON, to_validation=to_validation, actor=actor)

    return play


def _answer_items(world: World, place: At, actor: Actor) -> object:
    answer_all(world, there(place.change), actor)
    return place


def _vote(choice: Choice) -> Play:
    """To approve, the checklist is answered first; where that is refused, the vote is tried all the same."""

    def play(world: World, place: At, actor: Actor) -> object:
        change = there(place.change)
        if choice is Choice.APPROVE:
            with suppress(Refused):
                answer_all(world, change, actor)
        return world.do(
            vote, change=change, choice=choice, rationale=REASON, seen_digest=digest_of(world, place),
            session_id=world.signed_in(actor.id), actor=actor,
        )  # fmt: skip

    return play


def _execute(world: World, place: At, actor: Actor) -> object:
    return world.do(execute_change, change=there(place.change), actor=actor)


def _retire(world: World, place: At, actor: Actor) -> object:
    return world.do(retire_version, model=place.model, version=place.version, reason=REASON, actor=actor)


def _return_production(world: World, _place: At, actor: Actor) -> object:
    return world.do(return_to_former, model=world.at[IN_PRODUCTION].model, reason=REASON, actor=actor)


CHANGES: Mapping[str, Play] = MappingProxyType(
    {
        "request approval": _request,
        "resume the request": _resume,
        "withdraw the request": _withdraw,
        "return for changes": _return(to_validation=False),
        "return to validation": _return(to_validation=True),
        "answer a checklist item": _answer_items,
        "vote to approve": _vote(Choice.APPROVE),
        "vote to reject": _vote(Choice.REJECT),
        "execute the change": _execute,
        "retire a version": _retire,
        "return production to the former version": _return_production,
    }
)
