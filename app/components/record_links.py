"""A record of any kind as a link to its page, where there is one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from app.components.text import link, plain
from app.navigation import PAGES
from core.links import RecordKind, Ref

PLACES: Mapping[RecordKind, tuple[str, str]] = MappingProxyType(
    {  # page and the name of the number in its address
        RecordKind.MODEL: ("model", "model"),
        RecordKind.RUN: ("report", "run"),
        RecordKind.CHANGE: ("approval", "change"),
        RecordKind.FINDING: ("finding", "finding"),
        RecordKind.AUDIT_FINDING: ("findings", "finding"),  # which knows the audit
        RecordKind.DEVIATION: ("findings", "finding"),
        RecordKind.EXCEPTION: ("exceptions", "exception"),
        RecordKind.CHUNK: ("chunk", "chunk"),
        RecordKind.ALERT: ("alert", "alert"),
        RecordKind.OUTPUT: ("outputs", "output"),
        RecordKind.STRESS_TEST: ("stress_test", "test"),
        RecordKind.INCIDENT: ("incident", "incident"),
        RecordKind.ACTION: ("actions", "action"),
        RecordKind.ROLLBACK: ("rollback", "decision"),
        RecordKind.COMPARISON: ("challenger", "comparison"),
        RecordKind.REVIEW: ("review", "review"),
        RecordKind.DOCUMENT: ("document", "document"),
        RecordKind.EXPORT: ("exports", "export"),
        RecordKind.DISCOVERY: ("register", "discovery"),
        RecordKind.QUARANTINE: ("quarantine", "lot"),
    }
)


def record_link(ref: Ref, shown: str = "") -> str:
    """The number as a link, or as letters where no page shows such a record; a version leads to its model's page."""
    words = shown or ref.number
    if ref.kind is RecordKind.VERSION:
        model, _, version = ref.number.partition(" ")
        return link(words, "/model", model=model, version=version.removeprefix("v"))
    address, name = PLACES.get(ref.kind, ("", ""))
    if not any(page.address == address for page in PAGES):
        return plain(words)
    return link(words, f"/{address}", **{name: ref.number})


def record_rows(refs: Iterable[Ref]) -> dict[str, str]:
    """A row of facts for each record: links that stand close together cannot be told apart by touch."""
    counted: Counter[str] = Counter()
    rows = {}
    for one in refs:
        counted[one.kind.value] += 1
        place = f" {counted[one.kind.value]}" if counted[one.kind.value] > 1 else ""
        rows[f"Linked {one.kind.value}{place}"] = record_link(one)
    return rows or {"Linked with": plain("")}


def first_link(refs: Sequence[Ref]) -> str:
    """The first as a link, the others below it as letters; “–” for none."""
    if not refs:
        return plain("")
    others = ", ".join(plain(one.number) for one in refs[1:])
    return record_link(refs[0]) + (f"  \n:small[:gray[{others}]]" if others else "")
