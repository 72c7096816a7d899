"""The page of personal data: what waits, who decides, and what is shown of it to whom."""

import polars as pl

from app.composition import Workplace
from app.work import work_of
from core.access.personal_data import scan
from core.access.rules import Actor
from core.improvement.incidents.declaring import NewIncident, declare_incident
from core.improvement.incidents.recording import write_note
from core.inventory.rules import Stage
from core.privacy.columns import ask_about_columns
from core.validation.rules import Severity
from tests.builders import Cast, a_version
from tests.pages.desk import Desk, column, today, words

NOTE = "The customer called from +44 20 7946 0958 again."
MASKED = "The customer called from [telephone number] again."
WHY = "The number of our own desk, nobody's."


def _waits(place: Workplace, cast: Cast) -> None:
    """A note of the developer and a column of a table, both of one model of tier 3."""
    at = today()
    model, _ = a_version(place.store, cast, tier=3, stage=Stage.APPROVED, at=at)
    new = NewIncident("Calls", Severity.HIGH, "Many calls came in.", model, ("1.0.0",), "production")
    incident = declare_incident(place.store, place.ledger, new=new, actor=cast.developer, at=at).number
    write_note(place.store, place.ledger, incident=incident, text=NOTE, actor=cast.developer, at=today())
    found = scan(pl.DataFrame({"contact": [f"person{n}@bank.example" for n in range(30)]}))
    ask_about_columns(place.store, place.ledger, model=model, where="predictions", scan=found, actor=cast.developer,
                      at=today())  # fmt: skip


def _on_desk(place: Workplace, person: Actor) -> list[str]:
    with place.store.reading() as session:
        return [task.what for task in work_of(session, person, today()).waiting if task.address == "/privacy"]


def test_what_waits_is_shown_masked_and_by_shape(place: Workplace, cast: Cast, desk: Desk) -> None:
    assert "Nothing waits for a decision." in words(desk.open(cast.administrator, "privacy"))
    _waits(place, cast)

    page = desk.open(cast.validator, "privacy")

    said = words(page)
    assert "1 text and 1 column wait for a decision." in said
    assert column(page, "Text, masked") == [MASKED]
    assert column(page, "Shape", 1) == ["`xxxxxx0@xxxx.xxxxxxx`"]
    assert "7946" not in said
    assert "person0" not in said
    assert _on_desk(place, cast.validator) == [
        "Decide on a text held back (HT0001)",
        "Decide on a column that stopped a table (PF0001)",
    ]
    assert _on_desk(place, cast.developer) == []


def test_a_reviewer_reads_the_text_as_written_and_releases_it(place: Workplace, cast: Cast, desk: Desk) -> None:
    _waits(place, cast)
    page = desk.open(cast.validator, "privacy")
    page.toggle(key="as written HT0001").set_value(True).run()
    assert "7946" in words(page)

    page.button(key="decide_text").click().run()
    assert "A reason has 10 to 2,000 characters" in words(page)
    page.radio(key="text verdict HT0001").set_value("release").run()
    page.text_input(key="text reason HT0001").input(WHY)
    page.button(key="decide_text").click().run()

    assert "HT0001 is released." in words(page)
    assert NOTE in words(desk.open(cast.owner, "incident", incident="IN0001", tab="Time line"))


def test_a_column_is_allowed_until_a_day_and_the_decision_withdrawn(place: Workplace, cast: Cast, desk: Desk) -> None:
    _waits(place, cast)
    page = desk.open(cast.approver, "privacy")
    page.text_input(key="column reason PF0001").input("Made-up addresses of a test set.")
    page.button(key="decide_column").click().run()
    assert "DC0001: column contact of M0001 is allowed here." in words(page)

    page.text_input(key="withdraw reason DC0001").input("The set was exchanged for another.")
    page.button(key="withdraw_column").click().run()
    assert "DC0001 is withdrawn" in words(page)


def test_who_may_not_decide_reads_why(place: Workplace, cast: Cast, desk: Desk) -> None:
    _waits(place, cast)

    page = desk.open(cast.administrator, "privacy")

    assert "You act as administrator" in words(page)
    assert all(page.button(key=key).disabled for key in ("decide_text", "decide_column"))
    assert page.toggle(key="as written HT0001").disabled
