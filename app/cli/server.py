"""A pipeline's side of the API: sends a request, repeats it under the same key, says what went wrong."""

import ipaddress
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict, cast
from urllib.parse import quote, urlsplit

import httpx

ATTEMPTS = 4
FIRST_PAUSE = 0.5
MOMENTARY = frozenset({502, 503, 504})
Query = Sequence[tuple[str, str]]


class Proof(TypedDict):
    """Where an act stands in the ledger."""

    index: int
    receipt: str
    entry: str


class Check(TypedDict):
    """One figure against its threshold."""

    metric: str
    subject: str
    value: float | None
    interval: list[float] | None
    threshold: float | None
    direction: str
    required: bool
    verdict: str
    reason: str
    clause: str


class Count(TypedDict):
    """How the checks came out."""

    outcome: str


class Run(TypedDict):
    """A validation."""

    run: str
    status: str
    step: str
    steps_done: int
    steps_total: int
    error: str
    verdicts: Count | None
    checks: list[Check]


class Registered(TypedDict):
    """A model and version that were registered."""

    model: str
    version: str
    ledger: Proof


class HandedIn(TypedDict):
    """Evidence that was taken in."""

    evidence: str
    rows: int
    file_digest: str
    evidence_digest: str
    personal_data: list[dict[str, object]]
    ledger: Proof


class Started(TypedDict):
    """A validation that was started."""

    run: str
    ledger: Proof


class Unreachable(Exception):
    """The server did not answer, or answered with something that is not ours."""


class Rejected(Exception):
    """The server said no; `reasons` holds every one."""

    def __init__(self, title: str, reasons: Sequence[str]) -> None:
        self.title, self.reasons = title, tuple(reasons)
        super().__init__("\n".join((title, *(f"  - {reason}" for reason in reasons))))


class Server:
    """The API at one address, used with one token."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self._client = httpx.Client(
            base_url=f"{self.url}/api",
            headers={"Authorization": f"Bearer {token}", "User-Agent": "countersign"},
            timeout=httpx.Timeout(30, read=600),  # a large upload is inspected before it is answered
            trust_env=not is_loopback(url),  # a proxy of the environment cannot reach ourselves
        )

    def register(self, record: Mapping[str, object], model: str | None, key: str) -> Registered:
        """Register a model with its version, or the next version of `model`."""
        path = f"/models/{quote(model, safe='')}/versions" if model else "/models"
        return cast(Registered, self._send("POST", path, key=key, record=record))

    def hand_in(self, model: str, version: str, kind: str, source: Path | str, query: Query, key: str) -> HandedIn:
        """Stream a file up as evidence of this kind, or have the server fetch it from an address."""
        path = _path(model, version, f"evidence/{kind}")
        if isinstance(source, str):
            done = self._send("POST", f"{path}/reference", key=key, query=query, record={"address": source})
        else:
            done = self._send("PUT", path, key=key, query=[("filename", source.name), *query], file=source)
        return cast(HandedIn, done)

    def start(self, model: str, version: str, key: str) -> Started:
        """Start the validation."""
        return cast(Started, self._send("POST", _path(model, version, "validations"), key=key))

    def run(self, number: str) -> Run:
        """How far a validation is."""
        return cast(Run, self._send("GET", f"/runs/{quote(number, safe='')}"))

    def _send(
        self,
        method: str,
        path: str,
        *,
        key: str = "",
        query: Query = (),
        record: Mapping[str, object] | None = None,
        file: Path | None = None,
    ) -> object:
        """Repeating is safe: reads change nothing, and a key lets an act happen once."""
        headers = {"Idempotency-Key": key} if key else {}
        pause = FIRST_PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = self._once(method, path, headers, query, record, file)
                if response.status_code not in MOMENTARY:
                    return _content(response)
                trouble = f"it answers {response.status_code}"
            except httpx.InvalidURL as error:
                raise Unreachable(f"{self.url} is not an address: {error}") from None
            except httpx.TransportError as error:
                trouble = str(error) or type(error).__name__
            if attempt < ATTEMPTS:
                time.sleep(pause)
                pause *= 2
        raise Unreachable(f"{self.url} cannot be reached: {trouble}")

    def _once(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        query: Query,
        record: Mapping[str, object] | None,
        file: Path | None,
    ) -> httpx.Response:
        params = httpx.QueryParams(list(query))
        if file is None:
            return self._client.request(method, path, params=params, headers=headers, json=record)
        with file.open("rb") as stream:
            kind = {"Content-Type": "application/octet-stream"}
            return self._client.request(method, path, params=params, headers={**headers, **kind}, content=stream)


def is_loopback(url: str) -> bool:
    """Whether the address is this machine's own."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _path(model: str, version: str, last: str) -> str:
    return f"/models/{quote(model, safe='')}/versions/{quote(version, safe='')}/{last}"


def _content(response: httpx.Response) -> object:
    kind = response.headers.get("content-type", "").partition(";")[0]
    if response.is_success and kind == "application/json":
        return response.json()
    if kind == "application/problem+json":
        raise _rejected(response)
    where = (
        f" It redirects to {response.headers.get('location', '')}; give that address."
        if response.has_redirect_location
        else ""
    )
    raise Unreachable(f"{response.url} answers {response.status_code}, which is not the API of Countersign.{where}")


def _rejected(response: httpx.Response) -> Rejected | Unreachable:
    problem = cast(dict[str, object], response.json())
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Unreachable(str(problem.get("detail", "")))
    refusals = cast(list[dict[str, str]], problem.get("refusals", []))
    problems = cast(list[dict[str, object]], problem.get("problems", []))
    reasons = [*map(_refusal_words, refusals), *map(_problem_words, problems)]
    title = f"{problem.get('title', 'Rejected')} ({response.status_code})"
    return Rejected(title, reasons or [str(problem.get("detail", ""))])


def _refusal_words(refusal: Mapping[str, str]) -> str:
    clause = f" ({refusal['clause']})" if refusal.get("clause") else ""
    return f"{refusal['message'].rstrip('.')}{clause}. {refusal.get('way_out', '')}".rstrip()


def _problem_words(problem: Mapping[str, object]) -> str:
    place = [f"line {problem['line']}"] if problem.get("line") else []
    place += [f"column “{problem['column']}”"] if problem.get("column") else []
    words = [str(problem["reason"])]
    words += [f"found {problem['found']}"] if problem.get("found") else []
    words += [f"expected {problem['expected']}"] if problem.get("expected") else []
    return f"{', '.join(place)}{': ' if place else ''}{', '.join(words)}"
