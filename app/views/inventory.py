"""What the inventory shows: filters, the count line, and one row a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from app.components import clear_filters, empty, filter_row, link, plain, search, status, table
from app.components.filters import choose
from app.components.formats import NOTHING, count, counted, day
from app.components.status import word
from app.lists.inventory import (
    ANY,
    ANYBODY,
    EMPTY,
    NAMES,
    NO,
    OUR_OWN,
    REVIEWS,
    YES,
    Wanted,
    narrowing,
    with_number,
)
from app.work.tasks import urgency
from core.inventory.profile.rules import Scope
from core.inventory.queries import InventoryRow, Sort
from core.inventory.rules import Exposure, Purpose, Stage
from core.policy.packs import packs

FILTERS = {name: EMPTY[name] for name in NAMES}  # what clearing takes back; the order stays
FIRST = ("search", "line", "tier", "stage", "review")  # the filters that stand in the row itself
SHOWN = ("Number", "Model", "Business line", "Owner", "Tier", "Version", "Stage", "Next review", "Review",
         "Open findings")  # fmt: skip
FURTHER = ("In production", "Developer", "Vendor", "Exposure", "Purpose", "Packs", "Scope", "Registered")
ALWAYS = ("Number", "Model")
RIGHT = ("Tier", "Next review", "Open findings", "Registered")
UNBROKEN = ("Number", "Owner", "Developer", "Version", "In production", "Registered")
MOST_COLUMNS = 10


@dataclass(frozen=True)
class Choices:
    """What the filters offer."""

    lines: Sequence[str]
    vendors: Sequence[str]
    owners: Sequence[str]
    developers: Sequence[str]
    groups: Mapping[str, str]


def first_filters(offered: Choices) -> dict[str, str]:
    """The row of the filters that are used most; all of them live in the address."""
    with filter_row():
        found = {
            "search": search(placeholder="Words, number, owner"),
            "line": choose("Business line", offered.lines, key="line", width=170, said=str),
            "tier": choose("Tier", ["1", "2", "3", "4"], key="tier", width=90),
            "stage": choose("Stage", list(Stage), key="stage", width=150),
            "review": choose("Review", REVIEWS, key="review", every=ANY, width=155),
        }
        clear_filters(FILTERS)
    return {name: value for name, value in found.items() if value}


def further_filters(offered: Choices, known: Mapping[str, str], active: int) -> dict[str, str]:
    """The other filters, behind one button that says how many of them narrow the list."""
    with st.popover(f"More filters ({active})" if active else "More filters", width="content"):
        left, right = st.columns(2)
        with left:
            found = {
                "owner": _person("Owner", offered.owners, known),
                "developer": _person("Developer", offered.developers, known),
                "vendor": choose("Vendor", [OUR_OWN, *offered.vendors], key="vendor", width=220, said=word),
                "pack": choose("Pack", list(packs()), key="pack", width=220, said=str),
                "retired": choose("Retired", [YES, NO], key="retired", every=ANY, width=220),
            }
        with right:
            found |= {
                "exposure": choose("Exposure", list(Exposure), key="exposure", width=220),
                "purpose": choose("Purpose", list(Purpose), key="purpose", width=220),
                "scope": choose("Scope", list(Scope), key="scope", width=220),
                "production": choose("In production", [YES, NO], key="production", every=ANY, width=220),
                "group": choose(
                    "Group",
                    list(offered.groups),
                    key="group",
                    width=220,
                    said=lambda one: with_number(one, offered.groups),
                ),
                "findings": choose("Open findings", [YES, NO], key="findings", every=ANY, width=220),
            }
    return {name: value for name, value in found.items() if value}


def _person(label: str, numbers: Sequence[str], known: Mapping[str, str]) -> str | None:
    ordered = sorted(numbers, key=lambda number: known.get(number, number).lower())
    return choose(
        label, ordered, key=label.lower(), every=ANYBODY, width=220, said=lambda number: with_number(number, known)
    )


def order_and_columns() -> tuple[dict[str, str], tuple[str, ...]]:
    """How the list is sorted and which columns it shows, both in the address."""
    with st.popover("Sort and columns", width="content"):
        by = choose("Sort by", list(Sort), key="sort", every="As usual", width=300)
        reverse = st.checkbox("Reverse the order", key="reverse", bind="query-params")
        chosen = st.multiselect(
            "Columns", (*SHOWN, *FURTHER), default=SHOWN, key="columns", bind="query-params",
            max_selections=MOST_COLUMNS, help=f"Up to {MOST_COLUMNS}; number and model always show.", width=420,
        )  # fmt: skip
    columns = tuple(column for column in (*SHOWN, *FURTHER) if column in chosen or column in ALWAYS)
    return {**({"sort": by} if by else {}), **({"reverse": "True"} if reverse else {})}, columns


def count_line(found: int, everything: int, overdue: int, wanted: Wanted) -> str:
    """“**12 models** of 9,874 · 3 reviews overdue · sorted by next review”."""
    of_all = f" of {count(everything)}" if found != everything else ""
    late = f"{counted(overdue, 'review')} overdue" if overdue else "no review overdue"
    order = f"sorted by {wanted.sorted_by}{', reversed' if wanted.descending else ''}"
    return f"**{counted(found, 'model')}**{of_all}\u2002 :gray[{late} · {order}]"


def active_further(params: Mapping[str, str]) -> int:
    """How many filters narrow the list that do not stand in the row."""
    return sum(name not in FIRST for name in narrowing(params))


def models_table(
    rows: Sequence[InventoryRow],
    known: Mapping[str, str],
    open_findings: Mapping[str, int],
    at: datetime,
    *,
    columns: Sequence[str] = SHOWN,
) -> None:
    """One row a model with its newest version, in these columns."""
    cells = [_cells(row, known, open_findings, at) for row in rows]
    table(
        [{column: row[column] for column in columns} for row in cells],
        alt=f"Models, one a row, with {', '.join(column.lower() for column in columns if column not in ALWAYS)}",
        right=[column for column in RIGHT if column in columns],
        unbroken=[column for column in UNBROKEN if column in columns],
    )


def _cells(
    row: InventoryRow, known: Mapping[str, str], open_findings: Mapping[str, int], at: datetime
) -> Mapping[str, str]:
    stage = "retired" if row.retired_at else row.stage
    return {
        "Number": row.number,
        "Model": link(row.name, "/model", model=row.number),
        "Business line": plain(row.business_line),
        "Owner": plain(known.get(row.owner, row.owner)),
        "Tier": str(row.tier),
        "Version": row.version or NOTHING,
        "Stage": status(stage) if stage else NOTHING,
        "Next review": day(row.next_review),
        "Review": status(*urgency(row.next_review, at, "Not due")) if row.next_review else NOTHING,
        "Open findings": count(open_findings.get(row.number) or None),
        "In production": ", ".join(one for one in (row.production, row.beside) if one) or NOTHING,
        "Developer": plain(known.get(row.developer, row.developer)),
        "Vendor": plain(row.vendor) if row.vendor else "Our own",
        "Exposure": word(row.exposure),
        "Purpose": word(row.purpose_class),
        "Packs": ", ".join(row.packs) or NOTHING,
        "Scope": word(row.scope),
        "Registered": day(row.registered_at),
    }


def nothing_found(text: str, everything: int) -> None:
    """No model at all, or none with these filters."""
    if not everything:
        with empty(
            "The inventory is empty.", "Every model that supports a decision is registered here, whoever made it."
        ):
            pass
        return
    fact = f"No model matches “{plain(text)}”." if text else "No model matches these filters."
    aside = f"{counted(everything, 'model')} in the inventory, 0 with these filters."
    with empty(fact, "Clear a filter, search for the number (for example M0001), or register the model.", aside=aside):
        clear_filters(FILTERS, label="Clear all filters", key="clear_all")
