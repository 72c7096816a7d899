"""Every list and search that `benchmarks.inventory` measures, each asked for something else at every call."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from app.work import work_of
from core.access.rules import Actor, Role
from core.approval.queries import ChangeFilter, changes, exceptions, waiting_for
from core.approval.rollout.timeline import timeline
from core.coverage.queries import CoverageFilter, Narrow, coverage_list
from core.cycle.queries import CycleFilter, cycle
from core.cycle.rules import State, Step
from core.inventory.parts.queries import parts
from core.inventory.parts.rules import NodeKind
from core.inventory.queries import FoundKind, InventoryFilter, Sort, find, inventory, model_page
from core.inventory.rules import Stage
from core.ledger.queries import actions, actors, entries
from core.policy.queries import policies
from core.seeding.organisation import PEOPLE
from core.seeding.vocabulary import LAST, LINES, PACKS, PLACES, SUBJECTS, VENDORS
from core.validation.queries import FindingFilter, findings, open_finding_counts, open_findings_of_models

LIMIT = 25
Asks = Callable[[Session, random.Random, "Size"], object]


@dataclass(frozen=True)
class Size:
    """How large the store is, and the moment that reviews are due before."""

    models: int
    versions: int
    entries: int
    at: datetime

    def model(self, draw: random.Random) -> str:
        return f"M{draw.randint(1, self.models):04d}"


def person(role: Role, draw: random.Random) -> Actor:
    """Somebody with this role, as the generator numbers them."""
    first = 1
    for one, count in PEOPLE.items():
        if one is role:
            return Actor(f"P{draw.randrange(first, first + count):04d}", frozenset({role}))
        first += count
    raise KeyError(role)


def listed(session: Session, narrowed: InventoryFilter, draw: random.Random, sort: Sort | None = None) -> None:
    """A page of the inventory as it is shown: its rows and their open findings."""
    page = inventory(session, narrowed, limit=LIMIT, offset=draw.choice((0, 0, 25, 100)), sort=sort)
    open_finding_counts(session, [row.number for row in page.rows])


def questions() -> dict[str, Asks]:
    """Everything that is measured, by name."""
    return {**_inventory(), **_searches(), **_decisions(), **_ledger(), **_computed(), **_work()}


def _inventory() -> dict[str, Asks]:
    chosen = InventoryFilter
    with_findings = {"open_findings": True, "findings": open_findings_of_models()}
    asks: dict[str, Asks] = {
        "inventory": lambda s, d, z: listed(s, chosen(), d),
        "inventory, words": lambda s, d, z: listed(s, chosen(text=f"{d.choice(SUBJECTS)} {d.choice(PLACES)}"), d),
        "inventory, name of a person": lambda s, d, z: listed(s, chosen(text=d.choice(LAST)), d),
        "inventory, business line": lambda s, d, z: listed(s, chosen(business_line=d.choice(LINES)), d),
        "inventory, tier": lambda s, d, z: listed(s, chosen(tier=d.randint(1, 4)), d),
        "inventory, stage": lambda s, d, z: listed(s, chosen(stage=d.choice(tuple(Stage))), d),
        "inventory, review overdue": lambda s, d, z: listed(s, chosen(overdue_at=z.at), d),
        "inventory, owner": lambda s, d, z: listed(s, chosen(owner=person(Role.OWNER, d).id), d),
        "inventory, vendor": lambda s, d, z: listed(s, chosen(vendor=d.choice(VENDORS)), d),
        "inventory, pack": lambda s, d, z: listed(s, chosen(pack=d.choice(PACKS)), d),
        "inventory, in production": lambda s, d, z: listed(s, chosen(in_production=d.random() < 0.5), d),
        "inventory, open findings": lambda s, d, z: listed(s, chosen(**with_findings), d),  # type: ignore[arg-type]
    }
    plain = [sort for sort in Sort if sort not in (Sort.MATCH, Sort.OPEN_FINDINGS)]
    asks |= {f"inventory by {sort}": lambda s, d, z, by=sort: listed(s, chosen(), d, by) for sort in plain}  # type: ignore[misc]
    return asks | {
        "model page": lambda s, d, z: model_page(s, z.model(d)),
        "time line of a model": lambda s, d, z: timeline(s, z.model(d), limit=LIMIT),
        "datasets": lambda s, d, z: parts(s, NodeKind.DATASET, limit=LIMIT, offset=d.choice((0, 500))),
        "datasets, words": lambda s, d, z: parts(s, NodeKind.DATASET, text=d.choice(SUBJECTS), limit=LIMIT, offset=0),
    }


def _searches() -> dict[str, Asks]:
    return {
        "search everything, a name": lambda s, d, z: find(s, d.choice(SUBJECTS), limit=LIMIT, offset=0),
        "search everything, common words": lambda s, d, z: find(s, "retrained newest", limit=LIMIT, offset=0),
        "search everything, a model's number": lambda s, d, z: find(s, z.model(d), limit=LIMIT, offset=0),
        "search everything, nothing": lambda s, d, z: find(s, f"zz{d.random()}", limit=LIMIT, offset=0),
        "search versions": lambda s, d, z: find(
            s, f"git {d.choice(SUBJECTS)}", kind=FoundKind.VERSION, limit=LIMIT, offset=0
        ),
    }


def _decisions() -> dict[str, Asks]:
    return {
        "findings": lambda s, d, z: findings(s, FindingFilter(), limit=LIMIT, offset=d.choice((0, 500))),
        "findings, open": lambda s, d, z: findings(s, FindingFilter(open_only=True), limit=LIMIT, offset=0),
        "changes": lambda s, d, z: changes(s, ChangeFilter(), limit=LIMIT, offset=d.choice((0, 5_000))),
        "changes, tier": lambda s, d, z: changes(s, ChangeFilter(tier=d.randint(1, 4)), limit=LIMIT, offset=0),
        "changes, one model": lambda s, d, z: changes(s, ChangeFilter(model=z.model(d)), limit=LIMIT, offset=0),
        "changes that wait for a vote": lambda s, d, z: waiting_for(s, person(Role.APPROVER, d)),
        "exceptions": lambda s, d, z: exceptions(s, at=z.at, limit=LIMIT),
        "policies": lambda s, d, z: policies(s, at=z.at, limit=LIMIT),
    }


def _ledger() -> dict[str, Asks]:
    return {
        "ledger": lambda s, d, z: entries(s, limit=LIMIT, offset=d.randrange(z.entries)),
        "ledger, who": lambda s, d, z: entries(s, actor=person(Role.DEVELOPER, d).id, limit=LIMIT),
        "ledger, event": lambda s, d, z: entries(s, action="vote.cast", limit=LIMIT),
        "ledger, a rare event": lambda s, d, z: entries(s, action="person.disabled", limit=LIMIT),
        "ledger, who and event": lambda s, d, z: entries(
            s, actor=person(Role.DEVELOPER, d).id, action="run.failed", limit=LIMIT
        ),
        "ledger, one model": lambda s, d, z: entries(s, entity_id=z.model(d), limit=LIMIT),
        "ledger, text": lambda s, d, z: entries(s, text=d.choice((z.model(d), "vote", "finding")), limit=LIMIT),
        "ledger, a month": lambda s, d, z: entries(
            s, since=z.at - timedelta(days=60), until=z.at - timedelta(days=30), action="vote.cast", limit=LIMIT
        ),
        "ledger, what its filters offer": lambda s, d, z: (actors(s), actions(s)),
    }


def _computed() -> dict[str, Asks]:
    def the_cycle(s: Session, z: Size, **narrowed: object) -> object:
        return cycle(s, CycleFilter(**narrowed), at=z.at, limit=LIMIT, offset=0)  # type: ignore[arg-type]

    def coverage(s: Session, z: Size, **narrowed: object) -> object:
        return coverage_list(s, CoverageFilter(**narrowed), at=z.at, limit=LIMIT, offset=0)  # type: ignore[arg-type]

    return {
        "cycle": lambda s, d, z: the_cycle(s, z),
        "cycle, overdue in a step": lambda s, d, z: the_cycle(s, z, step=d.choice(tuple(Step)), state=State.OVERDUE),
        "cycle, words": lambda s, d, z: the_cycle(s, z, text=d.choice(SUBJECTS)),
        "coverage": lambda s, d, z: coverage(s, z),
        "coverage, pack": lambda s, d, z: coverage(s, z, pack=d.choice(PACKS)),
        "coverage, something missing": lambda s, d, z: coverage(s, z, narrow=Narrow.WANTING),
    }


def _work() -> dict[str, Asks]:
    roles = (Role.OWNER, Role.DEVELOPER, Role.VALIDATOR, Role.APPROVER)
    return {f"my work, {role}": lambda s, d, z, of=role: work_of(s, person(of, d), z.at) for role in roles}  # type: ignore[misc]
