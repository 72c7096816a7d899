"""What each row came to, as engine expressions: predicted right, selected, or off by how much."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Problem, Unreadable
from core.frames.cells import as_text, guess_positive, refuse_missing
from core.frames.expressions import number, types_of
from core.frames.roles import EVEN_CUT, Roles
from core.frames.source import Table
from core.metrics.cells import canonical

MOST_CLASSES = 1_000
LARGEST = 1e100  # so that squares and sums stay numbers
SPELLINGS = "spellings"


@dataclass(frozen=True)
class Outcomes:
    """Engine expressions per row; None where the table cannot tell.

    `predicted` and `truth` are class numbers, `selected` and `right` true or false, `loss` the absolute error.
    """

    predicted: str | None = None
    truth: str | None = None
    selected: str | None = None
    right: str | None = None
    loss: str | None = None
    classes: tuple[str, ...] = ()


def outcomes_of(table: Table, roles: Roles) -> Outcomes:
    """The expressions for a table and its roles; labels compare as in `core.frames.cells`.

    Raises Unreadable where a named column is absent, a label or prediction is missing, a number is none, or there are
    more than 1,000 classes.
    """
    if roles.numbers:
        return _numbers(table, roles)
    named = [name for name in (roles.label, roles.prediction) if name is not None]
    classes = spell(table, *named) if named else {}
    truth = class_of(table.key(roles.label)) if roles.label else None
    positive = roles.positive or guess_positive(classes.values()) or ""
    at = list(classes).index(canonical(positive)) if canonical(positive) in classes else None
    names = tuple(classes.values())
    if roles.prediction:
        predicted = class_of(table.key(roles.prediction))
        selected = f"{predicted} = {at}" if at is not None else None
        return Outcomes(predicted, truth, selected, f"{truth} = {predicted}" if truth else None, classes=names)
    chosen = _selected_by_score(table, roles)
    right = f"({truth} = {at}) = {chosen}" if truth and chosen and at is not None else None
    return Outcomes(chosen, truth, chosen, right, classes=names)


def spell(table: Table, *columns: str, also: Sequence[tuple[Table, str]] = ()) -> dict[object, str]:
    """Remember the classes of these columns in the engine; what each compares as, to how it is first written.

    `also` are columns of other tables in the same engine. Raises Unreadable for a missing value or too many classes.
    """
    texts: set[str] = set()
    for source, name in [*((table, name) for name in columns), *also]:
        key = source.key(name)
        counted = source.groups([key, f"CAST({key} AS VARCHAR)"], MOST_CLASSES + 1)
        refuse_missing(source, [name], [(value, n) for value, _, n in counted])
        if len(counted) > MOST_CLASSES:
            raise Unreadable([Problem("too many classes", column=name, expected=f"at most {MOST_CLASSES}")])
        texts |= {str(spelling) for value, spelling, _ in counted if as_text(value) is not None}
    found: dict[object, str] = {}
    for text in sorted(texts):
        found.setdefault(canonical(text), text)
    order = list(found)
    table.connection.execute(f"CREATE OR REPLACE TEMP TABLE {SPELLINGS} (spelling VARCHAR, class INTEGER)")
    rows = [(text, order.index(canonical(text))) for text in sorted(texts)]
    if rows:
        table.connection.executemany(f"INSERT INTO {SPELLINGS} VALUES (?, ?)", rows)  # noqa: S608  # a constant name
    return found


def class_of(key: str) -> str:
    """The class number of a label or prediction; NULL for one that was not remembered."""
    return f"(SELECT class FROM {SPELLINGS} WHERE spelling = CAST({key} AS VARCHAR))"  # noqa: S608


def refuse_unmeasured(table: Table, column: str) -> None:
    """Every value has to be a finite number, up to 1e100; else Unreadable with the first line and how many."""
    key = table.key(column)
    condition = f"NOT coalesce(abs({number(key, types_of(table)[key])}) <= {LARGEST!r}, false)"
    bad = table.count(condition)
    if bad:
        line, found = table.first_line(condition), f"{bad} such rows"
        expected = f"a number of at most {LARGEST:.0e} in size"
        raise Unreadable(
            [Problem("a value is no finite number", line=line, column=column, found=found, expected=expected)]
        )


def predicted_number(table: Table, roles: Roles) -> str | None:
    """The predicted number of a regression: the prediction column, else the score column."""
    name = roles.prediction or roles.score
    return f"CAST({table.key(name)} AS DOUBLE)" if name else None


def _numbers(table: Table, roles: Roles) -> Outcomes:
    for name in (roles.label, roles.prediction or roles.score):
        if name is not None:
            refuse_unmeasured(table, name)
    predicted = predicted_number(table, roles)
    truth = f"CAST({table.key(roles.label)} AS DOUBLE)" if roles.label else None
    loss = f"abs({truth} - {predicted})" if truth and predicted else None
    return Outcomes(predicted, truth, loss=loss)


def _selected_by_score(table: Table, roles: Roles) -> str | None:
    if roles.score is None:
        return None
    refuse_unmeasured(table, roles.score)
    return f"(CAST({table.key(roles.score)} AS DOUBLE) >= {EVEN_CUT!r})"
