"""What a report's data says about clauses: verdicts of runs, items of packs, conclusions of audits, and findings."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime

from core.metrics.verdicts import Verdict
from core.reports.data import plain
from core.reports.formats.canonical import Plain
from core.reports.formats.oscal.audited import audited
from core.reports.formats.oscal.seen import Assessed, Observed, Risk
from core.reports.texts.formats import oscal as texts
from core.reports.values import Dossier, FindingRecord, RunRecord, VerdictRow
from core.reports.values.audit import AuditReport
from core.validation.rules import FindingStatus


def assessed(data: object, *, root: str, at: datetime) -> Assessed:
    """The verdicts of the runs that stand, the items of packs, the conclusions of an audit, and the findings."""
    if isinstance(data, AuditReport):
        return audited(data, root=root)
    observed: list[Observed] = []
    findings: list[Risk] = []
    items: list[Observed] = []
    counts: list[Observed] = []
    for one in _values(data):
        if isinstance(one, RunRecord) and one.current:
            observed += [_verdict(row, one, at) for row in one.verdicts]
        elif isinstance(one, FindingRecord):
            findings.append(_risk(one))
        elif _has(one, "pack", "item", "title", "state"):
            items.append(_item(one, at))
        elif _has(one, "pack", "model", "title", "name", "shown", "answered", "partly", "missing", "not_applicable"):
            counts.append(_counts(one, at))
    observed += items or counts
    held = data.version.evidence_digest if isinstance(data, Dossier) else ""
    return Assessed(held or root, tuple(observed), tuple(dict.fromkeys(findings)))


def _risk(one: FindingRecord) -> Risk:
    closed = one.status is FindingStatus.VERIFIED_CLOSED
    said = one.remediation or one.title
    return Risk(
        one.number, one.title, one.detail, said, one.severity.value, one.status.value, closed, one.due_at
    )  # fmt: skip


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
    figure = texts.NO_FIGURE if row.value is None else f"{row.value!r}"
    if row.low is not None and row.high is not None:
        figure += f" ({row.low!r} to {row.high!r})"
    required = f"required {row.direction or ''} {row.threshold!r}" if row.threshold is not None else texts.NO_THRESHOLD
    return Observed(
        key=f"{run.number}/{row.metric}/{row.subject}",
        clause=row.clause,
        title=f"{row.title}, {row.subject}" if row.subject else row.title,
        said=f"{figure}, {required}: {row.verdict}. {row.reason}",
        satisfied=row.verdict is Verdict.PASS,
        reason={Verdict.PASS: "pass", Verdict.FAIL: "fail"}.get(row.verdict, "other"),
        method="TEST",
        at=run.finished_at or at,
        evidence=((texts.RESULT_OF.format(run=run.number), run.result_digest), (run.filename, row.evidence_digest)),
        props=(
            ("metric", row.metric),
            ("verdict", row.verdict.value),
            ("required", "yes" if row.required else "no"),
            *((("exception", row.exception),) if row.exception else ()),
        ),
    )


def _has(one: object, *names: str) -> bool:
    return all(hasattr(one, name) for name in names)


def _item(one: object, at: datetime) -> Observed:
    """An item of a regulation pack with its state for a model."""
    held = _told(one)
    state = str(held["state"])
    said = {"shown by": held.get("shown_by"), "lacking": held.get("lacking"), "answer": held.get("answer")}
    return Observed(
        key=f"{held['pack']}/{held['item']}",
        clause=f"{held['pack']}-{held['item']}",
        title=str(held["title"]),
        said="; ".join([state, *(f"{name}: {_listed(value)}" for name, value in said.items() if value)]),
        satisfied=state in ("shown", "answered", "not applicable"),
        reason="fail" if state == "missing" else "other" if state == "partly shown" else "pass",
        method="EXAMINE",
        at=at,
        evidence=(),
        props=(("state", state), ("clause", str(held.get("clause") or ""))),
    )


def _counts(one: object, at: datetime) -> Observed:
    """How a pack stands for a model, where its items are not told one by one."""
    held = _told(one)
    numbers = {name: int(str(held[name])) for name in ("shown", "answered", "partly", "missing", "not_applicable")}
    wanting = numbers["missing"] + numbers["partly"]
    return Observed(
        key=f"{held['pack']}/{held['model']}",
        clause=str(held["pack"]),
        title=f"{held['title']}: {held['model']} {held['name']}",
        said=", ".join(f"{count} {name.replace('_', ' ')}" for name, count in numbers.items()),
        satisfied=not wanting,
        reason="pass" if not wanting else "fail" if numbers["missing"] else "other",
        method="EXAMINE",
        at=at,
        evidence=(),
        props=(("model", str(held["model"])),),
    )


def _told(one: object) -> dict[str, Plain]:
    told = plain(one)
    return dict(told) if isinstance(told, dict) else {}


def _listed(value: Plain) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
