"""What a report's data says about clauses: verdicts of runs, items of regulation packs, and findings that stand."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime

from core.metrics.verdicts import Verdict
from core.reports.data import plain
from core.reports.formats.canonical import Plain
from core.reports.values import Dossier, FindingRecord, RunRecord, VerdictRow


@dataclass(frozen=True)
class Observed:
    """One thing that was seen: its figure or state in words, when, how, and the digest of what shows it."""

    key: str
    clause: str
    title: str
    said: str
    satisfied: bool
    reason: str  # pass, fail or other
    method: str  # TEST or EXAMINE
    at: datetime
    evidence: tuple[tuple[str, str], ...]  # what, and its SHA-256
    props: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Assessed:
    """Everything that a report assesses; `root` is the digest that all identifiers are made from."""

    root: str
    observed: tuple[Observed, ...]
    findings: tuple[FindingRecord, ...]


def assessed(data: object, *, root: str, at: datetime) -> Assessed:
    """The verdicts of the runs that stand, the items of packs, and the findings that the data holds."""
    observed: list[Observed] = []
    findings: list[FindingRecord] = []
    for one in _values(data):
        if isinstance(one, RunRecord) and one.current:
            observed += [_verdict(row, one, at) for row in one.verdicts]
        elif isinstance(one, FindingRecord):
            findings.append(one)
        elif _is_item(one):
            observed.append(_item(one, at))
    held = data.version.evidence_digest if isinstance(data, Dossier) else ""
    return Assessed(held or root, tuple(observed), tuple(dict.fromkeys(findings)))


def _values(value: object) -> Iterator[object]:
    """Every dataclass in the data, the outer before the inner."""
    if is_dataclass(value) and not isinstance(value, type):
        yield value
        for part in fields(value):
            yield from _values(getattr(value, part.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _values(item)


def _verdict(row: VerdictRow, run: RunRecord, at: datetime) -> Observed:
    figure = "No figure" if row.value is None else f"{row.value!r}"
    if row.low is not None and row.high is not None:
        figure += f" ({row.low!r} to {row.high!r})"
    required = f"required {row.direction or ''} {row.threshold!r}" if row.threshold is not None else "no threshold"
    return Observed(
        key=f"{run.number}/{row.metric}/{row.subject}",
        clause=row.clause,
        title=f"{row.title}, {row.subject}" if row.subject else row.title,
        said=f"{figure}, {required}: {row.verdict}. {row.reason}",
        satisfied=row.verdict is Verdict.PASS,
        reason={Verdict.PASS: "pass", Verdict.FAIL: "fail"}.get(row.verdict, "other"),
        method="TEST",
        at=run.finished_at or at,
        evidence=((f"Result of run {run.number}", run.result_digest), (run.filename, row.evidence_digest)),
        props=(
            ("metric", row.metric),
            ("verdict", row.verdict.value),
            ("required", "yes" if row.required else "no"),
            *((("exception", row.exception),) if row.exception else ()),
        ),
    )


def _is_item(one: object) -> bool:
    """An item of a regulation pack with its state, whichever report tells it."""
    return all(hasattr(one, name) for name in ("pack", "code", "title", "state"))


def _item(one: object, at: datetime) -> Observed:
    told = plain(one)
    held: dict[str, Plain] = dict(told) if isinstance(told, dict) else {}
    state = str(held["state"])
    model = str(held.get("model") or "")
    said = "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in held.items() if isinstance(value, str))
    return Observed(
        key=f"{held['pack']}/{held['code']}/{model}",
        clause=f"{held['pack']}-{held['code']}",
        title=str(held["title"]),
        said=said,
        satisfied=state in ("shown", "answered"),
        reason={"shown": "pass", "answered": "pass", "missing": "fail"}.get(state, "other"),
        method="EXAMINE",
        at=at,
        evidence=(),
        props=(("state", state), *((("model", model),) if model else ())),
    )
