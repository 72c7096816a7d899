"""The drill against pages: every page by everybody, through the checks that the frame and the page itself ask."""

import ast
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from app.assurance.visitors import Visitor
from app.composition import Workplace
from app.navigation import ACCOUNT, PAGES, Page, closed_refusals
from app.signin.claims import claims_of
from app.signin.cookies import user_in_cookies
from app.signin.who import person_behind
from core.access.rules import Permission, permission_refusals
from core.assurance.drill.playing import Cell
from core.assurance.matrix.pages import Opens, pages_open
from core.assurance.matrix.rules import Expected, Played, seen
from core.assurance.rules import Part, Seen

UNSIGNED = frozenset({"401"})
SHUT = frozenset({"page", "permission", "break-glass"})


def play_pages(
    come: Sequence[Visitor], place: Workplace, *, alive: Callable[[], bool] = lambda: True
) -> Iterator[Cell]:
    """Every page by everybody who comes; one that stands in no table is a difference."""
    known = pages_open()
    for page in (*PAGES, ACCOUNT):
        if not alive():
            return
        name = f"page {page.address}"
        if page.address not in known:
            yield Cell(Part.WAYS_IN, "anybody", name, "", "", "to be written in the table", "unlisted", Seen.OPEN)
            continue
        for one in come:
            wanted, played = _wanted(one, known[page.address]), _opened(page, one, place)
            yield Cell(Part.WAYS_IN, one.name, name, "", "", wanted.words, played.words, seen(wanted, played))


def _wanted(one: Visitor, opens: Opens) -> Expected:
    if not one.inside:
        return Expected((UNSIGNED,))
    may = opens.roles is None or bool(one.reads_as & opens.roles)
    return Expected() if may and not (one.only_reads and opens.acts) else Expected((SHUT,))


def _opened(page: Page, one: Visitor, place: Workplace) -> Played:
    """What the frame asks before it draws a page, then what the page asks first."""
    claims = claims_of(user_in_cookies(one.cookies), place.settings)
    who = person_behind(place, claims) if claims else None
    if who is None:
        return Played(codes=UNSIGNED)
    if who.must_set_up:
        return Played(other="a second factor is to be set up first")
    guard = guard_of(page)
    reasons = (
        *closed_refusals(page, who.actor),
        *(permission_refusals(who.actor, guard) if guard is not None else ()),
    )
    return Played(codes=frozenset(one.code for one in reasons)) if reasons else Played(done=True)


@cache
def guard_of(page: Page) -> Permission | None:
    """The permission that the page's file requires; none where it asks only that somebody is signed in."""
    for node in ast.walk(ast.parse(page.path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(
                func=ast.Name(id="require"), args=[ast.Attribute(value=ast.Name(id="Permission"), attr=name)]
            ):
                return Permission[name]
    return None
