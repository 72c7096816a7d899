"""How every pack is covered for every model at once, counted over sets and kept until the record changes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.coverage.answers import Key, answers_in_force, outcomes
from core.coverage.demands import demand_of, words_of
from core.coverage.gathering import Scope, gather
from core.coverage.keeping import Kept
from core.coverage.rules import Demand, Outcome, State, judge
from core.inventory.tables import Model
from core.policy.packs.service import known_packs
from core.policy.packs.values import Pack


@dataclass(frozen=True, slots=True)
class Counts:
    """How many items of a pack stand in each state."""

    shown: int = 0
    answered: int = 0
    partly: int = 0
    missing: int = 0
    not_applicable: int = 0

    @property
    def applicable(self) -> int:
        """Items that apply."""
        return self.shown + self.answered + self.partly + self.missing

    @property
    def covered(self) -> int:
        """Items that are shown or answered."""
        return self.shown + self.answered

    @property
    def wanting(self) -> int:
        """Items that are missing or shown in part only."""
        return self.partly + self.missing

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.shown + other.shown,
            self.answered + other.answered,
            self.partly + other.partly,
            self.missing + other.missing,
            self.not_applicable + other.not_applicable,
        )

    def __mul__(self, times: int) -> "Counts":
        return Counts(
            self.shown * times,
            self.answered * times,
            self.partly * times,
            self.missing * times,
            self.not_applicable * times,
        )


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """One model: counts by pack that applies and over all, and when the first thing ends that an item rests on."""

    by_pack: Mapping[str, Counts]
    total: Counts
    ends: datetime | None


Summary = Mapping[int, ModelSummary]  # by the model's row number


def summary(session: Session, *, at: datetime) -> Summary:
    """As `summarised` for every model; only what changed since the last call is computed anew."""
    return _SUMMARIES.read(session, at=at)


def summarised(session: Session, at: datetime, models: Sequence[int] | None = None) -> Summary:
    """These models, or all, with their packs, in statements whose number does not grow with the inventory."""
    packs = {pack.id: _Weighed(pack) for pack in known_packs(session).values()}
    words = tuple(sorted(frozenset[str]().union(*(one.words for one in packs.values()))))
    bits = {word: 1 << place for place, word in enumerate(words)}
    masks, ends = Counter[int](), dict[int, datetime]()
    for held in gather(session, Scope.of(models), bits.keys(), at=at):
        masks[held.model] |= bits[held.word]
        if held.until is not None and held.until < ends.get(held.model, held.until.max.replace(tzinfo=at.tzinfo)):
            ends[held.model] = held.until
    answers = answers_in_force(session, at=at, models=models)
    asked = select(Model.id, Model.packs)
    found: dict[int, ModelSummary] = {}
    alike: dict[tuple[tuple[str, Counts], ...], tuple[Mapping[str, Counts], Counts]] = {}  # of many models: kept once
    for model, applying in session.execute(asked if models is None else asked.where(col(Model.id).in_(models))):
        given = answers.of(model)
        said = outcomes(given)
        by_pack: Mapping[str, Counts] = {
            name: packs[name].counts(masks[model], bits, said)
            for name in dict.fromkeys(applying.split())
            if name in packs
        }
        total = sum(by_pack.values(), Counts())
        by_pack, total = alike.setdefault(tuple(by_pack.items()), (by_pack, total))
        until = [*([ends[model]] if model in ends else []), *(row.expires_at for row in given.values())]
        found[model] = ModelSummary(by_pack, total, min(until, default=None) if by_pack else None)
    return found


class _Weighed:
    """A pack whose counts are remembered by what is at hand: many models look alike."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.demands = tuple((item.id, demand_of(pack, item)) for item in pack.items)
        self.words = words_of(demand for _, demand in self.demands)
        self._known: dict[tuple[int, tuple[tuple[str, Outcome], ...]], Counts] = {}

    def counts(self, mask: int, bits: Mapping[str, int], said: Mapping[Key, Outcome]) -> Counts:
        """How the items count for a model with these signals and answers."""
        own = tuple((item, said[self.pack.id, item]) for item, _ in self.demands if (self.pack.id, item) in said)
        key = (mask & self._mask(bits), own)
        if key not in self._known:
            held = frozenset(word for word in self.words if mask & bits[word])
            self._known[key] = counted(self.demands, held, dict(own))
        return self._known[key]

    def _mask(self, bits: Mapping[str, int]) -> int:
        if not hasattr(self, "_all"):
            self._all = sum(bits[word] for word in self.words)
        return self._all


def counted(demands: tuple[tuple[str, Demand], ...], held: frozenset[str], answers: Mapping[str, Outcome]) -> Counts:
    """How many items stand in each state."""
    states = Counter(judge(demand, held, answers.get(item)) for item, demand in demands)
    return Counts(
        states[State.SHOWN],
        states[State.ANSWERED],
        states[State.PARTLY],
        states[State.MISSING],
        states[State.NOT_APPLICABLE],
    )


_SUMMARIES = Kept(summarised, lambda one: one.ends)
