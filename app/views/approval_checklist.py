"""The checklist of a change: answered by each approver, filled by checks where the policy names one."""

from collections.abc import Mapping

import streamlit as st

from app.components import plain, section, status, table
from app.components.formats import NOTHING
from app.components.me import Me, me
from app.components.refusals import in_words
from app.composition import Workplace, now
from app.views.shown_by import leads_somewhere, shown_by
from core.approval.queries import ChangePage, ItemRow
from core.approval.rules import Answer
from core.approval.service import answer_item
from core.documents.naming import Thing, things_named
from core.errors import GovernanceError
from core.inventory.rules import Action

ANSWERS = {Answer.MET: "Met", Answer.NOT_MET: "Not met", Answer.NOT_APPLICABLE: "Not applicable"}
LABEL = 186  # pixels: beside the answers where the window is wide, above them where it is not


def checklist(place: Workplace, viewer: Me, page: ChangePage) -> None:
    """The reader's own answers; everyone else sees the items."""
    with place.store.reading() as session:
        known = things_named(session, [item.evidence for item in page.checklist])
    answered = f"{page.answered} of {len(page.checklist)} answered"
    if page.filled:
        answered += f", {page.filled} filled by a check"
    with st.container(border=True, gap="xsmall"):
        if page.refusals[Action.ANSWER_ITEM]:
            headed("Checklist", f"{answered} by you" if page.answered else "each approver answers it")
            _items_only(page, known)
            return
        headed("Checklist", f"{answered}; answers freeze when you vote")
        for item in page.checklist:
            _item(place, page, item, known)


def headed(title: str, remark: str) -> None:
    """A section's heading with a remark in grey beside it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        section(title)
        st.markdown(f":small[:gray[{remark}]]", width="content")


def _items_only(page: ChangePage, known: Mapping[str, Thing]) -> None:
    rows = [
        {
            "Item": _titled(item),
            "Answer": status(ANSWERS[item.answer]) if item.answer else NOTHING,
            "Shown by": shown_by(item.evidence, known),
        }
        for item in page.checklist
    ]
    if rows:
        table(rows, alt="Checklist with your answers")
    else:
        st.markdown(":gray[The policy asks nothing about a change of this kind.]")


def _titled(item: ItemRow) -> str:
    return plain(item.title) + ("" if item.required else " :gray[advisory]")


def _item(place: Workplace, page: ChangePage, item: ItemRow, known: Mapping[str, Thing]) -> None:
    key = f"answer_{page.number}_{item.code}"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(
            f":small[{_titled(item)}]",
            width=LABEL,
            help=f"{plain(item.guidance)}\n\n:gray[{plain(item.source)}]",
        )
        chosen = st.segmented_control(
            plain(item.title),
            list(ANSWERS),
            default=item.answer,
            required=True,
            format_func=lambda answer: ANSWERS[answer],
            key=key,
            label_visibility="collapsed",
            disabled=item.frozen,
            width="content",
            on_change=_answer,
            args=(place, page.number, item, key),
        )
    _filled(item)
    overruling = item.filled is not None and chosen is not None and chosen is not item.filled.answer
    if overruling or (item.filled is None and chosen in (Answer.NOT_MET, Answer.NOT_APPLICABLE)):
        _text(
            place, page, item, key, "Reason", item.reason if item.answered_at else "", "Why, in ten characters or more"
        )
    if item.answered_at is not None:
        _text(place, page, item, key, "Shown by", item.evidence, "A run, finding, file, document or address")
    if leads_somewhere(item.evidence, known):
        st.markdown(f":small[Shown by]  \n{shown_by(item.evidence, known)}")
    said = st.session_state.get(f"{key}_said")
    if said:
        st.markdown(f"{status('Refused')} {said}")


def _filled(item: ItemRow) -> None:
    """Say what the item's check answers, and whether the reader let it stand."""
    if item.filled is None:
        return
    from_run = item.filled.evidence if item.filled.evidence != item.evidence else ""  # else it is led to below
    says = f"{ANSWERS[item.filled.answer].lower()}, {plain(item.filled.says)}"
    says += f" ({plain(from_run)})" if from_run else ""
    stands = "You overruled its check" if item.overruled else "Filled by its check"
    st.markdown(f":small[:gray[{stands}: {says}.]]")


def _text(
    place: Workplace, page: ChangePage, item: ItemRow, key: str, label: str, value: str, placeholder: str
) -> None:
    st.text_input(
        label,
        value=value,
        key=f"{key}_{label}",
        placeholder=placeholder,
        max_chars=1000,
        disabled=item.frozen,
        label_visibility="collapsed" if label == "Shown by" else "visible",
        on_change=_answer,
        args=(place, page.number, item, key),
    )


def _answer(place: Workplace, change: str, item: ItemRow, key: str) -> None:
    chosen = st.session_state.get(key)
    st.session_state.pop(f"{key}_said", None)
    if chosen is None:
        return
    reason = st.session_state.get(f"{key}_Reason", "")
    plainly = chosen is Answer.MET if item.filled is None else chosen is item.filled.answer
    if not plainly and not reason.strip():
        return  # the field for the reason opens; the answer is stored with it
    try:
        answer_item(
            place.store,
            place.ledger,
            change=change,
            code=item.code,
            answer=Answer(chosen),
            reason="" if plainly else reason,
            evidence=st.session_state.get(f"{key}_Shown by", ""),
            actor=me().actor,
            at=now(),
        )
    except GovernanceError as error:
        st.session_state[f"{key}_said"] = in_words(error)
