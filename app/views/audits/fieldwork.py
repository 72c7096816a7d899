"""Fieldwork on the page of an audit: items by criterion, and the form for one conclusion."""

from collections.abc import Mapping

import streamlit as st

from app.components import attempt, blocked, empty, link, paragraphs, plain, section, status, table
from app.components.formats import counted, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.views.audits.reading import Reading, against_item
from app.views.confirmation import confirm_next
from core.audits.fieldwork import record_test
from core.audits.queries import ItemTests, key_of
from core.audits.rules.life import Act, Result
from core.audits.tables import AuditTest

WIDEST = 6  # criteria side by side; more of them become rows


def fieldwork(place: Workplace, viewer: Me, reading: Reading, item: str | None, criterion: str | None) -> None:
    """The board of conclusions, and beside it the one that is asked for."""
    whole = reading.whole
    if not whole.items or not whole.criteria:
        with empty("There is nothing to conclude.", "Fieldwork takes a sample and at least one criterion."):
            return
    results = ", ".join(f"{count} {result}" for result, count in sorted(whole.results.items()))
    st.markdown(f"**{counted(whole.undone, 'conclusion')} to go.** :gray[{results}]")
    asked = next((one for one in whole.items if one.item.key == item), None)
    known = criterion in {key_of(one) for one in whole.criteria}
    left, right = st.columns([5, 3], gap="large") if asked and known else (st.container(), None)
    with left:
        _board(reading)
    if right is not None and asked and criterion:
        with right:
            _one(place, viewer, reading, asked, criterion)


def _board(reading: Reading) -> None:
    """A row an item; every cell leads to its conclusion. With many criteria a row for each of them."""
    number, keys = reading.whole.audit.number, [key_of(one) for one in reading.whole.criteria]
    if len(keys) > WIDEST:
        rows: list[Mapping[str, str]] = [
            {
                "Item": _item(one),
                "Tier": str(one.item.tier),
                "Criterion": plain(key),
                "Result": _cell(number, one, key),
            }
            for one in reading.whole.items
            for key in keys
        ]
    else:
        rows = [
            {"Item": _item(one), "Tier": str(one.item.tier), **{key: _cell(number, one, key) for key in keys}}
            for one in reading.whole.items
        ]
    table(
        rows[:200],
        alt=f"Sampled items of {number} by criterion, each with its conclusion or the way to it",
        right=["Tier"],
    )


def _item(one: ItemTests) -> str:
    key = one.item.key
    if key.startswith("C") and " " not in key:
        return link(key, "/approval", change=key)
    model, _, version = key.partition(" ")
    return link(key, "/model", model=model, **({"version": version} if version else {}))


def _cell(number: str, one: ItemTests, criterion: str) -> str:
    test = one.tests.get(criterion)
    said = status(test.result) if test else ""
    shown = "Change" if test else "Conclude"
    way = link(shown, "/audit", audit=number, tab="Fieldwork", item=one.item.key, criterion=criterion)
    return f"{said} {way}".strip()


def _one(place: Workplace, viewer: Me, reading: Reading, item: ItemTests, criterion: str) -> None:
    """The criterion in its words, the conclusion that stands, and the form."""
    held = item.tests.get(criterion)
    words = next(one for one in reading.whole.criteria if key_of(one) == criterion)
    with place.store.reading() as session:
        reasons = against_item(session, reading, item.item.model, Act.TEST, viewer.actor)
    with st.container(border=True):
        section(plain(f"{item.item.key}, {criterion}"))
        st.markdown(f"**{plain(words.title)}** :gray[{plain(words.clause)}]")
        st.markdown(paragraphs(words.text))
        _standing(reading, held)
        blocked("A conclusion", reasons)
        if reasons:
            return
        with st.form(f"test_{item.item.id}_{words.id}", border=False):
            results = list(Result)
            result = st.radio("Conclusion", results, index=results.index(held.result) if held else 0,
                              format_func=lambda one: one.value.capitalize(), horizontal=True)  # fmt: skip
            notes = st.text_area("Notes", value=held.notes if held else "", max_chars=4000, height=90)
            evidence = st.text_area("Evidence, a number or an address a line", value=held.evidence if held else "",
                                    max_chars=2000, height=70)  # fmt: skip
            reason = st.text_area("Why it does not apply", value=held.reason if held else "", max_chars=2000, height=70)
            sent = st.form_submit_button("Record the conclusion", type="primary")
        if sent and result:
            with attempt("The conclusion was not recorded."):
                done = record_test(
                    place.store, place.ledger, audit=reading.whole.audit.number, item=item.item.key,
                    criterion=criterion, result=result, notes=notes, reason=reason, evidence=evidence,
                    expected_revision=held.revision if held else 0, actor=viewer.actor, at=now(),
                )  # fmt: skip
                confirm_next(f"The conclusion is on record: ledger entry {done.entry}.")
                st.rerun()


def _standing(reading: Reading, held: AuditTest | None) -> None:
    if held is None:
        return
    said = [f"{status(held.result)} :gray[{reading.name_of(held.tested_by)}, {moment(held.tested_at)}]"]
    said += [paragraphs(text) for text in (held.notes, held.reason, held.evidence) if text]
    st.markdown("  \n".join(said))
