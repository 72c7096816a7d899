"""The report of an incident is exported in every form and verifies without us; the schema knows it up and down."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.documents.service import draft, keep_document
from core.errors import NotFound
from core.ledger import offline
from core.links import RecordKind, Ref, linked
from core.policy.packs.signals import DocumentKind
from core.reports.formats.kinds import Format
from core.reports.keys import SigningKeys, open_keys
from core.reports.service import build_export, download, forms_of, request_export
from core.reports.values.report import Asked, Subject, SubjectKind
from core.store import EvidenceFiles
from core.store.migrations import configuration
from tests.builders import NOON, a_policy
from tests.incidents.conftest import World


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return open_keys(tmp_path_factory.mktemp("signing"), origin="countersign.test/ledger", at=NOON)


def asked(number: str) -> Asked:
    return Asked("incident", Subject(SubjectKind.INCIDENT, number), NOON)


def test_every_form_is_built_and_the_bundle_verifies_without_us(
    world: World, keys: SigningKeys, tmp_path: Path
) -> None:
    number, files, auditor = world.reviewed(), EvidenceFiles(tmp_path / "exports"), world.cast.auditor
    contents: dict[Format, bytes] = {}
    for form in forms_of("incident"):
        made = request_export(world.store, world.ledger, asked=asked(number), form=form, actor=auditor, at=NOON)
        build_export(world.store, world.ledger, files, keys, export=made.export, clock=lambda: NOON)
        taken = download(world.store, world.ledger, files, export=made.export, actor=auditor, at=NOON)
        contents[form] = taken.path.read_bytes()

    steps = offline.verify(contents[Format.BUNDLE], key=world.ledger.vkey)

    assert {Format.PDF, Format.HTML, Format.XLSX, Format.CSV, Format.JSON, Format.BUNDLE} <= contents.keys()
    assert contents[Format.PDF].startswith(b"%PDF-1.7")
    assert b"The bureau file came without the column of limits." in contents[Format.JSON]
    assert [step for step in steps if not step.passed] == []


def test_nobody_exports_an_incident_that_is_not_there(world: World) -> None:
    with pytest.raises(NotFound):
        request_export(
            world.store, world.ledger, asked=asked("IN0404"), form=Format.PDF, actor=world.cast.auditor, at=NOON
        )


def _export(number: str, kind: str) -> str:
    columns = "number, template, template_version, subject_kind, subject_number, subject_version, as_of, format"
    values = f"'{number}', 'incident', '', '{kind}', 'IN0001', '', 0, 'pdf'"
    rest = "status, step, steps_done, steps_total, filename, digest, unsigned_digest, size, error"
    return (
        f"INSERT INTO report_export ({columns}, {rest}, requested_by, requested_at, expires_at) "
        f"VALUES ({values}, 'queued', '', 0, 0, 'x', '', '', 0, '', 'P0001', 0, 0)"
    )


def test_exports_of_incidents_go_with_the_schema_and_others_stay(world: World) -> None:
    a_policy(world.store)
    with world.store.transaction() as tx:
        for number, kind in (("X0001", "incident"), ("X0002", "model")):
            tx.session.execute(text(_export(number, kind)))
    with pytest.raises(IntegrityError), world.store.transaction() as tx:
        tx.session.execute(text(_export("X0003", "weather")))

    command.downgrade(configuration(world.store.engine), "0022")
    with world.store.transaction() as tx:
        left = tx.session.execute(text("SELECT number FROM report_export")).scalars().all()
        sound = tx.session.execute(text("PRAGMA integrity_check")).scalar_one()
    with pytest.raises(IntegrityError), world.store.transaction() as tx:
        tx.session.execute(text(_export("X0004", "incident")))
    world.store.upgrade()

    assert (left, sound) == (["X0002"], "ok")


def test_the_document_of_the_review_is_filled_from_the_incident_and_linked_with_it(world: World) -> None:
    a_policy(world.store)
    number = world.reviewed()
    about = {"model": world.model, "version": "1.0.0", "kind": DocumentKind.POST_INCIDENT_REVIEW}

    with world.store.reading() as session:
        filled, _ = draft(session, **about, incident=number, at=NOON)  # type: ignore[arg-type]
        newest, _ = draft(session, **about, at=NOON)  # type: ignore[arg-type]
    kept = keep_document(
        world.store, world.ledger, **about, body=filled.body, incident=number, actor=world.cast.owner, at=NOON  # type: ignore[arg-type]
    )  # fmt: skip

    with world.store.reading() as session:
        ends = [one.ref for one in linked(session, Ref(RecordKind.DOCUMENT, kept.document))]
    assert newest == filled
    for said in ("The bureau file came without the column of limits.", "As told in the meeting.", "ACT0001", "IN0001"):
        assert said in filled.body
    assert "incident.people_affected" in filled.open_places  # nobody has said
    assert ends == [Ref(RecordKind.INCIDENT, number)]


def test_without_an_incident_its_places_stay_to_be_filled_in(world: World) -> None:
    a_policy(world.store)

    with world.store.reading() as session:
        filled, _ = draft(
            session, model=world.model, version="1.0.0", kind=DocumentKind.POST_INCIDENT_REVIEW, at=NOON
        )  # fmt: skip

    assert {"incident.number", "incident.cause", "incident.actions"} <= set(filled.open_places)
