"""A page as one person sees it: the real frame, store and ledger, without a browser."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from app.composition import Workplace
from app.launch import ROOT
from core.access.rules import Actor
from core.access.sessions import open_session
from tests.builders import SERIES

MAIN = ROOT / "app" / "main.py"


@dataclass(frozen=True)
class Desk:
    """Opens pages for people; every opening is a sign-in of its own."""

    place: Workplace

    def open(self, person: Actor, page: str, /, **query: str) -> AppTest:
        """The page with this query, drawn once, and nothing unexpected on it."""
        at = AppTest.from_file(MAIN, default_timeout=120)
        at.user = self._signed_in(person)
        at.run()
        at.switch_page(f"../pages/{page}.py")
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception, at.exception[0].message
        return at

    def _signed_in(self, person: Actor) -> dict[str, object]:
        session, now = f"session-{next(SERIES)}", datetime.now(UTC)
        with self.place.store.transaction() as tx:
            open_session(tx, self.place.ledger, session_id=session, person=person.id, length=timedelta(hours=8), at=now)
        issuer = self.place.settings.embedded_issuer
        return {"is_logged_in": True, "iss": issuer, "sub": person.id, "sid": session, "iat": int(now.timestamp())}


def today() -> datetime:
    """The moment of the pages' clock, which runs on while a test prepares its records."""
    return datetime.now(UTC)


def words(at: AppTest) -> str:
    """Everything that stands in titles, headings, text, messages and tables, as Markdown."""
    parts = [*at.title, *at.header, *at.markdown, *at.error, *at.success]
    cells = [str(cell) for one in at.table for row in one.value.to_numpy().tolist() for cell in row]
    return _letters("\n".join([*(str(part.value) for part in parts), *cells]))


def column(at: AppTest, name: str, table: int = 0) -> list[str]:
    """The cells of a table's column, without escapes."""
    return [_letters(str(cell)) for cell in at.table[table].value[name]]


def button(at: AppTest, label: str) -> Button:
    """The one button with this label."""
    found = [one for one in at.button if one.label == label]
    assert len(found) == 1, f"{len(found)} buttons “{label}” among {[one.label for one in at.button]}"
    return found[0]


def _letters(text: str) -> str:
    """As a reader sees it: no escapes, and no sign that only lets a line break."""
    return text.replace("\u00a0", " ").replace("\u200b", "").replace("\\", "")
