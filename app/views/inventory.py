"""What the inventory shows: filters, the count line, and one row a model."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.components import clear_filters, empty, filter_row, link, plain, search, status, table
from app.components.filters import ALL, choose
from app.components.formats import NOTHING, count, counted, day
from app.work.tasks import HORIZON, urgency
from core.inventory.queries import InventoryFilter, InventoryRow
from core.inventory.rules import Stage

FILTERS = {"search": "", "line": ALL, "tier": ALL, "stage": ALL, "review": "Any"}
OVERDUE, SOON = "overdue", "due in 30 days"


def narrowed_by(lines: Sequence[str], at: datetime) -> InventoryFilter:
    """The row of filters; all of them live in the address."""
    with filter_row():
        text = search(placeholder="Name, number, owner")
        line = choose("Business line", lines, key="line", width=170, said=str)
        tier = choose("Tier", ["1", "2", "3", "4"], key="tier", width=90)
        stage = choose("Stage", list(Stage), key="stage", width=140)
        review = choose("Review", [OVERDUE, SOON], key="review", every="Any", width=155)
        clear_filters(FILTERS)
    until = {OVERDUE: at, SOON: at + HORIZON}.get(review or "")
    return InventoryFilter(
        text=text,
        business_line=line,
        tier=int(tier) if tier else None,
        stage=Stage(stage) if stage else None,
        overdue_at=until,
    )


def count_line(found: int, everything: int, overdue: int) -> str:
    """“**12 models** of 9,874 · 3 reviews overdue · sorted by next review”."""
    of_all = f" of {count(everything)}" if found != everything else ""
    late = f"{counted(overdue, 'review')} overdue" if overdue else "no review overdue"
    return f"**{counted(found, 'model')}**{of_all}\u2002 :gray[{late} · sorted by next review]"


def models_table(
    rows: Sequence[InventoryRow], known: Mapping[str, str], open_findings: Mapping[str, int], at: datetime
) -> None:
    """One row a model with its newest version; the soonest review first."""
    cells: list[Mapping[str, str]] = [
        {
            "Number": row.number,
            "Model": link(row.name, "/model", model=row.number),
            "Business line": plain(row.business_line),
            "Owner": plain(known.get(row.owner, row.owner)),
            "Tier": str(row.tier),
            "Version": row.version or NOTHING,
            "Stage": status(row.stage) if row.stage else NOTHING,
            "Next review": day(row.next_review),
            "Review": status(*urgency(row.next_review, at, "Not due")) if row.next_review else NOTHING,
            "Open findings": count(open_findings.get(row.number) or None),
        }
        for row in rows
    ]
    table(
        cells,
        alt="Models by next review, overdue first: newest version, stage, owner, tier, review and open findings",
        right=["Tier", "Next review", "Open findings"],
        unbroken=["Number", "Owner", "Version"],
    )


def nothing_found(wanted: InventoryFilter, everything: int) -> None:
    """No model at all, or none with these filters."""
    if not everything:
        with empty(
            "The inventory is empty.", "Every model that supports a decision is registered here, whoever made it."
        ):
            pass
        return
    fact = f"No model matches “{plain(wanted.text)}”." if wanted.text else "No model matches these filters."
    aside = f"{counted(everything, 'model')} in the inventory, 0 with these filters."
    with empty(fact, "Clear a filter, search for the number (for example M0001), or register the model.", aside=aside):
        clear_filters(FILTERS, label="Clear all filters", key="clear_all")
