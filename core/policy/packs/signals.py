"""The words in which a pack says what shows an item: a closed vocabulary, parsed once, said as a reviewer says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from core.ledger.events import Event
from core.policy.packs.values import ANSWER, ANSWER_ONCE
from core.policy.rules import TITLES, CheckKind
from core.policy.vocabulary import names_of


class SignalKind(StrEnum):
    """Where the thing that shows an item is looked for."""

    FIELD = "field"
    FIGURES = "figures"
    CHECK = "check"
    EVIDENCE = "evidence"
    ACT = "act"
    DOCUMENT = "document"
    LEDGER = "ledger"
    ANSWER = "answer"


class Act(StrEnum):
    """Something that was done about a version, and still stands."""

    VALIDATED = "validated"
    CHALLENGED = "challenged"
    FINDINGS_TRACKED = "findings tracked"
    APPROVED = "approved"
    EXECUTED = "executed"
    REVIEW_PLANNED = "review planned"
    VALIDATED_LATELY = "validated within a year"
    AUDITED_LATELY = "audited within a year"
    RISK_ASSESSED = "risk assessed"
    PACKS_CONFIRMED = "packs confirmed"
    REVIEWED_LATELY = "reviewed within a year"
    LINKS_RECORDED = "links recorded"
    HUMAN_DECIDES = "human decides"


class DocumentKind(StrEnum):
    """The documents for which there is a template."""

    MODEL_DOCUMENTATION = "model documentation"
    CHANGE_RATIONALE = "change rationale"
    RISK_ASSESSMENT = "risk assessment"
    REVIEW_DECISION = "review decision"
    VALIDATION_PLAN = "validation plan"
    POST_INCIDENT_REVIEW = "post-incident review"


FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "model.name": "Name of the model",
        "model.purpose": "Purpose",
        "model.business_line": "Business line",
        "model.users": "Users",
        "model.vendor": "Vendor",
        "model.owner": "Owner",
        "model.developer": "Developer",
        "model.exposure": "Exposure",
        "model.purpose_class": "Class of purpose",
        "model.tier": "Tier",
        "model.packs": "Regulation packs that apply",
        "model.next_review": "Next review",
        "model.scope": "Scope",
        "model.scope_reason": "Reason of the scope decision",
        "version.version": "Version",
        "version.stage": "Stage",
        "version.intended_use": "Intended use",
        "version.limitations": "Limitations",
        "version.rationale": "What changed and why",
        "version.change_kind": "Kind of change",
        "version.code_reference": "Code",
        "version.artefact_digest": "Digest of the model file",
        "training.source": "Source of the training data",
        "training.version": "Version of the training data",
        "training.licence": "Licence of the training data",
        "training.classification": "Classification of the training data",
        "training.description": "Description of the training data",
        "training.retention": "Retention of the training data",
        "training.sanitisation": "How personal data were taken out of the training data",
        "training.declared_schema": "Declared schema of the training data",
        "test.source": "Source of the test data",
        "test.version": "Version of the test data",
        "test.licence": "Licence of the test data",
        "test.classification": "Classification of the test data",
        "test.description": "Description of the test data",
        "test.retention": "Retention of the test data",
        "test.sanitisation": "How personal data were taken out of the test data",
        "test.declared_schema": "Declared schema of the test data",
    }
)
ACTS: Mapping[Act, str] = MappingProxyType(
    {
        Act.VALIDATED: "Validated on the evidence at hand, by people who did not develop it",
        Act.CHALLENGED: "A validator’s questions, every one answered",
        Act.FINDINGS_TRACKED: "Findings each with owner and due date, none overdue",
        Act.APPROVED: "Approved by the quorum",
        Act.EXECUTED: "Put into production by an approved change",
        Act.REVIEW_PLANNED: "A periodic review is planned and not overdue",
        Act.VALIDATED_LATELY: "Validated within the last year",
        Act.AUDITED_LATELY: "A bias audit was computed within the last year",
        Act.RISK_ASSESSED: "Inherent risk: every factor judged, with a reason",
        Act.PACKS_CONFIRMED: "Regulation packs confirmed by a person",
        Act.REVIEWED_LATELY: "A periodic review within the last year",
        Act.LINKS_RECORDED: "Links: what feeds it and what it feeds",
        Act.HUMAN_DECIDES: "A human decision point that the model feeds",
    }
)
EVIDENCE = (
    "predictions",
    "training data",
    "reference data",
    "baseline predictions",
    "attributions",
    "perturbed predictions",
    "scenarios",
)
LEDGER_FACTS = frozenset(
    {
        Event.MODEL_REGISTERED,
        Event.VERSION_REGISTERED,
        Event.EVIDENCE_UPLOADED,
        Event.VALIDATION_CONCLUDED,
        Event.CHANGE_REQUESTED,
        Event.VOTE_CAST,
        Event.DOCUMENT_KEPT,
    }
)  # each is recorded in the transaction that stores its row, so that the row proves the entry
EXPECTED = (
    "field F, figures K, check K, evidence K, act A, document T, ledger E, answer or answer for the organisation, "
    "as docs/regulation.md lists them"
)


@dataclass(frozen=True)
class Signal:
    """One thing that can show an item; `metric` and `subject` narrow figures and checks, empty for the whole family."""

    kind: SignalKind
    name: str = ""
    metric: str = ""
    subject: str = ""

    @property
    def said(self) -> str:
        """The word of the pack that names it; the inverse of `parse_signal`."""
        if self.kind is SignalKind.ANSWER:
            return ANSWER_ONCE if self.name else ANSWER
        narrowed = f": {self.metric}" if self.metric else ""
        return f"{self.kind} {self.name}{narrowed}{f' of {self.subject}' if self.subject else ''}"

    @property
    def words(self) -> str:
        """What it is, as a reviewer says it."""
        match self.kind:
            case SignalKind.FIELD:
                return FIELDS[self.name]
            case SignalKind.FIGURES | SignalKind.CHECK:
                return self._figure_words()
            case SignalKind.ACT:
                return ACTS[Act(self.name)]
            case SignalKind.EVIDENCE:
                return f"File handed in: {self.name}"
            case SignalKind.DOCUMENT:
                return f"Document: {self.name}"
            case SignalKind.LEDGER:
                return f"Ledger entry {self.name}"
            case _:
                return "Answer by a person" + (", once for the organisation" if self.name else "")

    def _figure_words(self) -> str:
        what = TITLES[CheckKind(self.name)]
        what = f"{what}: {self.metric.replace('_', ' ')}" if self.metric else what
        what = f"{what}, {self.subject}" if self.subject else what
        return f"{what}, {'passed' if self.kind is SignalKind.CHECK else 'computed'}"


@cache
def parse_signal(word: str) -> Signal | None:
    """The signal that this word of a pack names; None where it is not known."""
    if word in (ANSWER, ANSWER_ONCE):
        return Signal(SignalKind.ANSWER, "" if word == ANSWER else "organisation")
    head, _, rest = word.partition(" ")
    if head in (SignalKind.FIGURES, SignalKind.CHECK):
        return _figures(SignalKind(head), rest)
    known: Mapping[str, frozenset[str]] = {
        SignalKind.FIELD: frozenset(FIELDS),
        SignalKind.EVIDENCE: frozenset(EVIDENCE),
        SignalKind.ACT: frozenset(Act),
        SignalKind.DOCUMENT: frozenset(DocumentKind),
        SignalKind.LEDGER: LEDGER_FACTS,
    }
    return Signal(SignalKind(head), rest) if rest in known.get(head, ()) else None


def _figures(kind: SignalKind, rest: str) -> Signal | None:
    family, _, narrowed = rest.partition(": ")
    if family not in set(CheckKind):
        return None
    metric, _, subject = narrowed.partition(" of ")
    if metric and metric not in names_of(CheckKind(family)):
        return None
    return Signal(kind, family, metric, subject)
