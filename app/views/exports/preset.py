"""Links from other pages to the exports page, with report and subject chosen already."""

import streamlit as st

from app.components.me import Me
from app.navigation import PAGES, open_to, page_file
from core.reports.templates import TEMPLATES


def report_link(
    viewer: Me, template: str, label: str, *, model: str = "", version: str = "", audit: str = "", incident: str = ""
) -> None:
    """“Export dossier …”; nothing for a report that is not offered, and for whom the exports page is closed."""
    page = next(one for one in PAGES if one.address == "exports")
    if template not in TEMPLATES or not open_to(page, viewer.actor.roles):
        return
    preset = {"template": template, "model": model, "version": version, "audit": audit, "incident": incident}
    st.page_link(
        page_file("exports"),
        label=f"{label} …",
        icon=":material/ios_share:",
        query_params={name: value for name, value in preset.items() if value},
    )
