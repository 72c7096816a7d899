"""How each kind of personal data is written, and how a candidate is checked before it counts."""

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from stdnum import iban, luhn
from stdnum.us import ssn

from core.access.personal_data.national import is_national_id
from core.access.personal_data.rules import Kind

COUNTRIES = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "IN", "BR", "AU")
SHORTEST_IBAN = 15


@dataclass(frozen=True)
class Pattern:
    """One way of writing a kind.

    `needle` finds cells worth a closer look (a pattern without look-around, for Polars); `pattern` finds candidates in
    them; `check` decides. A `weak` pattern (bare digits) counts only where the header or most of the column agrees;
    `vote` is the share of filled cells that it then takes without a header (none: the header must announce it).
    """

    kind: Kind
    needle: str
    pattern: re.Pattern[str]
    check: Callable[[str], bool]
    weak: bool = False
    vote: float | None = None
    length: Callable[[str], int] = len  # of what counts of a candidate, which may have taken the next word in

    def matches(self, text: str) -> Iterator[tuple[int, int]]:
        """Where in plainly spelled text the kind stands."""
        for match in self.pattern.finditer(text):
            if self.check(match.group()):
                yield match.start(), match.start() + self.length(match.group())


def _is_email(text: str) -> bool:
    try:
        validate_email(
            text.rstrip("."), check_deliverability=False, globally_deliverable=False, allow_display_name=False
        )
    except EmailNotValidError:
        return False
    return True


def _is_iban(text: str) -> bool:
    """Any leading part of the candidate: what follows an account number may look like more of it."""
    compact = re.sub(r"[ .\-]", "", text).upper()
    return any(iban.is_valid(compact[:end], check_country=False) for end in range(len(compact), SHORTEST_IBAN - 1, -1))


def _iban_length(text: str) -> int:
    """How many characters of the candidate are the account number."""
    ends = [place for place in range(len(text), 0, -1) if text[place - 1].isalnum()]
    compact = {end: re.sub(r"[ .\-]", "", text[:end]).upper() for end in ends}
    return next((end for end in ends if iban.is_valid(compact[end], check_country=False)), len(text))


def _is_card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return digits[0] in "23456" and len(set(digits)) > 1 and luhn.is_valid(digits)


def _is_ssn(text: str) -> bool:
    return ssn.is_valid(re.sub(r"\D", "", text))


def _is_international(text: str) -> bool:
    number = "+" + text[2:] if text.startswith("00") else text
    return _is_telephone(number, None)


def _is_american(text: str) -> bool:
    return _is_telephone(text, "US")


def _is_somewhere(text: str) -> bool:
    return any(_is_telephone(text, country) for country in COUNTRIES)


def _is_telephone(text: str, country: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, country))
    except phonenumbers.NumberParseException:
        return False


def _is_address(text: str) -> bool:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (found.is_unspecified or found.is_loopback)


def _always(text: str) -> bool:
    return bool(text)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        Kind.EMAIL,
        r"@",
        _compiled(r"[^\s@<>,;:\"()\[\]/|=]{1,64}@[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*\.[^\W\d_]{2,}"),
        _is_email,
    ),
    Pattern(
        Kind.IBAN,
        r"(?i)[a-z]{2}[0-9]{2}[ .\-]?[0-9a-z]{2,4}[ .\-]?[0-9a-z]{3}",
        _compiled(r"(?<!\w)[a-z]{2}[0-9]{2}([ .\-]?)[0-9a-z]{4}(?:\1[0-9a-z]{4}){1,6}(?:\1[0-9a-z]{1,3})?(?!\w)"),
        _is_iban,
        length=_iban_length,
    ),
    Pattern(
        Kind.CARD,
        r"[0-9]{3,6}[ .\-][0-9]{4,6}[ .\-][0-9]{3}",
        _compiled(
            r"(?<![\w.\-])(?:[0-9]{4}(?:[ .\-][0-9]{4}){3}(?:[ .\-][0-9]{1,3})?"
            r"|[0-9]{4}[ .\-][0-9]{6}[ .\-][0-9]{4,5})(?![\w\-])"
        ),
        _is_card,
    ),
    Pattern(Kind.CARD, r"[0-9]{13}", _compiled(r"(?<![\w.\-])[0-9]{13,19}(?![\w\-])"), _is_card, weak=True, vote=0.5),
    Pattern(
        Kind.SSN,
        r"[0-9]{3}[ .\-][0-9]{2}[ .\-][0-9]{4}",
        _compiled(r"(?<![\w.\-])[0-9]{3}([ .\-])[0-9]{2}\1[0-9]{4}(?![\w\-])"),
        _is_ssn,
    ),
    Pattern(Kind.SSN, r"^[0-9]{9}$", _compiled(r"^[0-9]{9}$"), _is_ssn, weak=True),
    Pattern(
        Kind.IP_ADDRESS,
        r"[0-9]\.[0-9]{1,3}\.[0-9]|:[0-9A-Fa-f]{0,4}:",
        _compiled(
            r"(?<![\w.:])(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w:]|\.[0-9])"
        ),
        _is_address,
    ),
    Pattern(
        Kind.PHONE,
        r"\+ ?[0-9]|00[1-9][0-9]{0,2}[ .()/\-]",
        _compiled(r"(?<![\w.\-])(?:\+ ?|00(?=[1-9][0-9]{0,2}[ .()/\-]))[0-9](?:[ .()/\-]{0,3}[0-9]){6,14}(?!\w)"),
        _is_international,
    ),
    Pattern(
        Kind.PHONE,
        r"[0-9]{3}\)?[ .\-]?[0-9]{3}[.\- ][0-9]{4}",
        _compiled(
            r"(?<![\w.\-])(?:1[ .\-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .\-])"
            r"[2-9][0-9]{2}[ .\-][0-9]{4}(?![\w\-])"
        ),
        _is_american,
    ),
    Pattern(
        Kind.NATIONAL_ID,
        r"(?i)[a-z][0-9]{6}|[0-9]{7}[a-z]|[a-z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2}|[0-9]{2}[a-z][0-9]{2}|[a-z]{5}[0-9]{4}"
        r"|[0-9]{3}\.[0-9]{3,4}\.|[0-9]{6}[\-+a][0-9]{3}|[12] [0-9]{2} [0-9]{2}|[0-9]{17}|[0-9]{3} [0-9]{3} [0-9]{4}"
        r"|[0-9]{4} [0-9]{4} [0-9]{4}|[0-9]{6}[ \-][0-9]{5}|[0-9]{2}[. ][0-9]{2}[. ][0-9]{2}[ \-][0-9]{3}"
        r"|[0-9]{5}2[ab][0-9]{8}",
        _compiled(
            r"(?<![0-9a-z])(?:[a-z]{6}[0-9lmnpqrstuv]{2}[a-z][0-9lmnpqrstuv]{2}[a-z][0-9lmnpqrstuv]{3}[a-z]"
            r"|[a-z]{2}(?: ?[0-9]{2}){3} ?[a-d]|[0-9]{8}-?[a-z]|[xyz]-?[0-9]{7}-?[a-z]|[a-z]{5}[0-9]{4}[a-z]"
            r"|756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9]{6}[\-+a][0-9]{3}[0-9a-y]"
            r"|[0-9]{6}[\-+][0-9]{4}|[12](?: [0-9]{2}){3} [0-9]{3} [0-9]{3} [0-9]{2}|[0-9]{17}[0-9x]"
            r"|[0-9]{3} [0-9]{3} [0-9]{4}|[0-9]{4} [0-9]{4} [0-9]{4}|[0-9]{6}[ \-][0-9]{5}"
            r"|[0-9]{2}([. ])[0-9]{2}\1[0-9]{2}[ \-][0-9]{3}[. ][0-9]{2}|[12][0-9]{4}2[ab][0-9]{8})(?![0-9a-z])"
        ),
        is_national_id,
    ),
    Pattern(
        Kind.NATIONAL_ID,
        r"^[0-9]{9,15}$",
        _compiled(r"^(?:[0-9]{9,12}|[0-9]{15})$"),
        is_national_id,
        weak=True,
        vote=0.9,
    ),
    Pattern(
        Kind.PHONE,
        r"^\(?0[0-9]{1,5}[) /\-]{1,2}[0-9]",
        _compiled(r"^\(?0[0-9]{1,5}[) /\-]{1,2}[0-9](?:[ /\-]?[0-9]){3,9}$"),
        _is_somewhere,
        weak=True,
        vote=0.9,
    ),
    Pattern(
        Kind.PHONE,
        r"^[0-9][0-9 ()./\-]{6,16}$",
        _compiled(r"^[0-9](?:[ .()/\-]{0,3}[0-9]){6,13}$"),
        _is_somewhere,
        weak=True,
    ),
    Pattern(
        Kind.ADDRESS,
        r"(?i)[0-9].*(?:street|st|avenue|ave|road|rd|lane|ln|boulevard|blvd|drive|court|rue)\b"
        r"|(?i)(?:stra(?:ss|ß)e|str\.|weg|platz|allee) [0-9]|(?i)[0-9].* rue ",
        _compiled(
            r"\b[0-9]{1,5}[a-d]? (?:[^\W\d_][\w'.-]*,? ){1,4}"
            r"(?:street|st|avenue|ave|road|rd|lane|ln|boulevard|blvd|drive|court)\b"
            r"|\b[^\W\d_][\w-]*(?:stra(?:ss|ß)e|str\.|weg|platz|allee) [0-9]{1,4}[a-d]?\b"
            r"|\b[0-9]{1,4}(?: bis| ter)?,? rue (?:[^\W\d_][\w'-]* ?){1,5}"
        ),
        _always,
    ),
)
STRONG = tuple(pattern for pattern in PATTERNS if not pattern.weak)
IN_TEXT = (*STRONG, next(p for p in PATTERNS if p.weak and p.kind is Kind.CARD))  # what counts amid other words
