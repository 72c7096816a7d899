"""One model at one version, item by item: what shows it, what is missing, what ends, and who answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.coverage.answers import Key, answers_in_force
from core.coverage.demands import BY_A_PERSON, demand_of, words_of
from core.coverage.gathering import Held, Scope, gather
from core.coverage.rules import Demand, State, judge
from core.coverage.summary import Counts, counted
from core.coverage.tables import CoverageAnswer
from core.errors import NotFound
from core.inventory.moves import load_model, load_version
from core.inventory.tables import Model, ModelVersion
from core.policy.packs.service import known_packs
from core.policy.packs.signals import Signal, SignalKind, parse_signal
from core.policy.packs.values import Pack, PackItem

APPROVED = Signal(SignalKind.ACT, "approved")


@dataclass(frozen=True)
class Shown:
    """One thing that an item asks for: at hand where `held`, by the number `key`, until `until`."""

    signal: Signal
    held: bool
    key: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class ItemCoverage:
    """An item with its state, what was looked for, the answer in force, and the change on which it was approved."""

    item: PackItem
    state: State
    looked_for: tuple[Shown, ...]
    answer: CoverageAnswer | None
    approved_on: str = ""

    @property
    def ends(self) -> datetime | None:
        """When the first of the things ends that it rests on."""
        until = [one.until for one in self.looked_for if one.held and one.until]
        until += [self.answer.expires_at] if self.answer else []
        return min(until, default=None)


@dataclass(frozen=True)
class PackCoverage:
    """A pack for this model."""

    pack: Pack
    items: tuple[ItemCoverage, ...]
    counts: Counts


@dataclass(frozen=True)
class ModelCoverage:
    """A model at a version, with every pack that applies; `unknown` are ids of packs that no longer exist."""

    model: Model
    version: ModelVersion | None
    packs: tuple[PackCoverage, ...]
    unknown: tuple[str, ...] = ()


def model_coverage(
    session: Session, number: str, *, at: datetime, version: str | None = None, pack: str | None = None
) -> ModelCoverage:
    """Coverage of a model at this version, or at the one that counts; of one pack or of all that apply.

    Raises `NotFound`. A `pack` that does not apply is read all the same, so that one can look before it is chosen.
    """
    model = load_model(session, number)
    scope = Scope.of([model.id or 0], version=_version_id(session, number, version))
    known = known_packs(session)
    applying = [pack] if pack else list(dict.fromkeys(model.packs.split()))
    if pack and pack not in known:
        raise NotFound("regulation pack", pack)
    read = tuple(known[one] for one in applying if one in known)
    demands = {(one.id, item.id): demand_of(one, item) for one in read for item in one.items}
    held = {one.word: one for one in gather(session, scope, words_of(demands.values()), at=at)}
    answers = answers_in_force(session, at=at, models=[model.id or 0]).of(model.id or 0)
    covered = tuple(_pack(one, demands, held, answers) for one in read)
    shown = session.execute(select(scope.pairs.c.version)).scalar()
    return ModelCoverage(
        model,
        session.get(ModelVersion, shown) if shown else None,
        covered,
        tuple(one for one in applying if one not in known),
    )


def _version_id(session: Session, number: str, version: str | None) -> int | None:
    return load_version(session, number, version)[1].id if version else None


def _pack(
    pack: Pack, demands: Mapping[Key, Demand], held: Mapping[str, Held], answers: Mapping[Key, CoverageAnswer]
) -> PackCoverage:
    items = tuple(_item(pack, item, demands[pack.id, item.id], held, answers) for item in pack.items)
    weighed = tuple((item.id, demands[pack.id, item.id]) for item in pack.items)
    said = {item: row.outcome for (of_pack, item), row in answers.items() if of_pack == pack.id}
    return PackCoverage(pack, items, counted(weighed, frozenset(held), said))


def _item(
    pack: Pack, item: PackItem, demand: Demand, held: Mapping[str, Held], answers: Mapping[Key, CoverageAnswer]
) -> ItemCoverage:
    answer = answers.get((pack.id, item.id))
    approved = held.get(demand.approved_as)
    return ItemCoverage(
        item=item,
        state=judge(demand, held.keys(), answer.outcome if answer else None),
        looked_for=tuple(_shown(word, held.get(word)) for word in item.shown_by if word not in BY_A_PERSON),
        answer=answer,
        approved_on=approved.key if approved else "",
    )


def _shown(word: str, held: Held | None) -> Shown:
    signal = parse_signal(word)
    if signal is None:
        raise NotFound("signal", word)
    return Shown(signal, held is not None, held.key if held else "", held.until if held else None)


def answers_to(session: Session, model: str, pack: str, item: str) -> tuple[CoverageAnswer, ...]:
    """Every answer ever given to this item, for this model or for the organisation, newest first."""
    row = load_model(session, model)
    return tuple(
        session.exec(
            select(CoverageAnswer)
            .where(
                CoverageAnswer.pack == pack,
                CoverageAnswer.item == item,
                (col(CoverageAnswer.model_id) == row.id) | col(CoverageAnswer.model_id).is_(None),
            )
            .order_by(col(CoverageAnswer.id).desc())
        ).all()
    )
