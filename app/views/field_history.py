"""The history of every field of a record: what it was, what it became, who changed it, when and why."""

from collections.abc import Mapping

import streamlit as st

from app.components import paged, paragraphs, plain, section, table
from app.components.formats import day, moment
from app.composition import Workplace
from app.views.model_reading import person_name
from core.inventory.history import field_history
from core.store.types import instant

LONGEST = 300
TITLES: Mapping[str, str] = {
    "business_line": "Business line",
    "purpose_class": "Purpose class",
    "packs": "Regulation packs",
    "next_review": "Next review",
    "classification": "Personal data",
}


def title(field: str) -> str:
    """The field's name on screen."""
    said = TITLES.get(field, field.replace("_", " "))
    return said[:1].upper() + said[1:]


def show(place: Workplace, entity: str, known: Mapping[str, str], *, key: str = "history") -> None:
    """A page of changes, newest first; who acts is named, and people in old and new values are too."""
    section("History of fields")
    with place.store.reading() as session:
        total = field_history(session, entity, limit=1).total
    if not total:
        st.markdown(":gray[No field changed since it was registered.]")
        return
    with paged(total, size=15, key=key) as window, place.store.reading() as session:
        rows = field_history(session, entity, limit=window.limit, offset=window.offset).rows
        table(
            [
                {
                    "When": moment(row.changed_at),
                    "Field": plain(title(row.field)),
                    "Was": _value(row.field, row.old, known),
                    "Is": _value(row.field, row.new, known),
                    "Why": paragraphs(row.reason),
                    "Who": plain(person_name(row.changed_by, known)),
                }
                for row in rows
            ],
            alt="Changes of fields, newest first: when, field, old and new value, reason and person",
            unbroken=["When", "Who"],
        )


def _value(field: str, text: str, known: Mapping[str, str]) -> str:
    if field in ("owner", "developer"):
        return plain(known.get(text, text))
    if field == "next_review" and text.isdecimal():
        return day(instant(int(text)))
    return paragraphs(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
