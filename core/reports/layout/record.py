"""The record of model and version, and what changed since the last approved version."""

from core.ledger.events import Event
from core.reports.layout.blocks import (
    Align,
    Block,
    Cell,
    Column,
    Digest,
    Facts,
    Heading,
    Prose,
    Section,
    Stacked,
    Table,
)
from core.reports.layout.traced import Reader, checkpoint_cell
from core.reports.layout.words import (
    NOTHING,
    badge,
    count,
    day,
    moment,
    or_nothing,
    precise,
    required,
    signed,
    stored,
)
from core.reports.texts.sections import record as texts
from core.reports.values import DatasetRecord, Dossier


def record(dossier: Dossier, people: Reader) -> Section:
    """What is registered: model, version, datasets, policy."""
    return Section(
        texts.INVENTORY_RECORD,
        (
            Heading(texts.MODEL),
            _model(dossier, people),
            Heading(texts.PURPOSE),
            Prose(dossier.model.purpose),
            Heading(texts.VERSION),
            _version(dossier, people),
            Heading(texts.INTENDED_USE),
            Prose(or_nothing(dossier.version.intended_use)),
            Heading(texts.LIMITATIONS),
            Prose(or_nothing(dossier.version.limitations)),
            Heading(texts.DATASETS),
            *_datasets(dossier.datasets, people),
            Heading(texts.POLICY),
            _policy(dossier, people),
        ),
    )


def what_changed(dossier: Dossier, people: Reader) -> Section:
    """The rationale, and figures and texts beside those of the last approved version."""
    former = dossier.changed.former
    blocks: list[Block] = [Heading(texts.WHY_THIS_VERSION), Prose(or_nothing(dossier.version.rationale))]
    if former is None:
        blocks.append(Prose(texts.NO_EARLIER_VERSION_WAS, quiet=True))
        return Section(texts.WHAT_CHANGED, tuple(blocks))
    blocks += [Heading(texts.FIGURES_BESIDE_VERSION.format(former=former)), _figures(dossier, former, people)]
    if dossier.changed.texts:
        blocks += [Heading(texts.TEXTS_THAT_DIFFER_FROM.format(former=former)), _texts(dossier, former)]
    return Section(texts.WHAT_CHANGED, tuple(blocks))


def _model(dossier: Dossier, people: Reader) -> Facts:
    model = dossier.model
    thing = f"model {model.number}"
    packs = "; ".join(f"{pack.title} ({pack.id})" for pack in model.packs)
    materiality = texts.TIER_EXPOSURE_USE.format(
        tier=model.tier, exposure=model.exposure, purpose_class=model.purpose_class
    )
    registered = f"{moment(model.registered_at)}, {people.name(model.registered_by)}"
    rows: tuple[tuple[str, Cell], ...] = (
        (texts.NUMBER_AND_NAME, f"{model.number} {model.name}"),
        (texts.MATERIALITY, people.field(materiality, thing, "tier")),
        (texts.BUSINESS_LINE, or_nothing(model.business_line)),
        (texts.USERS, or_nothing(model.users)),
        (texts.MADE_BY, model.vendor or texts.OWN_DEVELOPMENT),
        (texts.OWNER, people.name(model.owner)),
        (texts.DEVELOPER, people.name(model.developer)),
        (texts.REGULATION_PACKS, or_nothing(packs)),
        (texts.NEXT_REVIEW, people.field(day(model.next_review), thing, "next_review")),
        (texts.REGISTERED, people.cited(registered, thing, "registered_at", Event.MODEL_REGISTERED)),
    )
    return Facts(texts.THE_MODEL_IN_THE, rows)


def _version(dossier: Dossier, people: Reader) -> Facts:
    version = dossier.version
    thing = f"version {dossier.model.number} {version.version}"
    registered = f"{moment(version.created_at)}, {people.name(version.created_by)}"
    rows: tuple[tuple[str, Cell], ...] = (
        (texts.VERSION, texts.LINE.format(version=version.version, line=version.line)),
        (texts.STAGE, badge(version.stage)),
        (texts.CODE, or_nothing(version.code_reference)),
        (texts.ARTEFACT_SHA_256, Digest(version.artefact_digest) if version.artefact_digest else NOTHING),
        (texts.EVIDENCE_DIGEST, Digest(version.evidence_digest) if version.evidence_digest else NOTHING),
        (texts.REGISTERED, people.cited(registered, thing, "created_at", Event.VERSION_REGISTERED)),
    )
    return Facts(texts.THE_VERSION_THAT_THIS, rows)


def _datasets(datasets: tuple[DatasetRecord, ...], people: Reader) -> tuple[Block, ...]:
    if not datasets:
        return (Prose(texts.NO_DATASET_IS_REGISTERED, quiet=True),)
    return tuple(
        Facts(
            texts.DATASET.format(use=stored(dataset.use)),
            (
                (texts.USE, stored(dataset.use)),
                (
                    texts.NAME_AND_VERSION,
                    texts.DATASET_VERSION.format(number=dataset.number, name=dataset.name, version=dataset.version),
                ),
                (texts.SOURCE, or_nothing(dataset.source)),
                (texts.LICENCE, or_nothing(dataset.licence)),
                (texts.CLASSIFICATION, or_nothing(dataset.classification)),
                (texts.ROWS, people.field(count(dataset.rows), f"dataset {dataset.number}", "rows")),
                (texts.SHA_256, Digest(dataset.digest) if dataset.digest else NOTHING),
            ),
        )
        for dataset in datasets
    )


def _policy(dossier: Dossier, people: Reader) -> Facts:
    policy = dossier.policy
    thing = f"policy {policy.name} {policy.version}"
    published = f"{moment(policy.published_at)}, {people.name(policy.published_by)}"

    def said(shown: str, path: str) -> Cell:
        return people.cited(shown, thing, path, Event.POLICY_PUBLISHED, digest=policy.digest)

    return Facts(
        texts.THE_POLICY_THAT_VERDICTS,
        (
            (texts.POLICY, f"{policy.name} {policy.version}"),
            (texts.IN_FORCE_FROM, said(moment(policy.effective_from), "effective_from")),
            (texts.PUBLISHED, said(published, "published_at")),
            (texts.SHA_256, Digest(policy.digest)),
        ),
    )


def _figures(dossier: Dossier, former: str, people: Reader) -> Table:
    rows: list[tuple[Cell, ...]] = []
    point = dossier.checkpoint
    judged = next((run for run in dossier.runs if run.result_digest), None)
    run, digest = (f"run {judged.number}", judged.result_digest) if judged else ("run", "")
    policy = f"policy {dossier.policy.name} {dossier.policy.version}"
    for figure in dossier.changed.figures:
        path = " / ".join(part for part in (figure.metric, figure.subject) if part)
        before = precise(figure.before, figure.threshold)
        change = None if figure.now is None or figure.before is None else figure.now - figure.before
        rows.append(
            (
                Stacked(figure.title, figure.subject) if figure.subject else figure.title,
                checkpoint_cell(before, point, f"data / changed / figures / {path} / before"),
                people.cited(precise(figure.now, figure.threshold), run, path, Event.RUN_FINISHED, digest=digest),
                people.cited(signed(change, 3), run, path, Event.RUN_FINISHED, digest=digest),
                people.cited(
                    required(figure.direction, figure.threshold), policy, figure.metric, Event.POLICY_PUBLISHED
                ),
                badge(figure.verdict),
            )
        )
    columns = (
        Column(texts.FIGURE, 2.6),
        Column(former, 1, Align.RIGHT),
        Column(dossier.version.version, 1, Align.RIGHT),
        Column(texts.CHANGE, 1, Align.RIGHT),
        Column(texts.REQUIRED, 1.5, Align.RIGHT),
        Column(texts.RESULT_NOW, 2.2),
    )
    return Table(texts.FIGURES_OF_VERSION_AND.format(former=former), columns, tuple(rows))


def _texts(dossier: Dossier, former: str) -> Table:
    columns = (
        Column(texts.FIELD, 1),
        Column(texts.IN_FORMER.format(former=former), 2),
        Column(texts.IN_VERSION.format(version=dossier.version.version), 2),
    )
    rows = tuple((text.title, or_nothing(text.before), or_nothing(text.now)) for text in dossier.changed.texts)
    return Table(texts.FIELDS_OF_THE_RECORD, columns, rows)
