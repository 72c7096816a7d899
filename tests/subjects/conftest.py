"""A person planted in every store: evidence, production data, events, notes, messages, exports and ledger entries."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from core.access.rules import SYSTEM
from core.inventory.tables import Draft, Model
from core.ledger.batches.service import record_events
from core.ledger.service import Entity, Event, Ledger
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from core.monitoring.intake.rules import BatchKind
from core.privacy.subjects.places import Places
from core.reports.formats.kinds import Format
from core.reports.rules import ExportStatus
from core.reports.tables import Export
from core.reports.values.report import SubjectKind
from core.store import Store
from core.validation.tables import Evidence
from tests.builders import NOON, Cast, a_finding
from tests.event_batches.conftest import PIPELINE as RECORDER
from tests.event_batches.conftest import events
from tests.production_data.conftest import Line, inferences
from tests.validation.conftest import MAPPING, Bench, make_bench

CUSTOMER, NAME, MAIL = "KX93ZTQ7", "Hedwig Zwölfer", "h.zwoelfer@kunden.test"
SPELT = (CUSTOMER, CUSTOMER.lower(), "Zwölfer", "Zw\\u00f6lfer", MAIL)
TERMS = (CUSTOMER, NAME, MAIL)
LATER = NOON + timedelta(days=2)


@dataclass
class World:
    """One installation in which the person is planted."""

    bench: Bench
    places: Places
    evidence: str = ""

    @property
    def store(self) -> Store:
        return self.bench.store

    @property
    def ledger(self) -> Ledger:
        return self.bench.ledger

    @property
    def cast(self) -> Cast:
        return self.bench.cast

    @property
    def line(self) -> Line:
        bench = self.bench
        return Line(bench.store, bench.ledger, self.places.evidence, bench.cast, bench.model, bench.version)

    def verify(self) -> list[str]:
        """The steps of the ledger's verification that do not hold."""
        with self.store.reading() as session:
            report = verify_store(session, self.ledger.vkey, events=self.places.events)
        return [f"{step.name}: {step.detail}" for step in report.steps if not step.passed]

    def actions(self) -> list[str]:
        """The action of every entry, oldest first."""
        with self.store.reading() as session:
            return list(session.exec(select(LogEntry.action).order_by(col(LogEntry.idx))))

    def row(self, table: type[Evidence]) -> Evidence:
        with self.store.reading() as session:
            return session.exec(select(table).where(table.number == self.evidence)).one()


def plant(world: World) -> None:
    """Put the person into every kind of place, as the use cases do where there is one."""
    bench, places = world.bench, world.places
    rows = [f"{n % 2},{(n // 2) % 2},{'FM'[n % 3 == 0]},C{n:07d}" for n in range(40)]
    rows[17] = f"1,0,F,{CUSTOMER}"
    content = "\n".join(["label,prediction,sex,case", *rows]) + "\n"
    world.evidence = bench.hand_in(content, replace(MAPPING, row_id="case")).evidence
    regions = [CUSTOMER if n == 5 else "north" for n in range(24)]
    world.line.take(BatchKind.INFERENCES, inferences(24, region=regions))
    world.line.labels(24)
    outputs = [json.dumps({"to": NAME}) if n == 3 else "approve" for n in range(20)]
    record_events(world.store, world.ledger, places.events, events(20, output=outputs), actor=RECORDER, at=NOON)
    finding = a_finding(world.store, bench.model, bench.version)
    with world.store.transaction() as tx:
        said = f"The customer {NAME.upper()} (no. {CUSTOMER}) complained by {MAIL}."
        written = text(
            "UPDATE finding SET detail = :said WHERE number = :number"
        )  # past the gate, as before there was one
        tx.session.execute(written, {"said": said, "number": finding})
        model = tx.session.exec(select(Model)).first()
        assert model is not None
        model.purpose = f"Scores applicants, first of them {NAME}."
        tx.session.add(model)
        body = json.dumps({"note": f"call {NAME} back", "case": 7})
        tx.session.add(Draft(person=bench.cast.owner.id, form="incident", title="Draft", body=body, saved_at=NOON))
        payload = {"file": f"{CUSTOMER}.csv", "reason": "unreadable"}
        entity = Entity("model", bench.model)
        world.ledger.record(tx, Event.PRODUCTION_REFUSED, entity=entity, actor=SYSTEM, at=NOON, payload=payload)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as sink:
            sink.writestr("xl/sharedStrings.xml", f"<t>{NAME}</t>")
        digest = places.exports.add([packed.getvalue()]).digest
        tx.session.add(_export(bench, digest))


def _export(bench: Bench, digest: str) -> Export:
    return Export(
        number="X0001", template="dossier", template_version="1", subject_kind=SubjectKind.MODEL,
        subject_number=bench.model, as_of=NOON, format=Format.XLSX, status=ExportStatus.READY, filename="dossier.xlsx",
        digest=digest, size=1, requested_by=bench.cast.owner.id, requested_at=NOON, ready_at=NOON,
        expires_at=NOON + timedelta(days=30),
    )  # fmt: skip


def make_world(store: Store, ledger: Ledger, folder: Path) -> World:
    """The person planted in a new installation."""
    world = World(make_bench(store, ledger, folder), Places.within(folder))
    plant(world)
    return world


@pytest.fixture
def world(store: Store, ledger: Ledger, tmp_path: Path) -> World:
    return make_world(store, ledger, tmp_path)


@pytest.fixture
def small_world(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> World:
    """For rules that do not differ between databases."""
    return make_world(sqlite_store, ledger, tmp_path)


def left_in(folders: list[Path]) -> Iterator[str]:
    """Each file that still spells the person, in the clear or packed."""
    needles = [spelt.encode() for spelt in SPELT]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            content = path.read_bytes() if path.is_file() else b""
            if any(needle in content for needle in needles):
                yield path.name
