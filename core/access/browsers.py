"""Which browser a session was opened with, as coarse as helps a person to recognise it, and no finer."""

import re

_FAMILIES = (  # the more particular first: Edge and Opera call themselves Chrome, and Chrome calls itself Safari
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|Chromium|CriOS|HeadlessChrome)/"),
    ("Safari", r"\bSafari/"),
)
OTHER = "Another browser"


def family_of(agent: str) -> str:
    """The family in a User-Agent header; empty where there was none. Version, system and device are not kept."""
    if not agent:
        return ""
    return next((family for family, mark in _FAMILIES if re.search(mark, agent[:500])), OTHER)
