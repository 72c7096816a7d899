"""What the tests of the register share: people, a model in production, and items of every kind."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.access.rules import Actor
from core.audits.fieldwork import issue_findings
from core.compliance.tables import ComplianceFinding
from core.improvement.actions.rules import ActionKind
from core.improvement.actions.service import NewAction, start_action
from core.inventory.rules import Stage
from core.ledger.service import Ledger
from core.links import RecordKind, Ref
from core.register.queries import register, summary
from core.register.values import Item, RegisterFilter, Summary
from core.store import EvidenceFiles, Store
from core.validation.findings import Shown, raise_finding, remediate
from core.validation.rules import FindingSource, Severity
from tests.audits.conftest import a_world
from tests.builders import NOON, Cast, a_cast, a_policy, a_version

WORDS = "The groups differ more than they may."
DAY = timedelta(days=1)
EVERYTHING = RegisterFilter()


@dataclass
class World:
    """A store with one model in production, and the moment at which people act."""

    store: Store
    ledger: Ledger
    cast: Cast
    model: str
    version: str
    at: datetime = NOON

    def raised(self, severity: Severity = Severity.HIGH, **changed: object) -> str:
        values: dict[str, object] = {
            "model": self.model, "version": self.version, "title": "Groups differ", "detail": WORDS,
            "severity": severity, "actor": self.cast.validator, "at": self.at,
        }  # fmt: skip
        return raise_finding(self.store, self.ledger, **(values | changed))  # type: ignore[arg-type]

    def shown(self) -> Shown:
        return Shown("version", f"{self.model} v{self.version}")

    def remediated(self, finding: str, by: Actor | None = None, **changed: object) -> None:
        values: dict[str, object] = {"text": WORDS, "evidence": [self.shown()], "at": self.at}
        who = by or self.cast.developer
        remediate(self.store, self.ledger, finding=finding, actor=who, **(values | changed))  # type: ignore[arg-type]

    def action(self, *about: Ref, due: timedelta = 14 * DAY) -> str:
        new = NewAction(ActionKind.CORRECTIVE, "Teach the team", self.cast.developer.id, self.at + due, about)
        return start_action(self.store, self.ledger, new=new, actor=self.cast.owner, at=self.at).number

    def deviation(self, *, severity: Severity = Severity.LOW, due: timedelta = DAY) -> str:
        with self.store.transaction() as tx:
            tx.session.add(
                ComplianceFinding(
                    number="CD0001", check_key="reviews-in-time", subject=self.model, model=self.model, said=WORDS,
                    cause_kind="model", cause=self.model, severity=severity, role="owner", due_at=self.at + due,
                    opened_in="CK0001", opened_at=self.at - 100 * DAY,
                )
            )  # fmt: skip
        return "CD0001"

    def audit_finding(self) -> str:
        """Issued, about the procedure, and to be answered within two weeks."""
        audits = a_world(self.store, self.ledger)
        audit = audits.begun(size=1)
        number = audits.raised(audit, grade=Severity.CRITICAL)
        for item in audits.items(audit):
            for pack, code in (("sr-26-2", "MRM-05"), ("sr-26-2", "MRM-14")):
                audits.tested(audit, item, f"{pack} {code}")
        issue_findings(self.store, self.ledger, audit=audit, actor=audits.lead, at=self.at)
        return number

    def one_of_each(self) -> dict[str, str]:
        finding = self.raised()
        return {
            "finding": finding,
            "seen": self.raised(Severity.LOW, source=FindingSource.MONITORING, at=self.at - 130 * DAY),
            "deviation": self.deviation(),
            "action": self.action(Ref(RecordKind.FINDING, finding)),
            "audit finding": self.audit_finding(),
        }

    def listed(
        self,
        narrowed: RegisterFilter = EVERYTHING,
        *,
        at: datetime | None = None,
        limit: int = 25,
        offset: int = 0,
    ) -> tuple[Item, ...]:
        moment = at or self.at
        with self.store.reading() as session:
            counts = summary(session, narrowed, at=moment)
            page = register(session, narrowed, at=moment, counts=counts, limit=limit, offset=offset)
        assert page.total == counts.of()
        return page.rows

    def numbers(self, narrowed: RegisterFilter = EVERYTHING, **asked: int) -> list[str]:
        return [one.number for one in self.listed(narrowed, **asked)]  # type: ignore[arg-type]

    def counts(self, narrowed: RegisterFilter = EVERYTHING) -> Summary:
        with self.store.reading() as session:
            return summary(session, narrowed, at=self.at)


def a_register(store: Store, ledger: Ledger) -> World:
    a_policy(store, at=NOON - 500 * DAY)
    cast = a_cast(store)
    model, version = a_version(store, cast, stage=Stage.IN_PRODUCTION)
    return World(store, ledger, cast, model, version)


@pytest.fixture
def world(sqlite_store: Store, ledger: Ledger) -> World:
    return a_register(sqlite_store, ledger)


@pytest.fixture
def files(tmp_path: Path) -> EvidenceFiles:
    return EvidenceFiles(tmp_path / "evidence")
