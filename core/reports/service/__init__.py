"""Exports: requested, built in the background from one reading of the store, downloaded under the same permission."""

from core.reports.rules import export_refusals
from core.reports.service.building import EXPORT_JOB, build_export, fail_export
from core.reports.service.expiring import EXPIRY_JOB, expire_exports, expiries_due
from core.reports.service.queries import (
    ExportFilter,
    ExportRow,
    ExportState,
    export_row,
    exports_page,
    load_export,
    pending_exports,
)
from core.reports.service.requesting import (
    KEPT,
    Requested,
    asked_problems,
    cancel_export,
    forms_of,
    repeat_export,
    request_export,
)
from core.reports.service.schedule_queries import ScheduleRow, exports_to_read, schedules
from core.reports.service.schedules import (
    SCHEDULE_JOB,
    NewSchedule,
    Scheduled,
    change_schedule,
    due_schedules,
    note_schedule_failure,
    run_schedule,
    schedule_export,
)
from core.reports.service.taking import Download, download

__all__ = [
    "EXPIRY_JOB",
    "EXPORT_JOB",
    "KEPT",
    "SCHEDULE_JOB",
    "Download",
    "ExportFilter",
    "ExportRow",
    "ExportState",
    "NewSchedule",
    "Requested",
    "ScheduleRow",
    "Scheduled",
    "asked_problems",
    "build_export",
    "cancel_export",
    "change_schedule",
    "download",
    "due_schedules",
    "expire_exports",
    "expiries_due",
    "export_refusals",
    "export_row",
    "exports_page",
    "exports_to_read",
    "fail_export",
    "forms_of",
    "load_export",
    "note_schedule_failure",
    "pending_exports",
    "repeat_export",
    "request_export",
    "run_schedule",
    "schedule_export",
    "schedules",
]
