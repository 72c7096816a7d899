"""The parts beside models in lists: a count by kind, one row a part, and what to do when there is none."""

from collections.abc import Mapping, Sequence

from app.components import empty, link, plain, status, table
from app.components.formats import NOTHING, counted, day
from core.inventory.parts.queries import PartRow
from core.inventory.parts.rules import NodeKind

PLURAL: Mapping[NodeKind, str] = {
    NodeKind.MODEL: "Models",
    NodeKind.DATASET: "Datasets",
    NodeKind.PROMPT: "Prompts",
    NodeKind.WORKFLOW: "Workflows",
    NodeKind.DECISION_POINT: "Decision points",
    NodeKind.VENDOR: "Vendors",
}
BY_PLURAL: Mapping[str, NodeKind] = {said: kind for kind, said in PLURAL.items() if kind is not NodeKind.MODEL}
WHAT: Mapping[NodeKind, str] = {
    NodeKind.DATASET: "Data that models are trained, tested or run on, one record a version.",
    NodeKind.PROMPT: "Texts that instruct a generative model; every version is kept with its digest.",
    NodeKind.WORKFLOW: "What happens around a model's output, from its beginning to what it leaves behind.",
    NodeKind.DECISION_POINT: "Where a person decides on a model's output, and how they can depart from it.",
    NodeKind.VENDOR: "Who supplies models, data or software to the system.",
}


def address_of(kind: NodeKind, number: str, name: str) -> str:
    """A link to the record's own page."""
    if kind is NodeKind.MODEL:
        return link(name, "/model", model=number)
    return link(name, "/part", part=number)


def parts_table(kind: NodeKind, rows: Sequence[PartRow], known: Mapping[str, str]) -> None:
    """One row a part, by name."""
    cells: list[Mapping[str, str]] = []
    for row in rows:
        cell = {
            "Number": row.number,
            PLURAL[kind][:-1]: address_of(kind, row.number, row.name),
            "Version": plain(row.version) if row.version else NOTHING,
            "Owner": plain(known.get(row.owner, row.owner)),
            "Registered": day(row.registered_at),
            "State": status("Retired") if row.retired else status("Active"),
        }
        if kind is NodeKind.DATASET:
            cell |= {"Personal data": plain(row.classification), "Retention": plain(row.retention)}
        if kind in (NodeKind.DECISION_POINT, NodeKind.VENDOR):
            del cell["Version"]
        cells.append(cell)
    table(
        cells, alt=f"{PLURAL[kind]} by name, with owner and state", right=["Registered"], unbroken=["Number", "Owner"]
    )


def count_line(kind: NodeKind, total: int, retired: bool) -> str:
    """“**3 datasets** in use · sorted by name”."""
    said = counted(total, kind.value)
    return f"**{said}** :gray[{'retired' if retired else 'in use'} · sorted by name]"


def nothing_found(kind: NodeKind, text: str, retired: bool) -> None:
    """None at all, or none with this text."""
    if text:
        fact = f"No {kind} matches “{plain(text)}”."
        why = "Names, numbers, sources and descriptions are searched. Try one word of it."
    else:
        fact = f"No {kind} is {'retired' if retired else 'registered yet'}."
        why = WHAT[kind] if not retired else "Retired records stay here with their links and history."
    with empty(fact, why):
        pass
