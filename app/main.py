"""The frame around every page: who is here, what they may open, and errors in words."""

import streamlit as st

from app.components.break_glass import break_glass_bar
from app.components.logo import draw_logo
from app.components.me import drawn_at, found_already, me_or_nobody
from app.components.text import plain
from app.components.trouble import draw_trouble
from app.frame import bar_of, only, pages_of, styles
from app.metrics.process import drawing
from app.navigation import ACCOUNT, PAGES, closed_refusals, roles_of_frame
from app.views.second_factor import recovery_codes_wait
from core.errors import GovernanceError, Refused

LONGEST_NAME = 32


def shortened(name: str) -> str:
    """A name that leaves room for the rest of the navigation."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def frame() -> None:
    """Draw the frame and run the page in it."""
    st.set_page_config(page_title="Countersign", page_icon=None, layout="wide")
    st.html(styles())
    draw_logo()
    found = me_or_nobody()
    if found is None:
        st.navigation(only("signed_out.py", "Sign in"), position="hidden").run()
        return
    if found.must_set_up or recovery_codes_wait():
        st.navigation(only("second_factor.py", "Second factor"), position="hidden").run()
        return
    pages = pages_of(roles_of_frame(found.actor))
    opened = st.navigation(bar_of(pages, plain(shortened(found.name))), position="top")
    chosen = next(one for one in (*PAGES, ACCOUNT) if pages[one.address] == opened)
    st.set_page_config(page_title=f"{found.name if chosen is ACCOUNT else chosen.title} · Countersign")
    try:
        drawn_at(chosen.address)
        if reasons := closed_refusals(chosen, found.actor):
            raise Refused(reasons)
        break_glass_bar(found, chosen.address, st.query_params.to_dict())
        with drawing(chosen.address), found_already(found):
            opened.run()
    except GovernanceError as error:
        draw_trouble(error)


frame()
