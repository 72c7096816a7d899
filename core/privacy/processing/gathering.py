"""What the inventory says for a record of processing and an impact assessment; what it does not say stays a gap."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from core.access.queries import names
from core.inventory.bias_data.rules import special_categories
from core.inventory.bias_data.service import purposes
from core.inventory.classes.tables import DataHolder
from core.inventory.tables import Dataset, Model, ModelVersion
from core.policy.events_kept import kept_for
from core.privacy.processing.columns import described, holds_special
from core.privacy.processing.fields import NO, YES
from core.privacy.processing.rules import Need, Screening, screened
from core.privacy.retention.planning import terms_by_model
from core.reports.tables import Export, ExportDownload

MEASURES = (
    "Permissions by role and reach, sensitive roles granted by two people; every act on record in a signed ledger by "
    "pseudonymous number; uploads and texts screened for personal data; inputs of recorded events kept as commitments "
    "or masked; people erased on request, in restored backups too."
)


def datasets_of(session: Session, model: Model) -> tuple[Dataset, ...]:
    """The datasets that versions of the model were trained or tested on, and that are in use."""
    held = select(ModelVersion.training_dataset_id, ModelVersion.test_dataset_id).where(
        ModelVersion.model_id == model.id
    )
    keys = {one for row in session.execute(held) for one in row if one is not None}
    query = select(Dataset).where(col(Dataset.id).in_(keys), col(Dataset.retired_at).is_(None))
    return tuple(session.exec(query.order_by(col(Dataset.number))).all()) if keys else ()


def inventory_values(session: Session, model: Model, *, at: datetime) -> Mapping[str, str]:
    """By the name of a place, what the record says; a place that it does not fill is left out or empty."""
    data = datasets_of(session, model)
    newest = session.exec(
        select(ModelVersion).where(ModelVersion.model_id == model.id).order_by(col(ModelVersion.id).desc()).limit(1)
    ).first()
    known = names(session)
    values = {
        "model.number": model.number,
        "model.name": model.name,
        "model.purpose": model.purpose,
        "model.business_line": model.business_line,
        "model.owner": f"{known.get(model.owner, '')} ({model.owner})" if model.owner else "",
        "model.tier": str(model.tier) if model.tier is not None else "",
        "model.limitations": newest.limitations if newest else "",
        "version.intended_use": newest.intended_use if newest else "",
        "data.categories": described(session, model, data) or _each(data, "classification"),
        "data.source": _each(data, "source"),
        "data.retention": _retention(session, model, data, at),
        "data.bias": _bias(session, data, at),
        "recipients.here": _recipients(session, model),
        "measures.here": MEASURES,
    }
    return {key: value for key, value in values.items() if value.strip()}


def screening_of(session: Session, model: Model, answers: Mapping[str, str]) -> Need:
    """Whether an assessment is needed, by what people answered and what the inventory knows of the tier."""

    def answered(key: str) -> bool | None:
        return {YES: True, NO: False}.get(answers.get(key, ""))

    return screened(
        Screening(
            tier=model.tier,
            automated_decisions=answered("automated_decisions"),
            special_categories=answered("special_categories"),
            large_scale=answered("large_scale"),
            monitoring=answered("monitoring"),
            vulnerable=answered("vulnerable"),
        )
    )


def suggested(session: Session, model: Model) -> Mapping[str, str]:
    """Answers to the screening that the record speaks for; a person confirms or changes them."""
    found = {}
    if special_categories(frozenset(_columns(session, model))) or holds_special(
        session, model, datasets_of(session, model)
    ):
        found["special_categories"] = YES
    return found


def _columns(session: Session, model: Model) -> Iterable[str]:
    for row in purposes(session, datasets=frozenset(one.id or 0 for one in datasets_of(session, model))):
        yield from row.columns


def screening_in_words(need: Need) -> str:
    """“needed: automated decisions …”, “not needed”, or which questions are open."""
    if need.needed:
        return f"an assessment is needed: {'; '.join(need.because)}"
    return "" if need.open else "no case of GDPR 35(3) and fewer than two criteria of WP 248 rev.01: not needed"


def _each(data: Iterable[Dataset], field: str) -> str:
    """What all datasets say; a gap where one of them says nothing."""
    said = [(one.name, one.version, str(getattr(one, field)).strip()) for one in data]
    if not said or not all(text for _, _, text in said):
        return ""
    return "; ".join(f"{name} {version}: {text}" for name, version, text in said)


def _retention(session: Session, model: Model, data: Sequence[Dataset], at: datetime) -> str:
    """Of each dataset its days or its words, of production data and events their days; a gap where one says nothing."""
    own = dict(session.exec(select(DataHolder.holder, DataHolder.days)).all())
    said = [(one, f"{own[one.number]:,} days" if own.get(one.number) else one.retention.strip()) for one in data]
    if not said or not all(text for _, text in said):
        return ""
    parts = [f"{one.name} {one.version}: {text}" for one, text in said]
    terms = terms_by_model(session, at=at).get(model.number, {})
    parts += [f"{kind.value} in production: {term.days:,} days" for kind, term in terms.items()]
    return "; ".join([*parts, f"recorded events: {kept_for(session, at=at).days} days"])


def _bias(session: Session, data: Iterable[Dataset], at: datetime) -> str:
    held = [
        one for one in purposes(session, datasets=frozenset(one.id or 0 for one in data)) if one.row.ended_at is None
    ]
    if not held:
        return "none is declared"
    return "; ".join(
        f"{', '.join(one.columns)} of {one.name} ({one.row.basis.value}), until {one.row.delete_by:%Y-%m-%d}"
        for one in held
    )


def _recipients(session: Session, model: Model) -> str:
    taken = session.exec(
        select(func.count(func.distinct(col(ExportDownload.person))))
        .join(Export, col(Export.id) == col(ExportDownload.export_id))
        .where(Export.model_id == model.id)
    ).one()
    vendor = f"vendor {model.vendor}; " if model.vendor else ""
    return f"{vendor}{taken} {'person' if taken == 1 else 'people'} took reports about the model away"
