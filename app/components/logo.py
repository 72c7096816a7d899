"""The mark and name of Countersign at the left of the navigation, in the colours of the appearance."""

from functools import cache
from pathlib import Path

import streamlit as st

from app.components.appearance import INKS, Appearance, appearance

DRAWING = Path(__file__).resolve().parent.parent / "logo.svg"


def draw_logo() -> None:
    """Draw the logo; its letters are outlines of IBM Plex Sans, because an image cannot load a font."""
    st.logo(_coloured(appearance()), size="medium")


@cache
def _coloured(shown: Appearance) -> str:
    ink = INKS[shown]
    return DRAWING.read_text(encoding="utf-8").format(accent=ink.accent, surface=ink.surface, text=ink.text)
