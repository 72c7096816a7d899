"""The frame around every page: who is here, what they may open, and errors in words."""

from collections.abc import Mapping
from copy import copy
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.components.break_glass import break_glass_bar
from app.components.logo import draw_logo
from app.components.me import drawn_at, me_or_nobody
from app.components.text import plain
from app.components.trouble import draw_trouble
from app.metrics.process import drawing
from app.navigation import ACCOUNT, DEFAULT, FOLDER, MENUS, PAGES, PERSON, Page, open_to, shown_to
from app.views.second_factor import recovery_codes_wait
from core.access.rules import Role
from core.errors import GovernanceError, Refusal, Refused

LONGEST_NAME = 32


@cache
def _styles() -> str:
    return f"<style>{Path(__file__).with_name('page.css').read_text(encoding='utf-8')}</style>"


def only(file: str, title: str) -> list[StreamlitPage]:
    """Every address leads to this one page: an address that is not listed would show a blocking dialog."""

    def page(address: str) -> StreamlitPage:
        return st.Page(FOLDER / file, title=title, url_path=address, default=address == DEFAULT.address)

    return [page(one.address) for one in (*PAGES, ACCOUNT)]


def pages_of(roles: frozenset[Role]) -> dict[str, StreamlitPage]:
    """The pages of somebody with these roles by address, for this run alone: a page keeps whether it may be run."""
    return {address: copy(page) for address, page in _pages(roles).items()}


@cache
def _pages(roles: frozenset[Role]) -> dict[str, StreamlitPage]:
    """Each with its file found once; to find sixty again takes a tenth of what a page costs."""

    def page(one: Page) -> StreamlitPage:
        return st.Page(
            one.path,
            title=one.title,
            url_path=one.address,
            default=one is DEFAULT,
            visibility="visible" if shown_to(one, roles) else "hidden",
        )

    return {one.address: page(one) for one in (*PAGES, ACCOUNT)}


def bar_of(pages: Mapping[str, StreamlitPage], name: str) -> dict[str, list[StreamlitPage]]:
    """The bar: pages that stand in it, then its menus in their order, the person's own last and by their name."""
    listed = (*PAGES, ACCOUNT)
    return {
        name if menu == PERSON else menu: [pages[one.address] for one in listed if one.menu == menu]
        for menu in ("", *MENUS)
    }


def shortened(name: str) -> str:
    """A name that leaves room for the rest of the navigation."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def refuse_closed(chosen: Page, roles: frozenset[Role]) -> None:
    """The navigation hides what a role does not open; somebody who types the address gets the reason."""
    if open_to(chosen, roles):
        return
    opens = " or ".join(sorted(chosen.roles))
    raise Refused([Refusal("page", f"“{chosen.title}” opens for the role {opens}", "access", "Ask an administrator.")])


def frame() -> None:
    """Draw the frame and run the page in it."""
    st.set_page_config(page_title="Countersign", page_icon=None, layout="wide")
    st.html(_styles())
    draw_logo()
    found = me_or_nobody()
    if found is None:
        st.navigation(only("signed_out.py", "Sign in"), position="hidden").run()
        return
    if found.must_set_up or recovery_codes_wait():
        st.navigation(only("second_factor.py", "Second factor"), position="hidden").run()
        return
    roles = found.actor.roles | ({Role.AUDITOR} if found.actor.break_glass else frozenset())  # who reads everything
    pages = pages_of(roles)
    opened = st.navigation(bar_of(pages, plain(shortened(found.name))), position="top")
    chosen = next(one for one in (*PAGES, ACCOUNT) if pages[one.address] == opened)
    st.set_page_config(page_title=f"{found.name if chosen is ACCOUNT else chosen.title} · Countersign")
    try:
        drawn_at(chosen.address)
        refuse_closed(chosen, roles)
        break_glass_bar(found, chosen.address, st.query_params.to_dict())
        with drawing(chosen.address):
            opened.run()
    except GovernanceError as error:
        draw_trouble(error)


frame()
