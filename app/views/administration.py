"""What the administration page shows: people, one person's roles, a form for a new person, and every token."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

import streamlit as st

from app.components import act_button, attempt, facts, plain, section, status, table
from app.components.formats import NOTHING, day, moment
from app.components.me import Me
from app.components.status import word
from app.components.text import link
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.enabling import enable_form
from app.views.functions import functions_of_person
from app.views.second_factor import factor_of_person
from app.views.sessions import sessions_of_person
from core.access.people import (
    create_person,
    disable_person,
    disable_refusals,
    grant_role,
    manage_refusals,
    service_refusals,
    withdraw_refusals,
    withdraw_role,
)
from core.access.queries import PersonRow, names, person_record
from core.access.rules import EVERYWHERE, Reach, Role, grant_refusals, met, reach_refusals
from core.access.rules.permissions import SENSITIVE_ROLES
from core.access.setup import give_link, link_refusals
from core.errors import NotFound
from core.inventory.groups.queries import group_names
from core.inventory.queries.choices import business_lines


def people_table(rows: Sequence[PersonRow], at: datetime) -> None:
    """One row a person, linked to the card at the right."""
    table(
        [
            {
                "Number": row.number,
                "Name": link(row.name, "/administration", person=row.number),
                "User name": plain(row.username),
                "Roles": ", ".join(word(grant.role) for grant in row.roles) or NOTHING,
                "Last sign-in": day(row.last_sign_in, today=at),
                "State": _state_of(row),
            }
            for row in rows
        ],
        alt="People by name, with their roles, last sign-in and state; disabled people last.",
        right=["Last sign-in"],
        unbroken=["Number"],
    )


def _state_of(row: PersonRow) -> str:
    """A pair of roles that may not meet is said in the row; permissions are cut, so that it is harmless."""
    if row.disabled_at:
        return status("Disabled")
    return status("Conflict" if met(frozenset(grant.role for grant in row.roles)) else "Active")


def person_card(place: Workplace, viewer: Me, at: datetime) -> None:
    """The chosen person: facts, roles, grant, withdraw, disable."""
    number = st.query_params.get("person")
    with st.container(border=True):
        if not number:
            section("A person's roles")
            st.markdown("Choose a name in the table to see and change roles.")
            return
        try:
            with place.store.reading() as session:
                person, known = person_record(session, number, at=at), names(session)
        except NotFound:
            st.markdown(f"**There is no person {plain(number)}.** Choose a name in the table.")
            return
        section(plain(person.name))
        facts(
            {
                "Number": person.number,
                "User name": plain(person.username),
                "Mail": plain(person.email),
                "Signs in through": "The organisation's provider" if person.outside else "This installation",
                "Since": moment(person.created_at),
            },
            alt=f"Person {person.number}",
        )
        _roles(person, known, at)
        _change_roles(place, viewer, person)
        functions_of_person(place, viewer, person, known, at)
        with st.expander("Sessions"):
            sessions_of_person(place, viewer, person.number, at)
        factor_of_person(place, viewer, person.number)
        _link(place, viewer, person)
        _disable(place, viewer, person)


def _roles(person: PersonRow, known: Mapping[str, str], at: datetime) -> None:
    if not person.roles:
        st.markdown(f"{status('Not started')} No role yet: this person sees their own page only.")
        return
    for pair in met(frozenset(grant.role for grant in person.roles)):
        st.warning(
            f"**{pair.capitalize()} may not meet.** Permissions are cut to the narrower role until one of them ends.",
            icon=":material/warning:",
        )
    table(
        [
            {
                "Role": word(grant.role),
                "Reach": plain(grant.reach.words.capitalize() if grant.reach.everywhere else grant.reach.words),
                "Why": plain(grant.reason),
                "By": plain(known.get(grant.granted_by, grant.granted_by)),
                "Until": day(grant.ends_at, today=at),
            }
            for grant in person.roles
        ],
        alt=f"Roles of {person.number} with reason, grantor and end",
        right=["Until"],
    )


def _change_roles(place: Workplace, viewer: Me, person: PersonRow) -> None:
    held = frozenset(grant.role for grant in person.roles)
    role = Role(st.selectbox("Role", list(Role), format_func=word, key="role_choice") or Role.OWNER)
    reason = st.text_input("Reason, kept in the ledger", key="role_reason", max_chars=1000)
    with place.store.reading() as session:
        against, lines = service_refusals(session, person.number, role), business_lines(session)
        groups = group_names(session)
    chosen = st.multiselect(
        "Only these business lines, or everywhere", lines, key="role_lines", placeholder="Everywhere"
    )
    named = (
        st.multiselect(
            "Only these groups of models", list(groups), key="role_groups", placeholder="None",
            format_func=lambda one: f"{groups[one]} ({one})",
        ) if groups else []
    )  # fmt: skip
    reach = Reach(frozenset(chosen), frozenset(named)) if chosen or named else EVERYWHERE
    against = (*reach_refusals(role, reach), *grant_refusals(viewer.actor, person.number, held, role), *against)
    until = st.date_input(
        "Until (UTC), or no end", value=None, key="role_until", min_value=now().date() + timedelta(days=1)
    )
    if role in SENSITIVE_ROLES:
        st.markdown(":small[:gray[A second administrator confirms this role before it is in force.]]")
    with st.container(horizontal=True):
        granted = act_button("Grant role", against, key="grant", kind="secondary")
        withdrawn = act_button(
            "Withdraw role", withdraw_refusals(viewer.actor, person.number, held, role), key="withdraw", kind="tertiary"
        )
    if granted:
        with attempt("The role was not granted."):
            asked = grant_role(
                place.store, place.ledger, person=person.number, role=role, reason=reason, reach=reach,
                ends_at=datetime.combine(until, time(), UTC) if until else None, actor=viewer.actor, at=now(),
            )  # fmt: skip
            if asked:
                confirm_next(f"{asked} waits for a second administrator to confirm the role {word(role)}.")
            st.rerun()
    if withdrawn:
        with attempt("The role was not withdrawn."):
            withdraw_role(
                place.store, place.ledger, person=person.number, role=role, reason=reason, actor=viewer.actor, at=now()
            )
            st.rerun()


def _link(place: Workplace, viewer: Me, person: PersonRow) -> None:
    if place.settings.provider is not None:
        return
    with place.store.reading() as session:
        refusals = link_refusals(session, viewer.actor, person.number)
    if any(reason.code == "service" for reason in refusals):
        return
    with st.expander("New password"):
        st.markdown("A link on which this person chooses a password. It works once, for three days; earlier ones end.")
        if act_button("Make link", refusals, key="give_link", kind="secondary"):
            with attempt("No link was made."):
                secret = give_link(place.store, place.ledger, person=person.number, actor=viewer.actor, at=now())
                st.code(f"{place.settings.public_url}/setup?link={secret}", language=None, wrap_lines=True)


def _disable(place: Workplace, viewer: Me, person: PersonRow) -> None:
    if person.disabled_at:
        st.markdown(f"{status('Disabled')} since {moment(person.disabled_at)}")
        enable_form(place, viewer, person)
        return
    with st.expander("Disable this person"):
        st.markdown("Ends every session and token at once. What they did stays on record.")
        reason = st.text_input("Reason", key="disable_reason", max_chars=1000)
        refusals = disable_refusals(viewer.actor, person.number)
        if act_button("Disable person", refusals, key="disable", kind="secondary"):
            with attempt("Nobody was disabled."):
                disable_person(
                    place.store, place.ledger, person=person.number, reason=reason, actor=viewer.actor, at=now()
                )
                st.rerun()


def add_person(place: Workplace, viewer: Me, at: datetime) -> None:
    """The form for a new person; their one-time link is shown once."""
    with st.container(border=True):
        section("Add a person")
        if place.settings.provider is not None:
            st.markdown("People come from the organisation's provider at their first sign-in; grant roles afterwards.")
            return
        with st.form("new_person", clear_on_submit=False, border=False):
            username = st.text_input("User name", max_chars=200)
            name = st.text_input("Name", max_chars=200)
            email = st.text_input("Mail (optional)", max_chars=320)
            sent = st.form_submit_button("Add person", type="primary", disabled=bool(manage_refusals(viewer.actor)))
        if sent:
            with attempt("Nobody was added."):
                created = create_person(
                    place.store, place.ledger, username=username, name=name, email=email, actor=viewer.actor, at=at
                )
                st.success(
                    f"{created.number} was added. Hand them this link; it works once and is shown only now.",
                    icon=":material/check_circle:",
                )
                st.code(f"{place.settings.public_url}/setup?link={created.link}", language=None, wrap_lines=True)
