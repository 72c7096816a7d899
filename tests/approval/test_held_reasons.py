"""Reasons and remarks around an approval that name a person are held; what is digested or signed is refused."""

import pytest
from sqlmodel import select

from core.access.personal_data.tables import TextVerdict
from core.approval.rules import Answer
from core.approval.tables import ChecklistAnswer
from core.documents.service import keep_document
from core.documents.tables import DocumentVersion
from core.errors import Refused
from core.policy.packs.signals import DocumentKind
from core.privacy.queries import texts_waiting
from core.privacy.texts import decide_text
from tests.approval.conftest import Case, Opener
from tests.builders import NOON

SAID = "Agreed with the bank's desk on +44 20 7946 0958."
MASKED = "Agreed with the bank's desk on [telephone number]."


def decided(case: Case) -> list[TextVerdict | None]:
    return [
        decide_text(
            case.store, case.ledger, text="HT0001", verdict=TextVerdict.RELEASE, reason="Nobody's own number.",
            actor=person, at=NOON,
        )
        for person in (case.cast.validator, case.cast.owner)
    ]  # fmt: skip


def reasons(case: Case) -> list[str]:
    with case.store.reading() as session:
        return [row.reason for row in session.exec(select(ChecklistAnswer)).all() if row.reason]


def test_the_reason_of_an_answer_waits_masked_and_is_released_by_two_though_the_vote_froze_it(opened: Opener) -> None:
    case = opened(tier=1)
    case.answer_all(case.cast.approver)
    case.answer(case.cast.approver, "fallback", Answer.MET, reason=SAID)
    case.vote(case.cast.approver)
    assert reasons(case) == [MASKED]

    assert decided(case) == [None, TextVerdict.RELEASE]

    assert reasons(case) == [SAID]
    assert case.payload("checklist.answered")["reason"] == MASKED


def test_a_remark_on_a_document_is_held_and_its_text_is_refused(opened: Opener) -> None:
    """The text stands under its digest: masked, it would be another."""
    case = opened(tier=2)

    def keep(body: str, comment: str) -> None:
        keep_document(
            case.store, case.ledger, model=case.model, version=case.version, kind=DocumentKind.RISK_ASSESSMENT,
            body=body, comment=comment, actor=case.cast.developer, at=NOON,
        )  # fmt: skip

    with pytest.raises(Refused, match="personal data"):
        keep(f"# Risk\n\n{SAID}", "First.")
    keep("# Risk\n\nNone found.", SAID)

    with case.store.reading() as session:
        assert session.exec(select(DocumentVersion.comment)).one() == MASKED
        (waits,) = texts_waiting(session, case.cast.validator, at=NOON).rows
    assert (waits.place, waits.entity_id) == (
        "comment of a document version", f"{case.model} {case.version}",
    )  # fmt: skip
