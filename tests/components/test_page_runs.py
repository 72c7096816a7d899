"""The frame without a browser: who sees the sign-in page, and that a session is asked for again at every run."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import composition
from app.composition import Workplace, now
from core.access.rules import Actor
from core.access.sessions import end_session, open_session
from core.access.setup import make_first_link, redeem_link

MAIN = str(Path(__file__).parents[2] / "app" / "main.py")


@pytest.fixture
def place(
    installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, components_found_once: None
) -> Iterator[Workplace]:
    """This process's own workplace, in a folder of the test."""
    shutil.copytree(installation, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(tmp_path))
    composition.workplace.cache_clear()
    opened = composition.workplace()
    yield opened
    opened.store.close()
    composition.workplace.cache_clear()


@pytest.fixture
def ida(place: Workplace) -> Actor:
    link = make_first_link(place.store, place.ledger, at=now())
    assert link is not None
    return redeem_link(
        place.store, place.ledger,
        secret=link, password="correct horse battery staple", username="ida", name="Ida First", at=now(),
    )  # fmt: skip


def visit_as(place: Workplace, person: str, session_id: str = "s1") -> AppTest:
    page = AppTest.from_file(MAIN, default_timeout=30)
    page.user = {
        "is_logged_in": True,
        "iss": place.settings.embedded_issuer,
        "sub": person,
        "sid": session_id,
        "iat": now().timestamp(),
    }
    return page


def open_for(place: Workplace, person: Actor, length: timedelta = timedelta(hours=8)) -> None:
    with place.store.transaction() as tx:
        open_session(tx, place.ledger, session_id="s1", person=person.id, length=length, at=now())


def test_a_stranger_sees_the_sign_in_page(place: Workplace) -> None:
    page = AppTest.from_file(MAIN, default_timeout=30)
    page.user = {"is_logged_in": False}

    page.run()

    assert not page.exception
    assert [button.label for button in page.button] == ["Sign in"]


def test_a_cookie_without_a_session_in_the_store_opens_nothing(place: Workplace, ida: Actor) -> None:
    page = visit_as(place, ida.id).run()

    assert [title.value for title in page.title] == ["Your session has ended"]


def test_somebody_with_a_session_sees_their_work(place: Workplace, ida: Actor) -> None:
    open_for(place, ida)

    page = visit_as(place, ida.id).run()

    assert not page.exception
    assert [title.value for title in page.title] == ["My work"]


def test_an_ended_session_shows_nothing_at_the_next_run(place: Workplace, ida: Actor) -> None:
    open_for(place, ida)
    page = visit_as(place, ida.id).run()
    end_session(place.store, place.ledger, session_id="s1", actor=ida, at=now())

    page.run()

    assert [title.value for title in page.title] == ["Your session has ended"]


@pytest.mark.parametrize("changes", [{"sub": "P0042"}, {"iss": "https://evil.example"}, {"sid": ""}], ids=str)
def test_claims_that_do_not_fit_the_session_open_nothing(place: Workplace, ida: Actor, changes: dict[str, str]) -> None:
    open_for(place, ida)
    page = visit_as(place, ida.id)
    page.user = {**page.user, **changes}

    page.run()

    assert [title.value for title in page.title] == ["Your session has ended"]
