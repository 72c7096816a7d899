"""Who comes to pages and files in a drill: signed in with every role, under break-glass access, or not at all."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from app.composition import Workplace
from app.signin.cookies import USER_COOKIE
from core.access.break_glass.service import open_break_glass
from core.access.people import disable_person
from core.access.rules import Actor, Role
from core.access.sessions import end_session, open_session
from core.assurance.drill.world import REASON, World, hire


@dataclass(frozen=True)
class Visitor:
    """Somebody at a browser with these cookies; `reads_as` are the roles by which pages open for them.

    `inside` says whether they are signed in at all; under break-glass access `only_reads`.
    """

    name: str
    cookies: Mapping[str, str] = field(default_factory=dict)
    inside: bool = False
    role: str = ""
    reads_as: frozenset[str] = frozenset()
    only_reads: bool = False

    @property
    def header(self) -> dict[str, str]:
        """The cookies as a browser sends them."""
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}


def visitors(world: World, place: Workplace) -> tuple[Visitor, ...]:
    """People who are signed in, and sessions that open nothing."""
    person = world.people["nobody"]
    made = [
        Visitor("anonymous"),
        Visitor("session ended", _cookie(world, place, person, end=True)),
        Visitor("session unknown", _cookie(world, place, person, opened=False)),
        Visitor("cookie signed by somebody else", _cookie(world, place, person, secret=secrets.token_hex(32))),
    ]
    for role in (*Role, None):
        named = role.value if role else "no role"
        visitor = hire(world, f"visits-as-{named.replace(' ', '-')}", frozenset({role} if role else ()))
        made.append(_inside(named, _cookie(world, place, visitor), *([role] if role else ())))
    for role in (Role.DEVELOPER, Role.ADMINISTRATOR):
        made.append(_under_break_glass(world, place, role))
    gone = hire(world, "visits-no-more", frozenset({Role.AUDITOR}))
    cookie = _cookie(world, place, gone)
    world.do(disable_person, person=gone, reason=REASON, actor=world.actor("administrator"))
    made.append(Visitor("person disabled", cookie))
    return tuple(made)


def _inside(name: str, cookies: Mapping[str, str], *roles: Role, only_reads: bool = False) -> Visitor:
    opened = frozenset(role.value for role in roles)
    return Visitor(name, cookies, True, roles[0].value if roles else "no role", opened, only_reads)


def _under_break_glass(world: World, place: Workplace, role: Role) -> Visitor:
    """Somebody who opened break-glass access: pages open as for an auditor, and no act is left of their own role."""
    person = hire(world, f"breaks-glass-as-{role}", frozenset({role}))
    cookies, session_id = _session(world, place, person)
    world.do(open_break_glass, reason=REASON, session_id=session_id, actor=Actor(person, frozenset({role})))
    return _inside(f"{role} under break-glass", cookies, role, Role.AUDITOR, only_reads=True)


def _cookie(
    world: World, place: Workplace, person: str, *, opened: bool = True, end: bool = False, secret: str = ""
) -> Mapping[str, str]:
    cookies, session_id = _session(world, place, person, opened=opened, secret=secret)
    if end:
        world.do(end_session, session_id=session_id, actor=Actor(person))
    return cookies


def _session(
    world: World, place: Workplace, person: str, *, opened: bool = True, secret: str = ""
) -> tuple[Mapping[str, str], str]:
    """The cookie that sign-in leaves, for a session of this person, and the session."""
    session_id = f"drill-{secrets.token_hex(8)}"
    if opened:
        with world.store.transaction() as tx:
            length = place.settings.session_length
            open_session(
                tx, world.ledger, session_id=session_id, person=person, length=length, authenticated_at=world.now,
                at=world.now,
            )  # fmt: skip
    record = {"is_logged_in": True, "iss": place.settings.embedded_issuer, "sub": person, "sid": session_id}
    signed = create_signed_value(
        secret or get_cookie_secret(), USER_COOKIE, json.dumps({**record, "iat": world.now.timestamp()})
    )
    return {USER_COOKIE: signed.decode()}, session_id
