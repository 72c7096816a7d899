"""People whose data are held: two requests that wait, records of processing, and the purpose of bias-test data."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import select

from app.composition import Workplace
from app.example.accounts import Account
from core.inventory.bias_data.rules import Basis, BiasFacts
from core.inventory.bias_data.service import declare_purpose
from core.inventory.tables import Dataset
from core.privacy.processing.fields import NO, YES
from core.privacy.processing.rules import PaperKind
from core.privacy.processing.service import keep_paper
from core.privacy.subjects.filing import NewRequest, file_request
from core.privacy.subjects.rules import Regime, RequestKind
from core.privacy.subjects.steps import acknowledge_request, identify_requester

DAY = timedelta(days=1)

RECORD = {
    "controller": "The office for public services of the Commonwealth; privacy office, by letter",
    "officer": "The privacy officer of the office",
    "basis": "A task carried out in the public interest (GDPR 6(1)(e))",
    "subjects": "Residents of working age",
    "recipients": "Outreach teams of the office",
    "transfers": "None",
}
ASSESSMENT = {
    "automated_decisions": NO, "special_categories": YES, "large_scale": YES, "monitoring": NO,
    "basis": "A task carried out in the public interest (GDPR 6(1)(e), 9(2)(g))",
    "necessity": "A judge decides with more than the score; without it, release is decided on fewer facts.",
    "risks": "Being held on a score that is wrong more often for some groups than for others.",
}  # fmt: skip


def tell_privacy(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """The acts of the developer, the owner and the approver."""
    _papers(place, known, at)
    approver = known["approver"].actor
    for kind, regime, days, terms in (
        (RequestKind.ERASURE, Regime.GDPR, 9, ("outreach-letter-30417",)),
        (RequestKind.ACCESS, Regime.CCPA, 1, ("case-8842", "by-phone-8842")),
    ):
        received = at - days * DAY
        note = "Wants to know, and to be left out." if kind is RequestKind.ACCESS else "Never asked for a letter."
        contact = "By letter, to the address on record"
        new = NewRequest(kind, regime, "letter", received, "A resident", contact, terms, "", note)
        number = file_request(place.store, place.ledger, new=new, actor=approver, at=received).number
        if kind is RequestKind.ERASURE:
            acting = {"request": number, "actor": approver, "at": received + 2 * DAY}
            acknowledge_request(place.store, place.ledger, **acting)  # type: ignore[arg-type]
            identify_requester(place.store, place.ledger, how="Answered a letter to the address on record", **acting)  # type: ignore[arg-type]


def _papers(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    owner, developer = known["owner"].actor, known["developer"].actor
    with place.store.reading() as session:
        dataset = session.exec(select(Dataset.number).where(Dataset.name == "broward-two-years")).one()
    facts = _race(at + 300 * DAY)
    declare_purpose(place.store, place.ledger, dataset=dataset, facts=facts, actor=developer, at=at - 20 * DAY)
    for model, kind, answers in (
        ("M0001", PaperKind.RECORD, RECORD), ("M0002", PaperKind.ASSESSMENT, ASSESSMENT),
    ):  # fmt: skip
        keep_paper(place.store, place.ledger, model=model, kind=kind, answers=answers, actor=owner, at=at - 5 * DAY)


def _race(delete_by: datetime) -> BiasFacts:
    return BiasFacts(
        columns=("race",),
        purpose="Find whether people are flagged more often by race, and correct the cut where they are.",
        necessity="No other column stands for race here; synthetic rows would only repeat what was assumed about it.",
        basis=Basis.BIAS_DETECTION,
        basis_detail="EU AI Act, article 4a; the file was published by a court's order with race as recorded.",
        safeguards="Rows carry no names; read for validation alone, not passed on, and kept apart from what is in use.",
        readers="Validators of the model, through the fairness report.",
        delete_by=delete_by,
    )
