"""Answers, documents and a pack of the organisation's own: the example shows a model that is covered in part."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.composition import Workplace
from app.example.accounts import Account
from core.coverage.rules import Outcome
from core.coverage.service import answer_item
from core.documents.service import draft, keep_document
from core.policy.packs.service import publish_pack
from core.policy.packs.signals import DocumentKind

OWN_PACK = """# What the organisation asks of models that write to residents, added to the items of the GDPR pack.
id = "letters-to-residents"
version = "2026.1"
title = "Standard for letters to residents"
jurisdiction = "The organisation"
extends = "gdpr"
in_force_from = 2026-01-01
reviewed_on = 2026-10-01

[[item]]
id = "LTR-1"
title = "Purpose and readers are stated"
text = "Every model that orders letters says what it is for and who works with its output."
clause = "Standard, section 2"
evidence_kind = "record"
shown_by = ["field model.purpose", "field model.users"]

[[item]]
id = "LTR-2"
title = "The letter names a person to write to"
text = "Every letter names an office and a person who reads replies."
clause = "Standard, section 4"
shown_by = ["answer"]
"""
WRITTEN = {
    "why the processing is needed for the purpose, and why less would not do": (
        "Letters go to those who are out of work. Age, schooling, marital status and sex are in the survey already; "
        "without schooling the order is little better than chance."
    ),
    "groups of people, the harm to each, how likely and how grave it is": (
        "Residents who are wrongly ranked low get no letter: a missed offer, likely, of small harm. Nobody loses "
        "anything they have."
    ),
    "benefits, to whom": "Residents without work hear of training offers; the office writes fewer letters in vain.",
    "safeguards for each harm, who keeps them, and how it is seen that they work": (
        "Every office can add a resident by hand. The share of letters by sex is looked at each month by the owner."
    ),
    "the risk that remains, and who accepts it": "Some who would gain are not reached. Accepted by the owner.",
}
M, N = Outcome.MET, Outcome.NOT_APPLICABLE
ANSWERS = (
    ("owner", "M0001", "gdpr", "GDPR-22a", M, "A clerk decides on every letter, and no right hangs on it.", 300),
    ("owner", "M0001", "gdpr", "GDPR-22c", N, "No special category is among the inputs.", 300),
    ("owner", "M0001", "gdpr", "GDPR-30e", N, "No data leave the country.", 200),
    ("owner", "M0001", "sr-26-2", "MRM-18", N, "No overlay or adjustment is used.", 60),
    ("developer", "M0001", "sr-26-2", "MRM-26", N, "Fitted to survey data; no expert judgement.", 320),
    ("approver", None, "sr-26-2", "MRM-27", M, "Internal audit reviewed model risk this year.", 30),
    ("approver", None, "sr-26-2", "MRM-29", M, "Depth of practice by tier is reasoned in the policy.", 300),
    ("approver", None, "gdpr", "GDPR-33", M, "The breach procedure names the office and the 72 hours.", 250),
    ("owner", "M0002", "eu-ai-act", "AIA-6", M, "Annex III, point 6: it profiles people, so it is high-risk.", 180),
)


def tell_coverage(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """Publish the pack, answer items, and keep one document that is whole and two that are begun."""
    publish_pack(
        place.store, place.ledger, text=OWN_PACK, reason="Adopted by the board for all letters to residents.",
        actor=known["approver"].actor, at=at,
    )  # fmt: skip
    for person, model, pack, item, outcome, reason, days in ANSWERS:
        answer_item(
            place.store, place.ledger, model=model, pack=pack, item=item, outcome=outcome, reason=reason,
            expires_at=at + timedelta(days=days), actor=known[person].actor, at=at,
        )  # fmt: skip
    _keep(place, known["owner"], DocumentKind.RISK_ASSESSMENT, at, WRITTEN)
    _keep(place, known["developer"], DocumentKind.MODEL_DOCUMENTATION, at, {})
    _keep(place, known["validator"], DocumentKind.VALIDATION_PLAN, at, {})


def _keep(place: Workplace, who: Account, kind: DocumentKind, at: datetime, written: Mapping[str, str]) -> None:
    """From the template, filled with the record; `written` answers the places that a person fills."""
    with place.store.reading() as session:
        filled, _ = draft(session, model="M0001", version="1.0.0", kind=kind, at=at)
    body = filled.body
    for asked, said in written.items():
        body = body.replace("{{ write: " + asked + " }}", said)
    keep_document(
        place.store, place.ledger, model="M0001", version="1.0.0", kind=kind, body=body, actor=who.actor, at=at
    )
