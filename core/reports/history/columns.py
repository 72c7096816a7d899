"""Classes of columns as they were decided last by then; the ledger keeps every decision whole."""

from collections.abc import Mapping

from core.inventory.classes.rules import Condition, LegalBasis
from core.inventory.classes.tables import DataColumn
from core.ledger.events import Event
from core.policy.keeping.rules import DataClass
from core.reports.history.ledger import Entry, of
from core.reports.history.rewinding import Lost, Values, Work
from core.reports.history.states import person_of

UNDECIDED: Values = {
    "data_class": None, "purpose": "", "basis": None, "condition": None, "because": "", "decided_by": "",
    "decided_at": None,
}  # fmt: skip


def settle_columns(work: Work) -> None:
    """Every column whose class was decided anew since, as the last decision by then said it."""
    anew = {(str(one["holder"]), str(one["name"])): one for one in work.of(DataColumn) if work.past(one["decided_at"])}
    for one in anew.values():
        one.update(UNDECIDED)
    for entry in work.ledger.about({holder for holder, _ in anew}, of(Event.COLUMNS_CLASSED)):
        if entry.erased:  # it does not say of which columns it was
            why = "particulars of a decision in the ledger were erased"
            work.lost.append(Lost(f"Classes of columns of {entry.entity}", why))
        told = entry.said.get("columns")
        for name, said in told.items() if isinstance(told, dict) else ():
            if (entry.entity, name) in anew and isinstance(said, dict):
                anew[entry.entity, name].update(_decided(entry, said))


def _decided(entry: Entry, said: Mapping[str, object]) -> Values:
    basis, condition = str(said.get("basis", "")), str(said.get("condition", ""))
    return {
        "data_class": DataClass(str(said["class"])),
        "purpose": said.get("purpose", ""),
        "basis": LegalBasis(basis) if basis else None,
        "condition": Condition(condition) if condition else None,
        "because": said.get("because", ""),
        "decided_by": person_of(entry),
        "decided_at": entry.at,
    }
