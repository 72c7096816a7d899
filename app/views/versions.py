"""A model's versions: the list with kinds of change and lines, any two beside one another, and acts on one of them."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components import act_button, attempt, link, paragraphs, plain, section, status, table
from app.components.formats import NOTHING, counted, day
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.model_reading import person_name
from core.approval.retirement import against_retiring_version, retire_version
from core.inventory.moves import load_version
from core.inventory.parts.queries import readable_diff
from core.inventory.queries import ModelPage
from core.inventory.rules import Line
from core.inventory.versions.queries import FieldPair
from core.inventory.versions.rules import CLASS_OF
from core.inventory.versions.service import move_to_stable, stable_refusals

LONG = 4000
MARKS: Mapping[str, str] = {" ": "Same", "−": "Removed", "+": "Added"}


def versions_table(place: Workplace, page: ModelPage, known: Mapping[str, str]) -> None:
    """Newest first, each with the kind of change that its number stands for."""
    section("Versions")
    rows: list[Mapping[str, str]] = []
    with place.store.reading() as session:
        kinds = {row.version: load_version(session, page.model.number, row.version)[1].change_kind
                 for row in page.versions[:50]}  # fmt: skip
    for row in page.versions[:50]:
        kind = kinds[row.version]
        step = f", {CLASS_OF[kind]}" if kind in CLASS_OF else ""
        rows.append(
            {
                "Version": link(f"v{row.version}", "/model", model=page.model.number, version=row.version),
                "Stage": status(row.stage),
                "Line": word(row.line),
                "Kind of change": f"{word(kind)}{step}" if kind else NOTHING,
                "What changed and why": plain(row.rationale),
                "Registered": day(row.created_at),
                "By": plain(person_name(row.created_by, known)),
            }
        )
    table(
        rows, alt="Versions, newest first, with stage, line and kind of change", right=["Registered"], unbroken=["By"]
    )


def choose_two(page: ModelPage) -> tuple[str, str] | None:
    """Which two are compared, in the address; None while there is only one version."""
    numbers = [row.version for row in page.versions]
    section("Two versions beside one another")
    if len(numbers) < 2:
        st.markdown(":gray[A comparison needs two versions.]")
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        before = st.selectbox("Version", numbers, index=1, key="before", bind="query-params", width=150)
        after = st.selectbox("Beside", numbers, index=0, key="after", bind="query-params", width=150)
    if before == after:
        st.markdown(":gray[Choose two different versions.]")
        return None
    return before, after


def comparison(pairs: Sequence[FieldPair], before: str, after: str) -> None:
    """What differs first; prose line by line; what is equal is counted and listed by name."""
    differing = [pair for pair in pairs if pair.differs]
    st.markdown(f"**{counted(len(differing), 'field')} differ**, {len(pairs) - len(differing)} are the same.")
    short = [pair for pair in differing if not pair.long or "\n" not in pair.before + pair.after]
    if short:
        table(
            [
                {"Field": pair.field, f"v{before}": _value(pair.before), f"v{after}": _value(pair.after)}
                for pair in short
            ],
            alt=f"Fields in which v{after} differs from v{before}",
        )
    for pair in differing:
        if pair not in short:
            st.markdown(f"**{pair.field}**, line by line")
            table(
                [{"Line": MARKS[mark], "Text": plain(text)} for mark, text in readable_diff(pair.before, pair.after)],
                alt=f"{pair.field} of v{after} beside v{before}: same, removed or added lines",
            )
    same = ", ".join(pair.field for pair in pairs if not pair.differs)
    if same:
        st.markdown(f":small[:gray[The same: {same}.]]")


def _value(text: str) -> str:
    """A digest by its first 16 digits, prose as it is."""
    is_digest = len(text) == 64 and set(text) <= set("0123456789abcdef")
    return f"{text[:16]}…" if is_digest else paragraphs(text)


def acts(place: Workplace, viewer: Me, page: ModelPage) -> None:
    """Move a version to the stable line, or retire it: each button says every reason against it."""
    section("Lines and retirement")
    st.markdown(
        ":small[:gray[Experimental versions are compared with those in use and never go into production. "
        "Nothing is deleted: a version that is no longer needed is retired.]]"
    )
    if not page.versions:
        return
    chosen = st.selectbox("Version", [row.version for row in page.versions], key="of", width=150,
                          format_func=lambda one: f"v{one}")  # fmt: skip
    with place.store.reading() as session:
        model, row = load_version(session, page.model.number, chosen)
        stable = stable_refusals(session, model, row, viewer.actor)
        retiring = against_retiring_version(session, row, viewer.actor)
    why = st.text_area("Why", key="version_why", max_chars=LONG, height=70)
    with st.container(horizontal=True):
        moves = row.line is Line.EXPERIMENTAL and act_button("Move to the stable line", stable, key="to_stable",
                                                             kind="secondary")  # fmt: skip
        retires = act_button(f"Retire v{chosen}", retiring, key="retire_version", kind="secondary")
    if moves:
        with attempt("The version was not moved."):
            entry = move_to_stable(place.store, place.ledger, model=model.number, version=chosen, reason=why,
                                   actor=viewer.actor, at=now())  # fmt: skip
            confirm_next(f"v{chosen} is on the stable line: ledger entry {entry}.")
            st.rerun()
    if retires:
        with attempt("The version was not retired."):
            entry = retire_version(place.store, place.ledger, model=model.number, version=chosen, reason=why,
                                   actor=viewer.actor, at=now())  # fmt: skip
            confirm_next(f"v{chosen} is retired: ledger entry {entry}.")
            st.rerun()
