"""Audits and compliance as pages: the plan, fieldwork, findings and checks, for those who may and those who may not."""

from datetime import timedelta

from sqlmodel import select

from app.work import work_of
from core.access.rules import SYSTEM, Role
from core.audits.following import respond
from core.audits.queries import whole_audit
from core.audits.rules.life import Response, Result
from core.compliance.checks import CHECKS
from core.compliance.service import run_checks
from core.compliance.vocabulary import Source
from core.inventory.rules import Stage
from core.inventory.tables import Model, ProductionPointer
from tests.audits.conftest import SAID, World
from tests.builders import Cast, a_model, a_person, a_version
from tests.pages.desk import Desk, button, column, today, words
from tests.work.test_statements import counted

HOSTILE = "<b>x</b> [y](https://evil.example) ![z](https://evil.example/z.png)"


def a_world(desk: Desk, cast: Cast) -> World:
    """People and three models, on the store of the pages."""
    place = desk.place
    for _ in range(3):
        a_model(place.store, cast)
    return World(place.store, place.ledger, cast, cast.auditor, a_person(place.store, Role.AUDITOR), today())


def test_an_auditor_plans_draws_and_begins_on_pages(desk: Desk, cast: Cast) -> None:
    world = a_world(desk, cast)
    at = desk.open(cast.auditor, "audits")
    assert "No audit is planned." in words(at)

    at = desk.open(cast.auditor, "audit_plan")
    at.text_input[0].input("Approvals " + HOSTILE)
    at.text_area[0].input(SAID)
    criteria = next(one for one in at.multiselect if one.label.startswith("Criteria"))
    criteria.select("sr-26-2 MRM-05")
    button(at, "Plan the audit").click().run()
    assert not at.exception

    at = desk.open(cast.auditor, "audit", audit="AU0001")
    assert "![z]" not in at.title[0].value
    assert button(at, "Begin fieldwork").disabled
    assert "No sample is drawn" in words(at)
    at.number_input[0].set_value(2)
    button(at, "Draw the sample").click().run()
    assert "The sample of AU0001 is drawn" in words(at)
    assert "SHA-256 of AU0001, 1 and the checkpoint" in words(at)
    assert "/exports/AU0001/population?sample=1" in words(at)
    button(at, "Begin fieldwork").click().run()
    assert "Fieldwork of AU0001 has begun" in words(at)
    with world.store.reading() as session:
        assert whole_audit(session, "AU0001").undone == 2

    at = desk.open(cast.owner, "audits")
    assert button(at, "Plan an audit").disabled
    assert "**1 audit** is under way" in words(at)
    assert column(at, "Fieldwork") == ["0 of 2"]


def test_fieldwork_and_findings_go_through_pages(desk: Desk, cast: Cast) -> None:
    world = a_world(desk, cast)
    audit = world.begun(size=1, criteria=(("sr-26-2", "MRM-05"),))
    (item,) = world.items(audit)

    at = desk.open(cast.auditor, "audit", audit=audit, tab="Fieldwork", item=item, criterion="sr-26-2 MRM-05")
    assert "1 conclusion to go." in words(at)
    at.radio[0].set_value(Result.DOES_NOT)
    button(at, "Record the conclusion").click().run()
    assert "The conclusion was not recorded." in at.error[0].value
    at.text_area[0].input(SAID + HOSTILE)
    button(at, "Record the conclusion").click().run()
    assert "Does not conform" in words(at)

    at = desk.open(cast.owner, "audit", audit=audit, tab="Fieldwork", item=item, criterion="sr-26-2 MRM-05")
    assert "not one of this audit" in words(at)
    number = world.raised(audit, item=item, by_criterion="sr-26-2 MRM-05", title="No owner " + HOSTILE)

    at = desk.open(cast.owner, "audit", finding=number)
    at.text_area[0].input(SAID)
    button(at, "Record the response").click().run()
    assert f"The response to {number} is on record" in words(at)
    assert "![z](" not in at.table[1].value.to_string()
    assert all("![z](" not in one.value for one in at.header)
    at.text_area[0].input(SAID) if at.text_area[0].label.startswith("What was done") else at.text_area[1].input(SAID)
    button(at, "Report as done").click().run()
    assert f"{number} is on record as it is now" in words(at)

    at = desk.open(world.second, "my_work")
    assert f"Verify audit finding {number}" in words(at)
    at = desk.open(world.second, "audit", finding=number)
    at.text_area[0].input(SAID)
    button(at, "Verify and close").click().run()
    assert "Nothing is left to do." in words(at)

    at = desk.open(cast.auditor, "audit", audit=audit, tab="Time line")
    assert "audit_finding.verified" in column(at, "What")


def test_an_owner_finds_audit_findings_among_their_work(desk: Desk, cast: Cast) -> None:
    world = a_world(desk, cast)
    audit = world.begun()
    number = world.raised(audit)

    assert f"Answer audit finding {number}" in words(desk.open(cast.owner, "my_work"))
    assert "Fieldwork of the audit" in words(desk.open(cast.auditor, "my_work"))
    assert "audit finding" not in words(desk.open(cast.developer, "my_work"))


def test_all_checks_stand_on_one_screen_and_lead_to_each_cause(desk: Desk, cast: Cast) -> None:
    place = desk.place
    at = desk.open(cast.auditor, "compliance")
    assert "No check has run yet." in words(at)
    assert button(at, "Run all checks now").disabled
    model, version = a_version(place.store, cast, stage=Stage.IN_PRODUCTION, at=today())
    with place.store.transaction() as tx:
        tx.session.add(ProductionPointer(model_id=1, version_id=1, since=today(), moved_by=cast.owner.id))

    at = desk.open(cast.owner, "compliance")
    button(at, "Run all checks now").click().run()
    assert f"CK0001 is on record: 2 checks of {len(CHECKS)} do not hold" in words(at)
    # the other is the evidence of the version, whose file nobody stored
    assert f"2 of {len(CHECKS)} checks deviate: 2 deviations are open." in words(at).replace("**", "")
    assert "Deviates" in column(at, "State")[0]
    loud = ["badge" in severity for severity in column(at, "Severity")]
    assert loud == [True] * 2 + [False] * (len(CHECKS) - 2)  # how grave a check would be is loud where it deviates
    assert "Put right: In production without any change request" in words(desk.open(cast.owner, "my_work"))

    at = desk.open(cast.auditor, "compliance_check", check="production-approved")
    assert f"/model?model={model}&version={version}" in column(at, "What deviates")[0]
    assert column(at, "Run", 1) == ["CK0001"]
    assert button(at, "Record the setting").disabled
    assert button(at, "Run this check now").disabled


def test_an_approver_switches_a_check_off_with_a_reason(desk: Desk, cast: Cast) -> None:
    place = desk.place
    run_checks(place.store, place.ledger, keys=["roles-apart"], source=Source.SCHEDULE, actor=SYSTEM, clock=today)

    at = desk.open(cast.approver, "compliance_check", check="reviews-in-time")
    at.toggle[0].set_value(False)
    button(at, "Record the setting").click().run()
    assert "The setting was not recorded." in at.error[0].value
    at.text_area(key="setting_reason").input("Reviews are tracked elsewhere until January. " + HOSTILE)
    button(at, "Record the setting").click().run()
    assert "The setting is on record" in words(at)
    assert "Switched off" in words(at)
    assert "![z](" not in "".join(one.value.to_string() for one in at.table)


def test_a_late_check_says_so(desk: Desk, cast: Cast) -> None:
    place, once = desk.place, today() - timedelta(days=9)
    act = {"keys": ["roles-apart"], "source": Source.SCHEDULE, "actor": SYSTEM, "clock": lambda: once}
    run_checks(place.store, place.ledger, **act)

    at = desk.open(cast.auditor, "compliance")
    assert any("Overdue" in state for state in column(at, "State"))


def test_a_desk_takes_as_many_statements_for_many_audit_findings_as_for_few(desk: Desk, cast: Cast) -> None:
    """And an auditor is not asked to verify what they had a part in."""
    world = a_world(desk, cast)
    audit = world.begun(size=3)
    store, item = desk.place.store, world.items(audit)[0]
    act = {"store": store, "ledger": world.ledger, "at": today()}

    def answered(count: int) -> None:
        for _ in range(count):
            number = world.raised(audit, item=item)
            respond(**act, finding=number, response=Response.RISK_ACCEPTED, text=SAID, due_at=None, actor=cast.owner)

    def taken() -> tuple[int, int]:
        with counted(store) as seen, store.reading() as session:
            work = work_of(session, world.second, today())
        return len(seen), sum("Verify audit finding" in task.what for task in work.waiting)

    answered(1)
    few = taken()
    answered(4)
    assert taken() == (few[0], 5)
    with store.transaction() as tx:
        model = tx.session.exec(select(Model).where(Model.number == item)).one()
        model.registered_by = world.second.id
        tx.session.add(model)
    assert taken()[1] == 0
