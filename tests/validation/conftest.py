"""What the tests of validation share: a drafted version on a real store, and files to hand in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from core.access.rules import Actor
from core.errors import Refused
from core.inventory.moves import load_version
from core.inventory.rules import Stage
from core.inventory.tables import ModelVersion
from core.ledger.queries import entries
from core.ledger.service import Ledger
from core.store import EvidenceFiles, Store
from core.validation.challenge import answer, ask
from core.validation.conclusion import conclude
from core.validation.intake import HandedIn, hand_in, inspect
from core.validation.rules import EvidenceKind, Outcome
from core.validation.runs import perform, start
from core.validation.tables import CheckResult, Evidence, Finding, Run
from core.validation.uploads import ColumnMapping
from tests.approval.conftest import opened  # noqa: F401  a fixture, found by its name here
from tests.builders import NOON, REASON, Cast, a_cast, a_version, set_stage

COMPAS = Path(__file__).parents[2] / "app/example/data/compas_for_aequitas.csv"
MAPPING = ColumnMapping(label="label", prediction="prediction", positive_label="1", sensitive=("sex",))
HEADER = "label,prediction,sex"
WORDS = "Ten characters or more."


def lines(count: int, header: str = HEADER, more: Sequence[str] = ()) -> str:
    """A small file of this many different people, all rows distinct, about even."""
    rows = (
        ",".join([str(row % 2), str((row // 2 + row % 2) % 2), "FM"[row % 3 == 0], *more, str(row)])
        for row in range(count)
    )
    return "\n".join([f"{header},case", *rows]) + "\n"


@dataclass(frozen=True)
class Bench:
    """One version, and the acts of its developer."""

    store: Store
    ledger: Ledger
    files: EvidenceFiles
    cast: Cast
    folder: Path
    model: str = "M0001"
    version: str = "1.0.0"

    @property
    def row(self) -> ModelVersion:
        with self.store.reading() as session:
            return load_version(session, self.model, self.version)[1]

    def hand_in(
        self,
        content: str | Path,
        mapping: ColumnMapping = MAPPING,
        *,
        kind: EvidenceKind = EvidenceKind.PREDICTIONS,
        filename: str = "predictions.csv",
        declared: Mapping[str, str] | None = None,
        actor: Actor | None = None,
        at: datetime = NOON,
    ) -> HandedIn:
        source = content if isinstance(content, Path) else self.folder / "handed.csv"
        if isinstance(content, str):
            source.write_text(content, encoding="utf-8")
        return hand_in(
            self.store,
            self.ledger,
            self.files,
            model=self.model,
            version=self.version,
            source=source,
            filename=filename,
            mapping=mapping,
            declared=declared or {},
            kind=kind,
            actor=actor or self.cast.developer,
            at=at,
        )

    def hand_in_compas(self) -> HandedIn:
        mapping = replace(inspect(COMPAS, COMPAS.name).mapping, favourable_label="0")
        return self.hand_in(COMPAS, mapping, filename=COMPAS.name)

    def start(self, *, actor: Actor | None = None, at: datetime = NOON) -> str:
        return start(
            self.store,
            self.ledger,
            model=self.model,
            version=self.version,
            actor=actor or self.cast.developer,
            at=at,
        ).run

    def perform(self, run: str, *, alive: Callable[[], bool] = lambda: True) -> None:
        perform(
            self.store,
            self.ledger,
            self.files,
            run=run,
            clock=lambda: NOON + timedelta(minutes=1),
            alive=alive,
        )

    def run(self, number: str) -> Run:
        with self.store.reading() as session:
            return session.exec(select(Run).where(Run.number == number)).one()

    def evidence(self) -> list[Evidence]:
        with self.store.reading() as session:
            return list(session.exec(select(Evidence).order_by(Evidence.number)).all())

    def checks(self) -> list[CheckResult]:
        with self.store.reading() as session:
            return list(session.exec(select(CheckResult).order_by(CheckResult.run_id, CheckResult.position)).all())

    def findings(self) -> list[Finding]:
        with self.store.reading() as session:
            return list(session.exec(select(Finding).order_by(Finding.number)).all())

    def held(self) -> list[str]:
        """The names of all evidence files."""
        return sorted(path.name for path in self.files.folder.rglob("*") if path.is_file())

    def on_record(self) -> list[str]:
        """The action of every entry, oldest first."""
        with self.store.reading() as session:
            return [row.action for row in reversed(entries(session, limit=500).rows)]

    def set_stage(self, stage: Stage) -> None:
        set_stage(self.store, self.model, self.version, stage)


def codes(act: Callable[[], object]) -> list[str]:
    """Why this act is refused, by code."""
    with pytest.raises(Refused) as caught:
        act()
    return [refusal.code for refusal in caught.value.refusals]


def make_bench(store: Store, ledger: Ledger, folder: Path, *, tier: int = 1) -> Bench:
    """A drafted version on this store."""
    cast = a_cast(store)
    a_version(store, cast, tier=tier)
    return Bench(store, ledger, EvidenceFiles(folder / "evidence"), cast, folder)


@pytest.fixture
def bench(store: Store, ledger: Ledger, tmp_path: Path) -> Bench:
    return make_bench(store, ledger, tmp_path)


@pytest.fixture
def small_bench(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> Bench:
    """For rules that do not differ between databases."""
    return make_bench(sqlite_store, ledger, tmp_path)


def in_validation(bench: Bench) -> Bench:
    """A version in validation whose run is stored, as the builders make it."""
    number, _ = a_version(bench.store, bench.cast, stage=Stage.IN_VALIDATION)
    return replace(bench, model=number)


@pytest.fixture
def judged(small_bench: Bench) -> Bench:
    return in_validation(small_bench)


@pytest.fixture
def judged_on_both(bench: Bench) -> Bench:
    """As `judged`, on SQLite and on PostgreSQL."""
    return in_validation(bench)


def concluding(
    bench: Bench,
    outcome: Outcome = Outcome.VALIDATED,
    *,
    actor: Actor | None = None,
    summary: str = REASON,
    seen: str | None = None,
) -> Callable[[], None]:
    digest = bench.row.evidence_digest if seen is None else seen
    return lambda: conclude(
        bench.store,
        bench.ledger,
        model=bench.model,
        version=bench.version,
        outcome=outcome,
        summary=summary,
        seen_digest=digest,
        actor=actor or bench.cast.validator,
        at=NOON,
    )


def asking(bench: Bench, text: str = "Why this cut?", actor: Actor | None = None) -> str:
    return ask(
        bench.store,
        bench.ledger,
        model=bench.model,
        version=bench.version,
        text=text,
        actor=actor or bench.cast.validator,
        at=NOON,
    )


def answering(bench: Bench, number: str, actor: Actor, text: str = WORDS) -> None:
    answer(bench.store, bench.ledger, question=number, text=text, actor=actor, at=NOON)
