"""Keys and the rendered dossier, made once: a key pair takes a second, a PDF another."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from core.access.rules import SYSTEM
from core.ledger.extract import LedgerParts, parts
from core.ledger.notes import split_note
from core.ledger.service import Entity, Event, Ledger
from core.reports import bundle
from core.reports.render import Forms, forms
from core.reports.signing import SigningKeys, open_keys
from core.reports.values import CheckpointRecord, Dossier
from core.reports.values.report import Report
from core.store import open_store
from tests.reports.dossiers import AT, a_dossier, a_report

ORIGIN = "countersign.test/ledger"


@dataclass(frozen=True)
class Exported:
    """One dossier through all renderers."""

    dossier: Dossier
    report: Report
    parts: LedgerParts
    forms: Forms
    bundle: bytes

    @property
    def unsigned(self) -> bytes:
        return self.forms.unsigned_pdf

    @property
    def pdf(self) -> bytes:
        return self.forms.pdf


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    return open_keys(tmp_path_factory.mktemp("signing"), origin="countersign.test", at=AT)


@pytest.fixture(scope="session")
def ledger_parts(tmp_path_factory: pytest.TempPathFactory) -> LedgerParts:
    """Six entries of a real ledger, and proofs for three of them."""
    folder = tmp_path_factory.mktemp("ledger")
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    store.upgrade()
    ledger = Ledger.open(folder / "keys", origin=ORIGIN)
    for number in range(6):
        with store.transaction() as tx:
            ledger.record(
                tx,
                Event.EVIDENCE_UPLOADED,
                entity=Entity("version", f"M0001 1.{number}.0"),
                actor=SYSTEM,
                at=AT + timedelta(seconds=number),
                payload={"rows": number},
            )
    with store.reading() as session:
        found = parts(session, [1, 3, 5], vkey=ledger.vkey)
    store.close()
    return found


@pytest.fixture(scope="session")
def exported(keys: SigningKeys, ledger_parts: LedgerParts) -> Exported:
    origin, size, root = split_note(ledger_parts.checkpoint)[0].rstrip("\n").split("\n")
    point = CheckpointRecord(origin, int(size), root, ledger_parts.checkpoint, ledger_parts.vkey)
    dossier = replace(a_dossier(), checkpoint=point)
    report = a_report(dossier)
    held = forms(report, keys, at=AT)
    packed = bundle.make([held], ledger_parts, keys, name=bundle.bundle_name(report.reference, report.asked), at=AT)
    return Exported(dossier, report, ledger_parts, held, packed)
