"""Every figure of every report leads back to where it comes from."""

import re
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from core.inventory.tables import Model
from core.ledger.queries import entry
from core.reports.formats.laying import words
from core.reports.layout.blocks import Align, Cell, Cited, Document, Facts, Source, Table
from core.reports.layout.words import NOTHING
from core.reports.texts import changes, shared
from core.reports.values.report import Report
from core.validation.tables import CheckResult, Run
from tests.reports_templates.asking import askable, report
from tests.reports_templates.telling import Told

DATE = re.compile(r"\d{1,2}\u00a0[A-Z][a-z]{2}\u00a0\d{4}")
NUMBER = re.compile(r"[+−]?\d[\d,]*(\.\d+)?(\u00a0%| %)?")
BY_ITSELF = {"Entry", "Clause"}  # the number of an entry is its own source, that of a clause is a name
NAMES = {"Clause", "Tier", shared.GENERATED}  # of rows, and what is the export's own


def cells(document: Document) -> Iterator[tuple[str, Cell, bool]]:
    """Where a cell stands, the cell, and whether its place is one for figures; rows of entries cite themselves."""
    for name, cell in (*document.cover.cards, *document.cover.facts):
        yield f"cover / {name}", cell, False
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Facts):
                yield from ((f"{section.title} / {name}", cell, False) for name, cell in block.rows)
            elif isinstance(block, Table) and not {"Entry", "Leaf"} <= {column.title for column in block.columns}:
                for row in block.rows:
                    for column, cell in zip(block.columns, row, strict=True):
                        figures = column.align is Align.RIGHT and column.title not in BY_ITSELF
                        yield f"{section.title} / {column.title}", cell, figures


def is_figure(cell: Cell, *, place: bool) -> bool:
    """A date, a number by itself, or anything with a digit where figures stand."""
    main, below = words(cell)
    said = f"{main} {below}"
    if main in ("", NOTHING) and below in ("", NOTHING):
        return False
    return bool(DATE.search(said) or NUMBER.fullmatch(main) or (place and re.search(r"\d", said)))


@pytest.fixture(scope="module")
def reports(told: Told) -> list[Report]:
    """Every template on the last model and version of the story, at its end."""
    story = told.story
    with story.store.reading() as session:
        asked = {(one.template, one.subject.kind): one for one in askable(session, told.ends, since=None)}
    return [report(story.store, story.ledger, one, at=told.ends) for one in asked.values()]


def test_no_figure_of_any_report_is_without_a_source(reports: list[Report]) -> None:
    uncited = {
        f"{one.asked.template}: {place}: {words(cell)[0]}"
        for one in reports
        for place, cell, figures in cells(one.document)
        if is_figure(cell, place=figures) and not isinstance(cell, Cited)
        if place.split(" / ")[-1] not in NAMES
    }

    assert uncited == set()


def test_every_source_has_an_entry_that_the_checkpoint_covers(told: Told, reports: list[Report]) -> None:
    wrong = {
        f"{one.asked.template}: {source.path}"
        for one in reports
        for source in sources(one)
        if source.entry is not None and not 0 <= source.entry < one.checkpoint.size
    }
    digests = {source.digest for one in reports for source in sources(one)}

    assert wrong == set()
    assert {len(digest) for digest in digests} <= {0, 64}


def test_a_figure_of_a_run_is_found_where_its_path_leads(told: Told) -> None:
    found = 0
    with told.story.store.reading() as session:
        judged = [one for one in askable(session, told.ends) if one.template == "validation"]
        documents = [report(told.story.store, told.story.ledger, one, at=told.ends).document for one in judged]
        for place, cell, _ in (one for document in documents for one in cells(document)):
            if isinstance(cell, Cited) and place.endswith("/ Figure") and words(cell)[0] != NOTHING:
                run, kind, metric, *subject = cell.source.path.split(" / ")
                value, digest = stored(session, run.removeprefix("run "), kind, metric, " / ".join(subject))
                assert words(cell)[0].replace("−", "-") in (f"{value:.3f}", repr(value))
                assert cell.source.digest == digest
                assert cell.source.entry is not None
                assert entry(session, cell.source.entry).row.action == "run.finished"
                found += 1

    assert found


def test_a_field_of_the_record_is_found_where_its_path_leads(told: Told, reports: list[Report]) -> None:
    statement = next(one for one in reports if one.asked.template == "inventory")
    tiers = [
        cell
        for place, cell, _ in cells(statement.document)
        if place == "Models in use / Tier" and isinstance(cell, Cited)
    ]

    with told.story.store.reading() as session:
        for cell in tiers:
            number = cell.source.path.split(" / ")[0].removeprefix("model ")
            assert str(session.exec(select(Model.tier).where(Model.number == number)).one()) == words(cell)[0]
            assert entry(session, cell.source.entry or 0).leaf.hex() == cell.source.digest
    assert tiers


WHOSE = {  # of what a path ends in, the acts that put it on record, and where it names somebody, who acted
    r"tier|next_review": {
        "model.registered", "model.changed", "model.reviewed", "tier.decided", "tier.ended", "scope.decided",
    },
    r"due_at|raised_at": {
        "finding.raised", "finding.due_extended", "change.requested", "change.returned", "action.opened",
        "action.extended", "condition.set",
    },
    r"asked_at": {"question.asked"},
    r"answered_at": {"question.answered"},
    r"checklist / .*": {"checklist.answered", "checklist.frozen"},
    r"votes / (?P<who>P\d+) / cast_at": {"vote.cast"},
    r"(?:role|function) \w+ / granted_at": {"role.granted", "function.granted"},
    r"(?:role|function) \w+ / withdrawn_at": {"role.withdrawn", "function.withdrawn"},
    r"effective_from|published_at|clause .*": {"policy.published"},
    r"production": {"change.executed", "version.placed", "production.returned"},
}  # fmt: skip


def test_the_entry_of_a_source_is_the_act_that_put_the_figure_on_record(told: Told, reports: list[Report]) -> None:
    wrong, met = set(), set()
    with told.story.store.reading() as session:
        asked = [one for one in askable(session, told.ends) if one.template in ("dossier", "register")]
        every = [*reports, *(report(told.story.store, told.story.ledger, one, at=told.ends) for one in asked)]
        for one in {source for each in every for source in sources(each)}:
            _, _, path = one.path.partition(" / ")
            rule = next((rule for rule in WHOSE if re.fullmatch(rule, path)), None)
            if rule is None or one.entry is None or one.path.startswith("data / "):
                continue
            row, said = entry(session, one.entry).row, re.fullmatch(rule, path)
            met.add(rule)
            if row.action not in WHOSE[rule] or (said and said.groupdict().get("who", row.actor) != row.actor):
                wrong.add(f"{one.path}: entry {one.entry} is {row.action} by {row.actor}")

    assert wrong == set()
    assert len(met) >= 8


def test_a_field_that_changed_is_traced_to_its_own_change_and_not_to_the_last_act(reports: list[Report]) -> None:
    history = next(one for one in reports if one.asked.template == "changes" and not one.asked.subject.number)
    cited = {
        cell.source.entry
        for place, cell, _ in cells(history.document)
        if place.startswith(f"{changes.FIELDS} / ") and isinstance(cell, Cited)
    }

    assert len(cited) > 2
    assert None not in cited


def test_a_bundle_has_the_proof_of_every_entry_that_a_figure_leads_to(reports: list[Report]) -> None:
    lacking = {
        f"{one.asked.template}: {source.path}"
        for one in reports
        for source in sources(one)
        if source.entry is not None and source.entry not in one.entries
    }

    assert lacking == set()


def sources(one: Report) -> list[Source]:
    """Every source that the report cites."""
    return [cell.source for _, cell, _ in cells(one.document) if isinstance(cell, Cited)]


def stored(session: Session, run: str, kind: str, metric: str, subject: str) -> tuple[float, str]:
    """A stored figure, and the digest of its run's result."""
    row = session.exec(select(Run).where(Run.number == run)).one()
    check = session.exec(
        select(CheckResult).where(
            CheckResult.run_id == row.id, CheckResult.kind == kind, CheckResult.metric == metric,
            CheckResult.subject == subject,
        )
    ).one()  # fmt: skip
    assert check.value is not None
    return check.value, row.result_digest
