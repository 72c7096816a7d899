"""Whether a record is there: by the names of its table and column, since most of them lie above this package."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import column, select, table
from sqlmodel import Session

from core.errors import NotFound
from core.links.service import Ref
from core.links.tables import RecordKind

K = RecordKind
TABLES: Mapping[RecordKind, str] = MappingProxyType(
    {
        K.MODEL: "model",
        K.RUN: "run",
        K.CHANGE: "change_request",
        K.EXCEPTION: "policy_exception",
        K.FINDING: "finding",
        K.DEVIATION: "compliance_finding",
        K.AUDIT_FINDING: "audit_finding",
        K.DOCUMENT: "document",
        K.EXPORT: "report_export",
        K.ALERT: "alert",
        K.CHUNK: "monitor_chunk",
        K.OUTPUT: "output_review",
        K.STRESS_TEST: "stress_test",
        K.COMPARISON: "comparison",
        K.INCIDENT: "incident",
        K.ACTION: "corrective_action",
        K.REVIEW: "review",
    }
)


def require(session: Session, ref: Ref) -> None:
    """Raises `NotFound` unless there is such a record; a version is named `M0001 v1.1.0`."""
    if not (_version(session, ref.number) if ref.kind is K.VERSION else _numbered(session, ref)):
        raise NotFound(ref.kind.value, ref.number)


def _numbered(session: Session, ref: Ref) -> bool:
    name = TABLES.get(ref.kind)
    if name is None:
        return False
    rows = table(name, column("number"))
    return session.execute(select(rows.c.number).where(rows.c.number == ref.number)).first() is not None


def _version(session: Session, named: str) -> bool:
    number, _, version = named.partition(" v")
    models, versions = (
        table("model", column("id"), column("number")),
        table("model_version", column("model_id"), column("version")),
    )
    query = select(versions.c.version).join(models, models.c.id == versions.c.model_id)
    return session.execute(query.where(models.c.number == number, versions.c.version == version)).first() is not None
