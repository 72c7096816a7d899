"""What a record of processing and an impact assessment consist of: who says each part, where, by which clause."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.privacy.processing.rules import PaperKind


@dataclass(frozen=True)
class Field:
    """One place of a paper. `page` is where the inventory says it; without one a person says it in the paper itself."""

    key: str
    title: str
    clause: str
    page: str = ""
    lines: int = 1


_MODEL = (
    Field("model.number", "Number of the model", "GDPR 30(1)", "model"),
    Field("model.name", "Name of the model", "GDPR 30(1)", "edit"),
    Field("model.owner", "Owner of the model", "GDPR 30(1)", "parties"),
    Field("model.business_line", "Business line", "GDPR 30(1)", "edit"),
    Field("model.purpose", "Purposes", "GDPR 30(1)(b)", "edit"),
    Field("data.categories", "Categories of personal data: classification of its datasets", "GDPR 30(1)(c)", "parts"),
    Field("data.source", "Source: where its datasets come from", "GDPR 14(2)(f)", "parts"),
    Field("data.retention", "Time limits: retention of its datasets", "GDPR 30(1)(f)", "parts"),
    Field("measures.here", "Measures of this installation", "GDPR 32", "model"),
)
_BASIS = Field("basis", "Legal basis", "GDPR 6, 9", lines=2)
FIELDS: Mapping[PaperKind, tuple[Field, ...]] = MappingProxyType(
    {
        PaperKind.RECORD: (
            Field("controller", "Controller: name and contact", "GDPR 30(1)(a)", lines=2),
            Field("officer", "Data protection officer, representative, joint controllers", "GDPR 30(1)(a)", lines=2),
            _BASIS,
            Field("subjects", "Categories of people", "GDPR 30(1)(c)"),
            Field("recipients", "Recipients", "GDPR 30(1)(d)", lines=2),
            Field("transfers", "Transfers to other countries, and their safeguards", "GDPR 30(1)(e)", lines=2),
            Field("measures", "Further measures of security", "GDPR 30(1)(g)", lines=3),
            Field("recipients.here", "Recipients within this installation", "GDPR 30(1)(d)", "model"),
            Field("data.bias", "Bias-test data", "EU AI Act 4a", "processing"),
            *_MODEL,
        ),
        PaperKind.ASSESSMENT: (
            _BASIS,
            Field("necessity", "Necessity and proportionality", "GDPR 35(7)(b)", lines=4),
            Field("risks", "Risks to the people concerned", "GDPR 35(7)(c)", lines=4),
            Field("measures", "Measures against them", "GDPR 35(7)(d)", lines=4),
            Field("advice", "Advice of the data protection officer", "GDPR 35(2)", lines=2),
            Field("views", "Views of the people concerned, or why they were not asked", "GDPR 35(9)", lines=2),
            Field(
                "residual",
                "The risk that remains, who accepts it, whether the authority is consulted",
                "GDPR 36",
                lines=3,
            ),
            Field("screening", "Screening", "GDPR 35(3)", "processing"),
            Field("version.intended_use", "Intended use of the newest version", "GDPR 35(7)(a)", "versions"),
            Field("model.tier", "Materiality", "GDPR 35(7)(c)", "profile"),
            Field("model.limitations", "Limitations of the newest version", "GDPR 35(7)(c)", "versions"),
            *_MODEL,
        ),
    }
)
QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "automated_decisions": "Does it decide about people by itself, with legal or similarly significant effect?",
        "special_categories": "Does it process special categories of personal data, or data about offences?",
        "large_scale": "Are data processed on a large scale?",
        "monitoring": "Does it monitor a publicly accessible area systematically?",
        "vulnerable": "Are people concerned who need protection: employees, children, patients?",
    }
)
YES, NO = "yes", "no"
LONGEST = 4000


def said_by_people(kind: PaperKind) -> tuple[Field, ...]:
    """The places that a person fills in the paper."""
    return tuple(field for field in FIELDS[kind] if not field.page)


def field_of(kind: PaperKind, key: str) -> Field:
    """The place with this name."""
    return next(field for field in FIELDS[kind] if field.key == key)
