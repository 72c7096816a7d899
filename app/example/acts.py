"""What every chapter of the example is told with: who acts, when, and the steps that each version takes."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from app.composition import Workplace
from app.example.accounts import Account
from app.example.records import (
    EMPLOYMENT_INPUTS,
)
from core.access.rules import Actor
from core.access.sessions import open_session
from core.approval.queries import change as change_page
from core.approval.rules import Answer, Choice
from core.approval.service import NewCondition, answer_item, request_change, vote
from core.inventory.moves import load_version
from core.validation.challenge import answer, ask
from core.validation.conclusion import conclude
from core.validation.intake import hand_in, inspect
from core.validation.rules import EvidenceKind, Outcome
from core.validation.runs import perform, start
from core.validation.uploads import ColumnMapping

DATA = Path(__file__).parent / "data"
RATIONALE = "The evidence supports the intended use; the limitations are known to its users."


class Acts:
    """The acts of the example people, dated backwards from the first start."""

    def __init__(self, place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
        self.place, self.known, self.at = place, known, at

    def ago(self, days: float) -> datetime:
        return self.at - timedelta(days=days)

    def actor(self, username: str) -> Actor:
        return self.known[username].actor

    def validate(self, model: str, version: str, filename: str, days: float) -> None:
        place, developer = self.place, self.actor("developer")
        source, at = DATA / filename, self.ago(days)
        guess = inspect(source, filename).mapping
        mapping = (
            replace(guess, favourable_label="0", favourable_words="cleared for release")
            if filename.startswith("compas")
            else replace(
                guess,
                sensitive=("sex",),
                favourable_words="predicted as employed",
                features=EMPLOYMENT_INPUTS,
                controls=("marital_status",),
            )
        )
        self.hand_in(model, version, filename, days, EvidenceKind.PREDICTIONS, mapping)
        run = start(place.store, place.ledger, model=model, version=version, actor=developer, at=at).run
        perform(place.store, place.ledger, place.files, run=run, clock=lambda: at + timedelta(minutes=1))

    def hand_in(
        self, model: str, version: str, filename: str, days: float, kind: EvidenceKind, mapping: ColumnMapping
    ) -> None:
        place = self.place
        hand_in(
            place.store,
            place.ledger,
            place.files,
            model=model,
            version=version,
            source=DATA / filename,
            filename=filename,
            mapping=mapping,
            declared={},
            kind=kind,
            actor=self.actor("developer"),
            at=self.ago(days),
        )

    def challenge(self, model: str, version: str, question: str, reply: str, days: float) -> None:
        place = self.place
        number = ask(
            place.store,
            place.ledger,
            model=model,
            version=version,
            text=question,
            actor=self.actor("validator"),
            at=self.ago(days),
        )
        answer(
            place.store,
            place.ledger,
            question=number,
            text=reply,
            actor=self.actor("developer"),
            at=self.ago(days - 0.5),
        )

    def conclude(self, model: str, version: str, days: float) -> None:
        place = self.place
        with place.store.reading() as session:
            _, row = load_version(session, model, version)
        conclude(
            place.store,
            place.ledger,
            model=model,
            version=version,
            outcome=Outcome.VALIDATED,
            summary="All required checks pass on the test year; limits on groups are stated.",
            seen_digest=row.evidence_digest,
            actor=self.actor("validator"),
            at=self.ago(days),
        )

    def request(self, model: str, version: str, rationale: str, days: float) -> str:
        return request_change(
            self.place.store,
            self.place.ledger,
            model=model,
            version=version,
            rationale=rationale,
            actor=self.actor("developer"),
            at=self.ago(days),
        ).change

    def approve(self, number: str, username: str, days: float, *conditions: NewCondition) -> None:
        place, actor = self.place, self.actor(username)
        with place.store.reading() as session:
            page = change_page(session, number, actor, at=self.ago(days))
        for item in page.checklist:
            answer_item(
                place.store,
                place.ledger,
                change=number,
                code=item.code,
                answer=Answer.MET,
                reason="",
                actor=actor,
                at=self.ago(days),
            )
        vote(
            place.store,
            place.ledger,
            change=number,
            choice=Choice.APPROVE,
            rationale=RATIONALE,
            conditions=conditions,
            seen_digest=page.evidence_digest,
            session_id=self.signed_in(actor, days),
            actor=actor,
            at=self.ago(days),
        )

    def signed_in(self, actor: Actor, days: float) -> str:
        """A sign-in at that moment, in which a decision can be signed."""
        session_id = f"example-{secrets.token_hex(8)}"
        with self.place.store.transaction() as tx:
            open_session(
                tx,
                self.place.ledger,
                session_id=session_id,
                person=actor.id,
                length=timedelta(minutes=30),
                at=self.ago(days),
            )
        return session_id
