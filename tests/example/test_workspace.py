"""The example tells its story once, through the use cases, and leaves nothing that does not verify."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func
from sqlmodel import select

from app.composition import Workplace, open_workplace
from app.example.accounts import CAST, Account
from app.example.workspace import HISTORY, prepare
from app.settings import PREFIX, load
from app.work import work_of
from core.access.rules import Actor, Role
from core.access.tables import Person
from core.approval.rules import ChangeStatus
from core.approval.tables import ChangeRequest
from core.compliance.queries import open_for
from core.inventory.moves import load_version
from core.inventory.queries import InventoryFilter, inventory
from core.inventory.rules import Stage
from core.inventory.tables import Model
from core.ledger import offline
from core.ledger.queries import entries
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from core.metrics.verdicts import Verdict
from core.policy.rules import ChangeKind
from core.policy.service import default_policy_text
from core.policy.tables import PolicyVersion
from core.reports.formats.kinds import Format
from core.reports.service import download, exports_page
from core.reports.tables import ExportStatus
from core.validation.queries import VersionEvidence, version_evidence
from core.validation.results import from_json
from core.validation.rules import FindingStatus
from tests.told import Told


@dataclass(frozen=True)
class Example:
    """A fresh workplace after the story was told."""

    place: Workplace
    accounts: tuple[Account, ...]
    at: datetime

    def actor(self, username: str) -> Actor:
        return next(account.actor for account in self.accounts if account.username == username)

    def held(self, model: str, version: str) -> VersionEvidence:
        with self.place.store.reading() as session:
            row = load_version(session, model, version)[1]
            return version_evidence(session, row.id or 0)

    def counts(self) -> tuple[int, ...]:
        with self.place.store.reading() as session:
            return tuple(
                session.exec(select(func.count()).select_from(table)).one()
                for table in (LogEntry, Model, Person, ChangeRequest, PolicyVersion)
            )


@pytest.fixture(scope="module")
def example(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    folder = tmp_path_factory.mktemp("example") / "var"
    told.copy(folder)
    place = open_workplace(load({f"{PREFIX}DATA_DIR": str(folder)}))
    yield Example(place, told.accounts, told.at)
    place.store.close()


def test_a_deviation_about_something_that_waits_for_a_person_anyway_is_not_a_second_task(example: Example) -> None:
    with example.place.store.reading() as session:
        developer = example.actor("developer")
        waiting = work_of(session, developer, example.at).waiting
        deviations = open_for(session, developer.id, frozenset(developer.role_words.split(", ")), limit=50)

    findings = [dict(task.query).get("finding") for task in waiting if task.address == "/finding"]
    assert sorted(findings) == ["F0001", "F0002"]
    assert {row.cause for row in deviations} >= {"F0001", "F0002"}


@pytest.mark.parametrize(
    ("model", "version", "stage"),
    [
        ("M0001", "1.0.0", Stage.IN_PRODUCTION),
        ("M0001", "1.1.0", Stage.IN_APPROVAL),
        ("M0002", "1.0.0", Stage.IN_VALIDATION),
        ("M0002", "1.1.0", Stage.DRAFT),
    ],
)
def test_versions_stand_at_different_places_of_the_cycle(
    example: Example, model: str, version: str, stage: Stage
) -> None:
    with example.place.store.reading() as session:
        assert load_version(session, model, version)[1].stage is stage


def test_the_inventory_shows_what_is_in_production(example: Example) -> None:
    with example.place.store.reading() as session:
        rows = {row.number: row for row in inventory(session, InventoryFilter(), limit=9, offset=0).rows}

    assert {number: row.production for number, row in rows.items()} == {"M0001": "1.0.0", "M0002": None}
    assert {number: row.tier for number, row in rows.items()} == {"M0001": 1, "M0002": 1}


def test_compas_waits_in_validation_with_its_findings_and_an_open_question(example: Example) -> None:
    held = example.held("M0002", "1.0.0")

    assert ("impact_ratio", "race") in {(check.metric, check.subject) for check in held.verdicts(Verdict.FAIL)}
    assert held.findings
    assert {finding.status for finding in held.findings} == {FindingStatus.OPEN}
    assert [question.answered_by is None for question in held.questions] == [False, True]
    assert held.conclusions == ()
    assert held.evidence[0].rows == 7214  # reference/figures.md


def test_employment_was_judged_on_every_row_of_its_reference_year(example: Example) -> None:
    held = example.held("M0001", "1.0.0")

    assert held.evidence[0].rows == 68785  # reference/figures.md: NannyML's reference set, 2015
    assert held.verdicts(Verdict.FAIL, required=True) == ()
    assert held.latest_run is not None
    assert from_json(held.latest_run.result).fairness is not None


def test_one_vote_of_two_is_cast_on_the_version_in_approval(example: Example) -> None:
    with example.place.store.reading() as session:
        changes = session.exec(select(ChangeRequest).order_by(ChangeRequest.number)).all()

    assert [(change.kind, change.status) for change in changes] == [
        (ChangeKind.FIRST_USE, ChangeStatus.EXECUTED),
        (ChangeKind.NEW_VERSION, ChangeStatus.IN_REVIEW),
        (ChangeKind.POLICY_EXCEPTION, ChangeStatus.REQUESTED),
    ]
    assert [change.quorum for change in changes] == [2, 2, 2]


def test_the_ledger_verifies_and_runs_forward_in_time(example: Example) -> None:
    place = example.place
    with place.store.reading() as session:
        report = verify_store(session, place.ledger.vkey)
        times = session.exec(select(LogEntry.at).order_by(LogEntry.idx)).all()
        actions = {row.action for row in entries(session, limit=500).rows}

    assert report.passed, report.failures
    assert report.size == len(times)
    assert times == sorted(times)
    assert example.at - HISTORY <= times[0] <= times[-1] <= example.at
    assert "act.refused" not in actions
    assert {"policy.published", "change.executed", "vote.cast", "export.ready", "run.finished"} <= actions


def test_nobody_broke_a_duty_to_tell_the_story(example: Example) -> None:
    with example.place.store.reading() as session:
        found = entries(session, limit=500).rows
    by_action = {
        action: {row.actor for row in found if row.action == action}
        for action in ("evidence.uploaded", "validation.concluded", "vote.cast", "change.executed")
    }

    assert by_action == {
        "evidence.uploaded": {example.actor("developer").id},
        "validation.concluded": {example.actor("validator").id},
        "vote.cast": {example.actor("approver").id, example.actor("approver2").id},
        "change.executed": {example.actor("owner").id},
    }


def test_the_exports_are_ready_and_the_bundle_verifies(example: Example) -> None:
    place = example.place
    with place.store.reading() as session:
        rows = exports_page(session, at=example.at, limit=9).rows
    assert {row.export.format: row.export.status for row in rows} == {
        Format.PDF: ExportStatus.READY,
        Format.BUNDLE: ExportStatus.READY,
    }

    (bundle,) = [row.export.number for row in rows if row.export.format is Format.BUNDLE]
    taken = download(
        place.store, place.ledger, place.exports, export=bundle, actor=example.actor("auditor"), at=example.at
    )
    steps = offline.verify(taken.path.read_bytes(), key=place.ledger.vkey)

    assert [step for step in steps if not step.passed] == []


def test_a_second_call_changes_nothing_and_answers_the_same(example: Example) -> None:
    before = example.counts()

    again = prepare(example.place, at=example.at + timedelta(days=3))

    assert again == example.accounts
    assert example.counts() == before


def test_a_second_start_publishes_no_second_policy_and_keeps_its_keys(example: Example) -> None:
    before = example.counts()

    again = open_workplace(example.place.settings, installed_at=example.at)

    assert example.counts() == before
    assert again.ledger.vkey == example.place.ledger.vkey
    assert again.keys.fingerprint == example.place.keys.fingerprint
    again.store.close()


def test_the_first_policy_is_the_one_that_ships(example: Example) -> None:
    with example.place.store.reading() as session:
        (policy,) = session.exec(select(PolicyVersion)).all()

    assert (policy.body, policy.published_by) == (default_policy_text(), "system")
    assert policy.effective_from == example.at - HISTORY


# ---- accounts


def test_there_is_an_account_for_each_role_and_a_second_approver(example: Example) -> None:
    assert [(account.username, account.role) for account in example.accounts] == [
        (username, role.value) for username, _, role in CAST
    ]
    assert {Role(account.role) for account in example.accounts} == set(Role)


def test_the_file_with_the_passwords_is_for_this_user_alone(example: Example) -> None:
    kept = example.place.settings.data_dir / "example-accounts.json"

    assert kept.stat().st_mode & 0o777 == 0o600
    assert example.place.settings.data_dir.stat().st_mode & 0o077 == 0
    assert [Account(**row) for row in json.loads(kept.read_text())] == list(example.accounts)


def test_passwords_are_long_different_and_stored_as_argon2_only(example: Example) -> None:
    passwords = {account.password for account in example.accounts}

    with example.place.store.reading() as session:
        hashes = list(session.exec(select(Person.password_hash)).all())

    assert len(passwords) == len(CAST)
    assert min(map(len, passwords)) >= 16
    assert all(str(held).startswith("$argon2id$") for held in hashes)
    assert not any(password in str(held) for password in passwords for held in hashes)
