"""What can be asked for, what cannot be told, and texts as they were entered."""

import csv
from dataclasses import replace
from datetime import timedelta

import pytest

from core.access.rules import SYSTEM
from core.errors import NotFound, Unreadable
from core.inventory.changing import change_model
from core.inventory.rules import Stage
from core.ledger.events import Event
from core.ledger.queries import entries
from core.ledger.service import Ledger
from core.policy.service import default_policy_text, publish
from core.reports.formats.laying import words
from core.reports.templates import TEMPLATES
from core.reports.templates.access import acted
from core.reports.values.report import Asked, Subject, SubjectKind
from core.store import Store
from core.validation.findings import remediate
from core.validation.rules import Severity
from tests.builders import NOON, REASON, Cast, a_cast, a_finding, a_version
from tests.reports_templates.asking import report
from tests.reports_templates.test_citing import cells

EVERYTHING = Subject(SubjectKind.ORGANISATION)
HOSTILE = "=cmd()|'<script>\u202e שלום 日本語 " + "W" * 100
DAY = timedelta(days=1)


@pytest.fixture
def cast(sqlite_store: Store, ledger: Ledger) -> Cast:
    """People, and a ledger that begins with the policy."""
    with sqlite_store.transaction() as tx:
        publish(tx, ledger, default_policy_text(), actor=SYSTEM, at=NOON)
    return a_cast(sqlite_store)


def test_every_template_says_what_it_is() -> None:
    assert len(TEMPLATES) == 13
    for key, one in TEMPLATES.items():
        assert (one.key, bool(one.title), bool(one.subjects)) == (key, True, True)
        assert one.version.split()[-1].isdigit()
        assert one.what.endswith(".")


@pytest.mark.parametrize(
    ("asked", "column"),
    [
        (Asked("nothing", EVERYTHING, NOON), "template"),
        (Asked("dossier", EVERYTHING, NOON), "subject"),
        (Asked("dossier", Subject(SubjectKind.VERSION, "M0001"), NOON), "subject"),
        (Asked("inventory", EVERYTHING, NOON + 9 * DAY), "as_of"),
        (Asked("inventory", EVERYTHING, NOON, NOON - DAY), "since"),
        (Asked("changes", EVERYTHING, NOON, NOON), "since"),
    ],
)
def test_what_cannot_be_asked_is_told_with_its_place(
    sqlite_store: Store, ledger: Ledger, cast: Cast, asked: Asked, column: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        report(sqlite_store, ledger, asked, at=NOON)

    assert column in {problem.column for problem in refused.value.problems}


def test_there_is_no_report_of_a_time_before_the_ledger_began(sqlite_store: Store, ledger: Ledger, cast: Cast) -> None:
    with pytest.raises(NotFound):
        report(sqlite_store, ledger, Asked("inventory", EVERYTHING, NOON - DAY), at=NOON)


def test_there_is_no_dossier_of_a_version_from_before_it_was_registered(
    sqlite_store: Store, ledger: Ledger, cast: Cast
) -> None:
    model, version = a_version(sqlite_store, cast, at=NOON + DAY)
    subject = Subject(SubjectKind.VERSION, model, version)

    with pytest.raises(NotFound):
        report(sqlite_store, ledger, Asked("dossier", subject, NOON + DAY / 2), at=NOON + 2 * DAY)


def test_texts_stand_as_they_were_entered(sqlite_store: Store, ledger: Ledger, cast: Cast) -> None:
    model, _ = a_version(sqlite_store, cast)
    change_model(
        sqlite_store, ledger, model=model, changes={"purpose": HOSTILE, "business_line": HOSTILE[:200]}, reason=REASON,
        expected_revision=None, actor=cast.developer, at=NOON,
    )  # fmt: skip
    asked = Asked("changes", Subject(SubjectKind.MODEL, model), NOON)

    found = report(sqlite_store, ledger, asked, at=NOON)

    fields = {one.field: one.new for one in found.data.fields}  # type: ignore[attr-defined]
    assert fields["purpose"] == HOSTILE
    assert HOSTILE in {words(cell)[0] for _, cell, _ in cells(found.document)}


def test_the_access_report_says_who_acted_on_which_record_how_often_by_then(
    sqlite_store: Store, ledger: Ledger, cast: Cast
) -> None:
    model, _ = a_version(sqlite_store, cast)
    for days in range(3):
        change_model(
            sqlite_store, ledger, model=model, changes={"purpose": f"{REASON} {days}"}, reason=REASON,
            expected_revision=None, actor=cast.developer, at=NOON + days * DAY,
        )  # fmt: skip

    then, since = (
        report(sqlite_store, ledger, Asked("access", EVERYTHING, NOON + 1.5 * DAY, begin), at=NOON + 9 * DAY)
        for begin in (None, NOON + DAY)
    )

    told = [
        (one.kind, one.record, one.times, one.last_at)
        for each in (then, since)
        for one in each.data.acted.records  # type: ignore[attr-defined]
        if one.actor == cast.developer.id
    ]
    assert told == [("model", model, times, NOON + DAY) for times in (2, 1)]


def test_records_that_are_too_many_for_pages_lie_whole_in_an_attached_file(
    sqlite_store: Store, ledger: Ledger, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for model in (a_version(sqlite_store, cast)[0] for _ in range(2)):  # whose builder writes no entries
        change_model(
            sqlite_store, ledger, model=model, changes={"purpose": REASON}, reason=REASON, expected_revision=None,
            actor=cast.developer, at=NOON,
        )  # fmt: skip
    asked = Asked("access", EVERYTHING, NOON)
    whole = report(sqlite_store, ledger, asked, at=NOON)
    monkeypatch.setattr(acted, "MOST", 1)

    found = report(sqlite_store, ledger, asked, at=NOON)

    rows = [(one.actor, one.record, str(one.times)) for one in whole.data.acted.records]  # type: ignore[attr-defined]
    (attached,) = found.attachments
    lines = list(csv.reader(attached.content.decode("utf-8-sig").splitlines()))[1:]
    assert [(line[0], line[2], line[3]) for line in lines] == rows
    assert len(rows) > 1
    assert whole.attachments == ()
    assert f"{len(rows)} rows" in attached.description


def test_the_same_record_gives_the_same_report(sqlite_store: Store, ledger: Ledger, cast: Cast) -> None:
    model, version = a_version(sqlite_store, cast, stage=Stage.VALIDATED)
    asked = Asked("dossier", Subject(SubjectKind.VERSION, model, version), NOON)

    one, other = (report(sqlite_store, ledger, asked, at=NOON) for _ in range(2))

    assert one == other
    assert one.complete


def test_what_an_erased_entry_said_is_missing_and_the_report_is_not_complete(
    sqlite_store: Store, ledger: Ledger, cast: Cast
) -> None:
    model, version = a_version(sqlite_store, cast, stage=Stage.IN_VALIDATION)
    finding = a_finding(sqlite_store, model, version, severity=Severity.MEDIUM)
    for days in (1, 3):  # the second remediation is written over the first
        remediate(
            sqlite_store, ledger, finding=finding, text=f"{REASON} {days}", actor=cast.developer, at=NOON + days * DAY
        )
    asked = Asked("validation", Subject(SubjectKind.VERSION, model, version), NOON + 2 * DAY)
    whole = report(sqlite_store, ledger, asked, at=NOON + 4 * DAY)
    with sqlite_store.reading() as session:
        first = entries(session, action=Event.FINDING_REMEDIATED.value).rows[-1].index
    with sqlite_store.transaction() as tx:
        ledger.erase(tx, first, reason=REASON, actor=SYSTEM, at=NOON + 5 * DAY)

    wanting = report(sqlite_store, ledger, replace(asked), at=NOON + 6 * DAY)

    assert whole.complete
    assert whole.data.findings[0].remediation == f"{REASON} 1"  # type: ignore[attr-defined]
    assert not wanting.complete
    assert wanting.gaps
