"""The drill against the real addresses: every route of the API and every download, by everybody, in this process."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import httpx
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from app.api.application import build
from app.api.caller import moment
from app.assurance.bodies import Bodies
from app.assurance.visitors import Visitor
from app.composition import Workplace, workplace
from app.downloads import download_routes
from core.access.people import disable_person
from core.access.rules import TOKEN_SCOPES, Actor, Role
from core.access.tokens import issue_token
from core.assurance.drill.playing import Cell
from core.assurance.drill.records import records_of
from core.assurance.drill.world import REASON, World, hire
from core.assurance.matrix.addresses import Addresses, addresses
from core.assurance.matrix.rules import Expected, Played, seen
from core.assurance.rules import Part, Seen

BASE = "http://drill.example.org"
DENYING = (b"this takes the role", b"Nothing is downloaded while")  # in the words of a refusal that is no JSON
UNSIGNED, DENIED, WANTING = frozenset({"401"}), frozenset({"403"}), frozenset({"permission"})


@dataclass(frozen=True)
class Holder:
    """Who calls: with this header or cookie; `role` is what they hold now, none for whom nothing opens at all."""

    name: str
    header: dict[str, str]
    role: str | None = None
    issued_as: str = "developer"
    scopes: frozenset[str] | None = None

    def wanted(self, known: Addresses, operation: str) -> Expected:
        """What the table says of this address."""
        if self.role is None:
            return Expected((UNSIGNED,))
        may = known.token_may(operation, role=self.role, issued_as=self.issued_as, scopes=self.scopes)
        return Expected() if may else Expected((DENIED,))


def play_routes(
    world: World,
    place: Workplace,
    *,
    application: FastAPI | None = None,
    operations: Collection[str] | None = None,
    alive: Callable[[], bool] = lambda: True,
) -> Iterator[Cell]:
    """Every address of the API, or these operations, by every holder; one that stands in no table is a difference."""
    api = build() if application is None else application
    api.dependency_overrides[workplace] = lambda: place
    api.dependency_overrides[moment] = lambda: world.now
    holders = _holders(world)
    document = api.openapi()
    bodies, known = Bodies(document, world, records_of(world)), addresses()
    app = Starlette(routes=[Mount("/api", api)])
    for template, methods in _paths(document):
        for method, operation in methods.items():
            name = str(operation["operationId"])
            if not alive():
                return
            if operations is not None and name not in operations:
                continue
            if name not in known.routes:
                yield Cell(Part.ROUTES, "anybody", name, "", "", "to be written in the table", "unlisted", Seen.OPEN)
                continue
            path = f"{BASE}/api{bodies.path(template, operation)}"
            body, media = bodies.of(operation)
            content = json.dumps(body).encode() if media == "application/json" else body
            calls = [
                httpx.Request(method.upper(), path, headers=_headers(one, media), content=content)  # type: ignore[arg-type]
                for one in holders
            ]
            for one, played in zip(holders, _answers(app, calls), strict=True):
                yield _cell(Part.ROUTES, one.name, name, one.wanted(known, name), played)


def play_files(
    world: World, place: Workplace, come: Sequence[Visitor], *, alive: Callable[[], bool] = lambda: True
) -> Iterator[Cell]:
    """Every address from which a file leaves: anonymous, by sessions that are none, and in every role."""
    known, routes = addresses(), download_routes(place)
    app = Starlette(routes=routes)
    for route in routes:
        assert isinstance(route, Route)
        if not alive():
            return
        if route.path not in known.files:
            yield Cell(Part.FILES, "anybody", route.path, "", "", "to be written in the table", "unlisted", Seen.OPEN)
            continue
        address = f"{place.settings.public_url.rstrip('/')}{_filled(route.path, world)}"
        calls = [httpx.Request("GET", address, headers=one.header) for one in come]
        for one, played in zip(come, _answers(app, calls), strict=True):
            if not one.inside:
                wanted = Expected((UNSIGNED,))
            else:
                may = known.person_may(route.path, one.role) and not one.only_reads
                wanted = Expected() if may else Expected((DENIED,))
            yield _cell(Part.FILES, one.name, route.path, wanted, played)


def _cell(part: Part, who: str, what: str, wanted: Expected, played: Played) -> Cell:
    """An address is open as soon as it does not refuse for want of access; what it then says is another matter."""
    if wanted.allowed and not played.done and not played.codes:
        played = Played(done=True) if not played.other.startswith("5") else played
    return Cell(part, who, what, "", "", wanted.words, played.words, seen(wanted, played))


def _holders(world: World) -> tuple[Holder, ...]:
    """Tokens of every state and of every role that somebody may have gone on to."""
    made = [
        Holder("anonymous", {}),
        Holder("no such token", _bearer("countersign_" + secrets.token_urlsafe(32))),
        Holder("token revoked", _bearer(world.tokens["revoked"].secret)),
        Holder("token expired", _bearer(world.tokens["expired"].secret)),
        Holder(
            "token without the scope", _bearer(world.tokens["narrow"].secret), Role.DEVELOPER.value,
            scopes=frozenset({"code:report"}),
        ),
    ]  # fmt: skip
    gone, secret = _with_token(world, "gone", Role.DEVELOPER)
    world.do(disable_person, person=gone, reason=REASON, actor=world.actor("administrator"))
    made.append(Holder("token of a person disabled", _bearer(secret)))
    for issued_as in (Role.DEVELOPER, Role.OWNER):
        person, secret = _with_token(world, f"holds {issued_as}", issued_as)
        made.append(Holder(f"token of {issued_as}", _bearer(secret), issued_as.value, issued_as.value))
    for role in (*(one for one in Role if one not in (Role.DEVELOPER, Role.OWNER)), None):
        person, secret = _with_token(world, f"became {role or 'nothing'}", Role.DEVELOPER)
        world.set_roles(person, frozenset({role} if role else ()))
        now = role.value if role else "no role"
        made.append(Holder(f"developer's token, {now} by now", _bearer(secret), now))
    return tuple(made)


def _with_token(world: World, name: str, role: Role) -> tuple[str, str]:
    """A person, and the secret of a token of theirs with every scope they can give it."""
    person = hire(world, name.replace(" ", "-"), frozenset({role}))
    actor = Actor(person, frozenset({role}))
    issued = world.do(
        issue_token, name="drill", scopes=TOKEN_SCOPES & actor.permissions, expires_at=world.an_hour_on, actor=actor
    )
    return person, issued.secret


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def _headers(one: Holder, media: str) -> dict[str, str]:
    return {**one.header, "Idempotency-Key": secrets.token_hex(8)} | ({"Content-Type": media} if media else {})


def _answers(app: Starlette, calls: Sequence[httpx.Request]) -> list[Played]:
    return asyncio.run(_asked(app, calls))


async def _asked(app: Starlette, calls: Sequence[httpx.Request]) -> list[Played]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    found = []
    for call in calls:
        answer = await transport.handle_async_request(call)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        body = await _read(answer.stream.__aiter__())
        found.append(_played(answer.status_code, body))
    return found


async def _read(stream: AsyncIterator[bytes]) -> bytes:
    return b"".join([part async for part in stream])


def _played(status: int, body: bytes) -> Played:
    """What an answer says: refused for want of access, refused for another rule, or let in."""
    if status == 401:
        return Played(codes=UNSIGNED)
    if status == 403:
        codes = _codes(body) or (WANTING if any(one in body for one in DENYING) else frozenset({"another reason"}))
        if codes & {"token-scope", "permission", "break-glass"}:
            return Played(codes=codes | DENIED)
        return Played(other=f"403 {' '.join(sorted(codes))}")
    return Played(done=True) if status < 400 else Played(other=str(status))


def _codes(body: bytes) -> frozenset[str]:
    try:
        said = json.loads(body)
    except ValueError:
        return frozenset()
    found = said.get("refusals", []) if isinstance(said, dict) else []
    return frozenset(str(one.get("code")) for one in found)


def _paths(document: object) -> Iterator[tuple[str, dict[str, dict[str, object]]]]:
    paths = document.get("paths", {}) if isinstance(document, dict) else {}
    yield from sorted(paths.items())


def _filled(path: str, world: World) -> str:
    version = next(one for stage, one in world.at.items() if stage == "in production")
    filled = {
        "{batch}": "B0001", "{event}": "drill", "{form}": "csv", "{audit}": "AU0001", "{export}": "X0001",
        "{run}": "R0001", "{kind}": "csv", "{request}": "SR0001", "{review}": "AR0001",
        "{model}": version.model, "{version}": version.version,
    }  # fmt: skip
    for place, value in filled.items():
        path = path.replace(place, value)
    return path.replace("{document}", "DOC0001" if path.endswith("/document") else "dossier.json")
