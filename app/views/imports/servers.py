"""Import from MLflow: the servers, what each shows beside what we know, the rules, the dry run, and the import."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components import act_button, attempt, choose, empty, paged, plain, section, status, table
from app.components.filters import filter_row, search
from app.components.formats import NOTHING, count, counted, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.registries.servers import SETTING
from app.registries.syncing import look_now, registry_named
from app.views.confirmation import confirm_next
from app.views.imports import planned
from app.views.imports.mapping import rules_form
from app.views.imports.progress import telling
from core.inventory.importing.plan.values import PlannedRow
from core.inventory.importing.queries import known_names, sync_states
from core.inventory.importing.registry.service import (
    MOST_AT_ONCE,
    RegistryDryRun,
    import_from_registry,
    look_at_registry,
)
from core.inventory.importing.registry.values import RegistryTrouble, SeenModel
from core.inventory.importing.service import import_refusals

NEW, MORE, KNOWN = "new", "new version", "same"


def servers_tab(place: Workplace, viewer: Me) -> None:
    """Choose a server, see what it shows, choose models, see the dry run, import."""
    servers = [server.name for server in place.settings.mlflow_servers]
    if not servers:
        with empty(
            "No MLflow server may be read.",
            f"Whoever runs this installation allows one with the setting {SETTING}, for example "
            "main=https://mlflow.example.org; no other address is ever asked.",
        ):
            pass
        return
    with filter_row():
        name = st.selectbox("Server", servers, key="server", bind="query-params", width=180)
        wanted = search("Search", key="seen_search", placeholder="Model name")
        shown = choose("Shown", (NEW, MORE, KNOWN), key="seen_state", width=150)
        pressed = st.button("Look again", key="look_again")
    if pressed:
        _look_again(place, viewer, name)
    _state(place, name)
    models = _listed(place, name)
    if models is None:
        return
    rules_form(place, viewer, name)
    chosen = _choose(place, name, models, wanted, shown)
    if chosen:
        _dry_run(place, viewer, name, chosen)


def _look_again(place: Workplace, viewer: Me, name: str) -> None:
    st.session_state.pop(f"seen_{name}", None)
    st.session_state.pop("registry_look", None)
    with attempt("The server was not read."), st.spinner("Reading the server"):
        look_now(place, name, at=now(), actor=viewer.actor)


def _state(place: Workplace, name: str) -> None:
    with place.store.reading() as session:
        state = next((one for one in sync_states(session) if one.server == name), None)
    every = place.settings.mlflow_sync
    clock = f"every {counted(int(every.total_seconds() // 60), 'minute')}" if every else "only when somebody asks"
    if state is None:
        st.markdown(f":gray[Not read yet. It is read {clock}.]")
    elif state.error:
        since = f"Last read {moment(state.read_at)}." if state.read_at else "It was never read."
        st.markdown(f"{status('Failed')} {plain(state.error)} :gray[Tried {moment(state.tried_at)}. {since}]")
    else:
        st.markdown(
            f"{status('Healthy')} {counted(state.models, 'model')}, {counted(state.versions, 'version')} "
            f":gray[read {moment(state.read_at)}, {clock}]"
        )


def _listed(place: Workplace, name: str) -> tuple[SeenModel, ...] | None:
    """What the server shows now; asked once a visit, and again by the button."""
    key = f"seen_{name}"
    if key not in st.session_state:
        try:
            with st.spinner("Reading the server"):
                st.session_state[key] = tuple(registry_named(place, name).models())
        except RegistryTrouble as trouble:
            st.markdown(f"{status('Failed')} {plain(str(trouble))}")
            return None
    found: tuple[SeenModel, ...] = st.session_state[key]
    return found


def _choose(
    place: Workplace, name: str, models: Sequence[SeenModel], wanted: str, shown: str | None
) -> tuple[str, ...]:
    with place.store.reading() as session:
        known = known_names(session, name)
    states = {model.name: _state_of(model, known) for model in models}
    found = [
        model for model in models if wanted.casefold() in model.name.casefold() and shown in (None, states[model.name])
    ]
    section("Registered models on the server")
    if not found:
        with empty("No model matches.", f"{counted(len(models), 'model')} on the server, 0 with these filters."):
            pass
        return ()
    order = {NEW: 0, MORE: 1, KNOWN: 2}
    found.sort(key=lambda model: (order[states[model.name]], model.name))
    with paged(len(found), key="seen_page") as window:
        _models_table(found[window.offset : window.offset + window.limit], known, states)
    return tuple(
        st.multiselect(
            "Import",
            [model.name for model in found if states[model.name] != KNOWN],
            key=f"chosen_{name}",
            max_selections=MOST_AT_ONCE,
            placeholder="Choose models, new or with a new version",
        )
    )


def _models_table(
    models: Sequence[SeenModel], known: Mapping[str, tuple[str, frozenset[str]]], states: Mapping[str, str]
) -> None:
    cells: list[Mapping[str, str]] = [
        {
            "Model on the server": plain(model.name),
            "State": status(states[model.name]),
            "Here": known[model.name][0] if model.name in known else NOTHING,
            "Versions": count(len(model.versions)),
            "Not here": count(sum(one.version not in known.get(model.name, ("", ()))[1] for one in model.versions)),
            "Aliases": plain(", ".join(f"{alias}: v{of}" for alias, of in model.aliases.items())),
            "Description": plain(model.description[:120]),
            "Changed": moment(model.updated_at),
        }
        for model in models
    ]
    table(
        cells,
        alt="Models on the server: state, our number, versions, how many are not here, aliases, last change",
        right=["Versions", "Not here", "Changed"],
        unbroken=["Here"],
    )


def _state_of(model: SeenModel, known: Mapping[str, tuple[str, frozenset[str]]]) -> str:
    if model.name not in known:
        return NEW
    return KNOWN if {one.version for one in model.versions} <= known[model.name][1] else MORE


def _dry_run(place: Workplace, viewer: Me, name: str, chosen: tuple[str, ...]) -> None:
    at = now()
    key = (name, chosen, at.minute, st.session_state.get("rules_round", 0))
    kept: tuple[object, RegistryDryRun] | None = st.session_state.get("registry_look")
    try:
        if kept and kept[0] == key:
            found = kept[1]
        else:
            with telling("Reading the server") as say:
                found = look_at_registry(
                    place.store, registry=registry_named(place, name), names=chosen, actor=viewer.actor, at=at, say=say
                )
            st.session_state["registry_look"] = (key, found)
    except RegistryTrouble as trouble:
        st.markdown(f"{status('Failed')} {plain(str(trouble))}")
        return
    plan = found.found.plan
    st.markdown(planned.in_words(plan.counts))
    planned.problems(plan)
    if found.possible and act_button(
        planned.what_it_does(plan.counts), import_refusals(viewer.actor), key="import_registry"
    ):
        _import(place, viewer, name, chosen, plan.digest)
    entries = found.found.entries

    def where(row: PlannedRow) -> str:
        entry = entries[row.line - 1]
        return f"{row.line} :gray[v{plain(entry.external)} there]"

    planned.rows(plan, key="registry", place=where, places="Line, version")


def _import(place: Workplace, viewer: Me, name: str, chosen: tuple[str, ...], digest: str) -> None:
    with attempt("Nothing was imported."):
        with telling("Importing") as say:
            done = import_from_registry(
                place.store,
                place.ledger,
                registry=registry_named(place, name),
                names=chosen,
                expected=digest,
                actor=viewer.actor,
                at=now(),
                say=say,
            )
        confirm_next(
            f"{done.number} is on record: {counted(done.counts.models, 'model')} and "
            f"{counted(done.counts.versions, 'version')} registered and linked. Ledger entry {done.entry}."
        )
        for kept in ("registry_look", f"seen_{name}", f"chosen_{name}"):
            st.session_state.pop(kept, None)
        st.rerun()
    st.session_state.pop("registry_look", None)
