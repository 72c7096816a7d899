"""A report of a past moment says what the report of that moment said, whatever happened since."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from core.inventory.tables import FieldChange, Model
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


def changed_since(told: Told, model: str, moment: datetime) -> bool:
    """Whether the purpose of the model was changed after this moment."""
    with told.story.store.reading() as session:
        later = select(FieldChange.id).where(
            FieldChange.entity == model, FieldChange.field == "purpose", col(FieldChange.changed_at) > moment
        )
        return session.exec(later).first() is not None
