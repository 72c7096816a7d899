"""An export is followed, stopped, repeated, made for every version, made by itself, and its file expires."""

import io
import zipfile
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from core.access.people import withdraw_role
from core.access.rules import Role
from core.errors import Unreadable
from core.ledger import offline
from core.reports.formats.kinds import Format
from core.reports.rules import Clock, ExportStatus, Rhythm, ScheduleState
from core.reports.service import (
    KEPT,
    ExportFilter,
    ExportState,
    NewSchedule,
    build_export,
    cancel_export,
    change_schedule,
    due_schedules,
    expire_exports,
    expiries_due,
    exports_page,
    exports_to_read,
    repeat_export,
    request_export,
    run_schedule,
    schedule_export,
    schedules,
)
from core.reports.service.building import READING
from core.reports.tables import Export
from core.reports.values.report import Asked, Subject, SubjectKind
from core.store import Store
from core.store.migrations import configuration
from tests.builders import NOON, a_version
from tests.reports_service.test_exports import Office
from tests.validation.conftest import codes

MONDAY = Clock(Rhythm.WEEKLY, 1, 420, "Europe/Zurich")  # 06:00 UTC in winter
DUE = NOON.replace(day=23, hour=6, minute=0)  # the Monday after NOON, a Friday
WEEK = timedelta(days=7)


def ask(office: Office, subject: Subject, form: Format, template: str = "dossier") -> str:
    asked = Asked(template, subject, NOON)
    return request_export(
        office.store, office.ledger, asked=asked, form=form, actor=office.cast.auditor, at=NOON
    ).export


# ---- following and stopping


def test_every_step_is_said_and_a_cancelled_export_stops_at_the_next(office: Office) -> None:
    number = office.request(Format.HTML)
    said: list[tuple[str, int]] = []

    def alive() -> bool:
        row = office.row(number)
        said.append((row.step, row.steps_done))
        if row.steps_done == 1:
            cancel_export(office.store, office.ledger, export=number, actor=office.cast.auditor, at=NOON)
        return True

    build_export(
        office.store, office.ledger, office.exports, office.keys, export=number, clock=lambda: NOON, alive=alive
    )

    assert said == [(READING, 0), ("Laying out", 1)]
    assert office.row(number).status is ExportStatus.CANCELLED
    assert [path for path in office.exports.folder.rglob("*") if path.is_file()] == []
    assert codes(lambda: office.take(number)) == ["not-ready"]
    assert "export.cancelled" in office.on_record()
    assert "export.ready" not in office.on_record()


def test_one_that_was_cancelled_while_it_was_written_leaves_no_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.request(Format.JSON)
    add = office.exports.add

    def cancelled_then_added(chunks: list[bytes]) -> object:
        cancel_export(office.store, office.ledger, export=number, actor=office.cast.auditor, at=NOON)
        return add(chunks)

    monkeypatch.setattr(office.exports, "add", cancelled_then_added)
    office.build(number)

    assert office.row(number).status is ExportStatus.CANCELLED
    assert [path for path in office.exports.folder.rglob("*") if path.is_file()] == []


def test_a_worker_that_lost_its_lease_stops(office: Office) -> None:
    number = office.request(Format.JSON)

    build_export(
        office.store, office.ledger, office.exports, office.keys,
        export=number, clock=lambda: NOON, alive=lambda: False,
    )  # fmt: skip

    assert office.row(number).status is ExportStatus.RUNNING


def test_what_was_made_says_its_template_and_that_it_is_complete(office: Office) -> None:
    number = office.request(Format.JSON)
    office.build(number)

    row = office.row(number)

    assert (row.status, row.template_version, row.gaps, row.steps_done) == (ExportStatus.READY, "dossier 3", 0, 4)
    with office.store.reading() as session:
        found = exports_page(session, ExportFilter(state=ExportState.READY, about="M0001"), at=NOON, limit=5)
        other = exports_page(session, ExportFilter(person="P9999"), at=NOON, limit=5)
    assert (found.total, other.total) == (1, 0)


def test_a_repeat_asks_for_the_same_of_today(office: Office) -> None:
    number = office.request(Format.JSON)
    later = NOON + WEEK

    made = repeat_export(office.store, office.ledger, export=number, actor=office.cast.approver, at=later)

    row = office.row(made.export)
    assert (row.template, row.subject_number, row.format) == ("dossier", "M0001", Format.JSON)
    assert (row.as_of, row.requested_by) == (later, office.cast.approver.id)


@pytest.mark.parametrize(
    ("subject", "form", "template"),
    [
        (Subject(SubjectKind.ORGANISATION), Format.PDF, "dossier"),
        (Subject(SubjectKind.MODEL, "M0001"), Format.PDF, "dossier"),
        (Subject(SubjectKind.ORGANISATION), Format.OSCAL, "inventory"),
        (Subject(SubjectKind.ORGANISATION), Format.PDF, "poem"),
    ],
)
def test_what_cannot_be_built_is_refused_before_it_is_queued(
    office: Office, subject: Subject, form: Format, template: str
) -> None:
    with pytest.raises(Unreadable):
        ask(office, subject, form, template)

    with office.store.reading() as session:
        assert exports_page(session, at=NOON, limit=5).total == 0


# ---- every version of a model


def test_a_bundle_of_every_version_holds_each_dossier_and_verifies(office: Office) -> None:
    a_version(office.store, office.cast, model="M0001", version="1.0.1")
    number = ask(office, Subject(SubjectKind.MODEL, "M0001"), Format.BUNDLE)
    office.build(number)

    content = office.take(number).path.read_bytes()

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        paths = [name.partition("/")[2] for name in archive.namelist()]
    assert {"data/M0001-1.0.0/dossier.pdf", "data/M0001-1.0.1/dossier.pdf", "data/M0001-1.0.1/dossier.html"} <= set(
        paths
    )
    steps = offline.verify(content, key=office.ledger.vkey)
    assert steps
    assert [step for step in steps if not step.passed] == []


# ---- expiry


def test_an_expired_file_goes_and_the_row_with_its_digest_stays(office: Office) -> None:
    number = office.request(Format.JSON)
    office.build(number)
    digest = office.row(number).digest

    with office.store.reading() as session:
        assert list(expiries_due(session, at=NOON + KEPT - timedelta(seconds=1))) == []
        assert list(expiries_due(session, at=NOON + KEPT)) == ["2026-12-20 12"]
    removed = expire_exports(office.store, office.ledger, office.exports, at=NOON + KEPT)

    assert removed == 1
    assert not (office.exports.folder / digest[:2] / digest).exists()
    assert (office.row(number).digest, office.row(number).removed_at) == (digest, NOON + KEPT)
    assert office.on_record()[-1] == "export.removed"
    assert expire_exports(office.store, office.ledger, office.exports, at=NOON + KEPT) == 0


def test_a_file_that_a_younger_export_shares_is_kept(office: Office) -> None:
    first, second = office.request(Format.JSON), office.request(Format.JSON)
    office.build(first)
    with office.store.transaction() as tx:
        row = tx.session.exec(select(Export).where(Export.number == second)).one()
        row.status, row.digest, row.expires_at = ExportStatus.READY, office.row(first).digest, NOON + 2 * KEPT
        tx.session.add(row)

    expire_exports(office.store, office.ledger, office.exports, at=NOON + KEPT)

    assert office.take(second, at=NOON + KEPT).path.is_file()


# ---- schedules


def scheduled(office: Office, *, recipients: tuple[str, ...] = ()) -> str:
    new = NewSchedule("inventory", Subject(SubjectKind.ORGANISATION), Format.XLSX, MONDAY, recipients)
    return schedule_export(office.store, office.ledger, new=new, actor=office.cast.approver, at=NOON).schedule


def due(office: Office, at: datetime) -> tuple[str, ...]:
    with office.store.reading() as session:
        return due_schedules(session, at=at)


def test_a_schedule_is_due_once_at_its_time_and_makes_an_export_of_that_moment(office: Office) -> None:
    number = scheduled(office)

    assert due(office, DUE - timedelta(seconds=1)) == ()
    (slot,) = due(office, DUE + timedelta(hours=5))
    made = run_schedule(office.store, office.ledger, slot=slot, at=DUE + timedelta(hours=5))

    assert slot == f"{number} 2026-11-23T06:00Z"
    assert made is not None
    row = office.row(made)
    assert (row.as_of, row.requested_by, row.format) == (DUE, office.cast.approver.id, Format.XLSX)
    assert due(office, DUE + 2 * WEEK) == (f"{number} 2026-12-07T06:00Z",)  # of two that were missed, the newest


def test_its_recipients_find_it_in_their_work_until_they_took_it(office: Office) -> None:
    scheduled(office, recipients=(office.cast.auditor.id,))
    made = run_schedule(office.store, office.ledger, slot=due(office, DUE)[0], at=DUE)
    assert made is not None

    def waiting(person: str) -> list[str]:
        with office.store.reading() as session:
            return [export.number for export, _ in exports_to_read(session, person, at=DUE)]

    before = waiting(office.cast.auditor.id)
    build_export(office.store, office.ledger, office.exports, office.keys, export=made, clock=lambda: DUE)
    ready, others = waiting(office.cast.auditor.id), waiting(office.cast.owner.id)
    office.take(made, at=DUE)

    assert (before, ready, others, waiting(office.cast.auditor.id)) == ([], [made], [], [])


def test_a_paused_schedule_makes_nothing_and_an_ended_one_never_again(office: Office) -> None:
    number = scheduled(office)

    def change(state: ScheduleState, at: datetime) -> None:
        change_schedule(office.store, office.ledger, schedule=number, state=state, actor=office.cast.approver, at=at)

    change(ScheduleState.PAUSED, NOON)
    paused = due(office, DUE + timedelta(days=1))
    change(ScheduleState.ACTIVE, DUE + timedelta(days=1))
    resumed = (due(office, DUE + timedelta(days=2)), due(office, DUE + WEEK))
    change(ScheduleState.ENDED, DUE + WEEK)

    assert paused == ()
    assert resumed == ((), (f"{number} 2026-11-30T06:00Z",))
    assert due(office, DUE + 2 * WEEK) == ()
    assert run_schedule(office.store, office.ledger, slot=f"{number} 2026-11-30T06:00Z", at=DUE + WEEK) is None
    assert codes(lambda: change(ScheduleState.ACTIVE, DUE + WEEK)) == ["schedule-ended"]


def test_a_schedule_of_somebody_who_lost_the_role_is_refused_and_says_so(office: Office) -> None:
    number = scheduled(office)
    for role in (Role.APPROVER,):
        withdraw_role(
            office.store, office.ledger,
            person=office.cast.approver.id, role=role, reason="Changed to another team",
            actor=office.cast.administrator, at=NOON,
        )  # fmt: skip

    assert run_schedule(office.store, office.ledger, slot=due(office, DUE)[0], at=DUE) is None

    with office.store.reading() as session:
        (row,) = schedules(session, at=DUE)
    assert row.schedule.number == number
    assert "this takes the role" in row.schedule.problem
    assert office.on_record()[-1] == "act.refused"


# ---- what was there before


def test_dossiers_that_were_exported_before_are_kept_with_who_took_them(store: Store) -> None:
    from alembic import command

    from tests.builders import a_cast

    a_version(store, a_cast(store))
    command.downgrade(configuration(store.engine), "0015")
    insert = (
        "INSERT INTO export (id, number, version_id, kind, status, filename, digest, size, error, requested_by,"
        " requested_at, ready_at, expires_at) VALUES (7, 'X0007', 1, 'bundle', 'ready', 'f.zip', :digest, 5, '',"
        " 'P0007', 1000, 2000, 3000)"
    )
    with store.engine.begin() as connection:
        connection.execute(text(insert), {"digest": "ab" * 32})
        connection.execute(text("INSERT INTO export_download (id, export_id, person, at) VALUES (3, 7, 'P0005', 2500)"))
    store.upgrade()

    with store.reading() as session:
        (row,) = exports_page(session, at=NOON, limit=5).rows
    kept = row.export
    assert (kept.number, kept.template, kept.format, kept.gaps) == ("X0007", "dossier", Format.BUNDLE, 0)
    assert (kept.subject_kind, kept.subject_number, kept.subject_version) == (SubjectKind.VERSION, "M0001", "1.0.0")
    assert ([person for person, _ in row.downloads], row.state(NOON)) == (["P0005"], ExportState.EXPIRED)
    with store.transaction() as tx:
        tx.session.add(Export(**{**replace_of(kept), "number": "X0008"}))


def replace_of(row: Export) -> dict[str, object]:
    """The columns of a row without its id, for another that the database numbers."""
    return {name: value for name, value in row.model_dump().items() if name != "id"}
