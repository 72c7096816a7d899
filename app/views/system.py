"""The system around one record: the figure, the same as a table, what a withdrawal breaks, and the form for links."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app import system_graph
from app.components import act_button, attempt, empty, plain, section, table
from app.components.formats import NOTHING, counted, day
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.part import breaks_table
from app.views.parts import address_of
from core.inventory.parts.finding import Named
from core.inventory.parts.graph import System
from core.inventory.parts.linking import end_link, make_link
from core.inventory.parts.queries import LinkRow
from core.inventory.parts.registering import edit_refusals
from core.inventory.parts.rules import Relation, relations_between


def figure_and_table(system: System) -> None:
    """The figure and beside it every edge in words, so that nothing is said by the figure alone."""
    if not system.edges:
        with empty(
            f"Nothing is linked to {plain(system.about.name)}.",
            "Links say what feeds, trains, instructs or supplies what. Versions bring those to their data.",
        ):
            pass
        return
    left, right = st.columns([5, 4], gap="large")
    with left:
        section("Figure")
        system_graph.show(system, key=f"graph {system.about.number}")
    with right:
        section("The same in words")
        st.markdown(
            f"**{counted(len(system.drawn), 'record')}**, {counted(len(system.edges), 'link')}. "
            ":gray[From what is needed to what needs it.]"
        )
        table(
            [
                {
                    "From": _end(system.nodes[edge.source]),
                    "Relation": edge.relation.value,
                    "To": _end(system.nodes[edge.target]),
                    "Said by": edge.number or "a version",
                }
                for edge in system.edges[:50]
            ],
            alt="Every link of the system: from, relation, to, and the link’s number",
            unbroken=["Relation", "Said by"],
        )
        if len(system.edges) > 50:
            st.caption(f"The first 50 of {len(system.edges):,}.")


def _end(one: Named) -> str:
    return address_of(one.kind, one.number, one.name)


def reach(system: System, known: Mapping[str, str]) -> None:
    """What breaks if the record is withdrawn, and what it rests on itself."""
    section(f"What breaks if {system.about.number} is withdrawn")
    if system.breaks:
        st.markdown(
            f"**{counted(len(system.breaks), 'record')}**, nearest first. Ask their owners before you retire it."
        )
        breaks_table(system.breaks, system.nodes, known)
    else:
        st.markdown("Nothing on record depends on it.")
    section("What it rests on")
    if system.rests_on:
        st.markdown(f"**{counted(len(system.rests_on), 'record')}**, nearest first.")
        table(
            [
                {
                    "Number": step.number,
                    "What": _end(system.nodes[step.number]),
                    "Kind": system.nodes[step.number].kind.value.capitalize(),
                    "Steps away": str(step.distance),
                    "Owner": plain(known.get(system.nodes[step.number].owner, system.nodes[step.number].owner)),
                }
                for step in system.rests_on[:50]
            ],
            alt="What the record rests on, nearest first",
            right=["Steps away"],
            unbroken=["Number"],
        )
    else:
        st.markdown("It rests on nothing on record.")


def link_form(place: Workplace, viewer: Me, system: System, records: Sequence[Named]) -> None:
    """Make a link from or to this record; only relations that join the two kinds are offered."""
    section("Make a link")
    reasons = edit_refusals(viewer.actor)
    if reasons:
        act_button("Make link", reasons, key="make_link", kind="secondary")
        return
    about, others = system.about, {one.number: one for one in records if one.number != system.about.number}
    if not others:
        st.markdown(":gray[There is nothing else to link it to.]")
        return
    direction = st.radio(
        "Direction", [f"{about.number} bears on", f"bears on {about.number}"], key="direction", horizontal=True
    )
    said = {number: f"{one.name} ({one.kind}, {number})" for number, one in others.items()}
    other = st.selectbox("Other record", list(said), format_func=lambda one: said[one], key="other")
    outward = direction.startswith(about.number)
    source, target = (about, others[other]) if outward else (others[other], about)
    offered = relations_between(source.kind, target.kind)
    if not offered:
        st.markdown(f":gray[A {source.kind} does not bear on a {target.kind} in any way that is known.]")
        return
    relation = st.selectbox("Relation", [one.value for one in offered], key=f"relation {source.kind} {target.kind}")
    note = st.text_input("Note (optional)", key="note", max_chars=1000)
    st.markdown(f"{plain(source.name)} **{relation}** {plain(target.name)}.")
    if act_button("Make link", (), key="make_link", kind="secondary"):
        with attempt("The link was not made."):
            done = make_link(
                place.store, place.ledger, source=source.number, relation=Relation(relation), target=target.number,
                note=note, actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next(f"Link {done.number} is on record: ledger entry {done.entry}.")
            st.rerun()


def end_form(place: Workplace, viewer: Me, links: Sequence[LinkRow]) -> None:
    """End a link that no longer holds."""
    standing = {row.edge.number: row for row in links if row.edge.number}
    if not standing or edit_refusals(viewer.actor):
        return
    section("End a link")

    def words(number: str) -> str:
        row = standing[number]
        return f"{number}: {row.source.name} {row.edge.relation} {row.target.name}, since {day(row.since) or NOTHING}"

    with st.form("end", border=False):
        number = st.selectbox("Link", list(standing), format_func=words)
        why = st.text_input("Why it no longer holds", max_chars=1000)
        sent = st.form_submit_button("End link")
    if sent and number:
        with attempt("The link was not ended."):
            done = end_link(place.store, place.ledger, link=number, reason=why, actor=viewer.actor, at=now())
            confirm_next(f"Link {done.number} ended: ledger entry {done.entry}. It stays on record.")
            st.rerun()
