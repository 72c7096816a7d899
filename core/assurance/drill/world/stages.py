"""How a version of the scratch record comes to each stage."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from core.access.rules import Actor
from core.approval.facts import load_change
from core.approval.rules import Answer, Choice
from core.approval.service import (
    answer_item,
    execute_change,
    request_change,
    resume_change,
    return_change,
    vote,
)
from core.assurance.drill.world.people import DRAFT, IN_PRODUCTION, PACK, REASON, SUPERSEDED, At, World, digest_of
from core.assurance.matrix.rules import LINE
from core.inventory.intake import NewDataset, NewModel, NewVersion
from core.inventory.rules import Exposure, Purpose
from core.inventory.service import register, register_version
from core.inventory.versions.rules import ChangeKind
from core.ledger.service import Ledger
from core.store import Store
from core.validation.conclusion import conclude
from core.validation.findings.raising import raise_finding
from core.validation.findings.settling import remediate
from core.validation.intake import HandedIn, hand_in
from core.validation.rules import Outcome, Severity
from core.validation.runs import perform, start
from core.validation.uploads import ColumnMapping

MAPPING = ColumnMapping(label="label", prediction="prediction", score="score", positive_label="1", row_id="row")


def answer_all(world: World, change: str, actor: Actor) -> None:
    """Answer every item of the checklist for this approver."""
    with world.store.reading() as session:
        codes = [item.code for item in load_change(session, change).items]
    for code in codes:
        world.do(answer_item, change=change, code=code, answer=Answer.MET, reason=REASON, actor=actor)


def registered(world: World, name: str) -> At:
    """A version of a model of its own, with evidence."""
    datasets = [NewDataset(f"{name} {part}", "1", "Made for the drill") for part in ("training", "test")]
    done = world.do(
        register, model=_model(world, name), version=_version(name, "1.0.0"), datasets=datasets,
        actor=world.actor("contributor"),
    )  # fmt: skip
    place = At(done.model, "1.0.0")
    _hand_in(world, place)
    return place


def _hand_in(world: World, place: At) -> None:
    world.do(
        hand_in_within, world=world, place=place, actor=world.actor("contributor"),
    )  # fmt: skip


def hand_in_within(
    store: Store, ledger: Ledger, *, world: World, place: At, source: Path | None = None, actor: Actor, at: datetime
) -> HandedIn:
    """Hand the drill's predictions in for a version."""
    return hand_in(
        store, ledger, world.files, model=place.model, version=place.version, source=source or world.data,
        filename="predictions.csv", mapping=MAPPING, declared={}, actor=actor, at=at,
    )  # fmt: skip


def sent_back(world: World, place: At, *, to_validation: bool) -> At:
    """Validated, requested, and returned by an approver: every part is taken by somebody from here on."""
    place = requested(world, place)
    voter = world.actor("voter")
    world.do(return_change, change=place.change, reason=REASON, to_validation=to_validation, actor=voter)
    return place


def requested(world: World, place: At) -> At:
    """In approval, with an open and a remediated finding of the validator."""
    named = {"model": place.model, "version": place.version}
    contributor, validator = world.actor("contributor"), world.actor("validator")
    run = world.do(start, **named, actor=contributor).run
    perform(world.store, world.ledger, world.files, run=run, clock=lambda: world.now)
    digest = digest_of(world, place)
    raised = [
        world.do(
            raise_finding, **named, title=f"{what} in the drill", detail=REASON, severity=Severity.LOW, actor=validator
        )
        for what in ("Open", "Settled")
    ]
    world.do(remediate, finding=raised[1], text=REASON, actor=contributor)
    world.do(
        conclude, **named, outcome=Outcome.VALIDATED, summary=REASON, seen_digest=digest, actor=validator
    )  # fmt: skip
    change = world.do(request_change, **named, rationale=REASON, actor=world.actor("requester")).change
    return At(place.model, place.version, change, raised[0], raised[1])


def voted(world: World, place: At, choice: Choice) -> None:
    """Decide the change by the one vote that its tier takes."""
    actor = world.actor("second")
    if choice is Choice.APPROVE:
        answer_all(world, place.change, actor)
    world.do(
        vote, change=place.change, choice=choice, rationale=REASON, seen_digest=digest_of(world, place),
        session_id=world.signed_in(actor.id), actor=actor,
    )  # fmt: skip


def put_into_production(world: World) -> None:
    """Two versions of one model: the second in production, the first in its place before."""
    first = brought(world, registered(world, IN_PRODUCTION))
    entered = replace(_version(IN_PRODUCTION, "1.0.1"), change_kind=ChangeKind.CORRECTION)
    world.do(register_version, model=first.model, version=entered, actor=world.actor("contributor"))
    second = At(first.model, "1.0.1")
    _hand_in(world, second)
    world.at[SUPERSEDED], world.at[IN_PRODUCTION] = first, brought(world, second)


def brought(world: World, place: At) -> At:
    place = sent_back(world, place, to_validation=False)
    world.do(resume_change, change=place.change, actor=world.actor("requester"))
    voted(world, place, Choice.APPROVE)
    world.do(execute_change, change=place.change, actor=world.actor("owner"))
    return place


def _model(world: World, name: str) -> NewModel:
    owner, developer = world.people["owner"], world.people["contributor"]
    return NewModel(
        f"Drill: {name}", "Exists for the length of a drill.", LINE, owner, developer, Exposure.LOW,
        Purpose.OPERATIONAL, packs=(PACK,) if name == DRAFT else (),
    )  # fmt: skip


def _version(name: str, number: str) -> NewVersion:
    said = "Made for the drill."
    return NewVersion(number, said, said, said, f"{name} training 1", f"{name} test 1")
