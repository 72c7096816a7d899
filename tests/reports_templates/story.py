"""A seeded story told to the real use cases, one act after the other, on a clock that only goes forward."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from core.access.people import disable_person, grant_role, withdraw_role
from core.access.rules import SYSTEM, Actor, Role
from core.approval.facts import load_change
from core.approval.retirement import retire_model, retire_version
from core.approval.rollout.returning import return_to_former
from core.approval.rules import OPEN, Answer, ChangeStatus, Choice
from core.approval.service import (
    NewCondition,
    answer_item,
    dissent,
    execute_change,
    grant_function,
    report_condition,
    request_change,
    resume_change,
    return_change,
    verify_condition,
    vote,
    withdraw_change,
    withdraw_function,
)
from core.approval.tables import ChangeRequest, Condition
from core.coverage.rules import Outcome as CoverageOutcome
from core.coverage.service import answer_item as answer_coverage
from core.coverage.service import withdraw_answer
from core.coverage.tables import CoverageAnswer
from core.documents.service import keep_document
from core.documents.tables import Document
from core.errors import GovernanceError
from core.inventory.bulk.plan import BulkWish
from core.inventory.bulk.service import change_models
from core.inventory.changing import change_model
from core.inventory.intake import NewDataset, NewModel, NewVersion
from core.inventory.parts.changing import change_part
from core.inventory.profile.rules import Factor, RiskLevel, Scope
from core.inventory.profile.service import assess_risk, confirm_packs, decide_scope
from core.inventory.profile.tiering import decide_tier, propose_tier, withdraw_tier
from core.inventory.reviews.rules import ReviewOutcome
from core.inventory.reviews.service import review_done
from core.inventory.rules import Exposure, Line, Purpose, Stage
from core.inventory.service import register, register_version
from core.inventory.tables import Dataset, Model, ModelVersion
from core.inventory.versions.rules import ChangeKind as VersionKind
from core.inventory.versions.service import move_to_stable
from core.ledger.service import Ledger
from core.policy.packs.service import known_packs
from core.policy.packs.signals import DocumentKind
from core.policy.rules import ChangeKind, Function
from core.policy.service import default_policy_text, policy_by_id, publish
from core.store import EvidenceFiles, Store
from core.validation.challenge import answer, ask
from core.validation.conclusion import conclude
from core.validation.findings import close_finding, raise_finding, remediate
from core.validation.intake import hand_in
from core.validation.results import from_json
from core.validation.rules import FindingStatus, Outcome, RunStatus, Severity
from core.validation.runs import perform, start
from core.validation.storing import store_result
from core.validation.tables import Finding, Question, Run
from core.validation.uploads import ColumnMapping
from tests.builders import REASON, Cast, a_cast, a_person, signed_in

MAPPING = ColumnMapping(label="label", prediction="prediction", positive_label="1", sensitive=("sex",))
POLICY = default_policy_text()
for before, after in (("minimum_rows = 500", "minimum_rows = 20"), ("minimum_group = 100", "minimum_group = 5")):
    POLICY = POLICY.replace(before, after)
PACKS = ("eu-ai-act", "sr-26-2")
COMPUTED: list[str] = []  # the result of the first run of any story


@dataclass
class Story:
    """One installation, its people, and what they do next; the same seed tells the same story."""

    store: Store
    ledger: Ledger
    files: EvidenceFiles
    folder: Path
    now: datetime
    seed: int
    cast: Cast = field(init=False)
    guest: Actor = field(init=False)
    done: list[str] = field(default_factory=list)
    written: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        with self.store.transaction() as tx:
            publish(tx, self.ledger, POLICY, actor=SYSTEM, at=self.now)
        self.cast = a_cast(self.store)
        self.guest = a_person(self.store, Role.AUDITOR)
        self._register()
        self._register()

    # ---- the clock and the choice

    def step(self) -> str:
        """Time goes on, and one act is tried until one is not refused; answers with its name."""
        self.now += timedelta(minutes=self.dice.randint(1, 60 * 24 * 6), microseconds=self.dice.randint(0, 999_999))
        acts = [self._onward] * 24 + list(self._asides())
        while True:
            act = self.dice.choice(acts)
            with suppress(GovernanceError, LookupError):
                self.done.append(act() or act.__name__)
                return self.done[-1]

    def _one(self, query: object) -> object:
        with self.store.reading() as session:
            rows = session.exec(query).all()  # type: ignore[call-overload]
        return self.dice.choice(sorted(rows, key=lambda row: row.id))

    def _version(self) -> tuple[Model, ModelVersion]:
        with self.store.reading() as session:
            rows = session.exec(
                select(Model, ModelVersion)
                .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
                .order_by(col(ModelVersion.id))
            ).all()
        return self.dice.choice(rows)

    # ---- what comes next for a version

    def _onward(self) -> str:
        model, version = self._version()
        about: dict[str, Any] = {"model": model.number, "version": version.version}
        with self.store.reading() as session:
            runs = session.exec(select(Run).where(Run.version_id == version.id).order_by(col(Run.id))).all()
            change = session.exec(
                select(ChangeRequest)
                .where(ChangeRequest.version_id == version.id)
                .order_by(col(ChangeRequest.id).desc())
            ).first()
        if version.stage is Stage.NOT_VALIDATED:
            return self._hand_in(about)
        if version.stage in (Stage.DRAFT, Stage.IN_VALIDATION):
            return self._validate(about, version, runs[-1] if runs else None)
        if version.stage is Stage.VALIDATED:
            return self._request_or_resume(about, change)
        if version.stage is Stage.IN_APPROVAL and change:
            return self._review(change)
        if version.stage is Stage.APPROVED and change:
            execute_change(self.store, self.ledger, change=change.number, actor=self.cast.owner, at=self.now)
            return "execute"
        return self._next_version(model, version)

    def _hand_in(self, about: dict[str, Any]) -> str:
        self.written += 1
        source = self.folder / "handed.csv"
        rows = (f"{n % 2},{(n + (n % 9 == 0)) % 2},{'FM'[n % 3 == 0]},{n + self.written}" for n in range(60))
        source.write_text("\n".join(["label,prediction,sex,case", *rows]) + "\n", encoding="utf-8")
        hand_in(
            self.store, self.ledger, self.files, **about, source=source, filename=f"predictions {self.written}.csv",
            mapping=MAPPING, declared={}, actor=self.cast.developer, at=self.now,
        )  # fmt: skip
        return "hand in"

    def _validate(self, about: dict[str, Any], version: ModelVersion, run: Run | None) -> str:
        if run is not None and run.status in (RunStatus.QUEUED, RunStatus.RUNNING):
            self._finish(run.number)
            return "finish run"
        if run is None or version.stage is Stage.DRAFT or self.dice.random() < 0.2:
            with suppress(GovernanceError):
                start(self.store, self.ledger, **about, actor=self.cast.developer, at=self.now)
                return "start run"
            return self._hand_in(about)
        outcome = Outcome.VALIDATED if self.dice.random() < 0.85 else Outcome.NOT_VALIDATED
        conclude(
            self.store, self.ledger, **about, outcome=outcome, summary=REASON, seen_digest=version.evidence_digest,
            actor=self.cast.validator, at=self.now,
        )  # fmt: skip
        return f"conclude {outcome}"

    def _finish(self, run: str) -> None:
        """The first run is computed; later ones store the same figures, since to compute them takes a second each."""
        with self.store.reading() as session:
            row = session.exec(select(Run).where(Run.number == run)).one()
            policy = policy_by_id(session, row.policy_version_id).policy
        if not COMPUTED:
            perform(self.store, self.ledger, self.files, run=run, clock=lambda: self.now)
            with self.store.reading() as session:
                COMPUTED.append(session.exec(select(Run.result).where(Run.number == run)).one())
        else:
            store_result(self.store, self.ledger, run, from_json(COMPUTED[0]), policy, at=self.now)

    def _request_or_resume(self, about: dict[str, Any], change: ChangeRequest | None) -> str:
        if change is not None and change.status in OPEN:
            resume_change(self.store, self.ledger, change=change.number, actor=self.cast.developer, at=self.now)
            return "resume"
        request_change(self.store, self.ledger, **about, rationale=REASON, actor=self.cast.developer, at=self.now)
        return "request"

    def _review(self, change: ChangeRequest) -> str:
        approver = self.dice.choice((self.cast.approver, self.cast.second_approver))
        with self.store.reading() as session:
            record = load_change(session, change.number)
            left = [item.code for item in record.items if item.id not in record.answers_of(approver.id)]
        if self.dice.random() < 0.1:
            to_validation = self.dice.random() < 0.4
            return_change(
                self.store, self.ledger, change=change.number, reason=f"{REASON} {self.written}",
                to_validation=to_validation, actor=approver, at=self.now,
            )  # fmt: skip
            return "return"
        if self.dice.random() < 0.04:
            withdraw_change(
                self.store, self.ledger, change=change.number, reason=REASON, actor=self.cast.developer, at=self.now
            )
            return "withdraw"
        for code in left[:-1] if self.dice.random() < 0.3 else left:
            self._answer_item(change.number, code, approver)
        if self.dice.random() < 0.3:
            return "answer items"
        chosen = Choice.APPROVE if self.dice.random() < 0.9 else Choice.REJECT
        conditions = [NewCondition(f"Show it again {self.written}", self.cast.owner.id, self.now + timedelta(days=30))]
        with_condition = chosen is Choice.APPROVE and self.dice.random() < 0.6
        signed = {
            "change": change.number,
            "seen_digest": record.version.evidence_digest,
            "session_id": signed_in(self.store, approver, at=self.now),
            "actor": approver,
            "at": self.now,
        }
        if self.dice.random() < 0.1:
            dissent(self.store, self.ledger, text=REASON, **signed)  # type: ignore[arg-type]
            return "dissent"
        vote(
            self.store, self.ledger, choice=chosen, rationale=REASON, conditions=conditions if with_condition else (),
            **signed,  # type: ignore[arg-type]
        )  # fmt: skip
        return f"vote {chosen}"

    def _answer_item(self, change: str, code: str, approver: Actor) -> None:
        given = self.dice.choice((Answer.MET, Answer.MET, Answer.MET, Answer.NOT_APPLICABLE))
        reason = "" if given is Answer.MET else f"Not for this model {self.written}"
        answer_item(
            self.store, self.ledger, change=change, code=code, answer=given, reason=reason, actor=approver, at=self.now
        )

    def _next_version(self, model: Model, version: ModelVersion) -> str:
        newer = f"1.{version.minor + 1}.0"
        register_version(
            self.store,
            self.ledger,
            model=model.number,
            version=self._new_version(newer, Line.EXPERIMENTAL if self.dice.random() < 0.2 else Line.STABLE),
            actor=self.cast.developer,
            at=self.now,
        )
        return "next version"

    # ---- what happens beside it

    def _asides(self) -> Iterator[Callable[[], str | None]]:
        for name in sorted(dir(self)):
            if name.startswith("aside_"):
                yield getattr(self, name)

    def _register(self) -> None:
        self.written += 1
        data = NewDataset(f"Cases {self.written}", "1", "example", classification="internal", sanitisation="pseudonyms")
        register(
            self.store,
            self.ledger,
            model=NewModel(
                name=f"Model {self.written}",
                purpose="Ranks applications for review.",
                business_line=self.dice.choice(("Lending", "Claims")),
                owner=self.cast.owner.id,
                developer=self.cast.developer.id,
                exposure=Exposure.LOW,
                purpose_class=self.dice.choice((Purpose.FINANCIAL, Purpose.OPERATIONAL)),
                packs=PACKS[:1],
            ),
            version=self._new_version("1.0.0", Line.STABLE, f"Cases {self.written} 1"),
            datasets=(data,),
            actor=self.cast.developer,
            at=self.now,
        )

    def _new_version(self, version: str, line: Line, dataset: str = "D0001") -> NewVersion:
        return NewVersion(
            version=version,
            intended_use="Support for a person's decision.",
            limitations=f"Not shown to work elsewhere {self.written}.",
            rationale="Retrained on the newest year.",
            training_dataset=dataset,
            test_dataset=dataset,
            line=line,
            change_kind=VersionKind.FIRST if version == "1.0.0" else VersionKind.RETRAINED,
        )

    def aside_register(self) -> None:
        if self.written > 90 or self.dice.random() < 0.6:
            raise LookupError
        self._register()

    def aside_change_model(self) -> None:
        model = self._version()[0]
        self.written += 1
        wishes: tuple[dict[str, object], ...] = (
            {"purpose": f"Ranks applications {self.written}."},
            {"owner": self.dice.choice((self.cast.owner.id, self.cast.auditor.id))},
            {"exposure": self.dice.choice((Exposure.LOW, Exposure.MEDIUM))},
            {"packs": self.dice.choice((PACKS, PACKS[:1], ()))},
            {"name": f"Model, now {self.written}", "vendor": "Somebody else"},
        )
        change_model(
            self.store, self.ledger, model=model.number, changes=self.dice.choice(wishes), reason=REASON,
            expected_revision=None, actor=self.cast.developer, at=self.now,
        )  # fmt: skip

    def aside_change_dataset(self) -> None:
        row = self._one(select(Dataset))
        assert isinstance(row, Dataset)
        self.written += 1
        change_part(
            self.store, self.ledger, part=row.number, changes={"sanitisation": f"k-anonymity {self.written}"},
            reason=REASON, expected_revision=None, actor=self.cast.developer, at=self.now,
        )  # fmt: skip

    def aside_scope(self) -> None:
        self.written += 1
        decide_scope(
            self.store, self.ledger, model=self._version()[0].number, scope=self.dice.choice(tuple(Scope)),
            reason=f"{REASON} {self.written}", actor=self.cast.owner, at=self.now,
        )  # fmt: skip

    def aside_risk(self) -> None:
        self.written += 1
        chosen = self.dice.sample(tuple(Factor), 2)
        assess_risk(
            self.store, self.ledger, model=self._version()[0].number,
            levels={one: self.dice.choice(tuple(RiskLevel)) for one in chosen},
            reasons=dict.fromkeys(chosen, f"{REASON} {self.written}"), actor=self.cast.owner, at=self.now,
        )  # fmt: skip

    def aside_packs(self) -> None:
        confirm_packs(
            self.store, self.ledger, model=self._version()[0].number, answers=(), confirmed=PACKS[:1], reason=REASON,
            actor=self.cast.owner, at=self.now,
        )  # fmt: skip

    def aside_tier(self) -> None:
        about = {"model": self._version()[0].number, "at": self.now}
        tier = self.dice.choice((1, 2, 3, 4))
        roll = self.dice.random()
        if roll < 0.5:
            propose_tier(self.store, self.ledger, tier=tier, reason=REASON, actor=self.cast.owner, **about)  # type: ignore[arg-type]
        elif roll < 0.85:
            decide_tier(
                self.store, self.ledger, confirm=roll < 0.75, rationale=REASON, actor=self.cast.validator, **about  # type: ignore[arg-type]
            )  # fmt: skip
        else:
            withdraw_tier(self.store, self.ledger, reason=REASON, actor=self.cast.owner, **about)  # type: ignore[arg-type]

    def aside_review(self) -> None:
        review_done(
            self.store, self.ledger, model=self._version()[0].number, outcome=ReviewOutcome.CONFIRMED, summary=REASON,
            actor=self.cast.validator, at=self.now,
        )  # fmt: skip

    def aside_bulk(self) -> None:
        model = self._version()[0]
        earlier = self.now + timedelta(days=self.dice.randint(5, 60))
        change_models(
            self.store, self.ledger, revisions={model.number: model.revision},
            wish=BulkWish(business_line="Pensions", next_review=earlier), reason=REASON, actor=self.cast.owner,
            at=self.now,
        )  # fmt: skip

    def aside_question(self) -> None:
        model, version = self._version()
        with self.store.reading() as session:
            waiting = session.exec(
                select(Question).where(col(Question.answered_at).is_(None)).order_by(col(Question.id))
            ).first()
        if waiting is not None:
            answer(
                self.store, self.ledger, question=waiting.number, text=REASON, actor=self.cast.developer, at=self.now
            )
        else:
            ask(
                self.store, self.ledger, model=model.number, version=version.version, text=REASON,
                actor=self.cast.validator, at=self.now,
            )  # fmt: skip

    aside_question_again = aside_question

    def aside_finding(self) -> None:
        model, version = self._version()
        raise_finding(
            self.store, self.ledger, model=model.number, version=version.version, title=REASON, detail=REASON,
            severity=self.dice.choice((Severity.LOW, Severity.HIGH)), actor=self.cast.validator, at=self.now,
        )  # fmt: skip

    def aside_settle_finding(self) -> None:
        self.written += 1
        row = self._one(select(Finding).where(Finding.status != FindingStatus.VERIFIED_CLOSED))
        assert isinstance(row, Finding)
        closing = row.status is FindingStatus.REMEDIATED and self.dice.random() < 0.6
        act, actor = (close_finding, self.cast.second_validator) if closing else (remediate, self.cast.developer)
        act(self.store, self.ledger, finding=row.number, text=f"{REASON} {self.written}", actor=actor, at=self.now)

    aside_settle_finding_again = aside_settle_finding

    def aside_condition(self) -> None:
        self.written += 1
        row = self._one(select(Condition).where(col(Condition.verified_at).is_(None)))
        assert isinstance(row, Condition)
        text = f"{REASON} {self.written}"
        if row.done_at is None:
            report_condition(
                self.store, self.ledger, condition=row.id or 0, evidence=text, actor=self.cast.owner, at=self.now
            )
        else:
            verify_condition(
                self.store, self.ledger, condition=row.id or 0, note=text, met=self.dice.random() < 0.5,
                actor=self.cast.approver, at=self.now,
            )  # fmt: skip

    aside_condition_again = aside_condition

    def aside_other_change(self) -> None:
        model, version = self._version()
        kind = self.dice.choice((ChangeKind.RESTRICTED_USE, ChangeKind.RETIREMENT, ChangeKind.ROLLBACK))
        request_change(
            self.store, self.ledger, model=model.number, version=version.version, rationale=REASON, kind=kind,
            restriction="Only for the cases that were tested.", actor=self.cast.owner, at=self.now,
        )  # fmt: skip

    def aside_decide_other_change(self) -> None:
        row = self._one(
            select(ChangeRequest).where(
                col(ChangeRequest.kind).in_((ChangeKind.RESTRICTED_USE, ChangeKind.RETIREMENT, ChangeKind.ROLLBACK)),
                col(ChangeRequest.status).in_((*OPEN, ChangeStatus.APPROVED)),
            )
        )
        assert isinstance(row, ChangeRequest)
        if row.status is ChangeStatus.APPROVED:
            execute_change(self.store, self.ledger, change=row.number, actor=self.cast.owner, at=self.now)
        else:
            self._review(row)

    aside_decide_other_change_again = aside_decide_other_change

    def aside_roll_back(self) -> None:
        return_to_former(
            self.store, self.ledger, model=self._version()[0].number, reason=REASON, actor=self.cast.owner, at=self.now
        )

    def aside_stable(self) -> None:
        model, version = self._version()
        move_to_stable(
            self.store, self.ledger, model=model.number, version=version.version, reason=REASON,
            actor=self.cast.developer, at=self.now,
        )  # fmt: skip

    def aside_retire(self) -> None:
        model, version = self._version()
        if self.dice.random() < 0.7:
            raise LookupError
        if self.dice.random() < 0.4:
            retire_model(
                self.store, self.ledger, model=model.number, reason=REASON, seen=(), actor=self.cast.owner, at=self.now
            )
        else:
            retire_version(
                self.store, self.ledger, model=model.number, version=version.version, reason=REASON,
                actor=self.cast.owner, at=self.now,
            )  # fmt: skip

    def aside_role(self) -> None:
        give = self.dice.random() < 0.6
        act = grant_role if give else withdraw_role
        act(
            self.store, self.ledger, person=self.guest.id, role=Role.DEVELOPER, reason=REASON,
            actor=self.cast.administrator, at=self.now,
        )  # fmt: skip

    def aside_function(self) -> None:
        act = self.dice.choice((grant_function, withdraw_function))
        act(
            self.store, self.ledger, person=self.cast.approver.id, function=Function.LEGAL, reason=REASON,
            actor=self.cast.administrator, at=self.now,
        )  # fmt: skip

    def aside_newcomer(self) -> None:
        person = a_person(self.store, at=self.now)
        disable_person(
            self.store, self.ledger, person=person.id, reason=REASON, actor=self.cast.administrator, at=self.now
        )

    def aside_policy(self) -> None:
        if self.dice.random() < 0.7:
            raise LookupError
        self.written += 1
        text = POLICY.replace('version = "2026.1"', f'version = "2027.{self.written}"').replace("2 = 10", "2 = 12")
        with self.store.transaction() as tx:
            publish(tx, self.ledger, text, actor=SYSTEM, at=self.now)

    def aside_coverage(self) -> None:
        with self.store.reading() as session:
            pack = known_packs(session)[PACKS[0]]
            given = session.exec(
                select(CoverageAnswer)
                .where(col(CoverageAnswer.withdrawn_at).is_(None))
                .order_by(col(CoverageAnswer.id))
            ).first()
        if given is not None and self.dice.random() < 0.5:
            withdraw_answer(
                self.store, self.ledger, answer=given.number, reason=REASON, actor=self.cast.owner, at=self.now
            )
            return
        answer_coverage(
            self.store, self.ledger, model=self._version()[0].number, pack=pack.id,
            item=self.dice.choice(pack.items).id, outcome=CoverageOutcome.MET, reason=REASON,
            expires_at=self.now + timedelta(days=20), actor=self.cast.owner, at=self.now,
        )  # fmt: skip

    def aside_document(self) -> None:
        model, version = self._version()
        self.written += 1
        with self.store.reading() as session:
            held = self._document(session, version)
        keep_document(
            self.store, self.ledger, model=model.number, version=version.version, kind=DocumentKind.RISK_ASSESSMENT,
            body=f"# Risks\n\nText {self.written}\n", comment=REASON, expected_revision=held.revision if held else 0,
            actor=self.cast.developer, at=self.now,
        )  # fmt: skip

    @staticmethod
    def _document(session: Session, version: ModelVersion) -> Document | None:
        kind = DocumentKind.RISK_ASSESSMENT
        return session.exec(select(Document).where(Document.version_id == version.id, Document.kind == kind)).first()
