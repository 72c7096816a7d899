"""What the page of drills of access shows: the last result, the matrix by role, the parts, and the monitor."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st
from sqlmodel import Session

from app.components import act_button, attempt, empty, facts, plain, section, status, table
from app.components.formats import count, counted, moment
from app.components.me import Me
from app.components.text import link
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.access.rules import Role
from core.assurance.drill.queries import DrillPage, newest_finished
from core.assurance.drill.service import ask_drill, asking_refusals, drill_refusals
from core.assurance.matrix.table import matrix
from core.assurance.permissions.service import last_look, standing_differences
from core.assurance.rules import DrillStatus, Part, Seen
from core.assurance.tables import AccessDrill
from core.reports.rules import export_refusals

WORDS: Mapping[DrillStatus, str] = {
    DrillStatus.QUEUED: "Waiting", DrillStatus.RUNNING: "Under way", DrillStatus.HOLDS: "Holds",
    DrillStatus.DIFFERS: "Differs", DrillStatus.FAILED: "Failed",
}  # fmt: skip
PLAIN: Mapping[Seen, str] = {
    Seen.OPEN: "done although policy refuses", Seen.SHUT: "refused although policy allows",
    Seen.SILENT: "refused without the reason that is due",
}  # fmt: skip
NO_ROLE = "no role"
MOST = 50


def chosen(session: Session) -> str | None:
    """The drill that the address names, or the last that came to something."""
    return st.query_params.get("drill") or newest_finished(session)


def drill_head(page: DrillPage | None, at: datetime) -> str:
    """One sentence that answers."""
    if page is None:
        return "No drill was run yet. One runs every Sunday from 02:00 UTC, and when somebody asks for it."
    row = page.drill
    if row.status in (DrillStatus.QUEUED, DrillStatus.RUNNING):
        return f"**{row.number} is under way:** {count(row.played)} cells were played by now."
    if row.status is DrillStatus.FAILED:
        return f"**{row.number} came to nothing:** {plain(row.error)}"
    when = moment(row.finished_at or row.asked_at)
    if row.differences:
        return f"**{row.number}, {when}: {count(row.differences)} of {count(row.cells)} cells differ from policy.**"
    return f"**{row.number}, {when}: all {count(row.cells - row.not_reached)} cells that were reached are as written.**"


def differences_of(page: DrillPage) -> None:
    """What differs, open doors first; nothing where nothing does."""
    if not page.differences:
        return
    section("What differs")
    table(
        [
            {
                "Who": plain(one.principal),
                "Act or address": plain(one.act),
                "Stage": plain(one.stage),
                "Part in it": plain(one.relation),
                "Written": plain(one.expected),
                "Seen": f"{status('Differs')} {plain(PLAIN.get(one.seen, one.seen.value))}",
                "Answer": plain(one.answer),
            }
            for one in page.differences[:MOST]
        ],
        alt="Cells that differ from what is written, open doors first",
    )
    if len(page.differences) > MOST:
        st.caption(f"And {count(len(page.differences) - MOST)} more, in the report.")


def matrix_of(page: DrillPage) -> None:
    """Role by act as it was seen: how many cells were open to whom, with a word beside the colour."""
    names = [*(role.value for role in Role), NO_ROLE]
    differing = {(one.principal, one.act) for one in page.differences if one.part is Part.USE_CASES}
    rows = []
    for act in matrix():
        cells = {name: page.acts.get((Part.USE_CASES.value, name, act.key), {}) for name in names}
        if any(cells.values()):
            rows.append(
                {"Act": plain(act.key[:1].upper() + act.key[1:])}
                | {name.capitalize(): _cell(cells[name], (name, act.key) in differing) for name in names}
            )
    if not rows:
        return
    section("Who may do what, as it was seen")
    st.caption("May: open at one stage or in one part at least; the number says in how many of the cells played.")
    table(rows, alt="Act by role: may or may not, and in how many of the cells that were played")


def _cell(found: Mapping[str, int], differs: bool) -> str:
    opened, whole = found.get("open", 0), sum(found.values())
    if differs:
        return status("Differs")
    return status("May", f"{opened} of {whole}") if opened else status("May not")


def parts_of(page: DrillPage, viewer: Me) -> None:
    """How many cells of each part were seen how, and the files that prove it."""
    row = page.drill
    if not page.parts:
        return
    section("What was played")
    seen = (Seen.AS_EXPECTED, Seen.NOT_REACHED)
    table(
        [
            {"Part": plain(part.capitalize())}
            | {one.value.capitalize(): count(found.get(one.value, 0)) for one in seen}
            | {"Differing": count(sum(cells for how, cells in found.items() if how not in {one.value for one in seen}))}
            for part, found in page.parts.items()
        ],
        alt="Cells by part and by how they were seen",
        right=["As expected", "Not reached", "Differing"],
    )
    facts(
        {
            "Asked by": plain(row.run_by),
            "Reason": plain(row.reason),
            "Processor": f"{row.milliseconds / 1000:.0f} s",
            "Written matrix": f"SHA-256 {row.matrix_digest[:8]}",
            "Report": f"SHA-256 {row.digest[:8]}, {count(row.size // 1024)} KB, signed",
            "Ledger entry": str(row.entry),
        },
        alt=f"Drill {row.number}",
    )
    if not export_refusals(viewer.actor):
        with st.container(horizontal=True):
            st.link_button("Download the report", f"/exports/access-drills/{row.number}.json")
            st.link_button("Download its signature", f"/exports/access-drills/{row.number}.p7s")


def drills_table(rows: Sequence[AccessDrill], at: datetime) -> None:
    """One row a drill, the newest first."""
    table(
        [
            {
                "Drill": link(row.number, "/access_drills", drill=row.number),
                "Asked": moment(row.asked_at),
                "By": plain("the schedule" if row.source.value == "schedule" else row.run_by),
                "Cells": count(row.cells or row.played),
                "Not reached": count(row.not_reached),
                "Differing": count(row.differences),
                "State": status(WORDS[row.status]),
            }
            for row in rows
        ],
        alt="Drills of access, the newest first",
        right=["Asked", "Cells", "Not reached", "Differing"],
        unbroken=["Drill"],
    )


def run_card(place: Workplace, viewer: Me, at: datetime) -> None:
    """The button that has a drill run now, for those who may."""
    with st.container(border=True):
        section("Run a drill")
        st.markdown("Plays who may do what in a throw-away installation; about a minute of one core.")
        if drill_refusals(viewer.actor):
            st.caption("Approvers and administrators have one run.")
            return
        reason = st.text_input("Reason, kept in the ledger", key="drill_reason", max_chars=1000)
        with place.store.reading() as session:
            against = asking_refusals(session, viewer.actor, at=at)
        if act_button("Run a drill now", against, key="run_drill", kind="secondary"):
            with attempt("No drill was asked for."):
                number = ask_drill(place.store, place.ledger, reason=reason, actor=viewer.actor, at=now())
                confirm_next(f"{number} waits for the next worker that is free.")
                st.rerun()


def monitor_card(place: Workplace, at: datetime) -> None:
    """Whether the tables that open doors stand as the ledger says."""
    with place.store.reading() as session:
        look, standing = last_look(session), standing_differences(session)
    with st.container(border=True):
        section("Live tables")
        if look is None:
            with empty("The permission monitor has not looked yet.", "It looks every half minute once a worker runs."):
                return
        word = status("Differs", str(len(standing))) if standing else status("Holds")
        st.markdown(f"{word} People, grants, tokens and sessions against the ledger.")
        for one in standing[:MOST]:
            st.markdown(f"- {plain(one.said)}. {link(one.alert, '/alert', alert=one.alert) if one.alert else ''}")
        facts(
            {
                "Last kept look": moment(look.looked_at),
                "People": count(look.people),
                "Grants": count(look.grants),
                "Tokens": count(look.tokens),
                "Open sessions": count(look.sessions),
                "Ledger read": counted(look.entries, "entry", "entries"),
                "Took": f"{look.milliseconds} ms",
            },
            alt="The last look of the permission monitor",
        )
