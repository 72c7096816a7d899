"""Administrators keep the channels: whom each reaches, which alerts go there, when it is quiet; and they try it out."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Conflict, NotFound, Problem, Refusal, Refused, Unreadable
from core.inventory.intake import text_problems
from core.inventory.tables import Model
from core.jobs.outbox.tables import OutboxMessage
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.alerts.tables import AlertChannel, AlertRoute
from core.monitoring.alerts.telling import TEST, queue_for, trial_words
from core.monitoring.alerts.vocabulary import ChannelKind
from core.policy.alerting.rules import AlertKind, Severity
from core.store import Store, Transaction
from core.store.numbers import next_number

ADDRESS = re.compile(r"[^@\s,;<>\"\x00-\x1f]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
MOST_ADDRESSES = 50
Seal = Callable[[str, str], str]  # (the channel's number, the target) -> what is stored


@dataclass(frozen=True)
class NewChannel:
    """A channel as entered: `target` is a JSON list of parties, a webhook's number, or what `seal` is to hide."""

    kind: ChannelKind
    name: str
    target: str
    shown: str  # what may be shown of the target
    addresses: int = 0


@dataclass(frozen=True)
class Quiet:
    """Quiet hours: minutes of the day in a zone; None: it is never quiet."""

    begin: int | None = None
    end: int | None = None
    zone: str = "UTC"


@dataclass(frozen=True)
class Route:
    """Which alerts go to a channel; what is empty stands for all."""

    least: Severity = Severity.LOW
    kinds: frozenset[AlertKind] = frozenset()
    tiers: frozenset[int] = frozenset()
    model: str = ""
    environment: str = ""


def channel_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot change channels."""
    return permission_refusals(actor, Permission.HOOK_MANAGE)


def addresses_in(text: str) -> tuple[str, ...]:
    """The mail addresses of a text, apart by commas or lines; raises `Unreadable` for what is none."""
    found = [part.strip() for part in re.split(r"[,;\s]+", text) if part.strip()]
    wrong = [one for one in found if not ADDRESS.fullmatch(one)]
    if wrong or not 0 < len(found) <= MOST_ADDRESSES:
        expected = f"1 to {MOST_ADDRESSES} addresses such as risk@example.org"
        raise Unreadable([Problem("not a list of mail addresses", column="addresses", expected=expected)])
    return tuple(dict.fromkeys(found))


def add_channel(
    store: Store, ledger: Ledger, *, new: NewChannel, seal: Seal, actor: Actor, at: datetime
) -> AlertChannel:
    """Add a channel, which tells nothing before it has a route. Whoever calls has asked whether it may be reached."""
    problems = list(text_problems("name", new.name, longest=100, required=True))
    if problems:
        raise Unreadable(problems)
    with deciding(store, ledger, "add a channel", entity=Entity("channel", "new"), actor=actor, at=at) as tx:
        _refuse(channel_refusals(actor))
        number = next_number(tx.session, "AC")
        secret = new.kind in (ChannelKind.ADDRESSES, ChannelKind.SERVICE)
        row = AlertChannel(
            number=number, kind=new.kind, name=new.name.strip(), shown=new.shown[:500], addresses=new.addresses,
            target=seal(number, new.target) if secret else new.target, added_by=actor.acting_as, added_at=at,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        _record(tx, ledger, Event.CHANNEL_ADDED, row, {"kind": new.kind.value, "name": row.name}, actor, at)
        return row


def close_channel(store: Store, ledger: Ledger, *, channel: str, actor: Actor, at: datetime) -> int:
    """Tell it nothing more; what it was to be told is dropped. The entry."""
    with deciding(store, ledger, "close a channel", entity=Entity("channel", channel), actor=actor, at=at) as tx:
        row = load_channel(tx.session, channel)
        _refuse((*channel_refusals(actor), *_closed(row)))
        row.closed_at, row.target, row.revision = at, "", row.revision + 1
        tx.session.add(row)
        return _record(tx, ledger, Event.CHANNEL_CLOSED, row, {}, actor, at)


def set_quiet(
    store: Store, ledger: Ledger, *, channel: str, quiet: Quiet, seen: int, actor: Actor, at: datetime
) -> int:
    """Set its quiet hours; raises `Conflict` when the channel changed since it was seen. The entry."""
    _check_quiet(quiet)
    with deciding(store, ledger, "change a channel", entity=Entity("channel", channel), actor=actor, at=at) as tx:
        row = load_channel(tx.session, channel)
        if row.revision != seen:
            raise Conflict(f"revision {seen}", f"revision {row.revision}", channel)
        _refuse((*channel_refusals(actor), *_closed(row)))
        row.quiet_from, row.quiet_to, row.zone, row.revision = quiet.begin, quiet.end, quiet.zone, row.revision + 1
        tx.session.add(row)
        payload: dict[str, JsonValue] = {"quiet_from": quiet.begin, "quiet_to": quiet.end, "zone": quiet.zone}
        return _record(tx, ledger, Event.CHANNEL_CHANGED, row, payload, actor, at)


def add_route(store: Store, ledger: Ledger, *, channel: str, route: Route, actor: Actor, at: datetime) -> int:
    """Let these alerts go to the channel from now on. The entry."""
    with deciding(store, ledger, "add a route", entity=Entity("channel", channel), actor=actor, at=at) as tx:
        row = load_channel(tx.session, channel)
        if route.model and tx.session.exec(select(Model.id).where(Model.number == route.model)).first() is None:
            raise NotFound("model", route.model)
        made = AlertRoute(
            channel_id=row.id or 0, least=route.least, kinds=",".join(sorted(route.kinds)),
            tiers=",".join(map(str, sorted(route.tiers))), model=route.model, environment=route.environment[:60],
            added_by=actor.acting_as, added_at=at,
        )  # fmt: skip
        _refuse((*channel_refusals(actor), *_closed(row), *_known(tx.session, made)))
        tx.session.add(made)
        tx.session.flush()
        return _record(tx, ledger, Event.ALERT_ROUTES_SET, row, {"added": route_words(made)}, actor, at)


def end_route(store: Store, ledger: Ledger, *, route: int, actor: Actor, at: datetime) -> int:
    """Let these alerts go there no more. The entry."""
    with deciding(store, ledger, "end a route", entity=Entity("route", str(route)), actor=actor, at=at) as tx:
        found = tx.session.get(AlertRoute, route)
        if found is None:
            raise NotFound("route", route)
        row = tx.session.get_one(AlertChannel, found.channel_id)
        ended = (Refusal("route-ended", "This route has ended", "alerts"),) if found.ended_at else ()
        _refuse((*channel_refusals(actor), *ended))
        found.ended_at = at
        tx.session.add(found)
        return _record(tx, ledger, Event.ALERT_ROUTES_SET, row, {"ended": route_words(found)}, actor, at)


def send_test(store: Store, ledger: Ledger, *, channel: str, url: str, actor: Actor, at: datetime) -> tuple[str, ...]:
    """Queue a message that tells of no alert; the numbers by which the delivery log knows it."""
    with deciding(store, ledger, "test a channel", entity=Entity("channel", channel), actor=actor, at=at) as tx:
        row = load_channel(tx.session, channel)
        _refuse((*channel_refusals(actor), *_closed(row)))
        sent = queue_for(tx, row, trial_words(row, url), topic=TEST, person=actor.id, at=at)
        numbers = tuple(one.number for one in sent)
        _record(tx, ledger, Event.CHANNEL_TESTED, row, {"messages": " ".join(numbers)}, actor, at)
        return numbers


def load_channel(session: Session, number: str) -> AlertChannel:
    """The channel; raises `NotFound`."""
    row = session.exec(select(AlertChannel).where(AlertChannel.number == number)).first()
    if row is None:
        raise NotFound("channel", number)
    return row


def message_of(session: Session, number: str) -> OutboxMessage:
    """A message of the outbox; raises `NotFound`."""
    row = session.exec(select(OutboxMessage).where(OutboxMessage.number == number)).first()
    if row is None:
        raise NotFound("message", number)
    return row


def route_words(route: AlertRoute) -> str:
    """“high and above; breach, no data; tiers 1, 2; M0001; production”."""
    parts = [
        "critical" if route.least is Severity.CRITICAL else f"{route.least} and above",
        route.kinds.replace(",", ", ") or "every kind",
        f"tiers {route.tiers.replace(',', ', ')}" if route.tiers else "",
        route.model,
        route.environment,
    ]
    return "; ".join(filter(None, parts))


def people_target(parties: Sequence[str]) -> str:
    """The target of a channel to people: parties such as `model owner`, and numbers of people."""
    return json.dumps(sorted(parties))


def _check_quiet(quiet: Quiet) -> None:
    problems = []
    if (quiet.begin is None) != (quiet.end is None):
        problems.append(Problem("quiet hours need a beginning and an end", column="quiet hours"))
    try:
        ZoneInfo(quiet.zone)
    except (ZoneInfoNotFoundError, ValueError):
        problems.append(Problem("not a time zone", column="zone", found=quiet.zone[:60], expected="Europe/Berlin, UTC"))
    if problems:
        raise Unreadable(problems)


def _known(session: Session, made: AlertRoute) -> tuple[Refusal, ...]:
    standing = session.exec(
        select(AlertRoute).where(AlertRoute.channel_id == made.channel_id, col(AlertRoute.ended_at).is_(None))
    ).all()
    if any(route_words(one) == route_words(made) for one in standing):
        return (Refusal("route-known", "These alerts go there already", "alerts"),)
    return ()


def _closed(row: AlertChannel) -> tuple[Refusal, ...]:
    return (Refusal("channel-closed", f"{row.number} is closed", "alerts", "Add it anew."),) if row.closed_at else ()


def _record(
    tx: Transaction, ledger: Ledger, event: Event, row: AlertChannel, payload: dict[str, JsonValue], actor: Actor,
    at: datetime,
) -> int:  # fmt: skip
    return ledger.record(tx, event, entity=Entity("channel", row.number), actor=actor, at=at, payload=payload).index


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)
