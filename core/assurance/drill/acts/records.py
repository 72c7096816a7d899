"""Acts on everything that is kept: models, policies, packs, checks, incidents, exports."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from sqlmodel import select

from core.access.rules import Actor
from core.assurance.drill.acts.play import Play, there
from core.assurance.drill.world import (
    DRAFT,
    IN_PRODUCTION,
    ITEM,
    PACK,
    REASON,
    At,
    World,
)
from core.assurance.matrix.rules import LINE
from core.compliance.service import run_checks
from core.compliance.settings import set_check
from core.compliance.vocabulary import Source
from core.coverage.rules import Outcome as PackOutcome
from core.coverage.service import answer_item as answer_pack
from core.documents.templates import publish_template
from core.improvement.incidents.declaring import NewIncident, declare_incident
from core.inventory.changing.service import change_model
from core.inventory.intake import NewModel, NewVersion
from core.inventory.reviews.rules import ReviewOutcome
from core.inventory.reviews.service import review_done
from core.inventory.rules import Exposure, Purpose
from core.inventory.service import register
from core.monitoring.alerts.handling import acknowledge
from core.monitoring.alerts.tables import Alert
from core.policy.drafts import begin_draft
from core.policy.packs.signals import DocumentKind
from core.reports.formats.kinds import Format
from core.reports.service import request_export
from core.reports.values.report import Asked, Subject, SubjectKind
from core.validation.rules import Severity


def _register(world: World, _place: At, actor: Actor) -> object:
    owner, developer = world.people["owner"], world.people["contributor"]
    model = NewModel(
        "Drill: another", "Exists for one cell.", LINE, owner, developer, Exposure.LOW, Purpose.OPERATIONAL
    )
    said = "Made for the drill."
    version = NewVersion("1.0.0", said, said, said, f"{DRAFT} training 1", f"{DRAFT} test 1")
    return world.do(register, model=model, version=version, actor=actor)


def _change_model(world: World, _place: At, actor: Actor) -> object:
    changes = {"purpose": "Said otherwise for one cell."}
    model = world.at[DRAFT].model
    return world.do(change_model, model=model, changes=changes, reason=REASON, expected_revision=None, actor=actor)


def _review(world: World, _place: At, actor: Actor) -> object:
    model = world.at[IN_PRODUCTION].model
    return world.do(review_done, model=model, outcome=ReviewOutcome.CONFIRMED, summary=REASON, actor=actor)


def _draft_policy(world: World, _place: At, actor: Actor) -> object:
    return world.do(begin_draft, text='name = "Drill"\n', reason=REASON, actor=actor)


def _answer_pack(world: World, _place: At, actor: Actor) -> object:
    return world.do(
        answer_pack, model=world.at[DRAFT].model, pack=PACK, item=ITEM, outcome=PackOutcome.MET, reason=REASON,
        expires_at=world.now + timedelta(days=30), actor=actor,
    )  # fmt: skip


def _publish_template(world: World, _place: At, actor: Actor) -> object:
    return world.do(
        publish_template, kind=DocumentKind.RISK_ASSESSMENT, body="# Of the drill\n", reason=REASON, actor=actor
    )


def _set_check(world: World, _place: At, actor: Actor) -> object:
    return world.do(set_check, check="roles-apart", on=True, every_hours=12, parameters={}, reason=REASON, actor=actor)


def _run_checks(world: World, _place: At, actor: Actor) -> object:
    return run_checks(
        world.store, world.ledger, keys=["roles-apart"], source=Source.PAGE, actor=actor, clock=lambda: world.now
    )


def _declare(world: World, _place: At, actor: Actor) -> object:
    new = NewIncident("Drill", Severity.LOW, REASON, aware_at=world.now)
    return world.do(declare_incident, new=new, actor=actor)


def _acknowledge(world: World, _place: At, actor: Actor) -> object:
    with world.store.reading() as session:
        alert = session.exec(select(Alert.number)).first()
    return world.do(acknowledge, alert=there(alert or ""), actor=actor)


def _export(world: World, _place: At, actor: Actor) -> object:
    place = world.at[IN_PRODUCTION]
    asked = Asked("dossier", Subject(SubjectKind.VERSION, place.model, place.version), world.now)
    return world.do(request_export, asked=asked, form=Format.JSON, actor=actor)


RECORDS: Mapping[str, Play] = MappingProxyType(
    {
        "register a model": _register,
        "change a model's record": _change_model,
        "review a model": _review,
        "draft a policy": _draft_policy,
        "answer an item of a pack": _answer_pack,
        "publish a template": _publish_template,
        "change a compliance check": _set_check,
        "run compliance checks": _run_checks,
        "declare an incident": _declare,
        "acknowledge an alert": _acknowledge,
        "make an export": _export,
    }
)
