"""What the tests of audits share: people, models in production, and a plan."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from core.access.rules import Actor, Role
from core.audits.drawing import begin_fieldwork, draw_sample
from core.audits.fieldwork import Found, raise_finding, record_test
from core.audits.planning import Plan, plan_audit
from core.audits.population import AuditScope, Population
from core.audits.queries import whole_audit
from core.audits.rules.life import AuditKind, Result
from core.audits.sampling import Method
from core.ledger.service import Ledger
from core.store import Store
from core.validation.rules import Severity
from tests.builders import NOON, Cast, a_cast, a_model, a_person

CRITERIA = (("sr-26-2", "MRM-05"), ("sr-26-2", "MRM-14"))
SAID = "As seen in the record on the day of the visit."


@dataclass
class World:
    """A store with people and an audit team, and short ways to act in it."""

    store: Store
    ledger: Ledger
    cast: Cast
    lead: Actor
    second: Actor
    at: datetime = NOON

    def plan(self, **changed: object) -> Plan:
        values: dict[str, object] = {
            "title": "Approvals of lending models",
            "objective": "Whether what is in use was approved as the policy demands.",
            "period": (NOON - timedelta(days=365), NOON),
            "dates": (NOON, NOON + timedelta(days=30)),
            "lead": self.lead.id,
            "auditors": (self.lead.id, self.second.id),
            "criteria": CRITERIA,
        }
        return Plan(**(values | changed))  # type: ignore[arg-type]

    def planned(self, **changed: object) -> str:
        return plan_audit(self.store, self.ledger, plan=self.plan(**changed), actor=self.lead, at=self.at).number

    def drawn(self, audit: str, size: int = 2, **changed: object) -> None:
        values: dict[str, object] = {"population": Population.MODELS, "method": Method.SIMPLE, "size": size}
        draw_sample(self.store, self.ledger, audit=audit, actor=self.lead, at=self.at, **(values | changed))  # type: ignore[arg-type]

    def begun(self, size: int = 2, **changed: object) -> str:
        audit = self.planned(**changed)
        if changed.get("kind") is not AuditKind.EXTERNAL:
            self.drawn(audit, size)
        begin_fieldwork(self.store, self.ledger, audit=audit, actor=self.lead, at=self.at)
        return audit

    def items(self, audit: str) -> list[str]:
        with self.store.reading() as session:
            return [one.item.key for one in whole_audit(session, audit).items]

    def tested(self, audit: str, item: str, by: str, result: Result = Result.CONFORMS, **changed: object) -> None:
        values: dict[str, object] = {"notes": SAID, "reason": SAID, "evidence": "", "actor": self.second, "at": self.at}
        values |= {"item": item, "criterion": by, "result": result} | changed
        record_test(self.store, self.ledger, audit=audit, **values)  # type: ignore[arg-type]

    def found(self, **changed: object) -> Found:
        values: dict[str, object] = dict.fromkeys(("condition", "criterion", "cause", "effect", "recommendation"), SAID)
        values |= {"grade": Severity.HIGH, "title": "One approver too few", "owner": self.cast.owner.id}
        values |= {"respond_by": self.at + timedelta(days=14)}
        return Found(**(values | changed))  # type: ignore[arg-type]

    def raised(self, audit: str, **changed: object) -> str:
        found = self.found(**changed)
        return raise_finding(self.store, self.ledger, audit=audit, found=found, actor=self.second, at=self.at).number


@pytest.fixture
def world(sqlite_store: Store, ledger: Ledger) -> World:
    return a_world(sqlite_store, ledger)


def a_world(store: Store, ledger: Ledger) -> World:
    cast = a_cast(store)
    for tier in (1, 1, 2, 3, 4):
        a_model(store, cast, tier=tier)
    return World(store, ledger, cast, cast.auditor, a_person(store, Role.AUDITOR))


EVERYTHING = AuditScope()
