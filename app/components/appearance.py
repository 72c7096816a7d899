"""The colours that figures draw with, one set for each appearance; everything else takes its colour from the theme."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import streamlit as st

Appearance = Literal["light", "dark"]


@dataclass(frozen=True)
class Ink:
    """Colours by purpose; contrast on its own ground is at least 4.5 for marks and text."""

    text: str
    muted: str
    grid: str
    surface: str
    accent: str
    breach: str
    neutral: str


INKS: Mapping[Appearance, Ink] = MappingProxyType(
    {
        "light": Ink("#10161F", "#4A5361", "#E3E7EC", "#FFFFFF", "#2B4C9B", "#A12A12", "#6B7482"),
        "dark": Ink("#E8ECF1", "#AEB7C3", "#2A313B", "#12161C", "#9DB9F5", "#FFA48C", "#8C96A3"),
    }
)


def appearance() -> Appearance:
    """Light or dark, as the browser of this session shows it; light before it has said so."""
    return "dark" if st.context.theme.type == "dark" else "light"


def ink() -> Ink:
    """The colours for this session."""
    return INKS[appearance()]
