"""Random stories told to the real use cases on a real store, beside the small world that keeps its own books."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, select

from core.access.rules import Actor, Role
from core.access.tables import Person
from core.approval.facts import load_change
from core.approval.rules import Answer, Choice
from core.approval.service import (
    answer_item,
    execute_change,
    request_change,
    resume_change,
    return_change,
    vote,
    withdraw_change,
)
from core.errors import Refused
from core.inventory.moves import change as write_version
from core.inventory.moves import facts_of, load_version
from core.inventory.rules import Action
from core.inventory.tables import ModelVersion
from core.ledger.service import Ledger
from core.ledger.tables import LogEntry
from core.store import Store
from core.validation.challenge import answer, ask
from core.validation.conclusion import conclude
from core.validation.evidence import digest_now, validation_facts
from core.validation.findings import raise_finding
from core.validation.rules import PENDING, Outcome, RunStatus, Severity, refusals
from core.validation.runs import start
from core.validation.tables import Run
from tests.builders import NOON, REASON, Cast, a_version, an_actor, new_evidence, signed_in
from tests.conftest import put_back
from tests.rules.loading import load_rules
from tests.rules.world import DECIDING_ROLES, DEVELOPING, PEOPLE, VALIDATING, Fault, State, World

RULES = load_rules()
EVERYTHING = frozenset(Role[name] for name in DECIDING_ROLES)
ROLES = st.sampled_from(
    [*[EVERYTHING] * 6, EVERYTHING | {Role.ADMINISTRATOR}, EVERYTHING | {Role.AUDITOR}, *({role} for role in Role)]
).map(frozenset)
CIRCUMSTANCES = st.sampled_from([*[Fault()] * 6, Fault(hasty=True), Fault(outdated=True)])
ACTIONS = [
    "UPLOAD_EVIDENCE", "START_VALIDATION", "ASK", "ANSWER", "RAISE_FINDING", "CONCLUDE_VALIDATED",
    "CONCLUDE_NOT_VALIDATED", "REQUEST_CHANGE", "WITHDRAW_CHANGE", "RESUME_CHANGE", "ANSWER_ITEM", "VOTE_APPROVE",
    "VOTE_REJECT", "EXECUTE", "RETURN_CHANGE", "RETURN_TO_VALIDATION",
]  # fmt: skip

FORWARD = [
    "START_VALIDATION", "ANSWER", "CONCLUDE_VALIDATED", "REQUEST_CHANGE", "RESUME_CHANGE", "ANSWER_ITEM",
    "VOTE_APPROVE", "EXECUTE",
]  # fmt: skip


def usual(action: str) -> str:
    """Who mostly does this, so that four people suffice for a whole story."""
    if action in DEVELOPING:
        return "B"
    return "C" if action in VALIDATING else "DA"


class Stories(RuleBasedStateMachine):
    """Four people act on one version; use cases and small world must agree on every refusal and every outcome."""

    empty: Callable[[], None]
    store: Store
    ledger: Ledger
    done: set[str]  # over all stories

    def __init__(self) -> None:
        super().__init__()
        type(self).empty()
        self.state = State(contributors=frozenset({"B"}))
        self.change = ""
        self.question = ""
        self.answered: set[str] = set()
        self.refused = 0

    @initialize(tier=st.sampled_from([1, 2]))
    def register(self, tier: int) -> None:
        with self.store.transaction() as tx:
            for person in PEOPLE:
                tx.session.add(Person(number=person, username=person, name=person, created_at=NOON))
        a, b = an_actor("A", Role.OWNER), an_actor("B", Role.DEVELOPER)
        cast = Cast(a, b, a, a, a, a, a, a)
        self.model, self.version = a_version(self.store, cast, tier=tier)
        self.world = World(RULES, quorum=2 if tier == 1 else 1)

    @rule(who=st.sampled_from(PEOPLE), roles=ROLES, action=st.sampled_from(ACTIONS), fault=CIRCUMSTANCES)
    def try_something(self, who: str, roles: frozenset[Role], action: str, fault: Fault) -> None:
        self.act(who, roles, action, fault)

    def act(self, who: str, roles: frozenset[Role], action: str, fault: Fault) -> None:
        if self._makes_no_sense(action):
            return
        about = fault._replace(unanswered=who not in self.answered, question=bool(self.question))
        powers = tuple(role.name for role in roles)
        expected = self.world.refused(self.state, action, self.world._actor(who, powers), about)
        try:
            getattr(self, f"_{action.lower()}")(Actor(who, roles), fault)
            found = False
        except Refused:
            found = True
            self.refused += 1
        assert found == expected, (self.state, action, who, roles, about)
        if not found:
            self.state = self.world.after(self.state, action, who)
            self.done.add(action)

    @precondition(lambda self: self.state.pending)
    @rule()
    def finish(self) -> None:
        with self.store.transaction() as tx:
            model, version = load_version(tx.session, self.model, self.version)
            run = tx.session.exec(select(Run).where(col(Run.status).in_(PENDING))).one()
            run.status, run.result_digest = RunStatus.FINISHED, f"{run.id:064x}"
            tx.session.add(run)
            tx.session.flush()
            write_version(tx, version, {"evidence_digest": digest_now(tx.session, model, version)})
        ((_, self.state),) = self.world.system_steps(self.state)

    @rule(data=st.data())
    def go_on_again(self, data: st.DataObject) -> None:
        self.go_on(data)

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """Do something that the small world allows, or random stories would be refusals alone."""
        allowed: dict[str, list[str]] = {}
        for action in (action for action in ACTIONS if not self._makes_no_sense(action)):
            people = [who for who in PEOPLE if self._is_allowed(who, action)]
            if people:
                allowed[action] = [who for who in people if who in usual(action)] or people
        if self.state.pending:
            self.finish()
        elif allowed:
            onward = [name for name in FORWARD if name in allowed and data.draw(st.booleans())]
            action = data.draw(st.sampled_from(onward[-1:] or list(allowed)))
            self.act(data.draw(st.sampled_from(allowed[action])), EVERYTHING, action, Fault())

    def _is_allowed(self, who: str, action: str) -> bool:
        about = Fault(unanswered=who not in self.answered, question=bool(self.question))
        again = action == "ANSWER_ITEM" and who in self.answered
        return not again and not self.world.refused(self.state, action, self.world.everything[who], about)

    @invariant()
    def books_agree(self) -> None:
        if not hasattr(self, "world"):
            return
        with self.store.reading() as session:
            _, row = load_version(session, self.model, self.version)
            facts = facts_of(session, row)
            assert row.stage.name == self.state.stage
            assert (facts.contributors, facts.validators, facts.approvers) == (
                self.state.contributors,
                self.state.validators,
                self.state.approvers,
            )
            if self.change:
                record = load_change(session, self.change)
                assert record.change.status.name == self.state.status
                still_open = self.state.status in ("REQUESTED", "IN_REVIEW")
                assert not still_open or (record.change.returned_at is not None) == self.state.returned
                assert {one.person for one in record.standing if one.choice is Choice.APPROVE} == self.state.votes
                approved = record.change.approved_digest == row.evidence_digest
                assert approved == self.state.approved
            refused = session.exec(select(LogEntry).where(LogEntry.action == "act.refused")).all()
            assert len(refused) == self.refused

    def _makes_no_sense(self, action: str) -> bool:
        """Acts whose object does not exist yet, and a run of what has been judged."""
        of_change = {
            "RETURN_CHANGE",
            "RETURN_TO_VALIDATION",
            "WITHDRAW_CHANGE",
            "RESUME_CHANGE",
            "ANSWER_ITEM",
            "VOTE_APPROVE",
            "VOTE_REJECT",
            "EXECUTE",
        }
        return (
            (action in of_change and not self.change)
            or (action == "ANSWER" and not self.question)
            or (action == "ASK" and bool(self.question))
            or (action == "START_VALIDATION" and self.state.current)
        )

    @property
    def about_version(self) -> dict[str, Any]:
        return {"model": self.model, "version": self.version, "at": NOON}

    def _row(self) -> ModelVersion:
        with self.store.reading() as session:
            row = load_version(session, self.model, self.version)[1]
            session.expunge(row)
            return row

    def _upload_evidence(self, actor: Actor, _fault: Fault) -> None:
        with self.store.reading() as session:
            stands = refusals(validation_facts(session, self._row()), Action.UPLOAD_EVIDENCE, actor)
        if stands:
            self.refused -= 1  # refused before the store is touched, so there is no entry
            raise Refused(stands)
        new_evidence(self.store, self.model, self.version, by=actor)

    def _start_validation(self, actor: Actor, _fault: Fault) -> None:
        start(self.store, self.ledger, actor=actor, **self.about_version)

    def _ask(self, actor: Actor, _fault: Fault) -> None:
        self.question = ask(self.store, self.ledger, text=REASON, actor=actor, **self.about_version)

    def _answer(self, actor: Actor, _fault: Fault) -> None:
        answer(self.store, self.ledger, question=self.question, text=REASON, actor=actor, at=NOON)
        self.question = ""

    def _raise_finding(self, actor: Actor, _fault: Fault) -> None:
        raise_finding(
            self.store,
            self.ledger,
            title=REASON,
            detail=REASON,
            severity=Severity.LOW,
            actor=actor,
            **self.about_version,
        )

    def _conclude_validated(self, actor: Actor, _fault: Fault, outcome: Outcome = Outcome.VALIDATED) -> None:
        seen = self._row().evidence_digest
        conclude(
            self.store,
            self.ledger,
            outcome=outcome,
            summary=REASON,
            seen_digest=seen,
            actor=actor,
            **self.about_version,
        )

    def _conclude_not_validated(self, actor: Actor, fault: Fault) -> None:
        self._conclude_validated(actor, fault, Outcome.NOT_VALIDATED)

    def _request_change(self, actor: Actor, _fault: Fault) -> None:
        self.change = request_change(
            self.store, self.ledger, rationale=REASON, actor=actor, **self.about_version
        ).change
        self.answered = set()

    def _withdraw_change(self, actor: Actor, _fault: Fault) -> None:
        withdraw_change(self.store, self.ledger, change=self.change, reason=REASON, actor=actor, at=NOON)

    def _resume_change(self, actor: Actor, _fault: Fault) -> None:
        resume_change(self.store, self.ledger, change=self.change, actor=actor, at=NOON)

    def _answer_item(self, actor: Actor, _fault: Fault) -> None:
        with self.store.reading() as session:
            codes = [item.code for item in load_change(session, self.change).items]
        for code in codes:
            answer_item(
                self.store,
                self.ledger,
                change=self.change,
                code=code,
                answer=Answer.MET,
                reason="",
                actor=actor,
                at=NOON,
            )
        self.answered.add(actor.id)

    def _vote_approve(self, actor: Actor, fault: Fault, choice: Choice = Choice.APPROVE) -> None:
        vote(
            self.store,
            self.ledger,
            change=self.change,
            choice=choice,
            rationale="ok" if fault.hasty else REASON,
            seen_digest="before" if fault.outdated else self._row().evidence_digest,
            session_id=signed_in(self.store, actor),
            actor=actor,
            at=NOON,
        )

    def _vote_reject(self, actor: Actor, fault: Fault) -> None:
        self._vote_approve(actor, fault, Choice.REJECT)

    def _return_change(self, actor: Actor, _fault: Fault, to_validation: bool = False) -> None:
        return_change(
            self.store,
            self.ledger,
            change=self.change,
            reason=REASON,
            to_validation=to_validation,
            actor=actor,
            at=NOON,
        )

    def _return_to_validation(self, actor: Actor, fault: Fault) -> None:
        self._return_change(actor, fault, to_validation=True)

    def _execute(self, actor: Actor, _fault: Fault) -> None:
        execute_change(self.store, self.ledger, change=self.change, actor=actor, at=NOON)


def test_use_cases_and_small_world_agree_on_random_stories(
    sqlite_store: Store, sqlite_template: Path, ledger: Ledger
) -> None:
    Stories.store, Stories.ledger, Stories.done = sqlite_store, ledger, set()
    Stories.empty = staticmethod(lambda: put_back(sqlite_template, sqlite_store))

    run_state_machine_as_test(
        Stories,
        settings=settings(
            max_examples=15,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    assert Stories.done == set(ACTIONS), "the stories have become too short to say anything"
