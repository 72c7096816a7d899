"""What a pipeline sends to ask for reports."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from app.api.wishes import MOST, Wish
from core.errors import Problem, Unreadable
from core.reports.formats.kinds import Format
from core.reports.rules import Clock, Rhythm
from core.reports.service import NewSchedule
from core.reports.values.report import Asked, Subject, SubjectKind


class SubjectWish(Wish):
    """What a report is about: the organisation, a model, a version of one, an audit, or an incident."""

    kind: SubjectKind
    number: str = Field("", max_length=40, examples=["M0001"])
    version: str = Field("", max_length=60, examples=["1.0.0"])

    def entered(self) -> Subject:
        return Subject(self.kind, self.number, self.version)


class ExportWish(Wish):
    """A report in one form."""

    template: str = Field(max_length=60, examples=["dossier"])
    subject: SubjectWish
    format: Format = Format.PDF
    as_of: AwareDatetime | None = Field(None, description="The record as of this moment; left out: now")
    since: AwareDatetime | None = Field(None, description="Where a period begins, for reports that cover one")

    def entered(self, at: datetime) -> Asked:
        return Asked(self.template, self.subject.entered(), self.as_of or at, self.since)


class ScheduleWish(Wish):
    """A report that is to be made again and again."""

    template: str = Field(max_length=60, examples=["inventory"])
    subject: SubjectWish
    format: Format = Format.PDF
    rhythm: Rhythm
    day: int = Field(1, description="Of the week from 1 for Monday, of the month, or of the quarter's first month")
    time: str = Field("07:00", description="Hours and minutes in the zone", pattern=r"^\d{2}:\d{2}$")
    zone: str = Field("UTC", max_length=60, examples=["Europe/Zurich"])
    recipients: list[str] = Field(
        default_factory=list, max_length=MOST, description="People by number, who see it in their work"
    )

    def entered(self) -> NewSchedule:
        hours, minutes = (int(part) for part in self.time.split(":"))
        if minutes > 59:
            raise Unreadable([Problem("not a time", column="time", found=self.time, expected="00:00 to 23:59")])
        clock = Clock(self.rhythm, self.day, hours * 60 + minutes, self.zone)
        return NewSchedule(self.template, self.subject.entered(), self.format, clock, tuple(self.recipients))
