"""A version as a document of others, with the figures that its validation computed here."""

from datetime import datetime

from sqlmodel import Session

from app.composition import Workplace
from core.access.rules import Actor
from core.errors import NotFound
from core.inventory.exchange.service import Document, export_document
from core.inventory.exchange.values import Figure
from core.inventory.importing.rules import ImportKind
from core.inventory.queries import model_page
from core.validation.evidence import latest_run, validation_facts
from core.validation.queries import checks_of

DOCUMENTS = {"ml-bom": ImportKind.ML_BOM, "model-card": ImportKind.MODEL_CARD}
MOST = 200


def version_document(place: Workplace, kind: str, model: str, version: str, *, actor: Actor, at: datetime) -> Document:
    """The ML-BOM or the model card; raises `NotFound` for another kind, and for what is not registered."""
    if kind not in DOCUMENTS:
        raise NotFound("document", kind)
    with place.store.reading() as session:
        figures = figures_of(session, model, version)
    return export_document(
        place.store,
        place.ledger,
        kind=DOCUMENTS[kind],
        model=model,
        version=version,
        figures=figures,
        actor=actor,
        at=at,
    )


def figures_of(session: Session, model: str, version: str) -> tuple[Figure, ...]:
    """The figures of the newest finished validation, while its evidence is the one at hand."""
    row = model_page(session, model, version).version
    run = latest_run(session, row) if row else None
    if row is None or run is None or not validation_facts(session, row).run_is_current:
        return ()
    return tuple(
        Figure(
            name=check.metric,
            value=repr(check.value),
            slice=check.subject,
            low="" if check.low is None else repr(check.low),
            high="" if check.high is None else repr(check.high),
            source=f"Countersign {run.number}",
        )
        for check in checks_of(session, run.id or 0)[:MOST]
        if check.value is not None
    )
