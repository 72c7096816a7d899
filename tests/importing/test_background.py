"""A large table is imported in the background, prepared before the store is held, cancelled whole, and kept."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy import event
from sqlmodel import select

from core.access.rules import Actor, Role
from core.errors import Conflict, Refused
from core.inventory.changing import change_model
from core.inventory.importing.background import (
    cancel_import,
    import_jobs,
    load_import_job,
    perform_import,
    problems_of,
    request_import,
)
from core.inventory.importing.rules import ImportStatus
from core.inventory.importing.service import TableImport, import_table
from core.inventory.importing.tables import ImportJob, ImportRecord
from core.inventory.intake import NewDataset
from core.inventory.parts.registering import register_dataset
from core.inventory.queries import model_page
from core.inventory.tables import Model, ModelVersion
from core.jobs.tables import Job
from core.ledger.envelope import Entity, Envelope
from core.ledger.events import Event
from core.ledger.ready import Happening, made_ready
from core.ledger.service import Ledger
from core.ledger.verify import verify_store
from core.store import EvidenceFiles
from tests.builders import NOON, an_actor
from tests.importing.conftest import Desk, rows_of

LATER = {"Version": "1.1.0", "Rationale": "Retrained.", "Training dataset version": "2026.2"}


@dataclass
class Back:
    """A desk whose imports go through the background."""

    desk: Desk
    files: EvidenceFiles
    steps: list[str] = field(default_factory=list)

    def ask(self, wish: TableImport, expected: str = "") -> str:
        return request_import(
            self.desk.store, self.desk.ledger, self.files, wish=wish,
            expected=expected or self.desk.look(wish).plan.digest, actor=self.desk.owner, at=self.desk.at,
        ).job  # fmt: skip

    def work(self, job: str, **more: object) -> ImportJob:
        perform_import(
            self.desk.store, self.desk.ledger, self.files, job=job, clock=lambda: self.desk.at, **more,  # type: ignore[arg-type]
        )  # fmt: skip
        return self.row(job)

    def row(self, job: str) -> ImportJob:
        with self.desk.store.reading() as session:
            return load_import_job(session, job)

    def models(self) -> list[str]:
        with self.desk.store.reading() as session:
            return list(session.exec(select(Model.name).order_by(Model.id)).all())  # type: ignore[arg-type]

    def cancel(self, job: str, actor: Actor | None = None) -> None:
        cancel_import(
            self.desk.store, self.desk.ledger, self.files, job=job, actor=actor or self.desk.owner, at=self.desk.at
        )

    @property
    def waiting(self) -> list[str]:
        return [path.name for path in self.files.folder.rglob("*") if path.is_file()]


@pytest.fixture
def back(desk: Desk) -> Back:
    return Back(desk, EvidenceFiles(desk.folder / "imports"))


def test_an_import_is_queued_done_and_kept_with_its_result(desk_on_both: Desk) -> None:
    back = Back(desk_on_both, EvidenceFiles(desk_on_both.folder / "imports"))
    job = back.ask(back.desk.wish(rows_of({}, LATER, {"Model": "Other"})))
    assert (back.row(job).status, back.models(), len(back.waiting)) == (ImportStatus.QUEUED, [], 1)

    row = back.work(job)

    assert (row.status, row.import_number, row.models, row.versions, row.datasets) == (
        ImportStatus.FINISHED, "I0001", 2, 3, 3,
    )  # fmt: skip
    assert (back.models(), back.waiting) == (["Credit ranking", "Other"], [])
    with back.desk.store.reading() as session:
        assert session.exec(select(Job.slot).where(Job.kind == "import")).one() == job
        assert [one.number for one in import_jobs(session, back.desk.owner.id)] == [job]
        assert [one.version for one in model_page(session, "M0001").versions] == ["1.1.0", "1.0.0"]
        assert verify_store(session, back.desk.ledger.vkey).passed
    back.work(job)  # a job that has ended is not done again
    assert back.models() == ["Credit ranking", "Other"]


def test_an_import_that_is_cancelled_while_it_runs_leaves_nothing(back: Back) -> None:
    job = back.ask(back.desk.wish(rows_of({})))

    def alive() -> bool:
        if back.row(job).status is ImportStatus.RUNNING:
            back.cancel(job)
        return True

    row = back.work(job, alive=alive)

    assert (row.status, back.models(), back.waiting) == (ImportStatus.CANCELLED, [], [])
    with back.desk.store.reading() as session:
        assert session.exec(select(ImportRecord)).all() == []
    with pytest.raises(Refused, match="is cancelled"):
        back.cancel(job)


def test_one_that_is_cancelled_at_the_last_moment_takes_its_rows_with_it(
    back: Back, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = back.ask(back.desk.wish(rows_of({})))
    progress = "core.inventory.importing.background._Progress.__call__"
    monkeypatch.setattr(progress, lambda _self, step, _done, _of: back.cancel(job) if step == "Storing" else None)

    assert back.work(job).status is ImportStatus.CANCELLED
    assert back.models() == []


def test_only_whoever_asked_for_it_cancels_it(back: Back) -> None:
    job = back.ask(back.desk.wish(rows_of({})))

    with pytest.raises(Refused, match="belongs to"):
        back.cancel(job, back.desk.developer)
    assert back.row(job).status is ImportStatus.QUEUED


def test_what_stands_against_it_is_kept_by_line(back: Back) -> None:
    wish = back.desk.wish(rows_of({}))
    digest = back.desk.look(wish).plan.digest
    back.desk.make(back.desk.wish(rows_of({"Model": "Other"})))
    wrong = back.ask(back.desk.wish(rows_of({"Model": "Third", "Owner": "Nobody"})), "0" * 64)
    moved = back.ask(back.desk.wish(rows_of({})), "0" * 64)

    first, second = back.work(wrong), back.work(moved)

    assert (first.status, first.error) == (ImportStatus.FAILED, "1 things to put right")
    assert [(one.line, one.column) for one in problems_of(first)] == [(2, "Owner")]
    assert (second.status, "Look at it again" in second.error) == (ImportStatus.FAILED, True)
    assert back.models() == ["Other"]
    assert digest != "0" * 64


def test_whoever_lost_the_role_meanwhile_imports_nothing(back: Back) -> None:
    reader = an_actor(Role.AUDITOR)
    job = back.ask(back.desk.wish(rows_of({})))
    with back.desk.store.transaction() as tx:
        row = load_import_job(tx.session, job)
        row.requested_by = reader.id
        tx.session.add(row)

    assert back.work(job).status is ImportStatus.FAILED
    assert back.models() == []


# ---- prepared outside of the transaction


def test_what_is_registered_while_an_import_is_prepared_has_it_prepared_anew(back: Back) -> None:
    desk, met = back.desk, []

    def meanwhile(step: str, _done: int, _of: int) -> None:
        if step == "Storing":
            met.append(step)
            data = NewDataset(f"Between {len(met)}", "2026", "survey", owner=desk.owner.id)
            register_dataset(desk.store, desk.ledger, dataset=data, actor=desk.owner, at=desk.at)

    wish = desk.wish(rows_of({}, LATER))
    import_table(desk.store, desk.ledger, wish=wish, expected=None, actor=desk.owner, at=desk.at, say=meanwhile)

    assert len(met) == 2  # twice for nothing, and then within the transaction
    with desk.store.reading() as session:
        versions = session.exec(select(ModelVersion)).all()
        page = model_page(session, "M0001", "1.1.0")
        assert (len(versions), page.training and page.training.number) == (2, "D0005")
        assert verify_store(session, desk.ledger.vkey).passed


def test_what_bears_on_nothing_of_it_happens_beside_it(back: Back) -> None:
    desk, met = back.desk, []

    def meanwhile(step: str, _done: int, _of: int) -> None:
        if step == "Storing":
            met.append(step)
            with desk.store.transaction() as tx:
                desk.ledger.record(
                    tx, Event.SESSION_OPENED, entity=Entity("person", "P0001"), actor=desk.owner, at=desk.at
                )

    wish = desk.wish(rows_of({}))
    import_table(desk.store, desk.ledger, wish=wish, expected=None, actor=desk.owner, at=desk.at, say=meanwhile)

    assert (len(met), back.models()) == (1, ["Credit ranking"])


def test_a_change_of_a_named_model_meanwhile_is_not_overwritten(back: Back) -> None:
    desk = back.desk
    desk.make(desk.wish(rows_of({})))
    wish = desk.wish(rows_of({"Business line": "Retail"}))
    shown, met = desk.look(wish).plan.digest, []

    def meanwhile(step: str, _done: int, _of: int) -> None:
        if step == "Storing" and not met:
            met.append(step)
            change_model(
                desk.store, desk.ledger, model="M0001", changes={"business_line": "Cards"}, reason="It was moved.",
                expected_revision=1, actor=desk.owner, at=desk.at,
            )  # fmt: skip

    with pytest.raises(Conflict):
        import_table(desk.store, desk.ledger, wish=wish, expected=shown, actor=desk.owner, at=desk.at, say=meanwhile)
    with desk.store.reading() as session:
        assert model_page(session, "M0001").model.business_line == "Cards"


def test_versions_of_a_model_that_changes_rest_on_the_model_as_changed(back: Back) -> None:
    desk = back.desk
    desk.make(desk.wish(rows_of({})))
    desk.make(desk.wish(rows_of({"Purpose": "Ranks applications for a person."}, LATER | {"Purpose": ""})))
    with desk.store.reading() as session:
        at_once = model_page(session, "M0001", "1.1.0")
        assert (at_once.model.purpose, at_once.version and at_once.version.evidence_digest != "") == (
            "Ranks applications for a person.", True,
        )  # fmt: skip
        assert verify_store(session, desk.ledger.vkey).passed


def test_the_store_is_held_for_as_many_statements_however_long_the_table(back: Back) -> None:
    def held(models: int) -> int:
        counted: list[str] = []
        rows = rows_of(
            *({"Model": f"Model {models} {n}", "Training dataset": f"d {models} {n}"} for n in range(models))
        )
        wish = back.desk.wish(rows)
        expected, writing = back.desk.look(wish).plan.digest, []

        def began(connection: object) -> None:
            writing.append(connection.get_execution_options().get("countersign_reading") is None)  # type: ignore[attr-defined]

        def executed(*_said: object) -> None:
            if writing and writing[-1]:
                counted.append("")

        engine = back.desk.store.engine
        event.listen(engine, "begin", began)
        event.listen(engine, "before_cursor_execute", executed)
        try:
            back.desk.make(wish, expected)
        finally:
            event.remove(engine, "begin", began)
            event.remove(engine, "before_cursor_execute", executed)
        return len(counted)

    assert held(40) <= held(4) + 4


def test_an_entry_that_was_made_ready_has_the_bytes_of_any_other(ledger: Ledger) -> None:
    actor = an_actor(Role.OWNER)
    said = Happening(Event.MODEL_REGISTERED, Entity('m"at":0,"checkpoint":""', "M0001 “x”"), {"name": 'a "b"'})
    (ready,) = made_ready([said], actor)
    quoted = "ab" * 32

    body = ready.body(NOON, quoted)

    payload = body.decode().split('"payload":"')[1][:64]
    envelope = Envelope(
        ready.event_id, NOON, actor.acting_as, actor.role_words, said.event.value, said.entity, quoted, payload
    )
    assert body == envelope.body()
