"""Replays what the ledger says of people, grants, tokens and sessions; each entry changes what is expected."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from core.assurance.permissions.rules import Grant, Said, SessionOpened, TokenGiven
from core.ledger.events import Event

Payload = Mapping[str, object]


def replay(said: Said, action: str, entity: str, payload: Payload | None) -> None:
    """What holds after this entry; `payload` is None where its particulars were erased."""
    _APPLY[action](said, entity, payload)


def _added(said: Said, person: str, _payload: Payload | None) -> None:
    said.people.setdefault(person, False)


def _disabled(said: Said, person: str, _payload: Payload | None) -> None:
    """A person's tokens and sessions end with them, without entries of their own."""
    said.people[person] = True
    for one in said.of.get(person, ()):
        if isinstance(one, TokenGiven):
            one.revoked = True
        elif isinstance(one, SessionOpened):
            one.ended = True


def _enabled(said: Said, person: str, _payload: Payload | None) -> None:
    said.people[person] = False


def _erased(said: Said, person: str, _payload: Payload | None) -> None:
    said.erased.add(person)


def _granted(kind: str) -> Callable[[Said, str, Payload | None], None]:
    def apply(said: Said, person: str, payload: Payload | None) -> None:
        if payload is None:
            said.unknown.add(person)
            return
        what = f"{kind} {payload.get(kind, '')}"
        number = _text(payload, "grant")
        if not number:  # entries of earlier releases name no row
            said.unnumbered[person, what] = said.unnumbered.get((person, what), 0) + 1
            return
        reach = payload.get("reach")
        ends = moment(_text(payload, "ends_at"))
        grant = Grant(person, what, ends, "ends_at" in payload, None if reach is None else str(reach))
        said.grants[f"{kind} {number}"] = grant
        said.of.setdefault(person, []).append(grant)

    return apply


def _withdrawn(kind: str) -> Callable[[Said, str, Payload | None], None]:
    def apply(said: Said, person: str, payload: Payload | None) -> None:
        if payload is None:
            said.unknown.add(person)
            return
        what = f"{kind} {payload.get(kind, '')}"
        named = _text(payload, "grants").split() or _text(payload, "grant").split()
        for number in named:
            if (grant := said.grants.get(f"{kind} {number}")) is not None:
                grant.withdrawn = True
        if not named:  # all that stand of this role, as earlier releases did
            for one in said.of.get(person, ()):
                if isinstance(one, Grant) and one.what == what:
                    one.withdrawn = True
        if (person, what) in said.unnumbered:
            said.unnumbered[person, what] = 0

    return apply


def _issued(said: Said, token: str, payload: Payload | None) -> None:
    if payload is None:
        return
    scopes = frozenset(_text(payload, "scopes").split())
    given = TokenGiven(_text(payload, "person"), scopes, moment(_text(payload, "expires_at")))
    said.tokens[token] = given
    said.of.setdefault(given.person, []).append(given)


def _rotated(said: Said, token: str, payload: Payload | None) -> None:
    if token in said.tokens and payload is not None:
        said.tokens[token].expires_at = moment(_text(payload, "expires_at"))


def _revoked(said: Said, token: str, _payload: Payload | None) -> None:
    if token in said.tokens:
        said.tokens[token].revoked = True


def _opened(said: Said, person: str, payload: Payload | None) -> None:
    if payload is not None:
        opened = SessionOpened(person, moment(_text(payload, "until")))
        said.sessions[_text(payload, "session")] = opened
        said.of.setdefault(person, []).append(opened)


def _ended(said: Said, _person: str, payload: Payload | None) -> None:
    session = said.sessions.get(_text(payload or {}, "session"))
    if session is not None:
        session.ended = True


def _joined(said: Said, model: str, payload: Payload | None) -> None:
    said.members.add(f"{_text(payload or {}, 'group')} {model}")


def _left(said: Said, model: str, payload: Payload | None) -> None:
    said.members.discard(f"{_text(payload or {}, 'group')} {model}")


_APPLY: Mapping[str, Callable[[Said, str, Payload | None], None]] = MappingProxyType(
    {
        Event.PERSON_ADDED.value: _added,
        Event.PERSON_DISABLED.value: _disabled,
        Event.PERSON_ENABLED.value: _enabled,
        Event.PERSON_ERASED.value: _erased,
        Event.ROLE_GRANTED.value: _granted("role"),
        Event.ROLE_WITHDRAWN.value: _withdrawn("role"),
        Event.FUNCTION_GRANTED.value: _granted("function"),
        Event.FUNCTION_WITHDRAWN.value: _withdrawn("function"),
        Event.TOKEN_ISSUED.value: _issued,
        Event.TOKEN_REVOKED.value: _revoked,
        Event.TOKEN_ROTATED.value: _rotated,
        Event.SESSION_OPENED.value: _opened,
        Event.SESSION_ENDED.value: _ended,
        Event.MODEL_GROUP_JOINED.value: _joined,
        Event.MODEL_GROUP_LEFT.value: _left,
    }
)
REPLAYED = tuple(sorted(_APPLY))


def moment(text: str) -> datetime | None:
    """A time as entries write it; None for an empty text."""
    return datetime.fromisoformat(text) if text else None


def _text(payload: Payload, name: str) -> str:
    return str(payload.get(name) or "")
