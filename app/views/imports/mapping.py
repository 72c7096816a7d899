"""The form that says which tag of a registry fills which field, and what stands where no tag does."""

import streamlit as st

from app.components import act_button, attempt
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.inventory.importing.fields import BY_KEY
from core.inventory.importing.registry.mapping import MAPPED, Rule
from core.inventory.importing.registry.service import change_rules, rules_of, rules_revision
from core.inventory.importing.service import import_refusals

SHOWN = tuple(key for key in MAPPED if not key.endswith(("_version", "_source")))
BESIDE = {
    "purpose": "else the description in MLflow",
    "version": "else 1.0.0, then the next minor version",
    "rationale": "else the version’s description",
    "code_reference": "else the commit of the run",
    "training_dataset": "else the run’s input with context training",
    "test_dataset": "else the run’s input with context test or evaluation",
}


def rules_form(place: Workplace, viewer: Me, server: str) -> None:
    """Read, change and store the rules of one server."""
    with place.store.reading() as session:
        rules, revision = rules_of(session, server), rules_revision(session, server)
    filled = sum(bool(rule.otherwise) for rule in rules.values())
    with st.expander(f"How fields are filled: {len(SHOWN)} rules, {filled} with a fixed text", key=f"rules_{server}"):
        st.markdown(":gray[A field is what its tag says, else what MLflow itself knows, else the fixed text.]")
        said: dict[str, Rule] = {}
        for key in SHOWN:
            said[key] = _row(server, revision, key, rules[key])
        if act_button("Store rules", import_refusals(viewer.actor), key=f"store_rules_{server}", kind="secondary"):
            with attempt("The rules were not stored."):
                change_rules(
                    place.store,
                    place.ledger,
                    server=server,
                    rules=said,
                    expected_revision=revision,
                    actor=viewer.actor,
                    at=now(),
                )
                st.session_state["rules_round"] = st.session_state.get("rules_round", 0) + 1
                confirm_next("The rules are stored. The dry run below follows them.")
                st.rerun()


def _row(server: str, revision: int, key: str, rule: Rule) -> Rule:
    """`revision` is part of the widgets' keys: once somebody else stored other rules, those are shown."""
    title, widget = BY_KEY[key].title, f"{server}_{revision}_{key}"
    name, tag, otherwise = st.columns([2, 2, 4], vertical_alignment="center")
    name.markdown(f"**{title}**  \n:small[:gray[{BESIDE.get(key, '')}]]" if key in BESIDE else f"**{title}**")
    said = tag.text_input(
        f"Tag for {title}",
        rule.tag,
        key=f"tag_{widget}",
        max_chars=250,
        label_visibility="collapsed",
        placeholder="Tag",
    )
    fixed = otherwise.text_input(
        f"Fixed text for {title}",
        rule.otherwise,
        key=f"fixed_{widget}",
        max_chars=1000,
        label_visibility="collapsed",
        placeholder=BY_KEY[key].meaning,
    )
    return Rule((said or "").strip(), (fixed or "").strip())
