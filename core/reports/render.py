"""Turns a report into bytes in any form; nothing here reads the store."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from core.errors import GovernanceError
from core.reports.data import to_json
from core.reports.formats.csv_files import csv_export
from core.reports.formats.html import html_page
from core.reports.formats.kinds import KINDS, Format
from core.reports.formats.laying import laid
from core.reports.formats.ml_bom import ml_bom_of
from core.reports.formats.moving import Moved
from core.reports.formats.oscal import oscal_results
from core.reports.formats.xlsx import xlsx_export
from core.reports.signing import SigningKeys, sign_pdf
from core.reports.typeset.process import Typesetter
from core.reports.typeset.rendering import render_pdf
from core.reports.values.report import Report

TYPESETTING, SIGNING = "Typesetting", "Signing"
Say = Callable[[str], None]


class NotInThisForm(GovernanceError):
    """A report that has nothing to say in the form that was asked for."""


@dataclass(frozen=True)
class Rendered:
    """The bytes of a report, the ending of their file name, and the digest of what was signed, before the signature."""

    content: bytes
    ending: str
    unsigned_digest: str = ""


@dataclass(frozen=True)
class Forms:
    """A report in every form that a bundle carries; `tables` are those too long for pages."""

    report: Report
    unsigned_pdf: bytes
    pdf: bytes
    html: bytes
    json: bytes
    tables: tuple[Moved, ...]
    oscal: bytes | None
    ml_bom: bytes | None


def render(
    report: Report,
    form: Format,
    keys: SigningKeys,
    *,
    at: datetime,
    say: Say = lambda _step: None,
    typesetter: Typesetter | None = None,
) -> Rendered:
    """The report in one form other than a bundle; raises `RenderFailed` and `NotInThisForm`."""
    say(TYPESETTING)
    ending = KINDS[form].ending
    match form:
        case Format.PDF:
            unsigned = render_pdf(report, typesetter)
            say(SIGNING)
            return Rendered(sign_pdf(unsigned, keys, at=at), ending, hashlib.sha256(unsigned).hexdigest())
        case Format.HTML:
            return Rendered(html_page(report)[0], ending)
        case Format.XLSX:
            return Rendered(xlsx_export(laid(report), at=report.generated_at), ending)
        case Format.CSV:
            content, ending, _ = csv_export(laid(report), at=report.generated_at)
            return Rendered(content, ending)
        case Format.JSON:
            return Rendered(to_json(report), ending)
        case Format.OSCAL:
            return Rendered(_there(oscal_results(report), report, form), ending)
        case Format.ML_BOM:
            return Rendered(_there(ml_bom_of(report), report, form), ending)
        case Format.BUNDLE:
            raise ValueError("A bundle is made of a report in several forms, with proofs.")


def forms(report: Report, keys: SigningKeys, *, at: datetime, typesetter: Typesetter | None = None) -> Forms:
    """The report in every form that a bundle carries."""
    unsigned = render_pdf(report, typesetter)
    html, tables = html_page(report, beside="tables")
    return Forms(
        report,
        unsigned,
        sign_pdf(unsigned, keys, at=at),
        html,
        to_json(report),
        tables,
        oscal_results(report),
        ml_bom_of(report),
    )


def _there(content: bytes | None, report: Report, form: Format) -> bytes:
    if content is None:
        raise NotInThisForm(f"The report {report.template_version} says nothing that {KINDS[form].title} could hold.")
    return content
