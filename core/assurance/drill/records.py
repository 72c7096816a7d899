"""What addresses are called about beside versions: a part, a link, a draft, a control, exports, an incident."""

from collections.abc import Mapping
from datetime import timedelta

from core.approval.rollout.placing import add_environment
from core.assurance.drill.world import DRAFT, IN_PRODUCTION, ITEM, PACK, REASON, World
from core.assurance.drill.world.people import SUPERSEDED
from core.coverage.rules import Outcome
from core.coverage.service import answer_item
from core.improvement.comparisons.asking import Question, ask_comparison
from core.improvement.comparisons.rules import SourceKind
from core.improvement.incidents.declaring import NewIncident, declare_incident
from core.inventory.bulk.plan import BulkWish
from core.inventory.bulk.service import change_models
from core.inventory.parts.intake import NewAsset
from core.inventory.parts.linking import make_link
from core.inventory.parts.registering import register_asset
from core.inventory.parts.rules import AssetKind, Relation
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.monitoring.controls.declaring import declare_control
from core.policy.controls.rules import Control, ControlAction, ControlKind, Side
from core.policy.drafts import begin_draft
from core.policy.service import default_policy_text
from core.reports.formats.kinds import Format
from core.reports.rules import Clock, Rhythm
from core.reports.service import NewSchedule, request_export, schedule_export
from core.reports.values.report import Asked, Subject, SubjectKind
from core.validation.rules import Severity

ENVIRONMENT = "drill"


def records_of(world: World) -> Mapping[str, str]:
    """One of each, by the name that addresses give it, made at the first call by those who may."""
    if not world.records:
        world.records.update(_build(world))
    return world.records


def _build(world: World) -> Mapping[str, str]:
    developer, owner = world.actor("contributor"), world.actor("owner")
    model, produced = world.at[DRAFT].model, world.at[IN_PRODUCTION]
    world.do(add_environment, name=ENVIRONMENT, note=REASON, actor=world.actor("administrator"))
    prompt = NewAsset(AssetKind.PROMPT, "Drill: prompt", world.people["owner"], REASON, text=REASON)
    part = world.do(register_asset, asset=prompt, actor=developer).number
    link = world.do(make_link, source=part, relation=Relation.INSTRUCTS, target=model, actor=developer).number
    expires = world.now + timedelta(days=30)
    answered = world.do(
        answer_item, model=model, pack=PACK, item=ITEM, outcome=Outcome.MET, reason=REASON, expires_at=expires,
        actor=owner,
    )  # fmt: skip
    control = Control("", "Drill", Side.INPUTS, ControlKind.REQUIRED, ControlAction.COUNT, columns=("score",))
    subject = Subject(SubjectKind.VERSION, produced.model, produced.version)
    schedule = NewSchedule("dossier", subject, Format.JSON, Clock(Rhythm.WEEKLY, 1, 0, "UTC"))
    question = Question(produced.model, world.at[SUPERSEDED].version, produced.version, SourceKind.EVIDENCE)
    with world.store.transaction() as tx:
        said = (Severity.LOW, "Drill", REASON, produced.model, produced.version)
        told = Signal(AlertKind.ACCESS, "drill of a model", *said)
        alert = raise_alert(tx, world.ledger, told, at=world.now)
    return {
        "alert of a model": alert,
        "part": part,
        "link": link,
        "answer": answered.answer,
        "draft": world.do(begin_draft, text=default_policy_text(), reason=REASON, actor=owner).draft,
        "control": world.do(declare_control, model=model, control=control, reason=REASON, actor=developer),
        "export": world.do(
            request_export, asked=Asked("dossier", subject, world.now), form=Format.JSON, actor=developer
        ).export,
        "schedule": world.do(schedule_export, new=schedule, actor=developer).schedule,
        "incident": world.do(
            declare_incident, new=NewIncident("Drill", Severity.LOW, REASON, aware_at=world.now), actor=developer
        ).number,
        "edit": world.do(
            change_models, revisions={model: world.revision(model)}, wish=BulkWish(next_review=expires), reason=REASON,
            actor=owner,
        ),
        "comparison": world.do(ask_comparison, question=question, actor=developer).number,
    }  # fmt: skip
