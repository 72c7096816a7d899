"""An export is asked for, built once, taken away under permission, and verifies without us."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from core.access.rules import Actor
from core.errors import GovernanceError, NotFound
from core.inventory.rules import Stage
from core.ledger import offline
from core.ledger.queries import entries
from core.ledger.service import Ledger
from core.reports.formats.kinds import Format
from core.reports.keys import SigningKeys, open_keys
from core.reports.service import (
    KEPT,
    Download,
    ExportFilter,
    build_export,
    download,
    exports_page,
    fail_export,
    load_export,
    request_export,
)
from core.reports.tables import Export, ExportDownload, ExportStatus
from core.reports.values.report import Asked, Subject, SubjectKind
from core.store import EvidenceFiles, Store, open_store
from tests.builders import NOON, Cast, a_cast, a_version
from tests.validation.conftest import codes


@dataclass(frozen=True)
class Office:
    """A validated version, and the acts of whoever takes away its dossier."""

    store: Store
    ledger: Ledger
    exports: EvidenceFiles
    keys: SigningKeys
    cast: Cast

    def request(self, form: Format = Format.PDF, *, actor: Actor | None = None, model: str = "M0001") -> str:
        asked = Asked("dossier", Subject(SubjectKind.VERSION, model, "1.0.0"), NOON)
        actor = actor or self.cast.auditor
        return request_export(self.store, self.ledger, asked=asked, form=form, actor=actor, at=NOON).export

    def build(self, number: str) -> None:
        build_export(self.store, self.ledger, self.exports, self.keys, export=number, clock=lambda: NOON)

    def take(self, number: str, *, actor: Actor | None = None, at: datetime = NOON) -> Download:
        return download(self.store, self.ledger, self.exports, export=number, actor=actor or self.cast.auditor, at=at)

    def row(self, number: str) -> Export:
        with self.store.reading() as session:
            return load_export(session, number)

    def on_record(self) -> list[str]:
        with self.store.reading() as session:
            return [row.action for row in reversed(entries(session, limit=500).rows)]

    def taken(self) -> list[str]:
        with self.store.reading() as session:
            return list(session.exec(select(ExportDownload.person)).all())


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return open_keys(tmp_path_factory.mktemp("signing"), origin="countersign.test/ledger", at=NOON)


def make_office(store: Store, ledger: Ledger, keys: SigningKeys, folder: Path) -> Office:
    cast = a_cast(store)
    a_version(store, cast, stage=Stage.VALIDATED)
    return Office(store, ledger, EvidenceFiles(folder / "exports"), keys, cast)


@pytest.fixture
def office(store: Store, ledger: Ledger, keys: SigningKeys, tmp_path: Path) -> Office:
    return make_office(store, ledger, keys, tmp_path)


@pytest.fixture(scope="module")
def built(keys: SigningKeys, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """X0001, a PDF, and X0002, a bundle, both ready, on SQLite."""
    folder = tmp_path_factory.mktemp("office")
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    store.upgrade()
    office = make_office(store, Ledger.open(folder / "keys", origin="countersign.test/ledger"), keys, folder)
    for form in (Format.PDF, Format.BUNDLE):
        office.build(office.request(form))
    yield office
    store.close()


# ---- ready


def test_asking_and_building_are_on_record(built: Office) -> None:
    assert built.on_record()[:4] == ["export.made", "export.ready"] * 2
    assert (built.row("X0001").filename, built.row("X0002").filename) == (
        "X0001-M0001-1.0.0-dossier.pdf",
        "X0002-M0001-1.0.0-dossier.zip",
    )


def test_the_pdf_that_is_taken_away_is_signed(built: Office) -> None:
    found = built.take("X0001")

    said = subprocess.run(["pdfsig", str(found.path)], capture_output=True, text=True, check=False).stdout
    assert found.path.read_bytes().startswith(b"%PDF-1.7")
    assert found.size == found.path.stat().st_size
    assert "Signature is Valid." in said
    assert "Total document signed" in said


def test_the_bundle_verifies_without_us_under_the_key_of_the_ledger(built: Office) -> None:
    steps = offline.verify(built.take("X0002").path.read_bytes(), key=built.ledger.vkey)

    assert steps
    assert [step for step in steps if not step.passed] == []


def test_the_bundle_does_not_verify_under_the_key_of_another_ledger(built: Office, tmp_path: Path) -> None:
    other = Ledger.open(tmp_path, origin="countersign.test/ledger")

    steps = offline.verify(built.take("X0002").path.read_bytes(), key=other.vkey)

    assert any(not step.passed for step in steps)


def test_the_command_verifies_the_bundle_and_refuses_it_with_one_other_byte(built: Office, tmp_path: Path) -> None:
    import sys

    content = bytearray(built.take("X0002").path.read_bytes())
    (tmp_path / "good.zip").write_bytes(content)
    content[len(content) // 2] ^= 1
    (tmp_path / "bad.zip").write_bytes(content)

    found = [
        subprocess.run(
            [sys.executable, "-m", "app.cli", "verify", str(tmp_path / name), "--key", built.ledger.vkey],
            capture_output=True,
            check=False,
        ).returncode
        for name in ("good.zip", "bad.zip")
    ]

    assert found[0] == 0
    assert found[1] != 0


def test_a_download_is_on_record_with_who_took_it(built: Office) -> None:
    before = len(built.taken())

    built.take("X0001", actor=built.cast.approver)

    assert built.taken()[before:] == [built.cast.approver.id]
    assert built.on_record()[-1] == "export.downloaded"
    with built.store.reading() as session:
        page = exports_page(session, at=NOON, limit=1, offset=1)
    assert (page.total, page.rows[0].export.number) == (2, "X0001")
    assert built.cast.approver.id in [person for person, _ in page.rows[0].downloads]


def test_an_export_that_is_ready_is_not_built_again(built: Office) -> None:
    before = (built.row("X0001"), built.on_record())

    built.build("X0001")
    fail_export(built.store, export="X0001", error="Too late.")

    assert (built.row("X0001"), built.on_record()) == before


def test_an_expired_export_is_refused_and_on_record(built: Office) -> None:
    at = NOON + KEPT

    assert codes(lambda: built.take("X0001", at=at)) == ["expired"]

    assert built.on_record()[-1] == "act.refused"
    assert built.take("X0001", at=at - timedelta(microseconds=1)).size > 0


def test_who_may_not_export_does_not_download_what_others_made(built: Office) -> None:
    before = built.taken()

    assert codes(lambda: built.take("X0001", actor=built.cast.administrator)) == ["permission"]
    assert codes(lambda: built.take("X0001", actor=Actor("P0099"), at=NOON + KEPT)) == ["permission", "expired"]

    assert built.taken() == before


def test_a_file_that_is_gone_is_not_found_and_not_recorded_as_taken(built: Office, tmp_path: Path) -> None:
    elsewhere = replace(built, exports=EvidenceFiles(tmp_path / "empty"))
    before = (built.taken(), built.on_record())

    with pytest.raises(NotFound, match="There is no evidence file"):
        elsewhere.take("X0001")

    assert (built.taken(), built.on_record()) == before


# ---- not ready


def test_an_export_that_waits_is_not_taken_away(office: Office) -> None:
    number = office.request()

    assert codes(lambda: office.take(number)) == ["not-ready"]

    assert office.on_record() == ["export.made", "act.refused"]
    assert office.taken() == []


def test_others_ask_for_nothing(office: Office) -> None:
    assert codes(lambda: office.request(actor=office.cast.administrator)) == ["permission"]

    assert office.on_record() == ["act.refused"]
    with office.store.reading() as session:
        assert exports_page(session, at=NOON, limit=5).total == 0


def test_what_is_not_there_is_neither_asked_for_nor_taken(office: Office) -> None:
    for act in (lambda: office.request(model="M0099"), lambda: office.take("X0099"), lambda: office.build("X0099")):
        with pytest.raises(NotFound):
            act()

    assert office.on_record() == []


@pytest.mark.parametrize(
    ("template", "subject"),
    [("audit", Subject(SubjectKind.AUDIT, "AU0099")), ("incident", Subject(SubjectKind.INCIDENT, "IN0099"))],
)
def test_a_report_about_what_is_not_there_is_not_asked_for(office: Office, template: str, subject: Subject) -> None:
    asked = Asked(template, subject, NOON)

    with pytest.raises(NotFound, match=subject.number):
        request_export(office.store, office.ledger, asked=asked, form=Format.PDF, actor=office.cast.auditor, at=NOON)

    with office.store.reading() as session:
        assert exports_page(session, ExportFilter(about=subject.number), at=NOON, limit=5).total == 0


def test_a_build_that_fails_stores_nothing_and_can_be_marked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = office.request()

    def broken(*_parts: object, **_named: object) -> bytes:
        raise GovernanceError("The dossier could not be typeset.")

    monkeypatch.setattr("core.reports.service.building.render", broken)
    with pytest.raises(GovernanceError):
        office.build(number)
    fail_export(office.store, export=number, error="The dossier could not be typeset.")

    assert (office.row(number).status, office.row(number).error) == (
        ExportStatus.FAILED,
        "The dossier could not be typeset.",
    )
    assert codes(lambda: office.take(number)) == ["not-ready"]
    assert [path for path in office.exports.folder.rglob("*") if path.is_file()] == []


def test_exports_are_listed_newest_first_and_by_model(office: Office) -> None:
    numbers = [office.request(form) for form in (Format.PDF, Format.BUNDLE, Format.PDF)]

    with office.store.reading() as session:
        page = exports_page(session, at=NOON, limit=2)
        other = exports_page(session, ExportFilter(about="M0099"), at=NOON, limit=2)

        its_own = exports_page(session, ExportFilter(about="M0001"), at=NOON, limit=2)

    assert [row.export.number for row in page.rows] == numbers[:0:-1]
    assert its_own.total == 3
    assert (page.total, other.total, other.rows) == (3, 0, ())
