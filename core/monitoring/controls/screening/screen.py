"""Looks at a batch by every control: what is found, masked, refused, held back, and put up for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from core.access.personal_data import mask
from core.monitoring.controls.screening.finding import draws, masked, rows_found
from core.monitoring.controls.screening.values import Applied, Flag, Outcome, Screening
from core.policy.controls.rules import BY_CHANCE, Control, ControlAction, ControlKind, Side
from core.policy.controls.words import looked_for

ID, AT, PREDICTION, SCORE = "id", "at", "prediction", "score"
OUTPUTS = (PREDICTION, SCORE)
ENOUGH_PERSONAL = frozenset({ControlAction.MASK, ControlAction.FLAG, ControlAction.REFUSE, ControlAction.BLOCK})
MOST_SHOWN, LONGEST_SHOWN = 60, 2000  # columns and characters of a row that people review


def screen(
    frame: pl.DataFrame, applied: Sequence[Applied], *, inputs: Sequence[str], seed: str, most_per_control: int
) -> Screening:
    """Screen rows with `id`, `at` in microseconds, a prediction or a score, and these columns of inputs.

    Every control sees the rows as they came. Personal data is masked in what is kept, and in what is refused, unless
    its control only counts. `seed` decides which outputs a sample draws, and which of too many are put up.
    """
    looked = _Looked(frame, inputs, seed, most_per_control)
    for one in applied:
        looked.at(one)
    return looked.result()


@dataclass
class _Looked:
    frame: pl.DataFrame
    inputs: Sequence[str]
    seed: str
    most: int
    outcomes: list[Outcome] = field(default_factory=list)
    clean: dict[str, pl.Series] = field(default_factory=dict)  # columns without what was masked
    refused: dict[str, pl.Series] = field(default_factory=dict)  # by clause
    held: list[str] = field(default_factory=list)
    chosen: dict[int, list[Control]] = field(default_factory=dict)  # by row

    def at(self, one: Applied) -> None:
        control = one.control
        found, columns, absent = self._found(control)
        total, put_up = int(found.sum()), 0
        if total and control.action is ControlAction.REFUSE:
            self.refused[control.clause] = found
        if total and control.action is ControlAction.BLOCK:
            self.held.append(control.clause)
        if total and control.action is ControlAction.FLAG:
            put_up = self._put_up(control, found)
        rows = 0 if not columns and control.kind is not ControlKind.SAMPLE else self.frame.height
        self.outcomes.append(Outcome(one, rows, total, {name: n for name, n in columns.items() if n}, absent, put_up))

    def result(self) -> Screening:
        clean = self.frame.with_columns(cells.alias(name) for name, cells in self.clean.items())
        refused = pl.Series([False]).new_from_index(0, self.frame.height)
        for found in self.refused.values():
            refused = refused | found
        flags = tuple(self._flag(clean, row, found) for row, found in sorted(self.chosen.items()) if not refused[row])
        return Screening(
            clean.filter(~refused),
            clean.filter(refused),
            tuple(self.outcomes),
            flags,
            tuple(self.held),
            tuple(self.refused),
            self.seed,
        )

    def _found(self, control: Control) -> tuple[pl.Series, Mapping[str, int], tuple[str, ...]]:
        """Rows found, how many by column, and columns that the control names and the batch has not."""
        none = pl.Series([False]).new_from_index(0, self.frame.height)
        if control.kind is ControlKind.SAMPLE:
            drawn = draws(self.seed, control.clause, self.frame[ID].to_list())
            return pl.Series(drawn, dtype=pl.Float64) < control.share, {}, ()
        names, absent = self._columns(control)
        rows, columns = none, dict[str, int]()
        for name in names:
            found = rows_found(control, self.frame[name])
            rows, columns[name] = rows | found, int(found.sum())
            if columns[name] and _masks(control):
                self.clean[name] = masked(control, self.clean.get(name, self.frame[name]))
        if control.kind is ControlKind.REQUIRED and absent:
            return ~none, columns | dict.fromkeys(absent, self.frame.height), absent
        return rows, columns, absent

    def _columns(self, control: Control) -> tuple[list[str], tuple[str, ...]]:
        there = [name for name in (self.inputs if control.side is Side.INPUTS else OUTPUTS) if name in self.frame]
        if control.kind is ControlKind.SCORE_BAND:
            there = [name for name in there if name == SCORE]
        if control.columns:
            absent = tuple(name for name in control.columns if name not in there)
            return [name for name in control.columns if name in there], absent
        return [name for name in there if _fits(control, self.frame[name])], ()

    def _put_up(self, control: Control, found: pl.Series) -> int:
        """All that were found, or as many as may be, drawn by the seed."""
        places = found.arg_true().to_list()
        if len(places) > self.most:
            ids = self.frame[ID].gather(places).to_list()
            ordered = sorted(zip(draws(self.seed, control.clause, ids), places, strict=True))
            places = [place for _, place in ordered[: self.most]]
        for place in places:
            self.chosen.setdefault(place, []).append(control)
        return len(places)

    def _flag(self, clean: pl.DataFrame, row: int, found: Sequence[Control]) -> Flag:
        cells = clean.row(row, named=True)
        return Flag(
            id=str(cells[ID]),
            at=int(cells[AT]),
            clauses=tuple(one.clause for one in found),
            reasons=tuple(_reason(one) for one in found),
            output=_shown(cells, OUTPUTS),
            inputs=_shown(cells, self.inputs),
        )


def _masks(control: Control) -> bool:
    if control.kind is ControlKind.PERSONAL_DATA:
        return control.action in ENOUGH_PERSONAL
    return control.action is ControlAction.MASK


def _fits(control: Control, cells: pl.Series) -> bool:
    """Whether a control of all columns looks at this one: texts by their letters, numbers by their size."""
    if control.kind in (ControlKind.RANGE, ControlKind.SCORE_BAND):
        return cells.dtype.is_numeric()
    return control.kind in (ControlKind.REQUIRED, ControlKind.VOCABULARY) or cells.dtype == pl.String


def _reason(control: Control) -> str:
    said = looked_for(control)
    return f"{control.title}: {said}" if control.kind in BY_CHANCE else f"{control.title}: has {said}"


def _shown(cells: Mapping[str, object], names: Sequence[str]) -> Mapping[str, str]:
    """A row as people see it: every text masked, whatever the policy masks, and cut where it is long."""
    there = [name for name in names if cells.get(name) is not None][:MOST_SHOWN]
    return {name: mask(str(cells[name])[:LONGEST_SHOWN]) for name in there}
