"""The record of a version: what the model is for, what this version is, and how it differs from production."""

from collections.abc import Callable, Mapping
from datetime import datetime

import streamlit as st

from app.components import act_button, facts, link, paragraphs, plain, section, status, table
from app.components.formats import NOTHING, day, digest, moment
from app.components.status import word
from app.navigation import page_file
from app.views.model_reading import Reading
from app.work.tasks import urgency
from core.inventory.queries import DatasetFacts, ModelPage
from core.inventory.rules import Duty, materiality
from core.inventory.tables import Model, ModelVersion
from core.policy.packs import packs

COMPARED: tuple[tuple[str, Callable[[ModelVersion], str]], ...] = (
    ("Line", lambda version: version.line.value),
    ("Intended use", lambda version: version.intended_use),
    ("Limitations", lambda version: version.limitations),
    ("What changed and why", lambda version: version.rationale),
    ("Code", lambda version: version.code_reference),
    ("Model file", lambda version: version.artefact_digest[:8]),
)
PARTS = ((Duty.DEVELOPMENT, "Contributed"), (Duty.VALIDATION, "Validated"), (Duty.APPROVAL, "Voted"))


def record(reading: Reading, former: ModelPage | None, at: datetime) -> None:
    """Two key-value tables; below them the comparison with the version in production."""
    _further(reading.model.number)
    left, right = st.columns([5, 3], gap="large")
    with left:
        section("What it is for")
        facts(_model_facts(reading, at), alt=f"What {reading.model.number} is for")
    with right:
        section(f"Version {reading.version.version}")
        if act_button("Register version", reading.against_new_version, key="next_version", kind="secondary"):
            st.switch_page(page_file("register"), query_params={"model": reading.model.number})
        facts(_version_facts(reading), alt=f"Version {reading.version.version} of {reading.model.number}")
    if former is not None:
        _compared(reading, former)
    _datasets(reading)


FURTHER = (
    ("profile", "Scope and materiality", "model"),
    ("parties", "People and parts", "model"),
    ("versions", "Versions and comparison", "model"),
    ("system", "System and dependants", "about"),
    ("production_data", "Production data", "model"),
    ("edit", "Edit, review, retire", "model"),
)


def _further(number: str) -> None:
    """The pages that hold the rest of the record, each one link."""
    with st.container(horizontal=True, gap="small"):
        for address, words, key in FURTHER:
            st.page_link(page_file(address), label=words, query_params={key: number})


def _model_facts(reading: Reading, at: datetime) -> Mapping[str, str]:
    model, version = reading.model, reading.version
    titles = packs()
    review = f"{day(model.next_review)} {status(*urgency(model.next_review, at, 'Not due'))}"
    named = {one: titles[one].title if one in titles else one for one in model.packs.split()}
    asked = {"model": model.number, "version": version.version}
    applying = [link(title, "/model_coverage", **asked, pack=one) for one, title in named.items()]
    return {
        "Purpose": paragraphs(model.purpose),
        "Intended use": paragraphs(version.intended_use),
        "Limitations": paragraphs(version.limitations),
        "Users": plain(model.users),
        "Made by": plain(model.vendor) if model.vendor else "Our own",
        "Regulation packs": "  \n".join(applying) or NOTHING,
        "Documents": link("Documents of this version", "/documents", **asked),
        "Scope": f"{word(model.scope)}{f': {plain(model.scope_reason)}' if model.scope_reason else ''}",
        "Materiality": _materiality(model),
        "Next review": review if model.next_review else NOTHING,
        "Registered": f"{moment(model.registered_at)}, {plain(reading.name_of(model.registered_by))}",
    }


def _materiality(model: Model) -> str:
    rule = materiality(model.exposure, model.purpose_class)
    said = f"{model.exposure} exposure × {model.purpose_class}"
    if rule == model.tier:
        return f"Tier {model.tier} by rule: {said}"
    return f"Tier {model.tier} by override; the rule gives {rule}: {said}"


def _version_facts(reading: Reading) -> Mapping[str, str]:
    version, page = reading.version, reading.page
    people = {
        title: ", ".join(plain(reading.name_of(one)) for one in page.parts.get(duty, ())) or NOTHING
        for duty, title in PARTS
    }
    return {
        "Stage": status(version.stage),
        "Line": word(version.line),
        "Kind of change": word(version.change_kind) if version.change_kind else NOTHING,
        "What changed and why": paragraphs(version.rationale),
        "Training data": _dataset_name(page.training),
        "Test data": _dataset_name(page.test),
        "Code": plain(version.code_reference),
        "Model file": f"sha256 {digest(version.artefact_digest)}" if version.artefact_digest else NOTHING,
        "Evidence digest": digest(version.evidence_digest),
        **people,
        "Registered": moment(version.created_at),
    }


def _dataset_name(dataset: DatasetFacts | None) -> str:
    if dataset is None:
        return NOTHING
    return f"{link(f'{dataset.name} {dataset.version}', '/part', part=dataset.number)} :gray[{dataset.number}]"


def _compared(reading: Reading, former: ModelPage) -> None:
    """Only what differs; what is equal is counted."""
    if former.version is None:
        return
    before, now = f"v{former.version.version}", f"v{reading.version.version}"
    pairs = [(title, read(former.version), read(reading.version)) for title, read in COMPARED]
    pairs += [
        ("Training data", _plain_name(former.training), _plain_name(reading.page.training)),
        ("Test data", _plain_name(former.test), _plain_name(reading.page.test)),
    ]
    rows: list[Mapping[str, str]] = [
        {"Field": title, before: paragraphs(old), now: paragraphs(new)} for title, old, new in pairs if old != new
    ]
    section(f"Compared with {before}, in production")
    if rows:
        table(rows, alt=f"Fields of the record in which {now} differs from {before}")
    st.markdown(f":gray[{len(pairs) - len(rows)} of {len(pairs)} fields are the same.]")


def _plain_name(dataset: DatasetFacts | None) -> str:
    return f"{dataset.name} {dataset.version}" if dataset else ""


def _datasets(reading: Reading) -> None:
    rows: list[Mapping[str, str]] = [
        {
            "Used for": use,
            "Dataset": _dataset_name(dataset),
            "Source": plain(dataset.source),
            "Licence": plain(dataset.licence),
            "Personal data": plain(dataset.classification),
        }
        for use, dataset in (("Training", reading.page.training), ("Test", reading.page.test))
        if dataset is not None
    ]
    section("Datasets")
    table(rows, alt="Training and test data with source, licence and classification")
