"""The download route: nobody anonymous, nobody without the permission, and nothing kept by any cache."""

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from app.composition import Workplace, now
from core.access.people import disable_person
from core.access.sessions import end_session
from core.ledger.queries import entries
from core.reports.service import load_export
from core.reports.tables import ExportDownload, ExportStatus
from tests.builders import NOON, Cast
from tests.downloads.conftest import CONTENT, sign_in

PATH = "/exports/X0001/file"


def taken(place: Workplace) -> int:
    with place.store.reading() as session:
        return len(session.exec(select(ExportDownload)).all())


def last(place: Workplace) -> str:
    with place.store.reading() as session:
        return entries(session, limit=1).rows[0].action


def test_an_auditor_takes_the_file_away_and_no_cache_keeps_it(client: TestClient, place: Workplace, cast: Cast) -> None:
    sign_in(client, place, cast.auditor)

    answer = client.get(PATH)

    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="X0001-M0001-1.0.0-dossier.pdf"'
    assert (taken(place), last(place)) == (1, "export.downloaded")


def test_nobody_anonymous_takes_anything(client: TestClient, place: Workplace) -> None:
    for path in (PATH, "/exports/X0099/file"):  # whether there is an export is not told either
        assert client.get(path).status_code == 401

    assert taken(place) == 0


def test_a_cookie_signed_by_somebody_else_opens_nothing(client: TestClient, place: Workplace, cast: Cast) -> None:
    sign_in(client, place, cast.auditor, secret="another secret that is long enough too")

    assert client.get(PATH).status_code == 401


def test_a_session_that_ended_opens_nothing(client: TestClient, place: Workplace, cast: Cast) -> None:
    sign_in(client, place, cast.auditor)
    end_session(place.store, place.ledger, session_id="s1", actor=cast.auditor, at=now())

    assert client.get(PATH).status_code == 401


def test_somebody_who_was_disabled_takes_nothing(client: TestClient, place: Workplace, cast: Cast) -> None:
    sign_in(client, place, cast.auditor)
    disable_person(
        place.store, place.ledger, person=cast.auditor.id, reason="Left the firm", actor=cast.administrator, at=now()
    )

    assert client.get(PATH).status_code == 401


def test_who_may_not_export_is_refused_in_words_and_on_record(client: TestClient, place: Workplace, cast: Cast) -> None:
    sign_in(client, place, cast.administrator)

    answer = client.get(PATH)

    assert answer.status_code == 403
    assert "You act as administrator" in answer.text
    assert CONTENT not in answer.content
    assert (taken(place), last(place)) == (0, "act.refused")


@pytest.mark.parametrize("status", [ExportStatus.QUEUED, ExportStatus.FAILED])
def test_what_is_not_ready_is_refused(client: TestClient, place: Workplace, cast: Cast, status: ExportStatus) -> None:
    sign_in(client, place, cast.auditor)
    with place.store.transaction() as tx:
        load_export(tx.session, "X0001").status = status

    answer = client.get(PATH)

    assert (answer.status_code, f"Export X0001 is {status}" in answer.text) == (403, True)


def test_what_has_expired_is_refused(client: TestClient, place: Workplace, cast: Cast) -> None:
    sign_in(client, place, cast.auditor)
    with place.store.transaction() as tx:
        load_export(tx.session, "X0001").expires_at = NOON.replace(year=2001)

    assert client.get(PATH).status_code == 403


@pytest.mark.parametrize("number", ["X0099", "..%2F..%2Fetc", "x0001", "%00", "X0001'--"])
def test_what_is_not_there_is_not_found(client: TestClient, place: Workplace, cast: Cast, number: str) -> None:
    sign_in(client, place, cast.auditor)

    assert client.get(f"/exports/{number}/file").status_code == 404


def test_an_answer_that_is_no_file_is_not_kept_either(client: TestClient, place: Workplace, cast: Cast) -> None:
    assert client.get(PATH).headers["cache-control"] == "no-store"
    sign_in(client, place, cast.administrator)
    assert client.get(PATH).headers["cache-control"] == "no-store"


def test_a_file_is_asked_for_and_nothing_else(client: TestClient, place: Workplace, cast: Cast) -> None:
    sign_in(client, place, cast.auditor)

    assert {client.request(method, PATH).status_code for method in ("POST", "PUT", "DELETE")} == {405}
