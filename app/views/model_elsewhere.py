"""A version elsewhere: what MLflow says of it, and the documents that others read."""

from collections.abc import Mapping

import streamlit as st

from app.components import plain, section, table
from app.components.formats import moment
from app.components.me import Me
from app.navigation import page_file
from app.views.exports.preset import report_link
from app.views.model_reading import Reading
from core.inventory.importing.queries import RegistryFacts

MOST_FIGURES = 12


def elsewhere(viewer: Me, reading: Reading, registered: tuple[RegistryFacts, ...]) -> None:
    """Downloads of the documents, and one row for each registry that holds the version."""
    number, version = reading.model.number, reading.version.version
    section("Elsewhere")
    with st.container(horizontal=True):
        for title, kind in (("ML-BOM (CycloneDX 1.6)", "ml-bom"), ("Model card (Hugging Face)", "model-card")):
            st.link_button(title, f"/exports/{number}/{version}/{kind}", icon=":material/download:")
    with st.container(horizontal=True):
        for template, label in (("dossier", "Export dossier"), ("validation", "Export validation report")):
            report_link(viewer, template, label, model=number, version=version)
    st.page_link(page_file("events"), label="Its recorded events", query_params={"model": number})
    st.page_link(page_file("controls"), label="Controls on its stream", query_params={"model": number})
    st.page_link(page_file("incidents"), label="Its incidents", query_params={"model_number": number})
    if not registered:
        st.markdown(":gray[Not linked with an MLflow server.]")
        return
    rows: list[Mapping[str, str]] = [
        {
            "MLflow": f"{plain(one.name)} v{plain(one.version)} :gray[{plain(one.server)}]",
            "Aliases": plain(", ".join(one.aliases)),
            "Figures of the run": plain(_pairs(one.metrics)),
            "Parameters": plain(_pairs(one.params)),
            "Signature": plain(one.signature[:200]),
            "Seen": moment(one.seen_at) if one.gone_at is None else f"gone since {moment(one.gone_at)}",
        }
        for one in registered
    ]
    table(rows, alt="What MLflow says of this version: aliases, figures, parameters and signature", right=["Seen"])


def _pairs(said: Mapping[str, str]) -> str:
    shown = [f"{key} {_short(value)}" for key, value in list(said.items())[:MOST_FIGURES]]
    return ", ".join(shown) + (f" and {len(said) - MOST_FIGURES} more" if len(said) > MOST_FIGURES else "")


def _short(value: str) -> str:
    try:
        return f"{float(value):.4g}"
    except ValueError:
        return value[:40]
