"""Differences to decide on, models that nobody registered, and the imports that were made."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components import act_button, attempt, empty, link, paged, plain, section, status, table
from app.components.formats import NOTHING, count, day, digest, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.confirmation import confirm_next
from core.access.queries import names
from core.inventory.importing.discovering import discovery_refusals, ignore, registered_as, take_up_again
from core.inventory.importing.queries import DifferenceRow, DiscoveryRow, differences, discoveries, imports
from core.inventory.importing.registry.differences import (
    decision_refusals,
    keep_ours,
    take_over,
    take_over_refusals,
)
from core.inventory.importing.rules import DifferenceKind, DiscoveryStatus

KINDS = {DifferenceKind.NEW_VERSION: "New version", DifferenceKind.CHANGED: "Changed", DifferenceKind.GONE: "Gone"}


def differences_tab(place: Workplace, viewer: Me) -> None:
    """What MLflow servers show that our record does not hold; the record stays as it is until somebody decides."""
    with place.store.reading() as session:
        total = differences(session, limit=1, offset=0).total
    if not total:
        with empty("Nothing differs.", "A new version or a changed field on an MLflow server appears here."):
            pass
        return
    with paged(total, key="differences_page") as window, place.store.reading() as session:
        rows = differences(session, limit=window.limit, offset=window.offset).rows
        _differences_table(rows)
    _decide_on_difference(place, viewer, rows)


def _differences_table(rows: Sequence[DifferenceRow]) -> None:
    cells: list[Mapping[str, str]] = [
        {
            "Number": str(row.id),
            "Model": link(row.model_name, "/model", model=row.model),
            "What": status("Conflict") if row.conflict else status(KINDS[row.kind]),
            "Field or version": plain(_about(row)),
            "Agreed": plain(row.agreed[:200]),
            "Here": plain(row.ours[:200]),
            "There": plain(row.theirs[:200]),
            "Server": plain(row.server),
            "Found": day(row.found_at),
        }
        for row in rows
    ]
    table(
        cells,
        alt="Differences between MLflow and our record: model, what differs, what was agreed, ours and theirs",
        right=["Found"],
        unbroken=["Number"],
    )


def _about(row: DifferenceRow) -> str:
    return row.field.replace("_", " ") or (f"v{row.external} there" if row.external else "")


def _decide_on_difference(place: Workplace, viewer: Me, rows: Sequence[DifferenceRow]) -> None:
    with st.container(border=True):
        section("Decide")
        by_id = {row.id: row for row in rows}
        chosen = st.selectbox(
            "Difference",
            list(by_id),
            format_func=lambda one: f"{one}: {by_id[one].model_name}, {by_id[one].field or by_id[one].kind}",
            key="difference",
        )
        row = by_id[chosen]
        reason = st.text_input("Reason", key="difference_reason", max_chars=1000) or ""
        with st.container(horizontal=True):
            if row.kind is DifferenceKind.NEW_VERSION:
                if st.button("Import the version", key="import_version", type="primary"):
                    st.session_state[f"chosen_{row.server}"] = [row.name]
                    st.switch_page(page_file("imports"), query_params={"tab": "MLflow", "server": row.server})
            elif act_button("Take over", take_over_refusals(viewer.actor, row.kind), key="take_over"):
                _settle("The record was not changed.", take_over, place, viewer, row.id, reason)
            if act_button("Keep ours", decision_refusals(viewer.actor), key="keep_ours", kind="secondary"):
                _settle("The decision was not recorded.", keep_ours, place, viewer, row.id, reason)


def _settle(not_done: str, act, place: Workplace, viewer: Me, difference: int, reason: str) -> None:  # type: ignore[no-untyped-def]
    with attempt(not_done):
        act(place.store, place.ledger, difference=difference, reason=reason, actor=viewer.actor, at=now())
        confirm_next("Your decision is on record.")
        st.rerun()


def discoveries_tab(place: Workplace, viewer: Me) -> None:
    """Models that a server or an inference stream showed and that are not in the inventory."""
    shown = st.radio(
        "Shown",
        list(DiscoveryStatus),
        format_func=lambda one: {"open": "Not registered", "ignored": "Ignored", "registered": "Registered"}[one],
        key="discovered",
        horizontal=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    wanted = DiscoveryStatus(shown or DiscoveryStatus.OPEN)
    with place.store.reading() as session:
        total = discoveries(session, status=wanted, limit=1, offset=0).total
    if not total:
        with empty(
            "Nothing here.",
            "A model that an MLflow server shows, or that answers in production, appears here until it is registered.",
        ):
            pass
        return
    with paged(total, key="discoveries_page") as window, place.store.reading() as session:
        rows = discoveries(session, status=wanted, limit=window.limit, offset=window.offset).rows
        _discoveries_table(rows)
    if wanted is not DiscoveryStatus.REGISTERED:
        _decide_on_discovery(place, viewer, rows)


def _discoveries_table(rows: Sequence[DiscoveryRow]) -> None:
    cells: list[Mapping[str, str]] = [
        {
            "Number": row.number,
            "Seen as": plain(row.name),
            "Version": plain(row.version) if row.version else NOTHING,
            "Source": plain(row.source),
            "First seen": moment(row.first_seen),
            "Last seen": moment(row.last_seen),
            "Sights": count(row.sightings),
            "Registered as": link(row.model, "/model", model=row.model) if row.model else NOTHING,
            "Reason": plain(row.reason),
        }
        for row in rows
    ]
    table(
        cells,
        alt="Models seen and not registered: source, first and last seen, how often",
        right=["First seen", "Last seen", "Sights"],
        unbroken=["Number"],
    )


def _decide_on_discovery(place: Workplace, viewer: Me, rows: Sequence[DiscoveryRow]) -> None:
    with st.container(border=True):
        section("Decide")
        by_number = {row.number: row for row in rows}
        chosen = st.selectbox(
            "Discovery", list(by_number), format_func=lambda one: f"{one}: {by_number[one].name}", key="discovery"
        )
        row, reasons = by_number[chosen], discovery_refusals(viewer.actor)
        reason = st.text_input("Reason", key="discovery_reason", max_chars=1000) or ""
        model = st.text_input("Registered already as (number)", key="discovery_model", max_chars=16, width=240) or ""
        with st.container(horizontal=True):
            if act_button("Register it", reasons, key="register_discovery"):
                _register(row)
            if act_button("It is this model", reasons, key="discovery_is", kind="secondary"):
                with attempt("The decision was not recorded."):
                    registered_as(
                        place.store, place.ledger, discovery=row.number, model=model.strip().upper(), reason=reason,
                        actor=viewer.actor, at=now(),
                    )  # fmt: skip
                    confirm_next(f"{row.number} is registered as {plain(model)}.")
                    st.rerun()
            act = ignore if row.status is DiscoveryStatus.OPEN else take_up_again
            words = "Ignore" if row.status is DiscoveryStatus.OPEN else "Take up again"
            if act_button(words, reasons, key="ignore_discovery", kind="secondary"):
                with attempt("The decision was not recorded."):
                    act(place.store, place.ledger, discovery=row.number, reason=reason, actor=viewer.actor, at=now())
                    confirm_next("Your decision is on record.")
                    st.rerun()


def _register(row: DiscoveryRow) -> None:
    """From its server where it has one, otherwise by the form."""
    if row.server:
        st.session_state[f"chosen_{row.server}"] = [row.name]
        st.switch_page(page_file("imports"), query_params={"tab": "MLflow", "server": row.server})
    st.switch_page(page_file("register"), query_params={"discovery": row.number})


def made_tab(place: Workplace) -> None:
    """Every import that was made, the newest first."""
    with place.store.reading() as session:
        total, known = imports(session, limit=1, offset=0).total, names(session)
    if not total:
        with empty("Nothing was imported yet.", "Each import is kept with its file’s digest, who, when and how much."):
            pass
        return
    with paged(total, key="imports_page") as window, place.store.reading() as session:
        rows = imports(session, limit=window.limit, offset=window.offset).rows
    table(
        [
            {
                "Number": row.number,
                "From": f"{plain(row.source)} :gray[{row.kind}]",
                "sha256": digest(row.digest),
                "By": plain(known.get(row.imported_by, row.imported_by)),
                "When": moment(row.imported_at),
                "Models": count(row.models),
                "Versions": count(row.versions),
                "Datasets": count(row.datasets),
                "Changes": count(row.changed),
                "The same": count(row.same),
            }
            for row in rows
        ],
        alt="Imports that were made, newest first, with digest, person, time and counts",
        right=["When", "Models", "Versions", "Datasets", "Changes", "The same"],
        unbroken=["Number", "By"],
    )
