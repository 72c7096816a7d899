"""One subject request: what is known, where the person was found, and the copy for them."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from app.components import Back, empty, fact, facts, facts_line, head, paragraphs, plain, section, table
from app.components.formats import count, counted, day, digest, moment, size
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace
from app.views.incidents.reading import name_of
from app.views.subjects.listing import ASKS_FOR, request_state
from app.views.subjects.watching import watch
from core.errors import NotFound
from core.privacy.subjects.filing import Particulars, particulars, standing
from core.privacy.subjects.queries import PlaceFound, RequestPage, RequestRow
from core.privacy.subjects.rules import GROUNDS, Ground, Treatment, download_refusals

MOST_RECORDS = 6
SHOWN = {
    Treatment.MASKED: "Their words are masked",
    Treatment.ROWS: "Rows leave; the digest of the former file stays",
    Treatment.DESTROYED: "The file is destroyed; its digest stays",
    Treatment.EMPTIED: "Particulars are emptied; every proof stays",
    Treatment.ACCOUNT: "Pseudonymised: the number stays",
    Treatment.KEPT: "Kept",
}


def request_head(page: RequestPage, at: datetime) -> None:
    """Number, what is asked for, and by when."""
    row = page.row
    head(
        f"{word(row.kind)} request {row.number}",
        facts_line(
            request_state(RequestRow(row, page.overdue, ""), at),
            fact("Law", row.regime.value),
            fact("Received", f"{day(row.received_at)}, {plain(row.channel)}"),
            fact("Answer by", f"{day(row.due_at)}{' (extended)' if row.extended_at else ''}"),
        ),
        back=Back("subject_requests", "Subject requests"),
        trail=row.number,
    )


def who_asks(place: Workplace, viewer: Me, page: RequestPage, known: Mapping[str, str]) -> None:
    """Who asks and what was done so far; what names them is gone once the request has closed."""
    row = page.row
    said = _sealed(place, viewer, page)
    pairs = {"Asks for": ASKS_FOR[row.kind]}
    if said is not None:
        pairs |= {
            "Who asks": plain(said.name),
            "Reached by": plain(said.contact),
            "Searched for": "  \n".join(plain(one) for one in said.terms),
            **({"They said": paragraphs(said.note)} if said.note else {}),
        }
    else:
        pairs["Who asks"] = ":gray[Destroyed with its key when the request was answered]"
    if row.person:
        pairs["User of Countersign"] = name_of(row.person, known)
    if row.acknowledge_by:
        by = f"by {day(row.acknowledge_by)}"
        pairs["Receipt"] = (
            f"acknowledged {moment(row.acknowledged_at)}" if row.acknowledged_at else f"to acknowledge {by}"
        )
    if row.identified_at:
        pairs["Identity"] = (
            f"{plain(row.identity_how)}  \n"
            f":small[:gray[{name_of(row.identified_by, known)}, {moment(row.identified_at)}]]"
        )
    if row.extended_at:
        pairs["Extended because"] = paragraphs(row.extension_reason)
    if row.erased_at:
        pairs["Erased"] = (
            f"{counted(row.erased_hits, 'place')}, {moment(row.erased_at)}, "
            f"proposed by {name_of(row.proposed_by, known)}, confirmed by {name_of(row.confirmed_by, known)}"
        )
    if row.closed_at:
        ground = f"{plain(row.ground)} ({GROUNDS[Ground(row.ground)].clauses[row.regime]}): " if row.ground else ""
        pairs["Answer"] = (
            f"{ground}{paragraphs(row.outcome)}  \n"
            f":small[:gray[{name_of(row.closed_by, known)}, {moment(row.closed_at)}]]"
        )
    section("Request")
    facts(pairs, alt=f"Request {row.number}")


def where_found(place: Workplace, page: RequestPage) -> None:
    """Kinds of places with counts; never what stands there."""
    section("Where the person was found")
    row = page.row
    if row.searching:
        watch(place, row.number)
        return
    if row.error:
        st.error(f"The last search or erasure was not done: {plain(row.error)}")
    if row.searched_at is None:
        st.markdown(":gray[Nothing is searched yet.]")
        return
    if not page.found:
        with empty("The person was not found.", f"Searched {moment(row.searched_at)}: texts, files, events, ledger."):
            return
        return
    when = f":gray[searched {moment(row.searched_at)}]"
    st.markdown(f"**{counted(row.hits, 'hit')} in {counted(len(page.found), 'kind')} of places.**\u2002 {when}")
    table(
        [_place(one) for one in page.found],
        alt="Where the person was found: place, records, how often, and what an erasure does there",
        right=["Hits"],
    )


def copy_for_person(page: RequestPage, viewer: Me, at: datetime) -> None:
    """The copy, for those who may hand it over."""
    row = page.row
    if not row.package:
        return
    with st.container(border=True):
        section("Copy for the person")
        reasons = download_refusals(page.facts, viewer.actor, row.package_expires_at, at)
        taken = f"last taken away {moment(row.taken_at)}" if row.taken_at else "not taken away yet"
        st.markdown(
            f"ZIP with JSON, CSV and a page to read, {size(row.package_size)}, {digest(row.package)}; expires "
            f"{day(row.package_expires_at)}; {taken}."
        )
        if not reasons:
            st.link_button("Download the copy", f"/exports/{row.number}/subject")


def _place(one: PlaceFound) -> dict[str, str]:
    shown = ", ".join(digest(record) if len(record) == 64 else plain(record) for record in one.records[:MOST_RECORDS])
    more = len(one.records) - MOST_RECORDS
    done = SHOWN[Treatment(one.treatment)]
    return {
        "Place": plain(one.place),
        "Records": f"{shown} and {more:,} more" if more > 0 else shown,
        "Hits": count(one.hits),
        "Erasure": f"{done}  \n:small[:gray[{plain(one.reason)}]]" if one.reason else done,
    }


def _sealed(place: Workplace, viewer: Me, page: RequestPage) -> Particulars | None:
    if not standing(page.row):
        return None
    with place.store.reading() as session:
        try:
            return particulars(session, place.ledger, page.row.number, actor=viewer.actor)
        except NotFound:
            return None
