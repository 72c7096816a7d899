"""National identifiers whose check digits can be computed: each country's own rule, by python-stdnum."""

import re
from collections.abc import Callable

from stdnum.be import nn as belgian
from stdnum.br import cpf as brazilian
from stdnum.ch import ssn as swiss
from stdnum.cn import ric as chinese
from stdnum.de import idnr as german
from stdnum.es import dni as spanish
from stdnum.es import nie as spanish_foreign
from stdnum.fi import hetu as finnish
from stdnum.fr import nir as french
from stdnum.gb import nhs as british
from stdnum.in_ import aadhaar as indian
from stdnum.in_ import pan as indian_tax
from stdnum.it import codicefiscale as italian
from stdnum.nl import bsn as dutch
from stdnum.no import fodselsnummer as norwegian
from stdnum.pl import pesel as polish
from stdnum.se import personnummer as swedish

# HM Revenue & Customs, NIM39110: letters that never begin a National Insurance number.
_NINO = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")
_BY_FORM: tuple[tuple[re.Pattern[str], tuple[Callable[[str], bool], ...]], ...] = (
    (re.compile(r"[A-Z]{6}\w{9}[A-Z]"), (italian.is_valid,)),
    (re.compile(r"[A-Z]{2}[0-9]{6}[A-D]"), (lambda text: bool(_NINO.fullmatch(text)),)),
    (re.compile(r"[0-9]{8}[A-Z]"), (spanish.is_valid,)),
    (re.compile(r"[XYZ][0-9]{7}[A-Z]"), (spanish_foreign.is_valid,)),
    (re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]"), (indian_tax.is_valid,)),
    (re.compile(r"756[0-9]{10}"), (swiss.is_valid,)),
    (re.compile(r"[0-9]{17}[0-9X]"), (chinese.is_valid,)),
    (re.compile(r"[0-9]{15}"), (french.is_valid,)),
    (re.compile(r"[0-9]{12}"), (indian.is_valid,)),
    (
        re.compile(r"[0-9]{11}"),
        (german.is_valid, polish.is_valid, brazilian.is_valid, belgian.is_valid, norwegian.is_valid),
    ),
    (re.compile(r"[0-9]{10}"), (british.is_valid,)),
    (re.compile(r"[0-9]{9}"), (dutch.is_valid,)),
)
_DATED = re.compile(r"[0-9]{6}[-+A][0-9]{3}[0-9A-Y]")
_WRITTEN: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (  # forms that only one country uses
    (re.compile(r"[0-9]{6}[ \-][0-9]{5}"), norwegian.is_valid),
    (re.compile(r"[0-9]{2}([. ])[0-9]{2}\1[0-9]{2}[ \-][0-9]{3}[. ][0-9]{2}"), belgian.is_valid),
    (re.compile(r"[12][0-9]{4}2[AB][0-9]{8}"), french.is_valid),
)


def is_national_id(text: str) -> bool:
    """True when the check digit (or, without one, the published form) of some country holds."""
    written = text.upper().strip()
    if _DATED.fullmatch(written):
        return bool(finnish.is_valid(written) or (written[-1].isdigit() and swedish.is_valid(written)))
    for form, check in _WRITTEN:
        if form.fullmatch(written):
            return bool(check(re.sub(r"[ .\-]", "", written)))
    compact = re.sub(r"[ .\-]", "", written)
    return any(check(compact) for form, checks in _BY_FORM if form.fullmatch(compact) for check in checks)
