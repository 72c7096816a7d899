"""The form that registers a part: the fields of its kind, and what is wrong said in place."""

from collections.abc import Mapping

import streamlit as st

from app.components import act_button, attempt, plain, section
from app.components.me import Me
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.confirmation import confirm_next
from core.inventory.intake import LIMITS, NewDataset
from core.inventory.parts.intake import LONGEST_TEXT, NewAsset
from core.inventory.parts.registering import Recorded, edit_refusals, register_asset, register_dataset
from core.inventory.parts.rules import DETAILS, WRITTEN, AssetKind, NodeKind

LONG = 4000


def form(place: Workplace, viewer: Me, kind: NodeKind, people: Mapping[str, str]) -> None:
    """Enter and register; then the part's page opens."""
    entered: NewDataset | NewAsset = (
        _dataset(viewer, people) if kind is NodeKind.DATASET else _asset(AssetKind(kind.value), viewer, people)
    )
    st.markdown("The record becomes a ledger entry. It can be changed with a reason and retired, never deleted.")
    if not act_button(f"Register {kind}", edit_refusals(viewer.actor), key="register_part"):
        return
    with attempt("Nothing was registered."):
        done = _register(place, viewer, entered)
        confirm_next(f"{plain(done.number)} is registered: ledger entry {done.entry}.")
        st.switch_page(page_file("part"), query_params={"part": done.number})


def _register(place: Workplace, viewer: Me, entered: NewDataset | NewAsset) -> Recorded:
    if isinstance(entered, NewDataset):
        return register_dataset(place.store, place.ledger, dataset=entered, actor=viewer.actor, at=now())
    return register_asset(place.store, place.ledger, asset=entered, actor=viewer.actor, at=now())


def _dataset(viewer: Me, people: Mapping[str, str]) -> NewDataset:
    section("The dataset")
    left, right = st.columns(2, gap="large")
    with left:
        name = _line("name", "Name", "As people refer to it.")
        source = _line("source", "Source", "Where it comes from, and when it was taken.", LIMITS["source"])
        personal = _line("classification", "Personal data", "For example: none, pseudonymous, health.")
        retention = _line("retention", "Retention", "Until when it is kept, and why.", LIMITS["retention"])
    with right:
        version = _line("version", "Version", "For example 2026.1.", 50)
        licence = _line("licence", "Licence", "On what terms we may use it.")
        said = "How personal data were taken out: names replaced, dates coarsened."
        sanitisation = _line("sanitisation", "Sanitisation method", said, LIMITS["sanitisation"])
        owner = _owner(viewer, people)
    description = _text("description", "Description", "What a row is, and how rows came about.")
    schema = _text(
        "declared_schema", "Declared schema (optional)",
        'Uploads are held against it. JSON, such as {"columns": [{"name": "age", "type": "integer"}]}.', 200_000,
    )  # fmt: skip
    return NewDataset(
        name=name, version=version, source=source, licence=licence, classification=personal, declared_schema=schema,
        owner=owner, description=description, retention=retention, sanitisation=sanitisation,
    )  # fmt: skip


def _asset(kind: AssetKind, viewer: Me, people: Mapping[str, str]) -> NewAsset:
    section(f"The {kind}")
    left, right = st.columns(2, gap="large")
    with left:
        name = _line(f"{kind} name", "Name", f"Unique among the {kind}s.")
    with right:
        owner = _owner(viewer, people)
    description = _text(f"{kind} description", "Description", "What it is for.")
    details = {}
    for place, detail in enumerate(DETAILS[kind]):
        with left if place % 2 == 0 else right:
            title = detail.title if detail.required else f"{detail.title} (optional)"
            details[detail.key] = _text(f"{kind} {detail.key}", title, detail.help)
    text = ""
    if kind in WRITTEN:
        label = "Text" if kind is AssetKind.PROMPT else "Text (optional)"
        text = _text(f"{kind} text", label, "Kept to the letter, with its SHA-256.", LONGEST_TEXT, height=220)
    return NewAsset(kind, name, owner, description, details, text)


def _owner(viewer: Me, people: Mapping[str, str]) -> str:
    options = sorted(people, key=lambda one: one != viewer.number)
    return st.selectbox("Owner", options, format_func=lambda one: people[one], help="Answers for it.") or ""


def _line(name: str, label: str, help_text: str, longest: int = 200) -> str:
    return st.text_input(label, key=f"part {name}", help=help_text, max_chars=longest) or ""


def _text(name: str, label: str, help_text: str, longest: int = LONG, height: int = 80) -> str:
    return st.text_area(label, key=f"part {name}", help=help_text, max_chars=longest, height=height) or ""
