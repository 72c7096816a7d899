"""What a document says beyond the fields of the record: reported, never dropped without a word."""

import streamlit as st

from app.components import plain, section, table
from app.components.formats import count
from core.inventory.exchange.files import FileDryRun

SHOWN = 50


def not_understood(found: FileDryRun) -> None:
    """What the document says beyond our fields, and figures of others, which are no evidence here."""
    if found.unknown:
        section("Not taken over")
        rows = [{"Where": plain(one.path), "What it says": plain(one.said)} for one in found.unknown[:SHOWN]]
        table(rows, alt="Entries of the document that no field of the record holds")
        if len(found.unknown) > SHOWN:
            st.caption(f"The first {SHOWN} of {count(len(found.unknown))}.")
    if found.figures:
        section("Figures in the document")
        st.markdown(":gray[Shown, not stored: here a figure is computed from evidence.]")
        cells = [
            {"Figure": plain(one.name), "Slice": plain(one.slice), "Value": plain(one.value)}
            for one in found.figures[:SHOWN]
        ]
        table(cells, alt="Figures that the document states", right=["Value"])
