"""What every way of handing a file in has in common: refused early, read strictly, answered with what was stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Path as PathParameter
from sqlmodel import Session, select

from app.api import views
from app.api.answers import HandedIn
from app.api.caller import Caller
from app.api.mapping import Said
from app.api.writing import Writing
from core.access.deciding import deciding
from core.access.rules import Permission, permission_refusals
from core.errors import Refusal, Refused
from core.inventory.rules import Action
from core.ledger.service import Entity
from core.store import Store
from core.validation import intake
from core.validation.rules import EvidenceKind
from core.validation.tables import Evidence

KINDS = {kind.value.replace(" ", "-"): kind for kind in EvidenceKind}
KindOfFile = Annotated[str, PathParameter(pattern="^(" + "|".join(KINDS) + ")$")]


@dataclass(frozen=True)
class Upload:
    """Where a file belongs, what it is for, what was said about its columns, and where it is fetched from if it is."""

    model: str
    version: str
    filename: str
    kind: EvidenceKind
    said: Said
    address: str = ""


def refuse_before_reading(caller: Caller, store: Store, upload: Upload, further: Sequence[Refusal] = ()) -> None:
    """A token that can never hand the file in is told so, on record, before a gigabyte is sent or fetched."""
    entity = Entity("version", f"{upload.model} {upload.version}")
    reasons = (*permission_refusals(caller.actor, Permission.EVIDENCE_UPLOAD), *further)
    if reasons:
        ledger = caller.place.ledger
        with deciding(store, ledger, Action.UPLOAD_EVIDENCE, entity=entity, actor=caller.actor, at=caller.at):
            raise Refused(reasons)


def hand_in(caller: Caller, store: Store, upload: Upload, path: Path) -> intake.HandedIn:
    """Store the file that lies at `path` for now; raises as `intake.hand_in` does."""
    return intake.hand_in(
        store,
        caller.place.ledger,
        caller.place.files,
        model=upload.model,
        version=upload.version,
        source=path,
        filename=upload.filename,
        mapping=upload.said.columns(path, upload.filename, upload.kind),
        declared=upload.said.declared(),
        kind=upload.kind,
        address=upload.address,
        actor=caller.actor,
        at=caller.at,
    )


def handed_in(write: Writing, session: Session, done: intake.HandedIn) -> HandedIn:
    """The answer, with its place in the ledger."""
    row = session.exec(select(Evidence).where(Evidence.number == done.evidence)).one()
    return views.handed_in(session, row, write.proof(session, done.entry))
