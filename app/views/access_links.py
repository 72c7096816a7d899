"""Ways from one's own page to what one may do about access."""

import streamlit as st

from app.components.me import Me
from app.navigation import PAGES, open_to, page_file
from core.access.rules import Permission
from core.access.rules.break_glass import sees_every_access

_LISTED = ("grants", "access_reviews")


def access_links(mine: Me) -> None:
    """Grants and access reviews for who may see them; break-glass access for who may open or see one."""
    shown = [page for page in PAGES if page.address in _LISTED and open_to(page, mine.actor.roles)]
    opens = Permission.BREAK_GLASS_OPEN in mine.actor.permissions or mine.actor.break_glass
    with st.container(horizontal=True):
        for page in shown:
            st.page_link(page.path, label=page.title, icon=":material/arrow_forward:")
        if opens or sees_every_access(mine.actor):
            st.page_link(page_file("break_glass"), label="Break-glass access", icon=":material/arrow_forward:")
