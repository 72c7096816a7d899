"""A planted personal datum, chased through every exit and found in none."""

import io
import json
import logging
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select
from starlette.applications import Starlette
from starlette.routing import Mount
from streamlit.testing.v1 import AppTest

from app.api import api
from app.composition import Workplace, workplace
from app.logs.net import netted
from app.navigation import ACCOUNT, PAGES, open_to
from core.access.personal_data import scan
from core.access.rules import TOKEN_SCOPES, Actor
from core.access.tokens import issue_token
from core.errors import GovernanceError
from core.improvement.incidents.declaring import NewIncident, declare_incident
from core.improvement.incidents.recording import write_note
from core.inventory.rules import Stage
from core.jobs.outbox.service import enqueue_message
from core.jobs.outbox.tables import Channel, OutboxMessage
from core.jobs.tables import Job
from core.monitoring.alerts.handling import close_alert
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert
from core.monitoring.alerts.vocabulary import Cause
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.service import record_production
from core.privacy.columns import ask_about_columns
from core.reports.data import to_json
from core.reports.formats.html import html_page
from core.reports.formats.laying import laid
from core.reports.formats.xlsx import xlsx_export
from core.reports.templates import build_report
from core.reports.typeset.rendering import render_pdf
from core.reports.values.report import Asked, Subject, SubjectKind
from core.store.types import microseconds
from core.validation.challenge import ask
from core.validation.rules import Severity
from tests.builders import Cast, a_version
from tests.pages.desk import Desk, today, words
from tests.personal_data.planted import EMAIL, TEXT, kept, traces

LOG = logging.getLogger("countersign.test")


def _entrances(place: Workplace, cast: Cast, model: str) -> Iterator[Callable[[], object]]:
    """Ways in which people and pipelines bring a text in; records refuse it, the others keep it masked."""
    store, ledger, at = place.store, place.ledger, today()
    new = NewIncident("Calls", Severity.HIGH, "Many calls came in.", model, ("1.0.0",), "production")
    incident = declare_incident(store, ledger, new=new, actor=cast.developer, at=at).number
    yield lambda: declare_incident(
        store, ledger, actor=cast.developer, at=today(),
        new=NewIncident(TEXT[:110], Severity.HIGH, TEXT, model, ("1.0.0",), "production"),
    )  # fmt: skip
    yield lambda: write_note(store, ledger, incident=incident, text=TEXT, actor=cast.developer, at=today())
    yield lambda: ask(
        store, ledger, model=model, version="1.0.0", text=TEXT, actor=cast.validator, at=today()
    )  # fmt: skip
    yield lambda: _alert(place, model)
    yield lambda: close_alert(
        store, ledger, alert="AL0001", cause=Cause.DATA, words=TEXT, actor=cast.owner, at=today()
    )  # fmt: skip
    yield lambda: _stream(place, cast, model)
    yield lambda: _job(place)
    yield lambda: _message(place)
    yield lambda: ask_about_columns(
        store, ledger, model=model, where=TEXT[:150], scan=scan(pl.DataFrame({EMAIL: [TEXT] * 9})),
        actor=cast.developer, at=today(),
    )  # fmt: skip
    yield lambda: LOG.warning("It failed for %s", TEXT)


def _refusal(enter: Callable[[], object]) -> GovernanceError | None:
    try:
        enter()
    except GovernanceError as error:
        return error
    return None


def _alert(place: Workplace, model: str) -> None:
    signal = Signal(AlertKind.FLAGGED_OUTPUT, "planted", Severity.HIGH, title=TEXT[:110], detail=TEXT, model=model,
                    version="1.0.0", environment="production")  # fmt: skip
    with place.store.transaction() as tx:
        raise_alert(tx, place.ledger, signal, at=today())


def _stream(place: Workplace, cast: Cast, model: str) -> None:
    rows = pa.table({"id": ["1"], "at": [microseconds(today() - timedelta(hours=1))], "question": [TEXT],
                     "prediction": [TEXT]})  # fmt: skip
    record_production(place.store, place.ledger, place.files, model=model, kind=BatchKind.INFERENCES, rows=rows,
                      version="1.0.0", actor=cast.developer, at=today())  # fmt: skip


def _job(place: Workplace) -> None:
    with place.store.transaction() as tx:
        tx.session.add(Job(kind="validation", slot="planted", error=TEXT, queued_at=today()))


def _message(place: Workplace) -> None:
    with place.store.transaction() as tx:
        enqueue_message(tx, Channel.WEBHOOK, "WH0001", "planted", json.dumps({"said": TEXT}), at=today())


def _pages(desk: Desk, people: Sequence[Actor], queries: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every page, for the first of these people to whom it opens."""
    left = [*PAGES, ACCOUNT]
    for person in people:
        page = desk.open(person, "my_work")
        for one in [each for each in left if open_to(each, person.roles)]:
            left.remove(one)
            page.switch_page(f"../pages/{one.file}")
            for name, value in queries.items():
                page.query_params[name] = value
            page.run()
            yield one.address, _everything(page)
    assert left == []


def _everything(page: AppTest) -> str:
    """What stands on the page: texts and tables, and what its widgets hold."""
    widgets = (*page.text_input, *page.text_area, *page.selectbox, *page.caption, *page.warning, *page.info)
    return words(page) + "\n".join(str(one.value) for one in widgets)


def _answers(place: Workplace, actor: Actor, queries: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every GET that the document of the API names."""
    scopes = TOKEN_SCOPES & actor.permissions
    token = issue_token(place.store, place.ledger, name="reader", scopes=scopes, actor=actor,
                        expires_at=today() + timedelta(days=1), at=today())  # fmt: skip
    client = TestClient(Starlette(routes=[Mount("/api", api)]), "http://testserver/api/", raise_server_exceptions=False)
    client.headers["Authorization"] = f"Bearer {token.secret}"
    for path, acts in json.loads(json.dumps(api.openapi()))["paths"].items():
        if "get" in acts:
            address = re.sub(r"{(\w+)}", lambda found: queries.get(found.group(1), "M0001"), path).removeprefix("/")
            answer = client.get(address)
            assert answer.status_code < 500, path
            yield path, answer.text


def _reports(place: Workplace, model: str) -> Iterator[tuple[str, str]]:
    """A dossier and an incident report in every form, with what lies inside the packed ones."""
    at = today()
    for template, subject in (
        ("dossier", Subject(SubjectKind.VERSION, model, "1.0.0")),
        ("incident", Subject(SubjectKind.INCIDENT, "IN0001")),
    ):
        with place.store.reading() as session:
            report = build_report(session, Asked(template, subject, at), reference="X0001", origin="test",
                                  vkey=place.ledger.vkey, generated_by="P0001", at=at)  # fmt: skip
        assert report.screening.texts > 20
        yield f"{template} as JSON", to_json(report).decode()
        yield f"{template} as HTML", html_page(report)[0].decode()
        yield f"{template} as XLSX", _unpacked(xlsx_export(laid(report), at=at))
        if template == "dossier":
            yield f"{template} as PDF", _streams(render_pdf(report))


def _unpacked(archive: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        return "\n".join(files.read(name).decode("latin-1") for name in files.namelist())


def _streams(pdf: bytes) -> str:
    """The streams of a PDF as they are once unpacked, and the rest of it: attached data lie there as text."""
    found = [pdf.decode("latin-1")]
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompressobj().decompress(match.group(1)).decode("latin-1"))
        except zlib.error:
            continue
    return "\n".join(found)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """The application log under its net."""
    sink, former = io.StringIO(), logging.getLogRecordFactory()
    handler = logging.StreamHandler(sink)
    logging.getLogger().addHandler(handler)
    logging.setLogRecordFactory(netted(former))
    yield sink
    logging.setLogRecordFactory(former)
    logging.getLogger().removeHandler(handler)


def test_a_planted_personal_datum_comes_out_of_no_exit(
    place: Workplace,
    cast: Cast,
    desk: Desk,
    written: io.StringIO,
) -> None:
    """Pages, API, reports in every form, messages, ledger entries, evidence files, log: the values are in none."""
    model, _ = a_version(place.store, cast, tier=3, stage=Stage.IN_VALIDATION, at=today())
    refused = [str(error) for error in map(_refusal, _entrances(place, cast, model)) if error]
    assert len(refused) < 4, refused
    assert [one for one in refused if traces(one)] == []
    LOG.warning("%s", refused)

    queries = {"model": model, "version": "1.0.0", "incident": "IN0001", "alert": "AL0001", "number": model}
    api.dependency_overrides[workplace] = lambda: place
    exits = [
        *_pages(desk, (cast.validator, cast.owner, cast.administrator, cast.auditor), queries),
        *_answers(place, cast.owner, queries),
        *_reports(place, model),
        ("the application log", written.getvalue()),
    ]
    api.dependency_overrides.clear()
    with place.store.reading() as session:
        exits += [("outbox", body) for body in session.exec(select(OutboxMessage.body)).all()]

    assert {where: traces(text) for where, text in exits if traces(text)} == {}
    assert kept(place.store, place.settings.data_dir) == {}
    masked = [where for where, text in exits if "[payment card]" in text or "\\[payment card" in text]
    assert {"dossier as JSON", "outbox", "the application log"} <= set(masked), masked
    assert len(exits) > 120
