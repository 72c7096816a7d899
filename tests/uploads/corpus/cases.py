"""What a case of the corpus is: a file, what was declared about it, and where and why it is refused."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping

MAPPING = ColumnMapping(
    label="label",
    prediction="prediction",
    score="score",
    positive_label="1",
    row_id="id",
    score_is_probability=True,
)
HEADER = "id,label,prediction,score,note\n"
GOOD = "1,0,1,0.25,fine\n"


@dataclass(frozen=True)
class Bad:
    """A file, and where and why it is refused; `line` and `column` as a spreadsheet shows them, header on line 1."""

    name: str
    content: bytes | Callable[[], bytes]
    reason: str
    line: int | None = None
    column: str | None = None
    found: str = ""
    filename: str = "predictions.csv"
    mapping: ColumnMapping = MAPPING
    kind: EvidenceKind = EvidenceKind.PREDICTIONS

    def bytes(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content()


def one_of_each(cases: Iterable[Bad]) -> tuple[Bad, ...]:
    """The first case of each reason and kind, for an entrance that hands every file to the same reader."""
    found: dict[tuple[str, EvidenceKind], Bad] = {}
    for case in cases:
        found.setdefault((case.reason, case.kind), case)
    return tuple(found.values())


@dataclass(frozen=True)
class Good:
    """A file that is taken as it is, and the cells that its table must hold to the byte."""

    name: str
    content: bytes
    cells: dict[str, list[str | None]]


def rows(*written: str, header: str = HEADER) -> bytes:
    return (header + "".join(row + "\n" for row in written)).encode()


def number(text: str) -> bytes:
    """A file whose third line holds `text` where the score must be."""
    return rows(GOOD.strip(), f'2,1,1,"{text}",x')
