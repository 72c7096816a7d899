"""Texts that were held back: shown masked, read as they were written by those who decide, and decided on."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, blocked, paragraphs, plain, section, table
from app.components.formats import counted, moment
from app.components.me import Me
from app.composition import Workplace
from app.views.confirmation import confirm_next
from core.access.personal_data.tables import TextVerdict
from core.privacy.rows import TextRow
from core.privacy.texts import decide_text, text_as_written

VERDICTS: Mapping[TextVerdict, str] = {
    TextVerdict.RELEASE: "Release",
    TextVerdict.MASK: "Keep it masked",
    TextVerdict.WITHHOLD: "Withhold",
}
BECAME: Mapping[TextVerdict | None, str] = {
    TextVerdict.RELEASE: "released", TextVerdict.MASK: "kept masked", TextVerdict.WITHHOLD: "withheld",
}  # fmt: skip
MEANS: Mapping[TextVerdict, str] = {
    TextVerdict.RELEASE: "The record shows the text as it was written.",
    TextVerdict.MASK: "The record keeps the text with each value replaced by its kind.",
    TextVerdict.WITHHOLD: "The record shows that a text is withheld, and nothing of it.",
}


def texts_table(rows: Sequence[TextRow], known: Mapping[str, str]) -> None:
    """One row a text, masked."""
    table(
        [
            {
                "Number": row.number,
                "Stands in": plain(f"{row.place}, {row.entity_id}"),
                "Text, masked": plain(_short(row.masked)),
                "Found": plain(row.kinds),
                "Written by": plain(known.get(row.author, row.author)),
                "Since": moment(row.held_at),
                "Opinions": f"{len(row.opinions)} of {row.people}",
            }
            for row in rows
        ],
        alt="Texts that were held back: where they stand, masked, what was found, who wrote them and since when",
        right=["Since"],
        unbroken=["Number"],
    )


def decide_on_text(
    place: Workplace, viewer: Me, rows: Sequence[TextRow], known: Mapping[str, str], at: datetime
) -> None:
    """Read one text, masked or as it was written, and decide on it."""
    by_number = {row.number: row for row in rows}
    with st.container(border=True):
        section("Decide on a text")
        chosen = st.selectbox(
            "Text", list(by_number), key="text", bind="query-params",
            format_func=lambda one: f"{one}: {by_number[one].place}, {by_number[one].entity_id}",
        )  # fmt: skip
        row = by_number[chosen]
        blocked("A decision", row.refusals)
        as_written = st.toggle(
            "Show it as it was written", key=f"as written {chosen}", disabled=bool(row.refusals),
            help="Those alone see it who decide on it",
        )  # fmt: skip
        st.markdown(paragraphs(_written(place, viewer, chosen, at) if as_written else row.masked))
        for one in row.opinions:
            st.markdown(f":gray[{plain(known.get(one.person, one.person))}, {moment(one.at)}:] {VERDICTS[one.verdict]}")
        _form(place, viewer, row, at)


def decided_lines(rows: Sequence[TextRow]) -> None:
    """What was decided lately, a line each."""
    if rows:
        section("Texts decided on lately")
        st.markdown(
            "\n".join(
                f"- {row.number}, {plain(row.place)} of {plain(row.entity_id)}: {BECAME[row.verdict]},"
                f" :gray[{moment(row.decided_at)}, by {counted(len(row.opinions), 'person', 'people')}]"
                for row in rows
            )
        )


def _written(place: Workplace, viewer: Me, number: str, at: datetime) -> str:
    with place.store.reading() as session:
        return text_as_written(session, place.ledger, text=number, actor=viewer.actor, at=at)


def _form(place: Workplace, viewer: Me, row: TextRow, at: datetime) -> None:
    closed = bool(row.refusals)
    verdict = st.radio(
        "What becomes of it", list(VERDICTS), index=1, key=f"text verdict {row.number}",
        format_func=VERDICTS.__getitem__, horizontal=True, disabled=closed,
    )  # fmt: skip
    st.caption(MEANS[verdict] + (f" {row.people} people decide on it." if row.people > 1 else ""))
    reason = st.text_input(
        "Reason for it", key=f"text reason {row.number}", max_chars=2000, disabled=closed,
        help="At least ten characters, kept in the ledger; name nobody in it",
    )  # fmt: skip
    if act_button("Decide on the text", row.refusals, key="decide_text"):
        with attempt("Nothing was decided."):
            done = decide_text(place.store, place.ledger, text=row.number, verdict=verdict, reason=reason,
                               actor=viewer.actor, at=at)  # fmt: skip
            became = f"is {BECAME[done]}" if done else "waits for a second person"
            confirm_next(f"{row.number} {became}.")
            st.rerun()


def _short(text: str, longest: int = 160) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
