"""A dossier as CycloneDX ML-BOM, in the form that the inventory writes and reads."""

from core.inventory.exchange.ml_bom import ml_bom
from core.inventory.exchange.values import DataRecord, Figure, ModelRecord
from core.reports.values import Dossier, VerdictRow
from core.reports.values.report import Report

MOST = 200  # figures


def ml_bom_of(report: Report) -> bytes | None:
    """The version as it was then, with the figures of the run that stood; None for another report than a dossier."""
    dossier = report.data
    if not isinstance(dossier, Dossier):
        return None
    properties = [("template", report.template_version), ("complete", "yes" if report.complete else "no")]
    properties += [("gap", f"{gap.section}: {gap.reason}") for gap in report.gaps]
    return ml_bom(_record(dossier), tuple(properties))


def _record(dossier: Dossier) -> ModelRecord:
    model, version, run = dossier.model, dossier.version, dossier.current_run
    fields = {
        "name": model.name,
        "purpose": model.purpose,
        "business_line": model.business_line,
        "owner": model.owner,
        "developer": model.developer,
        "exposure": model.exposure.value,
        "purpose_class": model.purpose_class.value,
        "users": model.users,
        "vendor": model.vendor,
        "packs": " ".join(pack.id for pack in model.packs),
        "version": version.version,
        "intended_use": version.intended_use,
        "limitations": version.limitations,
        "rationale": version.rationale,
        "line": version.line.value,
        "code_reference": version.code_reference,
        "artefact_digest": version.artefact_digest,
    }
    required = ("name", "intended_use", "limitations")
    return ModelRecord(
        number=model.number,
        version=version.version,
        made_at=version.created_at,
        fields={key: text for key, text in fields.items() if text or key in required},
        tier=model.tier,
        stage=version.stage.value,
        evidence_digest=version.evidence_digest,
        datasets=tuple(
            DataRecord(
                one.use.value,
                one.number,
                one.name,
                one.version,
                one.source,
                one.licence,
                one.classification,
                one.digest,
            )
            for one in dossier.datasets
        ),
        figures=tuple(_figure(row, run.number) for row in run.verdicts[:MOST] if row.value is not None) if run else (),
    )


def _figure(row: VerdictRow, run: str) -> Figure:
    return Figure(
        name=row.metric,
        value=repr(row.value),
        slice=row.subject,
        low="" if row.low is None else repr(row.low),
        high="" if row.high is None else repr(row.high),
        source=f"Countersign {run}",
    )
