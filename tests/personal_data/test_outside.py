"""A second hold-out that we did not write: published examples, looked for in running text by the gate."""

import doctest
import importlib
import re
from collections.abc import Iterator

import pytest

from core.access.personal_data import Kind
from core.access.personal_data.entrances import Entrance
from core.access.personal_data.gate import screened

PUBLISHED = {
    Kind.EMAIL: (  # RFC 5322, appendix A; under .test no mailbox can be (RFC 6761)
        "jdoe@machine.example", "mary@example.net", "jdoe@example.org", "sysservices@example.net",
        "john.q.public@example.com", "smith@home.example", "jdoe@test.example",
    ),
    Kind.IBAN: (  # the IBAN registry of ISO 13616, one example a country
        "GB29 NWBK 6016 1331 9268 19", "DE89 3704 0044 0532 0130 00", "FR14 2004 1010 0505 0001 3M02 606",
        "NL91 ABNA 0417 1643 00", "CH93 0076 2011 6238 5295 7", "AT61 1904 3002 3457 3201",
        "ES91 2100 0418 4502 0005 1332", "IT60 X054 2811 1010 0000 0123 456", "SE45 5000 0000 0583 9825 7466",
        "NO93 8601 1117 947", "DK50 0040 0440 1162 43", "FI21 1234 5600 0007 85", "BE68 5390 0754 7034",
        "PL61 1090 1014 0000 0712 1981 2874", "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "LC55 HEMM 0001 0001 0012 0012 0002 3015",
    ),
    Kind.CARD: (  # test numbers that the card networks publish
        "4111 1111 1111 1111", "4242-4242-4242-4242", "5555 5555 5555 4444", "2223 0031 2200 3222", "3782 822463 10005",
        "6011 1111 1111 1117", "4012888888881881", "5105105105105100",
    ),
}  # fmt: skip
STDNUM = (
    "iban", "us.ssn", "gb.nhs", "es.dni", "es.nie", "it.codicefiscale", "ch.ssn", "br.cpf", "fr.nir", "in_.aadhaar",
    "fi.hetu", "se.personnummer", "cn.ric", "de.idnr", "nl.bsn", "pl.pesel", "be.nn", "no.fodselsnummer",
)  # fmt: skip


@pytest.mark.row("personal-data hold-out")
@pytest.mark.parametrize("kind", PUBLISHED)
def test_published_examples_are_found_in_running_text(kind: Kind) -> None:
    for value in PUBLISHED[kind]:
        passed = screened(f"The file names {value} on page 4.", where=Entrance.LOG)

        assert passed.text == f"The file names [{kind}] on page 4.", value


def _examples() -> Iterator[str]:
    """The valid numbers in the documentation of python-stdnum, as they are written there."""
    for name in STDNUM:
        module = importlib.import_module(f"stdnum.{name}")
        for example in doctest.DocTestParser().get_examples(module.__doc__ or ""):
            yield from (text for text in re.findall(r"'([^']{8,})'", example.source) if _is_valid(module, text))


def _is_valid(module: object, text: str) -> bool:
    return bool(getattr(module, "is_valid")(text))  # noqa: B009  the modules carry no type hints


@pytest.mark.row("personal-data hold-out")
def test_documented_national_numbers_are_found_unless_they_are_bare_digits() -> None:
    """Bare digits prove nothing in running text: one number in ten satisfies a check digit by chance."""
    written = sorted({text for text in _examples() if not text.isdigit()})

    missed = [text for text in written if not screened(f"It was {text} in the file.", where=Entrance.LOG).findings]

    assert len(written) > 15
    assert len(missed) <= 0.2 * len(written), missed
