"""A pipeline's side of the API: sends a request, repeats it under the same key, says what went wrong."""

import hashlib
import ipaddress
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlsplit

import httpx

from countersign_client.answers import (
    ComplianceRan,
    EventsRecorded,
    HandedIn,
    ImportDone,
    ImportPlan,
    MetricsReceived,
    ProductionReceived,
    Registered,
    Result,
    Run,
    Started,
)
from countersign_client.errors import Altered, Problem, Refusal, Rejected, Unreachable

ATTEMPTS = 4
FIRST_PAUSE = 0.5
MOMENTARY = frozenset({502, 503, 504})
POLL_SECONDS, SLOWEST_POLL = 0.5, 5.0
PENDING = frozenset({"queued", "running"})
JSON = "application/json"
Query = Sequence[tuple[str, str]]


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

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def register(self, record: Mapping[str, object], model: str | None, key: str) -> Registered:
        """Register a model with its version, or the next version of `model`."""
        path = f"/models/{quote(model, safe='')}/versions" if model else "/models"
        return cast(Registered, self.send("POST", path, key=key, record=record).json())

    def hand_in(self, model: str, version: str, kind: str, source: Path | str, query: Query, key: str) -> HandedIn:
        """Stream a file up as evidence of this kind, or have the server fetch it from an address."""
        path = _path(model, version, f"evidence/{quote(kind, safe='')}")
        if isinstance(source, str):
            done = self.send("POST", f"{path}/reference", key=key, query=query, record={"address": source})
        else:
            done = self.send("PUT", path, key=key, query=[("filename", source.name), *query], file=source)
        return cast(HandedIn, done.json())

    def look_at_import(self, file: Path, query: Query) -> ImportPlan:
        """What an import of this file would do now."""
        return cast(ImportPlan, self.send("PUT", "/imports/dry-run", query=query, file=file).json())

    def import_models(self, file: Path, query: Query, key: str) -> ImportDone:
        """Import models from a file, whole or not at all."""
        return cast(ImportDone, self.send("PUT", "/imports", key=key, query=query, file=file).json())

    def record_events(self, body: bytes, kind: str) -> EventsRecorded:
        """Record events; those on record are left out, so that a repeat has no second effect."""
        return cast(EventsRecorded, self.send("PUT", "/events", body=body, kind=kind).json())

    def hand_in_production(self, model: str, kind: str, file: Path, query: Query, key: str) -> ProductionReceived:
        """Stream a file of production data up: inferences, labels, attributes or reference data."""
        path = f"/models/{quote(model, safe='')}/production/{quote(kind, safe='')}"
        return cast(ProductionReceived, self.send("PUT", path, key=key, query=query, file=file).json())

    def hand_in_metrics(self, model: str, file: Path, query: Query, key: str) -> MetricsReceived:
        """Hand in a file of metric points, as OpenMetrics text or JSON lines."""
        path = f"/models/{quote(model, safe='')}/production/metrics"
        return cast(MetricsReceived, self.send("PUT", path, key=key, query=query, file=file).json())

    def start(self, model: str, version: str, key: str) -> Started:
        """Start the validation."""
        return cast(Started, self.send("POST", _path(model, version, "validations"), key=key).json())

    def report_code(self, model: str, version: str, record: Mapping[str, object], key: str) -> Registered:
        """Put the commit behind a version on record, with its pull request and results."""
        return cast(Registered, self.send("POST", _path(model, version, "code"), key=key, record=record).json())

    def run_compliance(self, checks: Sequence[str] | None, key: str) -> ComplianceRan:
        """Run the routine checks, those named or all that are switched on."""
        record = {"checks": list(checks) if checks is not None else None}
        return cast(ComplianceRan, self.send("POST", "/compliance/runs", key=key, record=record).json())

    def monitoring(self, model: str, environment: str) -> dict[str, Any]:
        """Where a model stands by its newest checks."""
        path, query = f"/models/{quote(model, safe='')}/monitoring", [("environment", environment)]
        return cast(dict[str, Any], self.send("GET", path, query=query).json())

    def run_monitoring(self, model: str, environment: str, unfinished: bool, key: str) -> dict[str, Any]:
        """Have everything checked that is due; the slot of the job."""
        record = {"environment": environment, "unfinished": unfinished}
        path = f"/models/{quote(model, safe='')}/monitoring/run"
        return cast(dict[str, Any], self.send("POST", path, key=key, record=record).json())

    def declare_incident(self, record: Mapping[str, object], key: str) -> dict[str, Any]:
        """Declare an incident; its number and its place in the ledger."""
        return cast(dict[str, Any], self.send("POST", "/incidents", key=key, record=dict(record)).json())

    def note_incident(self, incident: str, record: Mapping[str, object], key: str) -> dict[str, Any]:
        """Write a note into an incident's timeline."""
        path = f"/incidents/{quote(incident, safe='')}/notes"
        return cast(dict[str, Any], self.send("POST", path, key=key, record=dict(record)).json())

    def run_stress_test(self, model: str, version: str, plan: str, key: str) -> dict[str, Any]:
        """Have a version tested by this plan (TOML); the test as it is now."""
        record = {"version": version, "plan": plan}
        path = f"/models/{quote(model, safe='')}/stress-tests"
        return cast(dict[str, Any], self.send("POST", path, key=key, record=record).json())

    def stress_test(self, number: str) -> dict[str, Any]:
        """How far a stress test is, and what it came to."""
        return cast(dict[str, Any], self.send("GET", f"/stress-tests/{quote(number, safe='')}").json())

    def run(self, number: str) -> Run:
        """How far a validation is."""
        return cast(Run, self.send("GET", f"/runs/{quote(number, safe='')}").json())

    def wait(self, number: str, seconds: float) -> Run:
        """The validation once it has ended, or as it is when the time is over."""
        deadline, pause = time.monotonic() + seconds, POLL_SECONDS
        while True:
            found = self.run(number)
            left = deadline - time.monotonic()
            if found["status"] not in PENDING or left <= 0:
                return found
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, SLOWEST_POLL)

    def result(self, number: str) -> Result:
        """Everything that a finished validation computed; raises `Altered` where it has another digest than it says."""
        response = self.send("GET", f"/runs/{quote(number, safe='')}/result")
        digest = hashlib.sha256(response.content).hexdigest()
        said = response.headers.get("etag", "").removeprefix("W/").strip('"')
        if digest != said:
            raise Altered(f"The result of {number} has the digest {digest}, and the server says {said or 'none'}.")
        return Result(number, digest, response.content)

    def send(
        self,
        method: str,
        path: str,
        *,
        key: str = "",
        query: Query = (),
        record: Mapping[str, object] | None = None,
        file: Path | None = None,
        body: bytes | None = None,
        kind: str = "",
    ) -> httpx.Response:
        """Repeating is safe: reads change nothing, and a key lets an act happen once."""
        headers = {"Idempotency-Key": key} if key else {}
        headers |= {"Content-Type": kind} if kind else {}
        pause = FIRST_PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = self._once(method, path, headers, query, record, file, body)
                if response.status_code not in MOMENTARY:
                    return checked(response)
                trouble = f"it answers {response.status_code}"
            except httpx.InvalidURL as error:
                raise Unreachable(f"{self.url} is not an address: {error}") from None
            except httpx.TransportError as error:
                trouble = str(error) or type(error).__name__
            if attempt < ATTEMPTS:
                time.sleep(pause)
                pause *= 2
        raise Unreachable(f"{self.url} cannot be reached: {trouble}")

    def stream(self, method: str, path: str) -> AbstractContextManager[httpx.Response]:
        """One answer, read piece by piece; nothing is repeated."""
        return self._client.stream(method, path)

    def _once(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        query: Query,
        record: Mapping[str, object] | None,
        file: Path | None,
        body: bytes | None,
    ) -> httpx.Response:
        params = httpx.QueryParams(list(query))
        if body is not None:
            return self._client.request(method, path, params=params, headers=headers, content=body)
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


def checked(response: httpx.Response) -> httpx.Response:
    """A success of our API as it is; anything else is raised."""
    kind = response.headers.get("content-type", "").partition(";")[0]
    if response.is_success and kind == JSON:
        return response
    if kind == "application/problem+json":
        raise _rejected(response)
    where = (
        f" It redirects to {response.headers.get('location', '')}; give that address."
        if response.has_redirect_location
        else ""
    )
    raise Unreachable(f"{response.url} answers {response.status_code}, which is not the API of Countersign.{where}")


def _rejected(response: httpx.Response) -> Rejected | Unreachable:
    told = cast(dict[str, object], response.json())
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Unreachable(str(told.get("detail", "")))
    refusals = [_refusal(one) for one in cast(list[dict[str, str]], told.get("refusals", []))]
    problems = [_problem(one) for one in cast(list[dict[str, object]], told.get("problems", []))]
    return Rejected(
        f"{told.get('title', 'Rejected')} ({response.status_code})",
        [*map(str, refusals), *map(str, problems)] or [str(told.get("detail", ""))],
        status=response.status_code,
        kind=str(told.get("type", "")).rpartition(":")[2],
        refusals=refusals,
        problems=problems,
    )


def _refusal(told: Mapping[str, str]) -> Refusal:
    return Refusal(told.get("code", ""), told["message"], told.get("clause", ""), told.get("way_out", ""))


def _problem(told: Mapping[str, object]) -> Problem:
    return Problem(
        reason=str(told["reason"]),
        line=cast(int | None, told.get("line")),
        column=cast(str | None, told.get("column")),
        found=str(told.get("found", "")),
        expected=str(told.get("expected", "")),
    )
