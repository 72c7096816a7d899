"""The acts of `countersign ledger` on places outside: list them, add one, send to one, close one."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.composition import Workplace
    from core.access.rules import Actor
    from core.ledger.anchors.queries import PlaceRow

DONE, REFUSED = 0, 2
KINDS = ("folder", "mailbox", "witness", "authority")


def add_places(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the acts."""
    acts.add_parser("places", help="where checkpoints are sent, and what arrived there")
    add = acts.add_parser("add-place", help="send checkpoints to one more place")
    add.add_argument("kind", choices=KINDS)
    add.add_argument("address", metavar="ADDRESS", help="an absolute folder, a mailbox, or the address of a service")
    add.add_argument("--key", default="", help="the witness' verifier key")
    add.add_argument("--certificates", metavar="FILE", type=Path, help="PEM that an authority's tokens lead to")
    add.add_argument("--every", metavar="MINUTES", type=int, default=60, help="5 to 10080; default: 60")
    for name, what in (
        ("send", "let the newest checkpoint leave for a place now"),
        ("close-place", "send nothing there any more"),
    ):
        one = acts.add_parser(name, help=what)
        one.add_argument("place", metavar="PLACE", help="its number, such as AN0001")
        one.add_argument("--by", metavar="PERSON", required=True, help="an administrator")
    add.add_argument("--by", metavar="PERSON", required=True, help="an administrator")


def _list(place: "Workplace", _args: argparse.Namespace) -> int:
    from core.ledger.anchors.queries import places

    with place.store.reading() as session:
        rows = places(session)
    for row in rows:
        print(f"{row.number} {row.kind.value} {row.address}: {_standing(row)}")
    if not rows:
        print("No checkpoint leaves this installation by itself.")
    return DONE


def _standing(row: "PlaceRow") -> str:
    if row.closed_at is not None:
        return "closed"
    arrived = f"{row.size} entries arrived {row.arrived_at:%Y-%m-%d %H:%M} UTC" if row.size else "nothing arrived yet"
    return f"{arrived}; not reached: {row.failing}" if row.failing else arrived


def _add(place: "Workplace", args: argparse.Namespace) -> int:
    from app.anchoring.allowed import check_place
    from app.composition import now
    from core.access.anchoring import add_destination
    from core.ledger.anchors.tables import Outside

    kind = Outside[args.kind.upper()]
    key = args.certificates.read_text(encoding="utf-8") if args.certificates else args.key
    check_place(place, kind, args.address)
    done = add_destination(
        place.store, place.ledger, kind=kind, address=args.address, key=key, every=args.every,
        actor=person(place, args.by), at=now(),
    )  # fmt: skip
    print(f"{done.number} is sent checkpoints from now on: ledger entry {done.entry}.")
    return DONE


def _close(place: "Workplace", args: argparse.Namespace) -> int:
    from app.composition import now
    from core.access.anchoring import close_destination

    done = close_destination(place.store, place.ledger, number=args.place, actor=person(place, args.by), at=now())
    print(f"{done.number} is closed: ledger entry {done.entry}.")
    return DONE


def _send(place: "Workplace", args: argparse.Namespace) -> int:
    from app.composition import now
    from app.delivery.outbox import deliver_once
    from core.access.anchoring import send_now
    from core.ledger.anchors.queries import places

    send_now(place.store, place.ledger, number=args.place, actor=person(place, args.by), at=now())
    while deliver_once(place, at=now()):
        pass
    with place.store.reading() as session:
        row = next(one for one in places(session) if one.number == args.place)
    print(row.failing or f"{row.size} entries arrived.", file=sys.stderr if row.failing else sys.stdout)
    return REFUSED if row.failing else DONE


PLACES = {"places": _list, "add-place": _add, "close-place": _close, "send": _send}


def person(place: "Workplace", named: str) -> "Actor":
    """Who acts, by number or user name, with the roles of this moment; raises `NotFound`."""
    from app.composition import now
    from core.access.grants import actor_of
    from core.access.queries import people
    from core.errors import NotFound

    with place.store.reading() as session:
        found = [one.number for one in people(session, at=now(), search=named) if named in (one.number, one.username)]
        actor = actor_of(session, found[0] if found else named, at=now())
    if actor is None:
        raise NotFound("person", named)
    return actor
