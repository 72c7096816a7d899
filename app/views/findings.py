"""What the findings page shows: filters, the list worst first, and one finding with its remediation and closure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.components import (
    clear_filters,
    empty,
    filter_row,
    link,
    plain,
    search,
    status,
    table,
)
from app.components.filters import ALL, choose
from app.components.formats import counted, day
from app.components.me import Me
from app.work.tasks import urgency
from core.validation.queries import FindingFilter, FindingRow
from core.validation.rules import FindingStatus, Severity
from core.validation.tables import Finding

FILTERS = {"status": ALL, "severity": ALL, "model_number": "", "whose": "Everyone"}
OPEN_ONLY = "not verified closed"


def narrowed_by(viewer: Me) -> FindingFilter:
    """The row of filters; all of them live in the address."""
    with filter_row():
        chosen = choose("Status", [OPEN_ONLY, *FindingStatus], key="status", width=190)
        severity = choose("Severity", list(Severity)[::-1], key="severity", width=130)
        model = search("Model", key="model_number", placeholder="Number, for example M0001", width=220)
        mine = choose("Owner", ["mine"], key="whose", every="Everyone", width=130)
        clear_filters(FILTERS)
    return FindingFilter(
        status=FindingStatus(chosen) if chosen in set(FindingStatus) else None,
        severity=Severity(severity) if severity else None,
        owner=viewer.number if mine else None,
        model=model.upper() or None,
        open_only=chosen == OPEN_ONLY,
    )


def first_line(pending: int, mine: int) -> str:
    """“**3 findings** are not verified closed, 1 of them yours.”"""
    if not pending:
        return "**Every finding is verified closed.**"
    yours = f", {mine} of them {'is' if mine == 1 else 'are'} yours" if mine else ""
    verb = "is" if pending == 1 else "are"
    answer = f"**{counted(pending, 'finding')}** {verb} not verified closed{yours}."
    return f"{answer}\u2002 :gray[Worst first, then by due date]"


def findings_table(rows: Sequence[FindingRow], known: Mapping[str, str], at: datetime) -> None:
    """One row a finding; open ones first, worst first."""
    cells: list[Mapping[str, str]] = [
        {
            "Number": row.finding.number,
            "Finding": link(row.finding.title, "/finding", finding=row.finding.number),
            "Model": f"{plain(row.model_name)} :gray[{row.model}]",
            "Version": row.version,
            "Severity": status(row.finding.severity),
            "Owner": plain(known.get(row.finding.owner, row.finding.owner)),
            "Raised": day(row.finding.raised_at, today=at),
            "Due": day(row.finding.due_at, today=at),
            "State": state(row.finding, at),
        }
        for row in rows
    ]
    table(
        cells,
        alt="Findings, open ones first, worst first, then by due date: model, severity, owner, due date and state",
        right=["Raised", "Due"],
        unbroken=["Number", "Version", "Owner"],
    )


def state(finding: Finding, at: datetime) -> str:
    """Overdue or due soon before the finding's own status; what is closed has time."""
    if finding.status is FindingStatus.VERIFIED_CLOSED:
        return status(finding.status)
    return status(*urgency(finding.due_at, at, finding.status))


def nothing_found(everything: int) -> None:
    """No finding at all, or none with these filters."""
    if not everything:
        with empty("No finding is on record.", "A failed required check opens one; validators raise others by hand."):
            return
    with empty(
        "No finding matches these filters.", f"{counted(everything, 'finding')} on record, 0 with these filters."
    ):
        clear_filters(FILTERS, label="Clear all filters", key="clear_all")
