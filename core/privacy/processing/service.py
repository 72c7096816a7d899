"""Keeps records of processing and impact assessments as versions, and reads them with their gaps."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from sqlmodel import Session, col, func, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.documents.filling import fill
from core.errors import Problem, Refusal, Refused, Unreadable
from core.inventory.moves import load_model
from core.inventory.tables import Model
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger, Recorded
from core.privacy.processing.fields import FIELDS, LONGEST, NO, QUESTIONS, YES, Field, field_of, said_by_people
from core.privacy.processing.gathering import inventory_values, screening_in_words, screening_of, suggested
from core.privacy.processing.rules import Need, PaperKind, paper_refusals
from core.privacy.processing.tables import ProcessingPaper
from core.store import Store


@dataclass(frozen=True)
class Paper:
    """A paper as it would be kept now: its text, what is missing with where to say it, and what people answered."""

    kind: PaperKind
    model: Model
    body: str
    gaps: tuple[Field, ...]
    answers: Mapping[str, str]
    need: Need | None
    kept: tuple[ProcessingPaper, ...]  # newest first

    @property
    def changed(self) -> bool:
        """Whether keeping it now would say something else than the newest version."""
        return not self.kept or self.kept[0].body != self.body


@dataclass(frozen=True)
class PaperLine:
    """One model of the list: its newest record and assessment."""

    model: Model
    record: ProcessingPaper | None
    assessment: ProcessingPaper | None


def paper(
    session: Session, number: str, kind: PaperKind, *, at: datetime, answers: Mapping[str, str] | None = None
) -> Paper:
    """The paper of this model, with the answers of the newest version where no others are given. Raises `NotFound`."""
    model = load_model(session, number)
    kept = tuple(
        session.exec(
            select(ProcessingPaper)
            .where(ProcessingPaper.model_id == model.id, ProcessingPaper.kind == kind)
            .order_by(col(ProcessingPaper.revision).desc())
        ).all()
    )
    if answers is None:
        answers = json.loads(kept[0].answers) if kept else dict(suggested(session, model))
    values = {**inventory_values(session, model, at=at), **_said(kind, answers)}
    need = None
    if kind is PaperKind.ASSESSMENT:
        need = screening_of(session, model, answers)
        values["screening"] = screening_in_words(need)
    filled = fill(_template(kind), values)
    gaps = tuple(field_of(kind, place) for place in filled.open_places)
    return Paper(kind, model, filled.body, gaps, answers, need, kept)


def keep_paper(
    store: Store, ledger: Ledger, *, model: str, kind: PaperKind, answers: Mapping[str, str], actor: Actor, at: datetime
) -> Recorded:
    """Keep the next version; its digest and gaps go on record. Raises `Refused`, `Unreadable`."""
    entity = Entity("model", model)
    with deciding(store, ledger, f"keep a {kind.value}", entity=entity, actor=actor, at=at) as tx:
        if reasons := paper_refusals(actor):
            raise Refused(reasons)
        _check(kind, answers)
        said = {key: text.strip() for key, text in answers.items() if text.strip()}
        made = paper(tx.session, model, kind, at=at, answers=said)
        if not made.changed:
            raise Refused([Refusal("same", f"The newest {kind.value} says the same", way_out="Change it first.")])
        digest = hashlib.sha256(made.body.encode()).hexdigest()
        row = ProcessingPaper(
            model_id=made.model.id or 0, kind=kind, revision=made.kept[0].revision + 1 if made.kept else 1,
            body=made.body, answers=json.dumps(said, sort_keys=True, ensure_ascii=False), gaps=len(made.gaps),
            needed=made.need is not None and made.need.needed, digest=digest, kept_by=actor.acting_as, kept_at=at,
        )  # fmt: skip
        tx.session.add(row)
        payload: dict[str, JsonValue] = {
            "kind": kind.value, "revision": row.revision, "digest": digest, "gaps": row.gaps, "needed": row.needed,
        }  # fmt: skip
        return ledger.record(tx, Event.PROCESSING_RECORDED, entity=entity, actor=actor, at=at, payload=payload)


def paper_lines(session: Session, *, limit: int, offset: int) -> tuple[tuple[PaperLine, ...], int]:
    """Models in use with their newest papers, and how many models there are; those without a record first."""
    total = session.exec(select(func.count(col(Model.id))).where(col(Model.retired_at).is_(None))).one()
    has = select(ProcessingPaper.model_id).where(ProcessingPaper.kind == PaperKind.RECORD)
    models = session.exec(
        select(Model)
        .where(col(Model.retired_at).is_(None))
        .order_by(col(Model.id).in_(has), col(Model.tier), col(Model.number))
        .limit(limit)
        .offset(offset)
    ).all()
    newest = _newest(session, [model.id or 0 for model in models])
    return tuple(
        PaperLine(
            model, newest.get((model.id or 0, PaperKind.RECORD)), newest.get((model.id or 0, PaperKind.ASSESSMENT))
        )
        for model in models
    ), total


def _newest(session: Session, models: list[int]) -> dict[tuple[int, PaperKind], ProcessingPaper]:
    rows = session.exec(
        select(ProcessingPaper).where(col(ProcessingPaper.model_id).in_(models)).order_by(col(ProcessingPaper.revision))
    )
    return {(row.model_id, row.kind): row for row in rows}


@cache
def _template(kind: PaperKind) -> str:
    return files("core.privacy.processing").joinpath(f"data/{kind.value}.md").read_text(encoding="utf-8")


def _said(kind: PaperKind, answers: Mapping[str, str]) -> dict[str, str]:
    return {field.key: answers.get(field.key, "") for field in said_by_people(kind)}


def _check(kind: PaperKind, answers: Mapping[str, str]) -> None:
    known = {field.key for field in FIELDS[kind] if not field.page}
    questions = set(QUESTIONS) if kind is PaperKind.ASSESSMENT else set()
    problems = []
    for key, text in answers.items():
        if key in questions and text not in ("", YES, NO):
            problems.append(Problem("no answer", column=key, found=text[:20], expected=f"{YES}, {NO} or nothing"))
        elif key not in known | questions:
            problems.append(Problem("no place of this paper", column=key[:60]))
        elif len(text) > LONGEST:
            problems.append(Problem("too long", column=key, expected=f"at most {LONGEST:,} characters"))
    if problems:
        raise Unreadable(problems)
