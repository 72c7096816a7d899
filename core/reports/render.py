"""Turns a dossier into bytes: signed PDF, bundle, data."""

from datetime import datetime

from core.ledger.extract import LedgerParts
from core.reports import bundle, data
from core.reports.signing import SigningKeys, sign_pdf
from core.reports.typeset.rendering import render_pdf
from core.reports.values import Dossier


def dossier_pdf(dossier: Dossier, keys: SigningKeys, *, at: datetime) -> bytes:
    """The dossier typeset, with its data attached, and signed; raises `RenderFailed` past time or memory."""
    return sign_pdf(render_pdf(dossier), keys, at=at)


def dossier_bundle(dossier: Dossier, parts: LedgerParts, keys: SigningKeys, *, at: datetime) -> bytes:
    """The dossier with ledger proofs and evidence as a signed BagIt ZIP that verifies without Countersign."""
    unsigned = render_pdf(dossier)
    return bundle.make(dossier, unsigned, sign_pdf(unsigned, keys, at=at), parts, keys, at=at)


def dossier_json(dossier: Dossier) -> bytes:
    """The dossier as data, in full precision; the same bytes for the same value."""
    return data.to_json(dossier)
