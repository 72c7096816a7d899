"""The list of audits: filters, the picture over the year, one row an audit."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.components import clear_filters, empty, filter_row, link, plain, search, status, table
from app.components.filters import ALL, choose
from app.components.formats import NOTHING, count, counted, day
from app.components.me import Me
from core.audits.queries import AuditFilter, AuditRow
from core.audits.rules.life import FINAL, AuditKind, AuditStatus

FILTERS = {"search": "", "kind": ALL, "status": ALL, "year": ALL, "whose": "Everyone"}


def narrowed_by(viewer: Me, years: Sequence[int]) -> AuditFilter:
    """The row of filters; all of them live in the address."""
    with filter_row():
        text = search(placeholder="Title, number, reference", width=220)
        kind = choose("Kind", list(AuditKind), key="kind", width=120)
        standing = choose("State", list(AuditStatus), key="status", width=150)
        year = choose("Year", [str(one) for one in years], key="year", width=110)
        mine = choose("Auditor", ["me"], key="whose", every="Everyone", width=130)
        clear_filters(FILTERS)
    return AuditFilter(
        text=text,
        kind=AuditKind(kind) if kind else None,
        status=AuditStatus(standing) if standing else None,
        year=int(year) if year else None,
        person=viewer.number if mine else None,
    )


def said_in_short(running: int, pending: int) -> str:
    """“**2 audits** are under way; 3 findings of them are not verified closed.”"""
    if not running:
        return "**No audit is under way.**"
    verb = "is" if running == 1 else "are"
    of = "no finding is open" if not pending else f"{counted(pending, 'finding')} of them not verified closed"
    return f"**{counted(running, 'audit')}** {verb} under way; {of}."


def audits_table(rows: Sequence[AuditRow], known: Mapping[str, str], at: datetime) -> None:
    """One row an audit, those under way first."""
    table(
        [_row(row, known, at) for row in rows],
        alt="Audits, those under way first: kind, scope, lead, dates, fieldwork, findings and state",
        right=["Starts", "Ends", "Fieldwork", "Findings"],
        unbroken=["Number", "Lead"],
    )


def _row(row: AuditRow, known: Mapping[str, str], at: datetime) -> Mapping[str, str]:
    audit = row.audit
    outside = f"  \n:small[:gray[{plain(audit.conducted_by)}]]" if audit.kind is AuditKind.EXTERNAL else ""
    pending = f" :gray[({count(row.pending)} open)]" if row.pending else ""
    return {
        "Number": audit.number,
        "Audit": f"{link(audit.title, '/audit', audit=audit.number)}{outside}",
        "Kind": plain(audit.kind.value.capitalize()),
        "Scope": plain(row.scope.words),
        "Lead": plain(known.get(audit.lead, audit.lead)),
        "Starts": day(audit.starts_at, today=at),
        "Ends": day(audit.ends_at, today=at),
        "Fieldwork": f"{count(row.tests)} of {count(row.to_test)}" if row.to_test else NOTHING,
        "Findings": f"{count(row.findings)}{pending}",
        "State": state(audit.status, audit.ends_at, at),
    }


def state(standing: AuditStatus, ends: datetime, at: datetime) -> str:
    """The state, with the days beyond the planned end where it is not over."""
    if standing not in FINAL and ends < at:
        return f"{status(standing)} {status('Overdue')}"
    return status(standing)


def nothing_found(everything: int) -> None:
    """No audit at all, or none with these filters."""
    if not everything:
        with empty(
            "No audit is planned.", "An auditor plans one: what is looked at, by which criteria, when, by whom."
        ):
            return
    with empty("No audit matches these filters.", f"{counted(everything, 'audit')} on record, 0 with these filters."):
        clear_filters(FILTERS, label="Clear all filters", key="clear_all")
