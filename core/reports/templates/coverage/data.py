"""What it says as values, and how they are read from the record."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.coverage.reading import ItemCoverage, ModelCoverage
from core.coverage.rules import State
from core.coverage.summary import summarised
from core.inventory.tables import (
    Model,
)
from core.policy.packs.service import known_packs
from core.reports.values.record import PersonLine


@dataclass(frozen=True)
class CountLine:
    """How many items of a pack stand in each state for a model."""

    model: str
    name: str
    pack: str
    title: str
    shown: int
    answered: int
    partly: int
    missing: int
    not_applicable: int


@dataclass(frozen=True)
class ItemLine:
    """One item for the model: its state, what shows it, and the answer of a person."""

    pack: str
    item: str
    title: str
    clause: str
    state: State
    shown_by: tuple[str, ...]
    lacking: tuple[str, ...]
    answer: str
    answered_by: str
    answered_at: datetime | None
    answer_ends: datetime | None


@dataclass(frozen=True)
class CoverageReport:
    """Coverage as data; `items` only for one model."""

    scope: str
    as_of: datetime
    counts: tuple[CountLine, ...]
    items: tuple[ItemLine, ...]
    people: tuple[PersonLine, ...]


def counts_of(session: Session, as_of: datetime) -> tuple[CountLine, ...]:
    """Every model in use with every pack that applies to it."""
    packs = known_packs(session)
    found = summarised(session, as_of)
    rows = session.exec(select(Model).where(col(Model.retired_at).is_(None)).order_by(col(Model.id))).all()
    return tuple(
        CountLine(
            row.number, row.name, pack, packs[pack].title, one.shown, one.answered, one.partly, one.missing,
            one.not_applicable,
        )
        for row in rows
        for pack, one in found[row.id or 0].by_pack.items()
    )  # fmt: skip


def read_items(covered: ModelCoverage) -> tuple[ItemLine, ...]:
    return tuple(_item(pack.pack.id, one) for pack in covered.packs for one in pack.items)


def _item(pack: str, one: ItemCoverage) -> ItemLine:
    answer = one.answer
    shown = [f"{shown.signal.said} {shown.key}".strip() for shown in one.looked_for if shown.held]
    shown += [f"approval {one.approved_on}"] if one.approved_on else []
    return ItemLine(
        pack=pack,
        item=one.item.id,
        title=one.item.title,
        clause=one.item.clause,
        state=one.state,
        shown_by=tuple(shown),
        lacking=tuple(shown.signal.said for shown in one.looked_for if not shown.held),
        answer=f"{answer.outcome}: {answer.reason}" if answer else "",
        answered_by=answer.given_by if answer else "",
        answered_at=answer.given_at if answer else None,
        answer_ends=answer.expires_at if answer else None,
    )


def sums(data: CoverageReport) -> tuple[int, int]:
    """Items that apply, and those shown or answered."""
    covered = sum(one.shown + one.answered for one in data.counts)
    return covered + sum(one.partly + one.missing for one in data.counts), covered
