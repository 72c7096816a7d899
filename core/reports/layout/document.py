"""The dossier laid out: cover, then sections in the order in which a reader asks."""

from core.metrics.verdicts import Verdict
from core.reports.layout.blocks import Badge, Cell, Cover, Digest, Document, Statement, Tone
from core.reports.layout.change import decision, decision_statement
from core.reports.layout.decision import challenge, findings
from core.reports.layout.fairness import fairness, fairness_sentence
from core.reports.layout.proof import history, people_section, proof
from core.reports.layout.record import record, what_changed
from core.reports.layout.traced import Reader, checkpoint_cell
from core.reports.layout.validation import validation, verdict_counts, worst_required
from core.reports.layout.words import SPACE, badge, clipped, count, day, moment
from core.reports.texts.sections import document as texts
from core.reports.values import Dossier, FairnessTable
from core.validation.rules import BLOCKING, FindingStatus


def dossier_document(dossier: Dossier) -> Document:
    """Everything that the printed dossier says."""
    people = Reader(dossier.people, dossier.sources)
    name, version = clipped(dossier.model.name, 120), dossier.version.version
    return Document(
        title=texts.TITLE.format(name=name, version=version),
        author=texts.COUNTERSIGN_AT.format(origin=dossier.origin),
        description=texts.DOSSIER_OF_MODEL_VERSION.format(
            reference=dossier.reference, number=dossier.model.number, version=version
        ),
        running=f"{dossier.model.number}{SPACE} {clipped(name, 70)} {version}",
        footing=texts.FOOTING.format(reference=dossier.reference, as_of=moment(dossier.as_of)),
        cover=_cover(dossier, people, name),
        sections=(
            record(dossier, people),
            what_changed(dossier, people),
            validation(dossier, people),
            fairness(dossier, people),
            findings(dossier, people),
            challenge(dossier, people),
            decision(dossier, people),
            history(dossier, people),
            people_section(dossier),
            proof(dossier),
        ),
    )


def _cover(dossier: Dossier, people: Reader, name: str) -> Cover:
    model, point = dossier.model, dossier.checkpoint
    facts: tuple[tuple[str, Cell], ...] = (
        (texts.SCOPE, dossier.scope),
        (texts.OWNER, people.name(model.owner)),
        (texts.DEVELOPER, people.name(model.developer)),
        (texts.POLICY, f"{dossier.policy.name} {dossier.policy.version}"),
        (texts.AS_OF, checkpoint_cell(moment(dossier.as_of), point)),
        (
            texts.GENERATED,
            texts.FOR.format(generated_at=moment(dossier.generated_at), generated_by=people.name(dossier.generated_by)),
        ),
        (texts.EVIDENCE_DIGEST, Digest(dossier.version.evidence_digest or "–")),
        (
            texts.LEDGER_CHECKPOINT,
            checkpoint_cell(texts.ENTRIES_OF.format(size=count(point.size), origin=point.origin), point),
        ),
        (texts.LEDGER_ROOT, Digest(point.root)),
    )
    return Cover(
        kind=texts.MODEL_DOSSIER,
        title=name,
        line=texts.VERSION_TIER.format(number=model.number, version=dossier.version.version, tier=model.tier),
        statement=_statement(dossier),
        cards=_cards(dossier, people),
        facts=facts,
    )


def _statement(dossier: Dossier) -> Statement:
    """What stands: the verdicts in one sentence, below it what fairness found worst."""
    run = dossier.current_run
    if run is None:
        return Statement(Badge(texts.NO_VERDICT, Tone.NONE), texts.NO_FINISHED_VALIDATION_HAS)
    worst = worst_required(run)
    lost = [row.title for row in run.verdicts if row.required and row.verdict is worst and worst is not Verdict.PASS]
    names = texts.REQUIRED_AND.format(lower=badge(worst).word.lower(), listed=_listed(lost)) if lost else ""
    table = _worst_fairness(dossier.fairness)
    below = "\n".join(part for part in (names, fairness_sentence(table) if table else "") if part)
    return Statement(badge(worst), f"{verdict_counts(run.verdicts)}.", below)


def _listed(titles: list[str], most: int = 3) -> str:
    distinct = list(dict.fromkeys(titles))
    shown = "; ".join(distinct[:most])
    return texts.AND_MORE.format(shown=shown, distinct=len(distinct) - most) if len(distinct) > most else shown


def _worst_fairness(tables: tuple[FairnessTable, ...]) -> FairnessTable | None:
    order = (Verdict.FAIL, Verdict.INSUFFICIENT, Verdict.PASS)
    return min(tables, key=lambda table: order.index(table.verdict), default=None)


def _cards(dossier: Dossier, people: Reader) -> tuple[tuple[str, Cell], ...]:
    pending = [one for one in dossier.findings if one.status is not FindingStatus.VERIFIED_CLOSED]
    blocking = any(one.severity in BLOCKING for one in pending)
    tone = Tone.STOPS if blocking else Tone.ATTENTION if pending else Tone.GOOD
    newest = dossier.decisions[0] if dossier.decisions else None
    path = "data / findings / not closed"
    return (
        (texts.STAGE, badge(dossier.version.stage)),
        (texts.FINDINGS, checkpoint_cell(Badge(_pending(len(pending)), tone), dossier.checkpoint, path)),
        (texts.DECISION, decision_statement(newest).badge if newest else Badge(texts.NOT_REQUESTED, Tone.NONE)),
        (
            texts.NEXT_REVIEW,
            people.field(day(dossier.model.next_review), f"model {dossier.model.number}", "next_review"),
        ),
    )


def _pending(found: int) -> str:
    return texts.NOT_CLOSED.format(found=found) if found else texts.NONE_OPEN
