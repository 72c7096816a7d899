"""Groups of models: the list, one group with its models and the grants that name it, and what administrators do."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, empty, facts, paged, plain, section, status, table
from app.components.formats import NOTHING, counted, day
from app.components.me import Me
from app.components.status import word
from app.components.text import link
from app.composition import Workplace, now
from app.lists.inventory import with_number
from app.views.confirmation import confirm_next
from core.inventory.groups.queries import GroupRow, ReachingRow, members, reaching_grants
from core.inventory.groups.rules import make_refusals
from core.inventory.groups.service import (
    against_changing,
    against_ending,
    end_group,
    make_group,
    put_in,
    rename_group,
    take_out,
)
from core.inventory.queries import InventoryFilter, Sort, inventory

MOST_OFFERED = 500  # in the list of models; any other is typed by its number


def groups_table(rows: Sequence[GroupRow], at: datetime) -> None:
    """One row a group, linked to its part of the page."""
    table(
        [
            {
                "Group": row.number,
                "Name": link(row.name, "/model_groups", group=row.number),
                "Purpose": plain(row.purpose),
                "Models": str(row.models),
                "People": str(row.people),
                "Since": day(row.ended_at or row.created_at, today=at),
                "State": status("Ended" if row.ended_at else "Active"),
            }
            for row in rows
        ],
        alt="Groups of models by name, with purpose, number of models, and how many people’s grants name each",
        right=["Models", "People", "Since"],
        unbroken=["Group"],
    )


def group_part(place: Workplace, row: GroupRow, known: Mapping[str, str], at: datetime) -> None:
    """One group: facts, its models, and whose grants name it."""
    with place.store.reading() as session:
        grants = reaching_grants(session, row.number, at=at)
    section(plain(row.name))
    facts(
        {
            "Number": row.number,
            "Purpose": plain(row.purpose),
            "Made": f"{day(row.created_at, today=at)} by {plain(known.get(row.created_by, row.created_by))}",
            **({"Ended": f"{day(row.ended_at, today=at)} by {plain(known.get(row.ended_by or '', ''))}"}
               if row.ended_at else {}),
        },
        alt=f"Group {row.number}",
    )  # fmt: skip
    st.markdown(
        f"**{counted(len(grants), 'grant')}** {'names' if len(grants) == 1 else 'name'} this group."
        if grants
        else "No grant names this group. Choose it on a person’s card when you grant a role."
    )
    if grants:
        _grants_table(grants, at)
    _models(place, row, known, at)


def _grants_table(grants: Sequence[ReachingRow], at: datetime) -> None:
    table(
        [
            {
                "Person": plain(one.name),
                "Role": word(one.role),
                "Also reaches": plain(one.also) if one.also else NOTHING,
                "Why": plain(one.reason),
                "Until": day(one.ends_at, today=at),
                "State": status("Waiting") if one.asked else status("In force"),
            }
            for one in grants
        ],
        alt="Grants that name this group, with person, role, what else they reach, reason and end",
        right=["Until"],
    )


def _models(place: Workplace, row: GroupRow, known: Mapping[str, str], at: datetime) -> None:
    if not row.models:
        if not row.ended_at:
            with empty("No model is in this group.", "A grant that names it alone reaches nothing yet."):
                pass
        return
    shown = with_number(row.number, {row.number: row.name})
    opened = link("Open them in the inventory", "/inventory", group=shown)
    st.markdown(f"**{counted(row.models, 'model')}** in it. {opened}")
    with paged(row.models, key="members_page") as window, place.store.reading() as session:
        table(
            [
                {
                    "Number": one.number,
                    "Model": link(one.name, "/model", model=one.number),
                    "Business line": plain(one.business_line),
                    "Tier": str(one.tier),
                    "Put in by": plain(known.get(one.added_by, one.added_by)),
                    "Since": day(one.added_at, today=at),
                }
                for one in members(session, row.number, limit=window.limit, offset=window.offset)
            ],
            alt=f"Models of group {row.number} by number, with who put each in and since when",
            right=["Tier", "Since"],
            unbroken=["Number"],
        )


def change_card(place: Workplace, viewer: Me, row: GroupRow) -> None:
    """Put models in, take them out, rename, end; every reason against it is the button's help."""
    with place.store.reading() as session:
        against = against_changing(session, row.number, viewer.actor, at=now())
        not_ending = against_ending(session, row.number, viewer.actor, at=now())
        inside = {one.number: one.name for one in members(session, row.number, limit=MOST_OFFERED)}
        listed = inventory(session, InventoryFilter(), sort=Sort.NUMBER, limit=MOST_OFFERED, offset=0).rows
    outside = {one.number: one.name for one in listed if one.number not in inside}
    with st.container(border=True):
        section(f"Change {row.number}")
        joining = _choose("Models to put in", outside, key=f"join_{row.number}", free=True)
        leaving = _choose("Models to take out", inside, key=f"leave_{row.number}", free=len(inside) == MOST_OFFERED)
        reason = st.text_input("Reason, kept in the ledger", key=f"group_reason_{row.number}", max_chars=1000)
        st.markdown(
            ":small[:gray[Where a sensitive role reaches the group, a model joins it when a second administrator "
            "agrees. It leaves at once.]]"
        )
        with st.container(horizontal=True):
            put = act_button("Put in", against, key="put_in")
            took = act_button("Take out", against, key="take_out", kind="secondary")
            ended = act_button("End group", not_ending, key="end_group", kind="tertiary")
        with st.expander("Rename"):
            name, purpose = _named(f"rename_{row.number}", row.name, row.purpose)
            renamed = act_button("Keep name and purpose", against, key="rename_group", kind="secondary")
    if put:
        with attempt("No model was put in."):
            asked = put_in(
                place.store, place.ledger, group=row.number, models=joining, reason=reason, actor=viewer.actor,
                at=now(),
            )  # fmt: skip
            confirm_next(
                f"{asked} waits for a second administrator: a sensitive role reaches {row.number}."
                if asked else f"{counted(len(joining), 'model')} put into {row.number}."
            )  # fmt: skip
            st.rerun()
    if took:
        with attempt("No model was taken out."):
            take_out(
                place.store, place.ledger, group=row.number, models=leaving, reason=reason, actor=viewer.actor, at=now()
            )
            confirm_next(f"{counted(len(leaving), 'model')} taken out of {row.number}.")
            st.rerun()
    if ended:
        with attempt("The group was not ended."):
            end_group(place.store, place.ledger, group=row.number, reason=reason, actor=viewer.actor, at=now())
            confirm_next(f"{row.number} has ended.")
            st.rerun()
    if renamed:
        with attempt("Nothing was changed."):
            rename_group(
                place.store, place.ledger, group=row.number, name=name, purpose=purpose, actor=viewer.actor, at=now()
            )
            confirm_next(f"{row.number} was changed.")
            st.rerun()


def _choose(label: str, offered: Mapping[str, str], *, key: str, free: bool) -> list[str]:
    chosen = st.multiselect(
        label,
        list(offered),
        key=key,
        accept_new_options=free,
        placeholder="Choose, or type a number" if free else "Choose",
        format_func=lambda one: f"{one} {offered[one]}" if one in offered else one,
    )
    return [one.strip() for one in chosen]


def _named(key: str, name: str = "", purpose: str = "") -> tuple[str, str]:
    return (
        st.text_input("Name", name, key=f"{key}_name", max_chars=200),
        st.text_area("Purpose", purpose, key=f"{key}_purpose", max_chars=1000, height=90),
    )


def make_card(place: Workplace, viewer: Me) -> None:
    """The form for a new group."""
    with st.container(border=True):
        section("Make a group")
        with st.form("make_group", border=False):
            name, purpose = _named("new_group")
            against = make_refusals(viewer.actor)
            sent = st.form_submit_button("Make group", type="primary", disabled=bool(against))
        if sent:
            with attempt("No group was made."):
                number = make_group(place.store, place.ledger, name=name, purpose=purpose, actor=viewer.actor, at=now())
                st.query_params["group"] = number
                confirm_next(f"{number} was made. Put models in, then name it in grants.")
                st.rerun()
