"""A report of a past moment says what the report of that moment said, whatever happened since."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import col, select

from core.access.grants import load_person
from core.access.people import rename
from core.access.tables import FormerName
from core.inventory.tables import FieldChange, Model
from core.reports.values import Dossier
from tests.reports_templates.asking import differing, report, said
from tests.reports_templates.telling import Told


def test_every_report_of_a_past_moment_says_what_it_said_then(told: Told) -> None:
    found = {}
    for asked, then in told.kept:
        again = report(told.story.store, told.story.ledger, asked, at=told.ends, reference="X9999")
        changed = differing(said(then), said(again))
        if changed:
            found[f"{asked.template} {asked.subject} {asked.as_of}"] = changed[:5]

    assert found == {}


def test_the_story_has_enough_in_it_to_say_so(told: Told) -> None:
    acts = set(told.story.done)

    assert {"execute", "return", "resume", "next version", "aside_retire", "aside_condition"} <= acts


def test_editing_the_row_of_today_changes_no_report_of_a_moment_before_its_last_change(told: Told) -> None:
    """The purpose was changed since, with its history: what the row says by now has no part in the old report."""
    story = told.story
    kept = [(asked, then) for asked, then in told.kept if asked.template == "dossier"]
    asked, then = next((asked, then) for asked, then in kept if changed_since(told, asked.subject.number, asked.as_of))
    with story.store.transaction() as tx:
        before = tx.session.exec(select(Model.purpose).where(Model.number == asked.subject.number)).one()
        tx.session.execute(update(Model).where(col(Model.number) == asked.subject.number).values(purpose="Tampered"))

    again = report(story.store, story.ledger, asked, at=told.ends)

    with story.store.transaction() as tx:
        tx.session.execute(update(Model).where(col(Model.number) == asked.subject.number).values(purpose=before))
    assert differing(said(then), said(again)) == []


def test_people_are_named_as_they_were_called_then_and_somebody_erased_stays_erased(told: Told) -> None:
    story = told.story
    asked, then = next((asked, then) for asked, then in told.kept if asked.template == "dossier")
    assert isinstance(then.data, Dossier)
    number = then.data.people[0].number
    with story.store.transaction() as tx:
        person = load_person(tx.session, number)
        former = person.name
        assert rename(tx, person, "Another Name", at=told.ends)

    again = report(story.store, story.ledger, asked, at=told.ends)
    assert differing(said(then), said(again)) == []

    with story.store.transaction() as tx:  # what an erasure does to both
        tx.session.execute(delete(FormerName).where(col(FormerName.person) == number))
        load_person(tx.session, number).name = f"Erased person {number}"
    erased = report(story.store, story.ledger, asked, at=told.ends)
    with story.store.transaction() as tx:
        load_person(tx.session, number).name = former
    assert f"Erased person {number}" in str(said(erased))
    assert former not in str(said(erased))


def changed_since(told: Told, model: str, moment: datetime) -> bool:
    """Whether the purpose of the model was changed after this moment."""
    with told.story.store.reading() as session:
        later = select(FieldChange.id).where(
            FieldChange.entity == model, FieldChange.field == "purpose", col(FieldChange.changed_at) > moment
        )
        return session.exec(later).first() is not None
