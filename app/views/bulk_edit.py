"""What the page of bulk edits shows: the models, what to set, the preview, and the last edit with its way back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

import streamlit as st

from app.components import act_button, attempt, empty, plain, section, table
from app.components.formats import NOTHING, count, counted, day, moment
from app.components.me import Me
from app.components.refusals import reason_line
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.access.queries import PersonRow
from core.access.rules import Role
from core.errors import Refusal
from core.inventory.bulk import (
    MOST,
    BulkEditLine,
    BulkWish,
    PlannedRow,
    change_models,
    preview,
    preview_undo,
    undo_bulk_edit,
)
from core.inventory.queries import InventoryRow
from core.policy.packs import packs
from core.store.paging import Page
from core.store.types import instant

KEPT, SHOWN, WIDTH = "bulk_preview", 50, 400
TITLES: Mapping[str, str] = {
    "owner": "Owner",
    "business_line": "Business line",
    "packs": "Packs",
    "next_review": "Next review",
}


@dataclass(frozen=True)
class Kept:
    """A preview that was made: its rows, and what was asked or which edit is to be taken back."""

    rows: tuple[PlannedRow, ...]
    wish: BulkWish
    undoes: str = ""


def chosen_models(found: Page[InventoryRow]) -> tuple[str, ...]:
    """All models of the filter, or some of them."""
    section("Which models")
    named = {row.number: f"{row.number} {row.name}" for row in found.rows}
    only = st.multiselect(
        "Only these", list(named), format_func=named.__getitem__, key="only", width=WIDTH,
        placeholder=f"Nothing chosen: all {count(found.total)} of the filter",
    )  # fmt: skip
    if not only and found.total > MOST:
        st.caption(f"At most {MOST} at once: narrow the inventory, or choose some.")
    return tuple(only or named)


def what_to_set(lines: Sequence[str], people: Sequence[PersonRow]) -> BulkWish:
    """The fields; what stays empty is left as it is."""
    section("What to set")
    names = {one.number: f"{one.name} · {one.number}" for one in people if _owns(one)}
    owner = st.selectbox(
        "Owner", list(names), index=None, format_func=names.__getitem__, key="set_owner", placeholder="As it is",
        width=WIDTH,
    )  # fmt: skip
    line = st.selectbox(
        "Business line", lines, index=None, key="set_line", placeholder="As it is", accept_new_options=True, width=WIDTH
    )
    review = st.date_input(
        "Next review, brought forward to (UTC)", value=None, key="set_review", format="YYYY-MM-DD", width=WIDTH
    )
    add = st.multiselect("Packs to add", list(packs()), key="set_add", width=WIDTH, placeholder="None")
    remove = st.multiselect("Packs to take away", list(packs()), key="set_remove", width=WIDTH, placeholder="None")
    due = datetime.combine(review, time(), tzinfo=UTC) if review else None
    return BulkWish(owner, line, due, tuple(add), tuple(remove))


def preview_now(place: Workplace, viewer: Me, numbers: Sequence[str], wish: BulkWish, at: datetime) -> None:
    """Find out what would happen, and keep it for this session."""
    st.session_state.pop(KEPT, None)
    with attempt("There is no preview."):
        rows = preview(place.store, place.ledger, models=numbers, wish=wish, actor=viewer.actor, at=at)
        st.session_state[KEPT] = Kept(rows, wish)


def planned_table() -> None:
    """Row by row what was and what would be, refused ones first."""
    kept: Kept | None = st.session_state.get(KEPT)
    if kept is None:
        with empty("Nothing is previewed yet.", "Choose what to set at the left, then preview it. Nothing is stored."):
            return
    st.markdown(_sentence(kept))
    rows = sorted(kept.rows, key=lambda row: (not row.refusals, not row.changes))
    lines = [line for row in rows for line in _lines(row)]
    table(
        lines[:SHOWN],
        alt="The preview: model, field, value now, value then, and reasons against it; refused ones first",
        unbroken=["Model"],
    )
    if len(lines) > SHOWN:
        st.caption(f"The first {SHOWN} of {count(len(lines))} lines, refused ones first.")


def make_it(place: Workplace, viewer: Me) -> None:
    """Make what was previewed, with a reason; a disabled button says what stands against it."""
    kept: Kept | None = st.session_state.get(KEPT)
    if kept is None:
        return
    changing = sum(bool(row.changes) for row in kept.rows)
    why = st.text_area("Why", key="bulk_why", max_chars=1000, help="Stands in the history of every model.", height=80)
    verb = "Take back" if kept.undoes else "Change"
    if act_button(f"{verb} {counted(changing, 'model')}", _against(kept, changing), key="make_it"):
        with attempt("Nothing was changed."):
            number = _make(place, viewer, kept, why)
            del st.session_state[KEPT]
            confirm_next(f"{counted(changing, 'model')} changed, as {number}. It can be taken back below.")
            st.rerun()


def last_edit(place: Workplace, viewer: Me, last: BulkEditLine, at: datetime) -> None:
    """The reader's newest edit, and the way back."""
    with st.container(border=True):
        section("Your last edit")
        what = f"took back {last.undoes}" if last.undoes else f"changed {counted(last.models, 'model')}"
        st.markdown(f"**{last.number}** {what}, {moment(last.made_at)}. {plain(last.reason)}")
        if last.undone_by:
            st.caption(f"Taken back by {last.undone_by}.")
        elif st.button("Preview taking it back", key="undo"):
            with attempt("There is no preview."):
                rows = preview_undo(place.store, place.ledger, edit=last.number, actor=viewer.actor, at=at)
                st.session_state[KEPT] = Kept(rows, BulkWish(), last.number)
                st.rerun()


def _make(place: Workplace, viewer: Me, kept: Kept, why: str) -> str:
    revisions = {row.number: row.revision for row in kept.rows}
    if kept.undoes:
        return undo_bulk_edit(
            place.store, place.ledger, edit=kept.undoes, revisions=revisions, reason=why, actor=viewer.actor, at=now()
        )
    return change_models(
        place.store, place.ledger, revisions=revisions, wish=kept.wish, reason=why, actor=viewer.actor, at=now()
    )


def _against(kept: Kept, changing: int) -> tuple[Refusal, ...]:
    refused = [row for row in kept.rows if row.refusals]
    if refused:
        message = f"{counted(len(refused), 'model')} cannot be changed so, and all are changed or none"
        return (Refusal("refused-rows", message, "bulk edit", "Leave them out under “Only these”."),)
    if not changing:
        return (Refusal("nothing-to-change", "Every model is so already", "bulk edit", "Choose other values."),)
    return ()


def _sentence(kept: Kept) -> str:
    changing = sum(bool(row.changes) and not row.refusals for row in kept.rows)
    refused = sum(bool(row.refusals) for row in kept.rows)
    same = len(kept.rows) - changing - refused
    what = f"Taking back {kept.undoes}. " if kept.undoes else ""
    return f"{what}**{counted(changing, 'model')} would change**, {count(refused)} refused, {count(same)} as they are."


def _lines(row: PlannedRow) -> Sequence[Mapping[str, str]]:
    model = f"{row.number} {plain(row.name)}"
    if row.refusals:
        reasons = " ".join(reason_line(reason) for reason in row.refusals)
        return [{"Model": model, "Field": NOTHING, "Now": NOTHING, "Then": NOTHING, "Against it": reasons}]
    return [
        {
            "Model": model,
            "Field": TITLES.get(one.field, one.field),
            "Now": _value(one.field, one.old),
            "Then": _value(one.field, one.new),
            "Against it": NOTHING,
        }
        for one in row.changes
    ] or [{"Model": model, "Field": NOTHING, "Now": NOTHING, "Then": "As it is", "Against it": NOTHING}]


def _value(field: str, said: str) -> str:
    if field == "next_review":
        return day(instant(int(said))) if said else NOTHING
    return plain(said)


def _owns(person: PersonRow) -> bool:
    return person.disabled_at is None and any(grant.role is Role.OWNER for grant in person.roles)
