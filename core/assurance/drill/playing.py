"""Plays the matrix: for every principal each act, at each stage, in each relation, and what came back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.access.grants import actor_of
from core.access.rules import Actor, Role
from core.access.sessions import actor_for_session
from core.access.tokens import actor_for_token
from core.assurance.drill.acts import PLAYS, NothingThere
from core.assurance.drill.world import DRAFT, At, World
from core.assurance.matrix.addresses import addresses
from core.assurance.matrix.rules import ANYWHERE, LINE, NOBODY, About, Act, Expected, Played, expected, seen
from core.assurance.matrix.table import matrix
from core.assurance.rules import Part, Seen
from core.errors import GovernanceError, NotFound, Refused

RELATIONS = ("nobody", "contributor", "requester", "owner", "validator", "voter")  # people of the scratch record
AT_FIRST = ("nobody", "contributor", "owner")  # nobody asked for, validated or reviewed a draft
SELF = "self"
ELSEWHERE = "Elsewhere"  # a business line that no model of the scratch record has
BREAK_GLASS = "break-glass"
UNSEEN = frozenset({"not-found", "reach"})


@dataclass(frozen=True)
class Cell:
    """One cell: who, what, where, with what part in it; what the table says, and what came back."""

    part: Part
    principal: str
    act: str
    stage: str
    relation: str
    wanted: str
    answer: str
    seen: Seen

    @property
    def key(self) -> str:
        """The same in every drill."""
        return " | ".join((self.part, self.principal, self.act, self.stage or "-", self.relation or "-"))


@dataclass(frozen=True)
class Principal:
    """Somebody in whose name cells are played: the roles they hold, and how they come in."""

    name: str
    roles: frozenset[Role]
    whole: bool = True  # at every stage and in every relation; otherwise in none
    by: str = ""  # the token that they use, or break-glass access
    reach: Mapping[Role, str] = field(default_factory=dict)  # the business line to which a role of theirs is limited
    counts_as: frozenset[str] | None = None  # the roles that the table is asked for, where it is others


PRINCIPALS: tuple[Principal, ...] = (
    *(Principal(role.value, frozenset({role})) for role in Role),
    Principal("no role", frozenset()),
    Principal(
        "administrator and approver", frozenset({Role.ADMINISTRATOR, Role.APPROVER}), whole=False,
        counts_as=frozenset({"administrator"}),
    ),
    Principal(
        "auditor and validator", frozenset({Role.AUDITOR, Role.VALIDATOR}), whole=False,
        counts_as=frozenset({"auditor"}),
    ),
    Principal(
        "administrator and auditor", frozenset({Role.ADMINISTRATOR, Role.AUDITOR}), whole=False, counts_as=frozenset()
    ),
    Principal("grant that ended", frozenset(), whole=False),
    Principal("token of a developer", frozenset({Role.DEVELOPER}), whole=False, by="kept"),
    Principal(
        "token without the scope", frozenset({Role.DEVELOPER}), whole=False, by="narrow", counts_as=frozenset()
    ),
    Principal("developer's token, approver by now", frozenset({Role.APPROVER}), whole=False, by="kept"),
    *(
        Principal(f"{role} of {said} line", frozenset({role}), whole=False, reach={role: line})
        for role in (Role.OWNER, Role.DEVELOPER, Role.VALIDATOR, Role.APPROVER)
        for said, line in (("this", LINE), ("another", ELSEWHERE))
    ),
    Principal(
        "owner, and validator of another line", frozenset({Role.OWNER, Role.VALIDATOR}), whole=False,
        reach={Role.VALIDATOR: ELSEWHERE},
    ),
    *(
        Principal(f"{role} under break-glass", frozenset({role}), whole=False, by=BREAK_GLASS, counts_as=frozenset())
        for role in (Role.OWNER, Role.DEVELOPER, Role.VALIDATOR, Role.ADMINISTRATOR)
    ),
)  # fmt: skip


def play(
    world: World,
    *,
    whole: bool = False,
    acts: Sequence[Act] | None = None,
    principals: Sequence[Principal] = PRINCIPALS,
    alive: Callable[[], bool] = lambda: True,
) -> Iterator[Cell]:
    """Every cell, one after the other; the record is the same before each. Ends early where `alive` says no.

    A role that may do something is played at every stage in every relation; one that may not, where nothing else
    stands against the act. With `whole` every role is played everywhere, which takes three times as long. `acts` are
    all of the written table where none is given.
    """
    for principal in principals:
        with world.store.undone():
            for cell in _principal(world, principal, matrix() if acts is None else acts, whole=whole):
                if not alive():
                    return
                yield cell


def _principal(world: World, principal: Principal, acts: Sequence[Act], *, whole: bool) -> Iterator[Cell]:
    relations = RELATIONS if principal.whole else (NOBODY,)
    people = {relation: world.people[relation] for relation in relations}
    if principal.by in world.tokens:
        people = {NOBODY: world.people["tokens"]}
    for person in people.values():
        world.set_roles(person, principal.roles, principal.reach)
    if principal.by == BREAK_GLASS:
        world.break_glass(people[NOBODY], principal.roles)
    if principal.name == "grant that ended":
        world.let_a_grant_end(people[NOBODY], frozenset(Role))
    for act in acts:
        yield from _act(world, principal, act, people, whole=whole)


def _act(world: World, principal: Principal, act: Act, people: dict[str, str], *, whole: bool) -> Iterator[Cell]:
    for stage, relation, person, place in _places(world, principal, act, people, whole=whole):
        cell = _cell(world, principal, act, stage, relation, person, place)
        if cell is not None:
            yield cell


def _places(
    world: World, principal: Principal, act: Act, people: dict[str, str], *, whole: bool
) -> Iterator[tuple[str, str, str, At]]:
    """Stage, relation, person and version of every cell of this act."""
    if not act.stages:
        yield ANYWHERE, NOBODY, people[NOBODY], At("", "")
        if SELF in act.shut_to and not principal.by:
            yield ANYWHERE, SELF, people[NOBODY], At(people[NOBODY], "")
        return
    free = _open_to(act)
    narrow = bool(principal.reach) or principal.by == BREAK_GLASS  # every act, at one stage where it can be done
    everywhere = whole or (principal.whole and wanted_of(principal, act, act.stages[0], free).allowed)
    for stage, place in world.at.items():
        for relation, person in people.items():
            exists = stage != DRAFT or relation in AT_FIRST
            plain = stage in (act.stages[:1] if narrow else act.stages) and (relation == free or len(people) == 1)
            if exists and (everywhere or plain):
                yield stage, relation, person, place


def _cell(
    world: World, principal: Principal, act: Act, stage: str, relation: str, person: str, place: At
) -> Cell | None:
    wanted = wanted_of(principal, act, stage, relation)
    with world.store.undone():
        try:
            played = _played(world, principal, act, person, place)
        except NothingThere:
            return None
    outcome = seen(wanted, played)
    return Cell(Part.USE_CASES, principal.name, act.key, stage, relation, wanted.words, played.words, outcome)


def _open_to(act: Act) -> str:
    """A relation in which nothing stands against the act."""
    return sorted(act.only)[0] if act.only else NOBODY


def wanted_of(principal: Principal, act: Act, stage: str, relation: str) -> Expected:
    """What the table says of this principal."""
    if principal.by == BREAK_GLASS:
        return Expected((frozenset({"break-glass", act.denied} - {"permission"}),))
    if principal.reach:
        return _within_reach(principal, act, stage, relation)
    roles = principal.counts_as
    held = frozenset(role.value for role in principal.roles) if roles is None else roles
    if principal.by and act.scope not in addresses().issued["developer"]:
        held = frozenset()
    return expected(act, roles=held, stage=stage, relation=relation, denied="token-scope" if principal.by else "")


def _within_reach(principal: Principal, act: Act, stage: str, relation: str) -> Expected:
    """What the table says of somebody whose roles are limited: those count that reach what the act is about."""
    held = frozenset(role.value for role in principal.roles)
    lines = {role.value: line for role, line in principal.reach.items()}
    reaching = frozenset(role for role in held if act.about.reached_from(lines.get(role)))
    if act.about is About.MODEL and set(lines) == held and not reaching:
        return Expected((UNSEEN,))  # they may not even know of the record
    if held & act.roles and not reaching & act.roles:
        return Expected((frozenset({"reach"}),))
    return expected(act, roles=reaching, stage=stage, relation=relation)


def _played(world: World, principal: Principal, act: Act, person: str, place: At) -> Played:
    actor = _actor(world, principal, person)
    if actor is None:
        return Played(codes=frozenset({"permission"}))
    try:
        PLAYS[act.key](world, place, actor)
    except Refused as refused:
        return Played(codes=frozenset(one.code for one in refused.refusals))
    except NotFound as error:
        return Played(codes=frozenset({"not-found"})) if principal.reach else Played(other=f"NotFound: {error}"[:300])
    except GovernanceError as error:
        return Played(other=f"{type(error).__name__}: {error}"[:300])
    return Played(done=True)


def _actor(world: World, principal: Principal, person: str) -> Actor | None:
    """Who acts, as every request asks anew."""
    if principal.by == BREAK_GLASS:
        session_id = world.sessions[person]
        return actor_for_session(world.store, session_id=session_id, person=person, at=world.now)
    if principal.by:
        return actor_for_token(world.store, secret=world.tokens[principal.by].secret, at=world.now)
    with world.store.reading() as session:
        return actor_of(session, person, at=world.now)
