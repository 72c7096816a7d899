"""The exports page: a report is chosen by address, built, followed, repeated, and scheduled."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.composition import Workplace
from core.access.rules import Actor, Role
from core.inventory.rules import Stage
from core.reports.formats.kinds import Format
from core.reports.rules import ExportStatus, ScheduleState
from core.reports.service import build_export, request_export
from core.reports.tables import Export, ExportSchedule
from core.reports.values.report import Asked, Subject, SubjectKind
from tests.audits.conftest import World
from tests.builders import Cast, a_person, a_version
from tests.pages.desk import Desk, button, column, today, words


@pytest.fixture
def version(cast: Cast, place: Workplace) -> tuple[str, str]:
    return a_version(place.store, cast, stage=Stage.VALIDATED)


def an_export(
    place: Workplace, actor: Actor, *, template: str = "dossier", form: Format = Format.JSON, built: bool = True
) -> str:
    asked = Asked(template, Subject(SubjectKind.VERSION, "M0001", "1.0.0"), today())
    made = request_export(place.store, place.ledger, asked=asked, form=form, actor=actor, at=today())
    if built:
        build_export(place.store, place.ledger, place.exports, place.keys, export=made.export, clock=today)
    return made.export


def exports(place: Workplace) -> list[Export]:
    with place.store.reading() as session:
        return list(session.exec(select(Export).order_by(Export.id)).all())  # type: ignore[arg-type]


def test_a_report_chosen_by_address_is_built_and_followed(
    desk: Desk, cast: Cast, place: Workplace, version: tuple[str, str]
) -> None:
    at = desk.open(cast.auditor, "exports", template="dossier", model="M0001", version="1.0.0", form="bundle")

    button(at, "Build report").click().run()

    (row,) = exports(place)
    assert (row.template, row.format, row.status) == ("dossier", Format.BUNDLE, ExportStatus.QUEUED)
    assert (row.subject_number, row.subject_version, row.requested_by) == ("M0001", "1.0.0", cast.auditor.id)
    assert at.query_params["export"] == row.number
    assert "X0001 Model dossier" in words(at)
    button(at, "Cancel").click().run()
    assert exports(place)[0].status is ExportStatus.CANCELLED


def test_an_export_that_lacks_a_part_is_not_called_complete(
    desk: Desk, cast: Cast, place: Workplace, version: tuple[str, str]
) -> None:
    number = an_export(place, cast.auditor, template="ll144")  # the run holds no bias audit

    at = desk.open(cast.auditor, "exports", export=number)

    said = words(at).replace("\u00a0", " ")
    assert "1 part could not be built from the record as it was then." in said
    assert "Not complete" in column(at, "State", 2)[0].replace("\u00a0", " ")
    assert "**Complete.**" not in said


def test_a_link_from_elsewhere_chooses_report_model_and_version(
    desk: Desk, cast: Cast, place: Workplace, version: tuple[str, str]
) -> None:
    a_version(place.store, cast, model="M0001", version="1.0.1")

    at = desk.open(cast.auditor, "exports", template="validation", model="M0001", version="1.0.0")

    chosen = [at.selectbox(key=f"{name}_field").value for name in ("template", "model", "version")]
    assert chosen == ["validation", "M0001", "1.0.0"]


def test_a_moment_that_does_not_read_is_said_and_builds_nothing(
    desk: Desk, cast: Cast, version: tuple[str, str]
) -> None:
    at = desk.open(cast.auditor, "exports", template="dossier", model="M0001", as_of="yesterday")

    assert "reads as a date and time" in words(at)
    assert "Build report" not in [one.label for one in at.button]


def test_a_moment_that_has_not_come_is_refused_in_words(desk: Desk, cast: Cast, version: tuple[str, str]) -> None:
    later = f"{today() + timedelta(days=2):%Y-%m-%d}"

    at = desk.open(cast.auditor, "exports", template="dossier", model="M0001", as_of=later)

    assert "a moment that has not come" in words(at)
    assert "Build report" not in [one.label for one in at.button]


def test_a_ready_export_shows_digest_expiry_and_who_took_it_and_is_repeated(
    desk: Desk, cast: Cast, place: Workplace, version: tuple[str, str]
) -> None:
    number = an_export(place, cast.auditor)
    digest = exports(place)[0].digest

    at = desk.open(cast.approver, "exports", export=number)
    shown = words(at)
    button(at, "Repeat as of now").click().run()

    assert digest in shown
    assert "Nobody yet" in shown
    assert "**Complete.**" in shown
    assert [(row.number, row.requested_by) for row in exports(place)][1] == ("X0002", cast.approver.id)


def test_the_list_is_narrowed_by_address(desk: Desk, cast: Cast, place: Workplace, version: tuple[str, str]) -> None:
    an_export(place, cast.auditor)
    an_export(place, cast.owner, built=False)

    everything = desk.open(cast.auditor, "exports")
    ready = desk.open(cast.auditor, "exports", state="Ready")
    none = desk.open(cast.auditor, "exports", of="M0099")

    assert [cell[1:6] for cell in column(everything, "Number")] == ["X0002", "X0001"]
    assert [cell[1:6] for cell in column(ready, "Number")] == ["X0001"]
    assert "No export matches these filters." in words(none)


def test_a_report_is_scheduled_paused_and_ended(desk: Desk, cast: Cast, place: Workplace) -> None:
    at = desk.open(cast.approver, "exports", tab="Schedules")
    at.selectbox(key="schedule_template_field").set_value("inventory").run()
    at.multiselect(key="schedule_recipients").set_value([cast.auditor.id]).run()
    button(at, "Schedule report").click().run()
    button(at, "Pause schedule").click().run()

    with place.store.reading() as session:
        (row,) = session.exec(select(ExportSchedule)).all()
    assert (row.template, row.state, row.created_by) == ("inventory", ScheduleState.PAUSED, cast.approver.id)
    assert "Every Monday, 07:00 UTC" in words(at)
    assert [one.disabled for one in desk.open(cast.owner, "exports", tab="Schedules").button
            if one.label == "Resume schedule"] == [True]  # fmt: skip


def test_an_audit_leads_to_its_report_which_is_built(desk: Desk, cast: Cast, place: Workplace) -> None:
    world = World(place.store, place.ledger, cast, cast.auditor, a_person(place.store, Role.AUDITOR), today())
    world.planned()
    audit = world.planned()

    at = desk.open(cast.auditor, "audit", audit=audit)
    (led,) = [one.proto for one in at.get("page_link") if "Export audit report" in one.proto.label]
    assert set(led.query_string.split("&")) == {"template=audit", f"audit={audit}"}
    at = desk.open(cast.auditor, "exports", template="audit", audit=audit)
    assert next(one for one in at.selectbox if one.label == "Audit").value == audit
    button(at, "Build report").click().run()

    assert not at.exception
    (row,) = exports(place)
    assert (row.template, row.subject_kind, row.subject_number) == ("audit", SubjectKind.AUDIT, audit)
    assert audit in column(at, "Report")[0]
    build_export(place.store, place.ledger, place.exports, place.keys, export=row.number, clock=today)
    assert exports(place)[0].status is ExportStatus.READY
