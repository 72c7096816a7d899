"""Restrictions of a model: those in force with the way to have them lifted, and those that were."""

from collections.abc import Mapping

import streamlit as st

from app.components import paragraphs, plain, section, status, table
from app.components.formats import NOTHING, moment
from app.components.text import link
from app.views.model_reading import Reading
from core.inventory.deployments.queries import RestrictionRow


def in_force(reading: Reading, bounds: tuple[RestrictionRow, ...]) -> None:
    """Each bound that is in force, with its change and the way to have it lifted."""
    if not bounds:
        return
    section("Restrictions in force")
    for row in bounds:
        st.markdown(f"{status('Condition')} {paragraphs(row.text)}")
        whom = plain(reading.name_of(row.set_by))
        about = f"v{row.version}" if row.version else "every version"
        st.markdown(f":small[:gray[For {about} since {moment(row.since)}, {whom}]]")
        with st.container(horizontal=True, gap="medium"):
            st.markdown(link(f"Change {row.change}", "/approval", change=row.change), width="content")
            if row.version and row.until is None:
                lift = {"version": row.version, "tab": "Decisions", "lift": row.change}
                asked = link("Ask for it to be lifted", "/model", model=reading.model.number, **lift)
                st.markdown(asked, width="content")


def lifted(reading: Reading, former: tuple[RestrictionRow, ...]) -> None:
    """Bounds that bind no longer, with the change that put each in force and the one that ended it."""
    if not former:
        return
    with st.expander("Restrictions that were lifted"):
        rows: list[Mapping[str, str]] = [
            {
                "Restriction": paragraphs(row.text),
                "Version": f"v{row.version}" if row.version else NOTHING,
                "From": moment(row.since),
                "Until": moment(row.until),
                "Lifted by": plain(reading.name_of(row.lifted_by)),
                "Set by change": link(row.change, "/approval", change=row.change),
                "Lifted by change": link(row.lifted_change, "/approval", change=row.lifted_change),
            }
            for row in former
        ]
        table(rows, alt="Restrictions that were lifted, the last first", right=["From", "Until"], unbroken=["Version"])
