"""A request as the edge looks at it: what is asked for, from where, and by whom it says it is."""

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from starlette.types import Scope

CALLBACK = "/oauth2callback"
LOGIN = "/auth/login"  # where a page sends somebody who is to sign in, for the first time or anew
NOT_PAGES = (
    "/idp/",
    "/auth/",
    "/api/",
    "/app/",
    "/static/",
    "/_stcore/",
    "/media/",
    "/component/",
    "/scim/",
    "/exports/",
    "/metrics",
    "/health/",
)

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Asked:
    """What the edge looks at in a request."""

    method: str
    path: str
    query: str
    host: str
    origin: str
    accept: str
    referer: str
    authorised: bool
    cookies: dict[str, str]

    @classmethod
    def from_scope(cls, scope: Scope) -> "Asked":
        headers: dict[bytes, bytes] = dict(scope["headers"])

        def text(name: bytes) -> str:
            return headers.get(name, b"").decode("latin-1")

        return cls(
            method=scope.get("method", ""),
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            host=text(b"host"),
            origin=text(b"origin"),
            accept=text(b"accept"),
            referer=text(b"referer"),
            authorised=b"authorization" in headers,
            cookies=_cookies(b"; ".join(value for name, value in scope["headers"] if name == b"cookie")),
        )

    @property
    def is_page(self) -> bool:
        """Whether a browser asks for a page of the application."""
        wants_page = self.method in {"GET", "HEAD"} and "text/html" in self.accept
        return wants_page and self.path != CALLBACK and not self.path.startswith(NOT_PAGES)

    @property
    def is_scrape(self) -> bool:
        """A scraper that shows a token comes by any name; a browser that was led here by another has none to show."""
        return self.path == "/metrics" and self.authorised

    @property
    def address(self) -> str:
        return quote(self.path) + (f"?{self.query}" if self.query else "")


def _cookies(header: bytes) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header.decode("latin-1")).items()}
    except CookieError:
        return {}
