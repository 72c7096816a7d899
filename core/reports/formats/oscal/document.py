"""Writes assessment results; identifiers follow from the evidence (UUID version 5), so that a repeat has the same."""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from core.reports.formats.canonical import Plain, canonical
from core.reports.formats.oscal.assessed import assessed
from core.reports.formats.oscal.seen import Assessed, Observed, Risk
from core.reports.formats.visible import visible
from core.reports.texts.formats import oscal as texts
from core.reports.values.report import Report

OSCAL_VERSION = "1.1.3"
NAMESPACE = uuid.UUID("3b6a9a0c-52d0-4e0f-9a06-0a4d5f9a7c21")
NS = "urn:countersign:oscal"
NOTHING_TO_SAY = "–"
Json = dict[str, Plain]


def oscal_results(report: Report) -> bytes | None:
    """The assessment results as canonical JSON; None for a report that assesses nothing."""
    found = assessed(report.data, root=report.checkpoint.root, at=report.asked.as_of)
    if not found.observed:
        return None
    return canonical({"assessment-results": _Writer(report, found).results()})


class _Writer:
    """Knows the report, and makes identifiers from its evidence."""

    def __init__(self, report: Report, found: Assessed) -> None:
        self._report, self._found = report, found

    def results(self) -> Json:
        report = self._report
        return {
            "uuid": self._id("document"),
            "metadata": {
                "title": line(report.document.title),
                "last-modified": moment(report.generated_at),
                "version": line(report.reference or "preview"),
                "oscal-version": OSCAL_VERSION,
                "props": self._about(),
                "parties": [{"uuid": self._id("maker"), "type": "organization", "name": line(report.origin)}],
                **({"remarks": self._gaps()} if report.gaps else {}),
            },
            "import-ap": {
                "href": f"#{self._id('plan')}",
                "remarks": texts.ASSESSED_AGAINST,
            },
            "results": [self._result()],
            "back-matter": {"resources": self._resources()},
        }

    def _result(self) -> Json:
        report, found = self._report, self._found
        clauses = list(dict.fromkeys(one.clause for one in found.observed))
        risks = [self._risk(one) for one in found.risks]
        return {
            "uuid": self._id("result"),
            "title": line(report.document.cover.title),
            "description": line(report.document.cover.statement.text),
            "start": moment(report.asked.since or min(one.at for one in found.observed)),
            "end": moment(report.asked.as_of),
            "props": [prop("complete", "yes" if report.complete else "no")],
            "reviewed-controls": {
                "control-selections": [{"include-controls": [{"control-id": token(one)} for one in clauses]}]
            },
            "observations": [self._observation(one) for one in found.observed],
            **({"risks": risks} if risks else {}),
            "findings": [self._finding(one) for one in clauses],
            **({"remarks": self._gaps()} if report.gaps else {}),
        }

    def _observation(self, one: Observed) -> Json:
        evidence: list[Plain] = [
            {"href": f"#{self._id(f'evidence/{digest}')}", "description": line(what)}
            for what, digest in one.evidence
            if digest
        ]
        return {
            "uuid": self._id(f"observation/{one.key}"),
            "title": line(one.title),
            "description": line(one.said),
            "props": [prop(name, value) for name, value in one.props if value],
            "methods": [one.method],
            "types": ["finding"],
            "collected": moment(one.at),
            **({"relevant-evidence": evidence} if evidence else {}),
        }

    def _finding(self, clause: str) -> Json:
        held = [one for one in self._found.observed if one.clause == clause]
        satisfied = all(one.satisfied for one in held)
        reason = "pass" if satisfied else "fail" if any(one.reason == "fail" for one in held) else "other"
        return {
            "uuid": self._id(f"finding/{clause}"),
            "title": line(f"Clause {clause}: {held[0].title}" if len(held) == 1 else f"Clause {clause}"),
            "description": line("; ".join(f"{one.title}: {one.said}" for one in held)),
            "target": {
                "type": "objective-id",
                "target-id": token(clause),
                "status": {"state": "satisfied" if satisfied else "not-satisfied", "reason": reason},
            },
            "related-observations": [{"observation-uuid": self._id(f"observation/{one.key}")} for one in held],
        }

    def _risk(self, one: Risk) -> Json:
        return {
            "uuid": self._id(f"risk/{one.number}"),
            "title": line(f"{one.number} {one.title}"),
            "description": line(one.detail),
            "statement": line(one.statement),
            "props": [prop("severity", one.severity), prop("finding-status", one.status)],
            "status": "closed" if one.closed else "open",
            "deadline": moment(one.deadline),
        }

    def _about(self) -> list[Plain]:
        report = self._report
        subject = " ".join(filter(None, (report.asked.subject.number, report.asked.subject.version)))
        return [
            prop("template", report.template_version),
            prop("complete", "yes" if report.complete else "no"),
            prop("ledger-root", report.checkpoint.root),
            prop("ledger-size", str(report.checkpoint.size)),
            *((prop("subject", subject),) if subject else ()),
        ]

    def _gaps(self) -> str:
        told = "; ".join(f"{gap.section}: {gap.reason}" for gap in self._report.gaps)
        return line(texts.NOT_COMPLETE.format(gaps=told))

    def _resources(self) -> list[Plain]:
        plan: Json = {
            "uuid": self._id("plan"),
            "title": line(self._report.template_version),
            "description": texts.PLAN,
        }
        held: Mapping[str, str] = {
            digest: what for one in self._found.observed for what, digest in one.evidence if digest
        }
        return [plan, *(self._resource(what, digest) for digest, what in held.items())]

    def _resource(self, what: str, digest: str) -> Json:
        return {
            "uuid": self._id(f"evidence/{digest}"),
            "title": line(what),
            "rlinks": [{"href": f"urn:sha256:{digest}", "hashes": [{"algorithm": "SHA-256", "value": digest}]}],
        }

    def _id(self, name: str) -> str:
        asked = self._report.asked
        about = "/".join((asked.template, asked.subject.number, asked.subject.version, moment(asked.as_of)))
        return str(uuid.uuid5(NAMESPACE, f"{self._found.root}/{about}/{name}"))


def moment(at: datetime) -> str:
    """2026-11-23T09:38:00Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line(text: str) -> str:
    """Text on one line, as OSCAL wants titles and values."""
    return " ".join(visible(text).split()) or NOTHING_TO_SAY


def prop(name: str, value: str) -> Json:
    """A property in our namespace."""
    return {"name": name, "ns": NS, "value": line(value)}


def token(text: str) -> str:
    """The clause as a name of XML (NCName), as OSCAL wants identifiers."""
    return f"clause-{re.sub(r'[^A-Za-z0-9._-]+', '_', text)}"
