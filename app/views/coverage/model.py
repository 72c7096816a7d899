"""Coverage of one model, pack by pack: what is shown with links to the evidence, what is missing, what ends."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import streamlit as st

from app.components import (
    Back,
    clear_filters,
    empty,
    fact,
    facts_line,
    filter_row,
    head_with_actions,
    label,
    link,
    plain,
    section,
    status,
    table,
)
from app.components.filters import choose
from app.components.formats import NOTHING, count, counted, day
from app.navigation import page_file
from app.views.coverage.links import evidence_link, missing_link
from app.views.coverage.packs import pack_line, successor_link
from core.coverage.reading import ItemCoverage, ModelCoverage, PackCoverage
from core.coverage.rules import State
from core.coverage.summary import Counts

FILTERS = {"state": "Any", "ends": "Any"}
SOON = timedelta(days=90)
ENDS = "ends in 90 days"
ORDER = (State.MISSING, State.PARTLY, State.ANSWERED, State.SHOWN, State.NOT_APPLICABLE)


def draw_head(found: ModelCoverage) -> None:
    """Title, facts, and the ways to the documents and to the packs."""
    model, version = found.model, found.version
    total = sum((one.counts for one in found.packs), Counts())
    with head_with_actions(
        f"Coverage of {model.name}",
        facts_line(
            f"v{version.version}" if version else "No version",
            status(version.stage) if version else "",
            label(f"Tier {model.tier}"),
            fact("Shown or answered", f"{count(total.covered)} of {counted(total.applicable, 'item')}"),
            fact("Missing", count(total.missing)),
        ),
        back=Back("coverage", "Coverage"),
        trail=model.number,
    ):
        query = {"model": model.number, **({"version": version.version} if version else {})}
        if st.button("Open the model", key="open_model"):
            st.switch_page(page_file("model"), query_params=query)
        if version and st.button("Documents", key="open_documents"):
            st.switch_page(page_file("documents"), query_params=query)


def narrowed(items: Sequence[ItemCoverage], at: datetime) -> tuple[ItemCoverage, ...]:
    """The items that the filters leave, what is missing first."""
    with filter_row():
        state = choose("State", list(State), key="state", every="Any", width=170)
        ends = choose("Ends", [ENDS], key="ends", every="Any", width=170)
        clear_filters(FILTERS)
    left = [
        one
        for one in items
        if (state is None or one.state == state) and (ends is None or (one.ends is not None and one.ends <= at + SOON))
    ]
    return tuple(sorted(left, key=lambda one: ORDER.index(one.state)))


def pack_section(found: ModelCoverage, one: PackCoverage, at: datetime) -> None:
    """The pack’s standing, then its items."""
    section(one.pack.title)
    st.markdown(pack_line(one.pack, at))
    if one.pack.superseded_by:
        st.markdown(successor_link(one.pack))
    items = narrowed(one.items, at)
    if not items:
        with empty("No item is left with these filters.", "Clear a filter to see all items of the pack."):
            pass
        return
    rows = [_row(found, one, item, at) for item in items]
    table(
        rows,
        alt=f"Items of {one.pack.id}: state, what shows them, what is missing and when it ends; missing ones first",
        right=["Ends"],
        unbroken=["Item"],
    )


def _row(found: ModelCoverage, pack: PackCoverage, one: ItemCoverage, at: datetime) -> Mapping[str, str]:
    model, version = found.model.number, found.version.version if found.version else ""
    address = {"model": model, "pack": pack.pack.id, "item": one.item.id}
    return {
        "Item": link(unbroken(one.item.id), "/coverage_item", **address),
        "Asks for": f"{plain(one.item.title)}  \n:small[:gray[{plain(one.item.clause)}]]",
        "State": status(one.state),
        "Shown by": "  \n".join(shown_by(one, model, version)) or NOTHING,
        "Missing": "  \n".join(missing(one, model, version)) or NOTHING,
        "Ends": day(one.ends, today=at),
    }


def shown_by(one: ItemCoverage, model: str, version: str) -> list[str]:
    """What is at hand, each leading to it; then the approval and the answer."""
    lines = [evidence_link(shown, model, version) for shown in one.looked_for if shown.held]
    if one.approved_on:
        lines.append(link(f"Answered as met by approvers, {one.approved_on}", "/approval", change=one.approved_on))
    if one.answer:
        lines.append(f"{plain(one.answer.number)} {plain(_shortened(one.answer.reason))}")
    return lines


def missing(one: ItemCoverage, model: str, version: str) -> list[str]:
    """What is not at hand, each leading to where it is made; an answer where only a person can say it."""
    if one.state in (State.SHOWN, State.ANSWERED, State.NOT_APPLICABLE):
        return []
    lines = [missing_link(shown.signal, model, version) for shown in one.looked_for if not shown.held]
    if one.item.once:
        lines.append("An answer, once for the organisation")
    elif "answer" in one.item.shown_by:
        lines.append("A person’s answer")
    return lines


def unbroken(name: str) -> str:
    """A short name whose hyphens do not end a line."""
    return name.replace("-", "\u2011")


def _shortened(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:119]}…"
