"""Where personal data was met in the last 30 days, by kind of entrance, and what happens there."""

from collections.abc import Mapping, Sequence

from app.components import section, table
from app.components.formats import NOTHING, count, moment
from core.access.personal_data.entrances import HANDLING, Entrance, Handling
from core.privacy.rows import MetRow

SAID: Mapping[Handling, str] = {
    Handling.BLOCK: "Refused, with kind and place",
    Handling.MASK: "Replaced by its kind",
    Handling.PERSON: "Replaced by its kind, a person decides",
}
COVERS: Mapping[Entrance, str] = {
    Entrance.RECORD: "Names, reasons, descriptions, documents and files' names, from pages, imports and the API",
    Entrance.NOTE: "Notes of incidents and alerts, questions and answers",
    Entrance.MACHINE: "Errors of jobs, details of alerts, registries, code hosts, drafts, history of fields",
    Entrance.STREAM: "Events, chunks and outputs of models",
    Entrance.LEDGER: "Reasons and other particulars of entries",
    Entrance.MESSAGE: "Mail, webhooks and digests",
    Entrance.EXPORT: "Reports in every form",
    Entrance.LOG: "The application log",
}
NOT_COUNTED = frozenset({Entrance.LEDGER, Entrance.EXPORT, Entrance.LOG})  # a report says its own count


def entrances_table(rows: Sequence[MetRow]) -> None:
    """Every kind of entrance, also those where nothing was met."""
    section("Where it was met in the last 30 days")
    met = {row.entrance: row for row in rows}
    cells = [_cells(entrance, met.get(entrance)) for entrance in Entrance]
    table(cells, alt="Texts with personal data by entrance in the last 30 days, and what happened to them",
          right=["Texts", "Last"], unbroken=["Entrance"])  # fmt: skip


def _cells(entrance: Entrance, row: MetRow | None) -> Mapping[str, str]:
    return {
        "Entrance": entrance.value.capitalize(),
        "Which texts": COVERS[entrance],
        "What happens": SAID[HANDLING[entrance]],
        "Texts": NOTHING if entrance in NOT_COUNTED else count(row.texts if row else 0),
        "Last": moment(row.last_at if row else None),
    }
