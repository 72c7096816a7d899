"""Coverage over all models and packs: filters, the picture by pack, and one row a model."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.components import clear_filters, empty, filter_row, link, plain, search, table
from app.components.filters import ALL, choose
from app.components.formats import NOTHING, count, counted, day, percent
from core.coverage.queries import CoverageFilter, CoverageList, CoverageRow, Narrow
from core.coverage.summary import Counts
from core.policy.packs.values import Pack

FILTERS = {"search": "", "pack": ALL, "tier": ALL, "line": ALL, "state": "Any"}


def narrowed_by(packs: Mapping[str, Pack], lines: Sequence[str]) -> CoverageFilter:
    """The row of filters; all of them live in the address."""
    with filter_row():
        text = search(placeholder="Name or number", width=190)
        pack = choose("Pack", list(packs), key="pack", width=180, said=str)
        tier = choose("Tier", ["1", "2", "3", "4"], key="tier", width=90)
        line = choose("Business line", lines, key="line", width=170, said=str)
        state = choose("State", list(Narrow), key="state", every="Any", width=190)
        clear_filters(FILTERS)
    return CoverageFilter(
        text=text,
        pack=pack,
        tier=int(tier) if tier else None,
        business_line=line,
        narrow=Narrow(state) if state else None,
    )


def said_in_short(found: CoverageList) -> str:
    """“**412 models, 5 packs.** 62.1 % of 12,340 items are shown or answered, 1,204 in part, 3,473 missing.”"""
    total = sum(found.totals.values(), Counts())
    what = f"**{counted(found.page.total, 'model')}, {counted(len(found.totals), 'pack')}.**"
    if not total.applicable:
        return f"{what} No item applies."
    share = percent(total.covered / total.applicable)
    return (
        f"{what} {share} of {counted(total.applicable, 'item')} are shown or answered, {count(total.partly)} in part, "
        f"{count(total.missing)} missing."
    )


def models_table(found: CoverageList, known: Mapping[str, str], at: datetime) -> None:
    """One row a model, most items missing first; every cell of a pack leads to that pack of that model.

    A cell that leads somewhere is more than the one link of a row elsewhere: here the cell is the thing itself.
    """
    columns = [pack for pack in found.totals if any(pack in row.summary.by_pack for row in found.page.rows)]
    table(
        [_row(row, columns, known, at) for row in found.page.rows],
        alt="Models with the items of each pack that are shown or answered, of those that apply; most missing first",
        right=["Tier", *columns, "Missing", "Ends first"],
        unbroken=["Number", "Owner"],
    )


def _row(row: CoverageRow, columns: Sequence[str], known: Mapping[str, str], at: datetime) -> Mapping[str, str]:
    return {
        "Number": row.number,
        "Model": link(row.name, "/model_coverage", model=row.number),
        "Tier": str(row.tier),
        "Owner": plain(known.get(row.owner, row.owner)),
        **{pack: _cell(row, pack) for pack in columns},
        "Missing": count(row.summary.total.missing),
        "Ends first": day(row.summary.ends, today=at),
    }


def _cell(row: CoverageRow, pack: str) -> str:
    counts = row.summary.by_pack.get(pack)
    if counts is None:
        return NOTHING
    said = f"{counts.covered} of {counts.applicable}"
    return link(said, "/model_coverage", model=row.number, pack=pack)


def nothing_found(wanted: CoverageFilter) -> None:
    """No model with a pack, or none with these filters."""
    if wanted == CoverageFilter():
        with empty("No model has a regulation pack.", "Packs are chosen where a model is registered."):
            pass
        return
    with empty("No model matches these filters.", "A model appears here once a regulation pack applies to it."):
        clear_filters(FILTERS, label="Clear all filters", key="clear_all")
