"""What is wrong with a table, with its place."""

from core.errors import Problem, Unreadable

LONGEST_SHOWN = 60


def one(
    reason: str, *, line: int | None = None, column: str | None = None, found: str = "", expected: str = ""
) -> Unreadable:
    """An `Unreadable` with a single problem."""
    return Unreadable([Problem(reason, line, column, found, expected)])


def shown(text: str) -> str:
    """A value as a problem shows it: quoted, shortened, control characters spelled out."""
    cut = text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
    return "“" + "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in cut) + "”"


def letter(column: int) -> str:
    """A column as a spreadsheet names it: 0 is A, 26 is AA."""
    name, left = "", column + 1
    while left:
        left, place = divmod(left - 1, 26)
        name = chr(65 + place) + name
    return name
