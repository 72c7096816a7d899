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
    sentence,
    signed,
)
from core.reports.values import DatasetRecord, Dossier


def record(dossier: Dossier, people: Reader) -> Section:
    """What is registered: model, version, datasets, policy."""
    return Section(
        "Inventory record",
        (
            Heading("Model"),
            _model(dossier, people),
            Heading("Purpose"),
            Prose(dossier.model.purpose),
            Heading("Version"),
            _version(dossier, people),
            Heading("Intended use"),
            Prose(or_nothing(dossier.version.intended_use)),
            Heading("Limitations"),
            Prose(or_nothing(dossier.version.limitations)),
            Heading("Datasets"),
            *_datasets(dossier.datasets, people),
            Heading("Policy"),
            _policy(dossier, people),
        ),
    )


def what_changed(dossier: Dossier, people: Reader) -> Section:
    """The rationale, and figures and texts beside those of the last approved version."""
    former = dossier.changed.former
    blocks: list[Block] = [Heading("Why this version"), Prose(or_nothing(dossier.version.rationale))]
    if former is None:
        blocks.append(Prose("No earlier version was approved, so there is nothing to compare with.", quiet=True))
        return Section("What changed", tuple(blocks))
    blocks += [Heading(f"Figures beside version {former}"), _figures(dossier, former, people)]
    if dossier.changed.texts:
        blocks += [Heading(f"Texts that differ from version {former}"), _texts(dossier, former)]
    return Section("What changed", tuple(blocks))


def _model(dossier: Dossier, people: Reader) -> Facts:
    model = dossier.model
    thing = f"model {model.number}"
    packs = "; ".join(f"{pack.title} ({pack.id})" for pack in model.packs)
    materiality = f"Tier {model.tier}: {model.exposure} exposure, {model.purpose_class} use"
    registered = f"{moment(model.registered_at)}, {people.name(model.registered_by)}"
    rows: tuple[tuple[str, Cell], ...] = (
        ("Number and name", f"{model.number} {model.name}"),
        ("Materiality", people.cited(materiality, thing, "tier")),
        ("Business line", or_nothing(model.business_line)),
        ("Users", or_nothing(model.users)),
        ("Made by", model.vendor or "Own development"),
        ("Owner", people.name(model.owner)),
        ("Developer", people.name(model.developer)),
        ("Regulation packs", or_nothing(packs)),
        ("Next review", people.cited(day(model.next_review), thing, "next_review")),
        ("Registered", people.cited(registered, thing, "registered_at", Event.MODEL_REGISTERED)),
    )
    return Facts("The model in the inventory", rows)


def _version(dossier: Dossier, people: Reader) -> Facts:
    version = dossier.version
    thing = f"version {dossier.model.number} {version.version}"
    registered = f"{moment(version.created_at)}, {people.name(version.created_by)}"
    rows: tuple[tuple[str, Cell], ...] = (
        ("Version", f"{version.version} ({version.line} line)"),
        ("Stage", badge(version.stage)),
        ("Code", or_nothing(version.code_reference)),
        ("Artefact, SHA-256", Digest(version.artefact_digest) if version.artefact_digest else NOTHING),
        ("Evidence digest", Digest(version.evidence_digest) if version.evidence_digest else NOTHING),
        ("Registered", people.cited(registered, thing, "created_at", Event.VERSION_REGISTERED)),
    )
    return Facts("The version that this dossier is about", rows)


def _datasets(datasets: tuple[DatasetRecord, ...], people: Reader) -> tuple[Block, ...]:
    if not datasets:
        return (Prose("No dataset is registered for this version.", quiet=True),)
    return tuple(
        Facts(
            f"{sentence(dataset.use)} dataset",
            (
                ("Use", sentence(dataset.use)),
                ("Name and version", f"{dataset.number} {dataset.name}, version {dataset.version}"),
                ("Source", or_nothing(dataset.source)),
                ("Licence", or_nothing(dataset.licence)),
                ("Classification", or_nothing(dataset.classification)),
                ("Rows", people.cited(count(dataset.rows), f"dataset {dataset.number}", "rows")),
                ("SHA-256", Digest(dataset.digest) if dataset.digest else NOTHING),
            ),
        )
        for dataset in datasets
    )


def _policy(dossier: Dossier, people: Reader) -> Facts:
    policy = dossier.policy
    thing = f"policy {policy.name} {policy.version}"
    published = f"{moment(policy.published_at)}, {people.name(policy.published_by)}"
    return Facts(
        "The policy that verdicts and decision rest on",
        (
            ("Policy", f"{policy.name} {policy.version}"),
            (
                "In force from",
                people.cited(moment(policy.effective_from), thing, "effective_from", digest=policy.digest),
            ),
            ("Published", people.cited(published, thing, "published_at", digest=policy.digest)),
            ("SHA-256", Digest(policy.digest)),
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
                people.cited(precise(figure.now, figure.threshold), run, path, digest=digest),
                people.cited(signed(change, 3), run, path, digest=digest),
                people.cited(required(figure.direction, figure.threshold), policy, figure.metric),
                badge(figure.verdict),
            )
        )
    columns = (
        Column("Figure", 2.6),
        Column(former, 1, Align.RIGHT),
        Column(dossier.version.version, 1, Align.RIGHT),
        Column("Change", 1, Align.RIGHT),
        Column("Required", 1.5, Align.RIGHT),
        Column("Result now", 2.2),
    )
    return Table(f"Figures of version {former} and of this version, in the policy's order", columns, tuple(rows))


def _texts(dossier: Dossier, former: str) -> Table:
    columns = (Column("Field", 1), Column(f"In {former}", 2), Column(f"In {dossier.version.version}", 2))
    rows = tuple((text.title, or_nothing(text.before), or_nothing(text.now)) for text in dossier.changed.texts)
    return Table("Fields of the record that differ", columns, rows)
