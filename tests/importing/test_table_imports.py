"""An import of a table does what its dry run showed, whole or not at all."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session, col, select

from core.access.rules import Role
from core.errors import Conflict, Refused, Unreadable
from core.inventory.changing import change_model
from core.inventory.importing.plan.values import Outcome
from core.inventory.importing.tables import ImportRecord
from core.inventory.queries import InventoryFilter, inventory, model_page
from core.inventory.rules import Duty, Stage
from core.inventory.tables import Contribution, Dataset, Model, ModelVersion
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from tests.builders import an_actor
from tests.importing.conftest import ROW, Desk, rows_of

SECOND = {"Version": "1.1.0", "Rationale": "Retrained.", "Training dataset version": "2026.2"}


def events(session: Session) -> list[str]:
    bodies = session.exec(select(LogEntry.body).order_by(col(LogEntry.idx))).all()
    return [body.split('"action":"')[1].split('"')[0] for body in bodies]


def test_a_table_is_shown_and_then_registered_whole(desk_on_both: Desk) -> None:
    desk = desk_on_both
    wish = desk.wish(rows_of({}, SECOND, {"Model": "Fraud alarm", "Exposure": "HIGH", "Owner": desk.owner.id}))

    shown = desk.look(wish)
    with desk.store.reading() as session:
        assert inventory(session, InventoryFilter(), limit=9, offset=0).total == 0
    done = desk.make(wish, shown.plan.digest)

    assert [(row.line, row.outcome, row.says[0]) for row in shown.plan.rows] == [
        (2, Outcome.NEW, "registers the model with version 1.0.0"),
        (3, Outcome.NEW, "registers version 1.1.0"),
        (4, Outcome.NEW, "registers the model with version 1.0.0"),
    ]
    assert (done.number, done.counts.models, done.counts.versions, done.counts.datasets) == ("I0001", 2, 3, 3)
    with desk.store.reading() as session:
        page = model_page(session, "M0001", "1.1.0")
        assert (page.model.tier, page.model.owner, page.model.developer) == (3, desk.owner.id, desk.developer.id)
        assert (page.version is not None and page.version.stage, page.training and page.training.version) == (
            Stage.DRAFT,
            "2026.2",
        )
        assert model_page(session, "M0002").model.tier == 2
        assert {part.person for part in session.exec(select(Contribution)).all()} == {desk.owner.id}
        assert {part.duty for part in session.exec(select(Contribution)).all()} == {Duty.DEVELOPMENT}
        record = session.exec(select(ImportRecord)).one()
        assert (record.source, record.digest, record.imported_by) == ("models.csv", shown.file_digest, desk.owner.id)
        assert [str(one) for one in session.exec(select(ModelVersion.change_kind)).all()] == [
            "first version",
            "another minor change",
            "first version",
        ]
        assert events(session).count("version.registered") == 3
        assert events(session)[-1] == "import.made"
        assert verify_store(session, desk.ledger.vkey).passed


def test_what_an_import_registers_equals_what_the_form_registers(desk: Desk) -> None:
    desk.make(desk.wish(rows_of({})))
    with desk.store.reading() as session:
        row, version = session.exec(select(Model)).one(), session.exec(select(ModelVersion)).one()
        from core.inventory.evidence import evidence_digest

        assert version.evidence_digest == evidence_digest(session, row, version)
        assert row.next_review is not None
        assert row.next_review > desk.at


def test_the_same_table_again_is_the_same(desk: Desk) -> None:
    wish = desk.wish(rows_of({}, SECOND))
    desk.make(wish)

    shown = desk.look(wish)

    assert [row.outcome for row in shown.plan.rows] == [Outcome.SAME, Outcome.SAME]
    assert not shown.possible


def test_a_later_version_needs_only_what_it_says(desk: Desk) -> None:
    desk.make(desk.wish(rows_of({})))
    later = {"Number": "M0001", "Version": "1.0.1", "Intended use": "Ranking.", "Limitations": "None known.",
             "Rationale": "A correction.", "Training data": "D0001", "Test data": "D0002"}  # fmt: skip

    done = desk.make(desk.wish([later]))

    assert (done.counts.models, done.counts.versions, done.counts.datasets) == (0, 1, 0)


def test_a_changed_field_is_changed_with_its_history(desk: Desk) -> None:
    desk.make(desk.wish(rows_of({})))
    wish = desk.wish(rows_of({"Business line": "Retail", "Owner": "dan developer"}))

    shown = desk.look(wish)
    desk.make(wish, shown.plan.digest)

    assert shown.plan.rows[0].outcome is Outcome.CHANGED
    assert shown.plan.rows[0].says == (
        "changes business line from “Lending” to “Retail”",
        f"changes owner from “{desk.owner.id}” to “{desk.developer.id}”",
    )
    with desk.store.reading() as session:
        model = session.exec(select(Model)).one()
        assert (model.business_line, model.owner, model.revision) == ("Retail", desk.developer.id, 2)
        assert events(session)[-2:] == ["model.changed", "import.made"]


def test_a_change_that_a_rule_forbids_is_refused_in_the_dry_run(desk: Desk) -> None:
    desk.make(desk.wish(rows_of({})))
    with desk.store.transaction() as tx:
        tx.session.exec(select(ModelVersion)).one().stage = Stage.APPROVED

    shown = desk.look(desk.wish(rows_of({"Purpose": "Something else."})))

    assert str(shown.plan.problems[0]).startswith("line 2: v1.0.0 is approved")
    assert (shown.possible, shown.plan.counts.refused) == (False, 1)
    with desk.store.reading() as session:
        assert session.exec(select(Model.purpose)).one() == ROW["Purpose"]


def test_one_bad_row_keeps_all_out(desk: Desk) -> None:
    wish = desk.wish(rows_of({}, {"Model": "Other", "Owner": "Nobody Known"}))

    with pytest.raises(Unreadable) as error:
        desk.make(wish)

    assert [str(problem) for problem in error.value.problems] == [
        "line 3, column “Owner”: nobody active is called so, found Nobody Known, "
        "expected an active person’s number, user name, e-mail address or full name"
    ]
    with desk.store.reading() as session:
        assert session.exec(select(Model)).all() == []
        assert session.exec(select(Dataset)).all() == []
        assert session.exec(select(ImportRecord)).all() == []
        assert events(session) == []


def test_an_import_is_not_made_when_the_inventory_changed_since_it_was_shown(desk: Desk) -> None:
    desk.make(desk.wish(rows_of({})))
    wish = desk.wish(rows_of({"Business line": "Retail"}))
    shown = desk.look(wish)
    change_model(
        desk.store, desk.ledger, model="M0001", changes={"vendor": "Acme"}, reason="It is bought.",
        expected_revision=1, actor=desk.owner, at=desk.at,
    )  # fmt: skip

    with pytest.raises(Conflict):
        desk.make(wish, shown.plan.digest)


@pytest.mark.parametrize("role", [Role.VALIDATOR, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_others_than_owners_and_developers_cannot_import(desk: Desk, role: Role) -> None:
    wish = desk.wish(rows_of({}))

    with pytest.raises(Refused):
        desk.look(wish, actor=an_actor("P0099", role))
    with pytest.raises(Refused):
        desk.make(wish, desk.look(wish).plan.digest, actor=an_actor("P0099", role))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Version": "1"}, "column “Version”: “1” is not a semantic version"),
        ({"Exposure": "huge"}, "column “Exposure”: not one of the choices, found huge, expected low, medium, high"),
        ({"Exposure": ""}, "column “Exposure”: nothing entered, expected low, medium, high"),
        ({"Purpose": ""}, "column “Purpose”: nothing entered"),
        ({"Test dataset": "", "Test dataset version": "", "Test dataset source": ""}, "column “Test dataset”: nothing"),
        ({"Test dataset source": ""}, "column “Test dataset source”: nothing entered"),
        ({"Model": "x" * 201}, "column “Model”: too long, found 201 characters, expected at most 200"),
        ({"Purpose": "a\x07"}, "column “Purpose”: holds characters that cannot be shown, found U+0007"),
        ({"Next review": "03/04/2027"}, "column “Next review”: a date whose day and month could be mistaken"),
        ({"Next review": "soon"}, "column “Next review”: not a date, found soon, expected YYYY-MM-DD"),
        ({"Next review": "2036-01-01"}, "column “Next review”: later than the policy’s cadence for tier 3 allows"),
        ({"Regulation packs": "nothing-known"}, "column “Regulation packs”: not a regulation pack"),
        ({"Artefact SHA-256": "abc"}, "column “Artefact SHA-256”: not a SHA-256"),
        ({"Kind of change": "retrained or recalibrated"}, "column “Kind of change”: The first version of a model"),
        ({"Number": "M9999"}, "column “Number”: no model has this number, found M9999"),
    ],
)
def test_a_problem_names_line_and_column(desk: Desk, change: dict[str, str], said: str) -> None:
    assert [one for one in desk.said(desk.wish(rows_of(change))) if one.startswith(f"line 2, {said}")]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (({}, {}), "line 3, column “Version”: this version stands on line 2 already, found 1.0.0"),
        (({}, {"Version": "1.2.0"}), "line 3, column “Version”: Version 1.2.0 does not follow 1.0.0"),
        (({}, SECOND | {"Owner": "Dan Developer"}), "line 3, column “Owner”: differs from line 2"),
        (
            ({}, SECOND | {"Test dataset source": "Elsewhere"}),
            "line 3, column “Test dataset source”: line 2 says otherwise, found Elsewhere, expected Warehouse",
        ),
    ],
)
def test_rows_that_contradict_one_another_are_refused(desk: Desk, rows: tuple[dict[str, str], ...], said: str) -> None:
    assert [one for one in desk.said(desk.wish(rows_of(*rows))) if one.startswith(said)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Limitations": "Other."}, "column “Limitations”: the version is registered and cannot be changed"),
        ({"Test dataset": "applications"}, "column “Test dataset”: the version is registered with another dataset"),
        ({"Test dataset source": "Else"}, "column “Test dataset source”: D0002 is registered otherwise"),
    ],
)
def test_a_registered_version_is_not_changed_by_an_import(desk: Desk, change: dict[str, str], said: str) -> None:
    desk.make(desk.wish(rows_of({})))

    assert [one for one in desk.said(desk.wish(rows_of(change))) if said in one]


def test_two_people_of_one_name_are_told_apart_by_number(desk: Desk) -> None:
    from tests.builders import a_person

    twin = a_person(desk.store, Role.OWNER, name="Olga Owner")

    assert f"expected {desk.owner.id} or {twin.id}" in desk.said(desk.wish(rows_of({})))[0]
    assert desk.said(desk.wish(rows_of({"Owner": twin.id}))) == []


def test_columns_are_guessed_by_what_people_call_them_and_can_be_said(desk: Desk) -> None:
    renamed = {("Model owner" if key == "Owner" else "Abteilung" if key == "Business line" else key): value
               for key, value in ROW.items()}  # fmt: skip
    wish = desk.wish([renamed | {"Colour": "green"}])

    shown = desk.look(wish)
    said = dict(shown.plan.columns) | {"business_line": "Abteilung"}
    corrected = desk.look(desk.wish([renamed | {"Colour": "green"}], columns=said))

    assert shown.plan.columns["owner"] == "Model owner"
    assert set(shown.plan.left_out) == {"Abteilung", "Colour"}
    assert (shown.possible, corrected.possible) == (False, True)
    assert corrected.plan.left_out == ("Colour",)


def test_a_constant_stands_where_the_table_says_nothing(desk: Desk) -> None:
    rows = [{key: value for key, value in ROW.items() if key != "Exposure"}]

    assert not desk.look(desk.wish(rows)).possible
    assert desk.look(desk.wish(rows, constants={"exposure": "low"})).possible


def test_a_review_date_is_taken_over(desk: Desk) -> None:
    desk.make(desk.wish(rows_of({"Next review": "2027-03-01"})))

    with desk.store.reading() as session:
        assert session.exec(select(Model.next_review)).one() == datetime(2027, 3, 1, tzinfo=UTC)
