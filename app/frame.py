"""What the frame around every page is made of, kept between runs: app/main.py itself is read anew for each."""

from collections.abc import Mapping
from copy import copy
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.navigation import ACCOUNT, DEFAULT, FOLDER, MENUS, PAGES, PERSON, Page, shown_to
from core.access.rules import Role


@cache
def styles() -> str:
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
