"""The fields in which a model, a version and its datasets are entered; drafts stay for the session."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from app.components import section
from app.components.status import word
from app.composition import workplace
from app.views.register_versions import Proposal
from core.access.queries import PersonRow
from core.access.rules import Role
from core.inventory.intake import LIMITS, LONG, NewDataset, NewModel, NewVersion
from core.inventory.queries import DatasetFacts
from core.inventory.rules import Exposure, Line, Purpose
from core.inventory.versions.rules import ChangeKind
from core.policy.packs.service import known_packs

PREFIX = "draft "
A_NEW_ONE = "A new dataset"
EXPOSURES: Mapping[str, str] = {  # the gravest first: nothing is understated by leaving a field as it is
    Exposure.HIGH: "High: the organisation or many people rely on it",
    Exposure.MEDIUM: "Medium: many decisions or sizeable amounts",
    Exposure.LOW: "Low: few decisions, small amounts, easy to undo",
}
PURPOSES: Mapping[str, str] = {
    Purpose.RIGHTS: "Rights-affecting or regulatory: work, credit, liberty, reporting",
    Purpose.FINANCIAL: "Financial or customer-facing: prices, limits, offers",
    Purpose.OPERATIONAL: "Operational: internal work, nobody's standing changes",
}


@dataclass(frozen=True)
class Dataset:
    """A dataset as chosen: its number, or how a new one is named, and that new one."""

    key: str
    new: NewDataset | None


def forget_draft() -> None:
    """Take back everything that was entered."""
    for key in [key for key in st.session_state if str(key).startswith(PREFIX)]:
        del st.session_state[key]


def prefill(values: Mapping[str, str]) -> None:
    """Begin these fields with these values, unless the reader has changed them in this session."""
    for name, value in values.items():
        st.session_state.setdefault(PREFIX + name, value)


def model_fields(people: Sequence[PersonRow], lines: Sequence[str], viewer: str) -> NewModel:
    """What the model is, who answers for it, and how much rests on it."""
    section("The model")
    name = _text("name", "Name", "What people call it in a meeting; unique in the inventory.")
    purpose = _long("purpose", "Purpose", "Which decision it supports, for whom, and what happens with its output.")
    left, right = st.columns(2)
    with left:
        line = _choice("business_line", "Business line", lines, "Choose one or type a new one.", new=True)
        owner = _person("owner", "Owner", people, Role.OWNER, "", "Answers for the model and its use.")
        users = _text("users", "Users (optional)", "Who works with its output, and how often.")
    with right:
        vendor = _text("vendor", "Vendor (optional)", "Leave empty for a model of our own.")
        developer = _person(
            "developer", "Developer", people, Role.DEVELOPER, viewer, "Builds it and answers questions."
        )
        applying = _packs()
    section("Materiality")
    exposure = _choice("exposure", "Exposure", list(EXPOSURES), "How much rests on the output.", EXPOSURES)
    purpose_class = _choice("purpose_class", "Purpose class", list(PURPOSES), "What the output is used for.", PURPOSES)
    return NewModel(
        name=name,
        purpose=purpose,
        business_line=line,
        owner=owner,
        developer=developer,
        exposure=Exposure(exposure),
        purpose_class=Purpose(purpose_class),
        users=users,
        vendor=vendor,
        packs=applying,
    )


def version_fields(scope: str, offered: Sequence[Proposal], training: Dataset, test: Dataset) -> NewVersion:
    """What this version is and why it exists; `scope` keeps the drafts of different models apart."""
    section("The version")
    version, kind = _version(scope, offered)
    said = "Stable versions may go into production; experimental ones are compared with them."
    line = _choice(f"line{scope}", "Line", list(Line), said, {one: word(one) for one in Line})
    intended = _long(f"intended_use{scope}", "Intended use", "In which situations, by whom, and what it is not for.")
    limits = _long(f"limitations{scope}", "Limitations", "Groups and conditions in which it was not shown to work.")
    rationale = _long(
        f"rationale{scope}", "What changed and why", "For a first version: why this model, and not another."
    )
    code = _text(f"code_reference{scope}", "Code (optional)", "Repository and commit that built it.", 1000)
    digest = _text(
        f"artefact_digest{scope}", "Model file, SHA-256 (optional)", "64 digits, as sha256sum prints them.", 64
    )
    return NewVersion(
        version=version,
        intended_use=intended,
        limitations=limits,
        rationale=rationale,
        training_dataset=training.key,
        test_dataset=test.key,
        line=Line(line),
        code_reference=code,
        artefact_digest=digest.strip().lower(),
        change_kind=kind,
    )


def dataset_fields(use: str, scope: str, known: Sequence[DatasetFacts]) -> Dataset:
    """An existing dataset, or a new one with where it comes from."""
    titles = {one.number: f"{one.name} {one.version} ({one.number})" for one in known}
    name = f"{use.lower()} dataset{scope}"
    said = f"The data that this version was {'trained on' if use == 'Training' else 'tested on, apart from training'}."
    chosen = _choice(name, f"{use} data", [A_NEW_ONE, *titles], said, titles)
    if chosen != A_NEW_ONE:
        return Dataset(chosen, None)
    with st.container(border=True):
        left, right = st.columns(2)
        with left:
            title = _text(f"{name} name", f"{use} data: name", "As people refer to it.")
            source = _text(f"{name} source", f"{use} data: source", "Where it comes from, and when it was taken.", 1000)
        with right:
            version = _text(f"{name} version", f"{use} data: version", "For example 2026.1.", 50)
            licence = _text(f"{name} licence", f"{use} data: licence (optional)", "On what terms we may use it.")
        personal = _text(
            f"{name} personal", f"{use} data: personal data (optional)", "For example: pseudonymous, health."
        )
        schema = _long(
            f"{name} schema",
            f"{use} data: declared schema (optional)",
            'Uploads are held against it. JSON, such as {"columns": [{"name": "age", "type": "integer"}]}.',
        )
    new = NewDataset(
        name=title, version=version, source=source, licence=licence, classification=personal, declared_schema=schema
    )
    return Dataset(f"{title.strip()} {version.strip()}".strip() or A_NEW_ONE, new)


def _version(scope: str, offered: Sequence[Proposal]) -> tuple[str, ChangeKind | None]:
    """The number, and the kind of change that decides it; a first version has a number of its own."""
    if not offered:
        said = "major.minor.patch; 1.0.0 for the first that may be used."
        return _text(f"version{scope}", "Version", said, 32), None
    by_kind = {one.kind.value: one for one in offered}
    words = {one.kind.value: f"{word(one.kind)}: {one.step}, {one.version}" for one in offered}
    said = "It decides the number: major, minor or patch (Semantic Versioning 2.0.0, 6 to 8)."
    chosen = by_kind[_choice(f"change_kind{scope}", "Kind of change", list(by_kind), said, words)]
    st.markdown(f"This is **version {chosen.version}**, a {chosen.step} change.")
    return chosen.version, chosen.kind


def _text(name: str, label: str, help_text: str, longest: int = LIMITS["name"]) -> str:
    typed = st.text_input(label, key=PREFIX + name, help=help_text, max_chars=longest, persist_state="session")
    return typed or ""


def _long(name: str, label: str, help_text: str) -> str:
    typed = st.text_area(
        label, key=PREFIX + name, help=help_text, max_chars=LONG, height=90, persist_state="session"
    )  # fmt: skip
    return typed or ""


def _choice(
    name: str,
    label: str,
    options: Sequence[str],
    help_text: str,
    words: Mapping[str, str] | None = None,
    *,
    new: bool = False,
) -> str:
    said = dict(words or {})
    chosen = st.selectbox(
        label,
        list(options),
        index=None if new else 0,
        format_func=lambda one: said.get(one, one),
        key=PREFIX + name,
        help=help_text,
        accept_new_options=new,
        persist_state="session",
    )
    return chosen or ""


def _person(name: str, label: str, people: Sequence[PersonRow], role: Role, preferred: str, help_text: str) -> str:
    """Someone active who holds the role; the reader first where it fits."""
    names = {
        one.number: f"{one.name} ({one.number})"
        for one in people
        if one.disabled_at is None and any(grant.role is role for grant in one.roles)
    }
    return _choice(name, label, sorted(names, key=lambda one: one != preferred), help_text, names)


def _packs() -> tuple[str, ...]:
    with workplace().store.reading() as session:
        titles = {one.id: one.title for one in known_packs(session).values() if one.superseded_by is None}
    return tuple(
        st.multiselect(
            "Regulation packs",
            list(titles),
            format_func=lambda one: titles[one],
            key=PREFIX + "packs",
            help="Their items join the checklist that approvers answer.",
            placeholder="None applies",
            persist_state="session",
        )
    )
