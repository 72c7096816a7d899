"""The form that says of columns what they are, what for and on what basis."""

from collections.abc import Sequence

import streamlit as st

from app.components import attempt, blocked, plain, section
from app.components.formats import counted
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.access.rules import Permission, permission_refusals
from core.inventory.classes.queries import ColumnLine, columns_of
from core.inventory.classes.rules import ClassFacts, Condition, LegalBasis
from core.policy.keeping.rules import DataClass
from core.privacy.classes.deciding import classify_columns

MOST = 200  # columns to choose from
SAID = {
    DataClass.PUBLIC: "Public: anybody may read it",
    DataClass.INTERNAL: "Internal: for the organisation",
    DataClass.CONFIDENTIAL: "Confidential: for those who need it",
    DataClass.PERSONAL: "Personal: about an identifiable person (GDPR 4(1))",
    DataClass.SPECIAL: "Special category: race, health, belief and the like (GDPR 9(1))",
}


def decide_section(place: Workplace, viewer: Me, holder: str, revision: int) -> None:
    """Confirm every proposal at once, or decide on chosen columns."""
    with place.store.reading() as session:
        lacking = columns_of(session, holder, missing=True, limit=MOST).rows
        first = columns_of(session, holder, limit=MOST).rows
    rows = tuple({row.name: row for row in (*lacking, *first)}.values())
    reasons = permission_refusals(viewer.actor, Permission.DATA_CLASSIFY)
    section("Decide")
    blocked("A decision on columns", reasons)
    if reasons:
        return
    _confirm(place, viewer, holder, revision, rows)
    _form(place, viewer, holder, revision, rows)


def _confirm(place: Workplace, viewer: Me, holder: str, revision: int, rows: Sequence[ColumnLine]) -> None:
    """Proposals that need no purpose need no more than a yes."""
    plainly = [row for row in rows if row.data_class is None and not row.proposed.of_people]
    label = f"Confirm as proposed what is not about people: {counted(len(plainly), 'column')}"
    if plainly and st.button(label, key="confirm"):
        _decide(place, viewer, holder, revision, {row.name: ClassFacts(row.proposed) for row in plainly})


def _form(place: Workplace, viewer: Me, holder: str, revision: int, rows: Sequence[ColumnLine]) -> None:
    by_name = {row.name: row for row in rows}
    chosen = st.multiselect(
        "Columns", list(by_name), key="class_columns", placeholder="Choose columns of one class and purpose",
        format_func=lambda one: f"{one} ({(by_name[one].data_class or by_name[one].proposed).value})",
    )  # fmt: skip
    first = by_name[chosen[0]] if chosen else None
    key = first.name if first else ""
    with st.form("classify", border=True):
        left, right = st.columns([2, 3], gap="large")
        known = first.data_class or first.proposed if first else DataClass.CONFIDENTIAL
        data_class = left.radio(
            "Class", list(DataClass), index=list(DataClass).index(known), format_func=SAID.__getitem__,
            key=f"class {key}",
        )  # fmt: skip
        purpose = right.text_area(
            "Purpose: what it is needed for", value=first.purpose if first else "", max_chars=2000, height=68,
            key=f"purpose {key}",
        )  # fmt: skip
        one, other = right.columns(2)
        basis = one.selectbox(
            "Legal basis, of personal data", list(LegalBasis), index=_at(LegalBasis, first, "basis"),
            format_func=str, placeholder="None", key=f"basis {key}", help="GDPR 6(1)",
        )  # fmt: skip
        condition = other.selectbox(
            "Condition, of special categories", list(Condition), index=_at(Condition, first, "condition"),
            format_func=str, placeholder="None", key=f"condition {key}", help="GDPR 9(2), EU AI Act 4a",
        )  # fmt: skip
        because = right.text_input(
            "Why it is less than was proposed, where it is", value=first.because if first else "", max_chars=2000,
            key=f"because {key}",
        )  # fmt: skip
        sent = st.form_submit_button("Record the decision", type="primary", disabled=not rows)
    if sent and data_class:
        facts = ClassFacts(data_class, purpose or "", basis, condition, because or "")
        _decide(place, viewer, holder, revision, dict.fromkeys(chosen, facts))


def _decide(place: Workplace, viewer: Me, holder: str, revision: int, decisions: dict[str, ClassFacts]) -> None:
    with attempt("Nothing was decided."):
        done = classify_columns(
            place.store, place.ledger, holder=holder, decisions=decisions, expected_revision=revision,
            actor=viewer.actor, at=now(),
        )  # fmt: skip
        said = f"{counted(len(done.columns), 'column')} of {plain(holder)} decided"
        entry = f": ledger entry {done.recorded.index}." if done.recorded else "; nothing differs."
        confirm_next(said + entry)
        st.rerun()


def _at(kind: type[LegalBasis] | type[Condition], row: ColumnLine | None, field: str) -> int | None:
    value = getattr(row, field) if row else None
    return list(kind).index(value) if value else None
