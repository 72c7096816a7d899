"""Tells the story of the example workspace through the use cases: nothing in it is typed in behind their back."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.composition import Workplace
from app.example.access import tell_access
from app.example.accounts import Account, accounts
from app.example.acts import Acts
from app.example.alerts import tell_alerts, tell_channel
from app.example.audits import tell_audits
from app.example.challengers import tell_challenger
from app.example.changes import tell_changes
from app.example.checks import tell_checks
from app.example.coverage_records import tell_coverage
from app.example.data_classes import tell_data_classes
from app.example.event_records import record_example_events
from app.example.incidents import tell_closed_incident, tell_open_incident
from app.example.personal_data import tell_personal_data
from app.example.policies import draft_next_policy
from app.example.privacy import tell_privacy
from app.example.production import add_staging, rehearse_return, stage
from app.example.production_data import tell_production_data
from app.example.records import (
    COMPAS,
    COMPAS_DATA,
    COMPAS_NEXT,
    COMPAS_VERSION,
    EMPLOYMENT,
    EMPLOYMENT_DATA,
    EMPLOYMENT_NEXT,
    EMPLOYMENT_NEXT_DATA,
    EMPLOYMENT_VERSION,
)
from app.example.records_parts import Around
from app.example.reports import schedule_reports
from app.example.reviews import tell_reviews
from app.example.stress import tell_stress_test
from core.approval.service import NewCondition, execute_change
from core.inventory.queries import model_count
from core.inventory.service import register, register_version
from core.reports.formats.kinds import Format
from core.reports.service import build_export, request_export
from core.reports.values.report import Asked, Subject, SubjectKind
from core.validation.challenge import ask
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping

HISTORY = timedelta(days=60)  # how long before the first start the story begins


def prepare(place: Workplace, *, at: datetime) -> tuple[Account, ...]:
    """Make accounts and records on the first call; later calls answer with the same accounts."""
    known = accounts(place, at=at - HISTORY)
    with place.store.reading() as session:
        told = model_count(session) > 0
    if not told:
        _Story(place, known, at).tell()
    return tuple(known.values())


class _Story(Acts):
    """What happened, chapter by chapter."""

    def tell(self) -> None:
        self._employment_in_production()
        tell_closed_incident(self.place, self.known, self.ago(42))
        self._compas_in_validation()
        self._employment_next_in_approval()
        Around(self.place, self.actor("owner"), self.actor("developer"), self.actor("validator"), self.at).tell()
        tell_changes(self.place, self.known, self.at)
        rehearse_return(self.place, self.known, self.ago(2.1))
        self._export()
        approver, auditor = self.actor("approver"), self.actor("auditor")
        schedule_reports(self.place, by=approver, recipient=auditor.id, at=self.ago(2))
        draft_next_policy(self.place, author=self.actor("owner"), at=self.ago(3))
        tell_channel(self.place, self.known, self.ago(1.8))
        tell_coverage(self.place, self.known, self.ago(1.5))
        record_example_events(
            self.place, model="M0001", version="1.0.0", actor=self.actor("developer"), at=self.ago(0.5)
        )
        tell_production_data(self.place, self.known, self.ago(0.3))
        tell_checks(self.place, self.known, self.ago(0.25))
        tell_challenger(self.place, self.known, self.ago(0.05))
        tell_stress_test(self.place, self.actor("validator"), model="M0001", version="1.1.0", at=self.ago(0.3))
        tell_reviews(self.place, self.known, self.ago(0.12))
        tell_privacy(self.place, self.known, self.ago(0.11))
        tell_data_classes(self.place, self.known, self.ago(0.105))
        tell_audits(self.place, self.known, self.ago(0.1))
        tell_alerts(self.place, self.known, self.ago(0.02))
        tell_access(self.place, self.known, self.ago(0.01))
        tell_open_incident(self.place, self.known, self.at)
        tell_personal_data(self.place, self.known, self.at - timedelta(minutes=4), incident="IN0002")

    def _employment_in_production(self) -> None:
        place, developer = self.place, self.actor("developer")
        entered = replace(EMPLOYMENT, owner=self.known["owner"].number, developer=developer.id)
        model = register(
            place.store,
            place.ledger,
            model=entered,
            version=EMPLOYMENT_VERSION,
            datasets=EMPLOYMENT_DATA,
            actor=developer,
            at=self.ago(55),
        ).model
        self.validate(model, "1.0.0", "employment_ma_2015.parquet", 54)
        self.challenge(model, "1.0.0", "Why is race not among the attributes?", "It follows in a later version.", 52)
        self.conclude(model, "1.0.0", 50)
        add_staging(place, self.known, self.ago(49.5))
        stage(place, self.known, "1.0.0", 3, self.ago(49))
        number = self.request(
            model, "1.0.0", "First use: rank outreach letters by the chance of being out of work.", 48
        )
        for username, days in (("approver", 46.0), ("approver2", 45.0)):
            self.approve(number, username, days)
        execute_change(place.store, place.ledger, change=number, actor=self.actor("owner"), at=self.ago(44))

    def _compas_in_validation(self) -> None:
        place, developer = self.place, self.actor("developer")
        entered = replace(COMPAS, owner=self.known["owner"].number, developer=developer.id)
        model = register(
            place.store,
            place.ledger,
            model=entered,
            version=COMPAS_VERSION,
            datasets=COMPAS_DATA,
            actor=developer,
            at=self.ago(30),
        ).model
        self.validate(model, "1.0.0", "compas_for_aequitas.csv", 29)
        self.challenge(
            model,
            "1.0.0",
            "Which cost of a wrong flag was assumed when the cut was chosen?",
            "Equal cost of both errors; the cut was not tuned by group.",
            26,
        )
        text = "False positives fall on one group twice as often. What was tried against it?"
        ask(
            place.store,
            place.ledger,
            model=model,
            version="1.0.0",
            text=text,
            actor=self.actor("validator"),
            at=self.ago(24),
        )
        register_version(place.store, place.ledger, model=model, version=COMPAS_NEXT, actor=developer, at=self.ago(5))

    def _employment_next_in_approval(self) -> None:
        model = "M0001"
        register_version(
            self.place.store,
            self.place.ledger,
            model=model,
            version=EMPLOYMENT_NEXT,
            datasets=EMPLOYMENT_NEXT_DATA,
            actor=self.actor("developer"),
            at=self.ago(14),
        )
        self.hand_in(model, "1.1.0", "employment_ma_2015.parquet", 13, EvidenceKind.REFERENCE, ColumnMapping())
        self.hand_in(model, "1.1.0", "employment_scenarios.json", 13, EvidenceKind.SCENARIOS, ColumnMapping())
        self.validate(model, "1.1.0", "employment_ma_2016.parquet", 13)
        self.challenge(model, "1.1.0", "Is 2016 like 2015?", "Balanced accuracy moved by less than one point.", 12)
        self.conclude(model, "1.1.0", 10)
        stage(self.place, self.known, "1.1.0", 12, self.ago(9.5))
        number = self.request(model, "1.1.0", "Yearly refresh of the test data; same model, same cut.", 8.5)
        condition = NewCondition(
            "Hand in race as an attribute with the next version",
            self.known["owner"].number,
            self.at + timedelta(days=45),
        )
        self.approve(number, "approver", 7, condition)

    def _export(self) -> None:
        place, auditor = self.place, self.actor("auditor")
        for form in (Format.PDF, Format.BUNDLE):
            asked = Asked("dossier", Subject(SubjectKind.VERSION, "M0001", "1.0.0"), self.ago(2))
            made = request_export(place.store, place.ledger, asked=asked, form=form, actor=auditor, at=self.ago(2))
            build_export(
                place.store, place.ledger, place.exports, place.keys, export=made.export, clock=lambda: self.ago(2)
            )
