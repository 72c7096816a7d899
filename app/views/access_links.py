"""Ways between the pages of access: from one's own page, from the administration, and back."""

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from app.components import Back
from app.components.me import Me
from app.navigation import PAGES, open_to, page_file
from core.access.rules import Permission
from core.access.rules.break_glass import sees_every_access

_LISTED = ("grants", "model_groups", "access_reviews", "access_drills")
# what administrators keep and watch beside people, by what it is about
_KEPT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Roles": ("grants", "model_groups", "service_accounts"),
        "Watching over access": ("access_reviews", "access_drills", "break_glass"),
        "Running": ("sessions", "channels", "subject_requests"),
    }
)
_TITLES = {page.address: page.title for page in PAGES}


def access_links(mine: Me) -> None:
    """Grants and access reviews for who may see them; break-glass access for who may open or see one."""
    shown = [page for page in PAGES if page.address in _LISTED and open_to(page, mine.actor.roles)]
    opens = Permission.BREAK_GLASS_OPEN in mine.actor.permissions or mine.actor.break_glass
    with st.container(horizontal=True):
        for page in shown:
            st.page_link(page.path, label=page.title, icon=":material/arrow_forward:")
        if opens or sees_every_access(mine.actor):
            st.page_link(page_file("break_glass"), label=_TITLES["break_glass"], icon=":material/arrow_forward:")


def kept_links() -> None:
    """At the top of the administration: the ways to its other pages, in three groups."""
    for column, (title, addresses) in zip(st.columns(len(_KEPT)), _KEPT.items(), strict=True):
        with column, st.container(border=True, gap="xsmall", height="stretch"):
            st.markdown(f"**{title}**")
            for address in addresses:
                st.page_link(page_file(address), label=_TITLES[address], icon=":material/arrow_forward:")


def way_back(mine: Me) -> Back:
    """Administrators come from the administration, everybody else from their own page."""
    if Permission.PERSON_MANAGE in mine.actor.permissions:
        return Back("administration", "Administration")
    return Back("account", "My account")
