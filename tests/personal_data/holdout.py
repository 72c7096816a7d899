"""A seeded hold-out: columns whose content is known, made without any list of real people."""

import random
import string
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from core.access.personal_data import Kind

Make = Callable[[random.Random], str]
SYLLABLES = tuple(first + second for first in "bklmnrstvz" for second in "aeio")
SENTENCE = "the loan was repaid late because income fell and nobody asked again whether terms could change"
WORDS = tuple(SENTENCE.split())
DOMAINS = ("mail.example.org", "example.com", "post.example.co.uk", "web.example.de")
CITIES = ("Springfield", "New York", "Sankt Gallen", "Rio Claro", "Baden")


@dataclass(frozen=True)
class Column:
    """A column: its name, its cells, the kind that it holds (none: nothing personal) and in how many cells."""

    case: str
    name: str
    cells: list[str]
    kind: Kind | None
    holding: int


def _word(r: random.Random, parts: int = 3) -> str:
    return "".join(r.choice(SYLLABLES) for _ in range(parts))


def _digits(r: random.Random, count: int) -> str:
    return "".join(r.choice(string.digits) for _ in range(count))


def email(r: random.Random) -> str:
    """An address at a domain reserved for examples (RFC 2606)."""
    return f"{_word(r)}{r.choice(['.', '_', '+', ''])}{_word(r, 2)}{r.choice(['', '7'])}@{r.choice(DOMAINS)}"


def card(r: random.Random) -> str:
    """Sixteen digits that satisfy ISO/IEC 7812 (Luhn), computed here."""
    body = r.choice(["4", "51", "55", "2221", "6011"])
    body += _digits(r, 15 - len(body))
    doubled = [int(d) * (2 if place % 2 == 0 else 1) for place, d in enumerate(body)]
    return body + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def iban(r: random.Random) -> str:
    """A German account number with ISO 7064 mod 97-10 check digits, computed here."""
    body = _digits(r, 18)
    return f"DE{98 - int(body + '131400') % 97:02d}{body}"


def ssn(r: random.Random) -> str:
    """Area, group and serial within the published rules of the Social Security Administration."""
    return f"{r.choice([r.randint(1, 665), r.randint(667, 899)]):03d}-{r.randint(1, 99):02d}-{r.randint(1, 9999):04d}"


def pesel(r: random.Random) -> str:
    """A Polish number: birth date, serial, and the weighted check digit, computed here."""
    born = date(1950, 1, 1) + timedelta(days=r.randrange(18_000))
    body = born.strftime("%y%m%d") + _digits(r, 4)
    return body + str(-sum(int(d) * w for d, w in zip(body, (1, 3, 7, 9) * 3, strict=False)) % 10)


def nino(r: random.Random) -> str:
    """A National Insurance number with an allowed prefix."""
    return (
        f"{r.choice('ABCEHJ')}{r.choice('ABCEHJ')} {_digits(r, 2)} {_digits(r, 2)} {_digits(r, 2)} {r.choice('ABCD')}"
    )


def _american(r: random.Random) -> str:
    area, exchange = r.choice(["212", "415", "617", "312", "206", "305"]), f"{r.randint(2, 9)}{r.randint(20, 99)}"
    written = r.choice(["({}) {}-{}", "{}-{}-{}", "{}.{}.{}", "+1 {} {} {}"])
    return written.format(area, exchange, _digits(r, 4))


def _international(r: random.Random) -> str:
    return r.choice(
        [
            lambda: f"+44 20 7{r.randint(100, 999)} {_digits(r, 4)}",
            lambda: f"+49 30 {r.randint(200000, 899999)}",
            lambda: f"+33 1 4{r.randint(0, 9)} {_digits(r, 2)} {_digits(r, 2)} {_digits(r, 2)}",
            lambda: f"0041 44 {r.randint(200, 899)} {_digits(r, 2)} {_digits(r, 2)}",
        ]
    )()


def _ip(r: random.Random) -> str:
    return ".".join(str(r.randint(1, 254)) for _ in range(4))


def person(r: random.Random) -> str:
    """Two made-up words in title case."""
    return f"{_word(r, 2).title()} {_word(r).title()}"


def _street(r: random.Random) -> str:
    return f"{r.randint(1, 400)} {_word(r).title()} {r.choice(['Street', 'Ave', 'Road', 'Lane'])}"


def _born(r: random.Random) -> str:
    return (date(1940, 1, 1) + timedelta(days=r.randrange(24_000))).isoformat()


def _grouped(number: str, sign: str) -> str:
    return sign.join(number[place : place + 4] for place in range(0, len(number), 4))


def _sentence(r: random.Random) -> str:
    return " ".join(r.choice(WORDS) for _ in range(r.randint(8, 16))) + f" ({r.randint(1, 9_999)})"


HOLDING: tuple[tuple[str, str, Kind, Make], ...] = (
    ("addresses, telling header", "email", Kind.EMAIL, email),
    ("addresses, silent header", "field_3", Kind.EMAIL, email),
    ("addresses in capitals", "c", Kind.EMAIL, lambda r: email(r).upper()),
    ("addresses with [at]", "kontakt", Kind.EMAIL, lambda r: email(r).replace("@", " [at] ").replace(".", "[dot]")),
    ("international telephone", "x1", Kind.PHONE, _international),
    ("American telephone", "x2", Kind.PHONE, _american),
    ("bare telephone under a header", "mobile_phone", Kind.PHONE, lambda r: f"617{r.randint(220, 999)}{_digits(r, 4)}"),
    ("grouped cards", "payment", Kind.CARD, lambda r: _grouped(card(r), " ")),
    ("dotted cards", "p", Kind.CARD, lambda r: _grouped(card(r), ".")),
    ("bare cards", "n", Kind.CARD, card),
    ("IBAN", "account", Kind.IBAN, iban),
    ("grouped IBAN in lower case", "k", Kind.IBAN, lambda r: _grouped(iban(r).lower(), " ")),
    ("SSN", "q", Kind.SSN, ssn),
    ("spaced SSN", "w", Kind.SSN, lambda r: ssn(r).replace("-", " ")),
    ("bare SSN under a header", "applicant_ssn", Kind.SSN, lambda r: ssn(r).replace("-", "")),
    ("National Insurance", "z", Kind.NATIONAL_ID, nino),
    ("PESEL", "nr", Kind.NATIONAL_ID, pesel),
    ("passport under a header", "passport_no", Kind.NATIONAL_ID, lambda r: r.choice("CFGH") + _digits(r, 8)),
    ("street under a header", "home_address", Kind.ADDRESS, _street),
    ("street, silent header", "ort", Kind.ADDRESS, _street),
    ("birth date", "DateOfBirth", Kind.BIRTH, _born),
    ("network address", "client", Kind.IP_ADDRESS, _ip),
    ("full name", "customerName", Kind.NAME, person),
    ("surname", "last_name", Kind.NAME, lambda r: _word(r).title()),
    ("name, silent header", "contact2", Kind.NAME, person),
)
NOTHING: tuple[tuple[str, str, Make], ...] = (
    ("nine digits", "ref", lambda r: _digits(r, 9)),
    ("ten digits", "order_no", lambda r: str(r.randint(10**9, 10**10 - 1))),
    ("eleven digits", "session", lambda r: str(r.randint(10**10, 10**11 - 1))),
    ("sixteen digits", "trace", lambda r: str(r.randint(10**15, 10**16 - 1))),
    ("running number", "id", lambda r: str(r.randint(1, 10**6))),
    ("padded number", "case_id", lambda r: f"{r.randint(1, 10**6):010d}"),
    ("fractions", "score", lambda r: repr(r.random())),
    ("scientific", "weight", lambda r: f"{r.random():.6e}"),
    ("UUID", "uuid", lambda r: str(uuid.UUID(int=r.getrandbits(128), version=4))),
    ("SHA-256", "digest", lambda r: f"{r.getrandbits(256):064x}"),
    ("milliseconds", "timestamp", lambda r: str(r.randint(1_600_000_000_000, 1_800_000_000_000))),
    ("date", "decided_on", _born),
    (
        "date and time",
        "created_at",
        lambda r: f"{_born(r)}T{r.randint(10, 23)}:{r.randint(10, 59)}:{r.randint(10, 59)}Z",
    ),
    ("version", "release", lambda r: f"{r.randint(0, 9)}.{r.randint(0, 30)}.{r.randint(0, 30)}"),
    ("product code", "sku", lambda r: f"AB-{_digits(r, 4)}-{_digits(r, 3)}"),
    ("invoice", "invoice", lambda r: f"2024-{_digits(r, 6)}"),
    ("amount", "amount", lambda r: f"{r.randint(1, 999)},{_digits(r, 3)}.{_digits(r, 2)}"),
    ("city", "city", lambda r: r.choice(CITIES)),
    ("model", "model_name", lambda r: f"{_word(r)}-v{r.randint(1, 9)}"),
    ("feature", "feature_name", lambda r: f"{_word(r)}_{_word(r)}"),
    ("handle", "source", lambda r: f"@{_word(r)}"),
    ("half an address", "unit", lambda r: f"{_word(r)}@{_word(r)}"),
    ("web page", "link", lambda r: f"https://example.org/{_word(r)}/{r.randint(1, 99)}"),
    ("yes or no", "phone_verified", lambda r: r.choice(["yes", "no"])),
    ("device", "phone_brand", lambda r: r.choice(["Nokia 3310", "Pixel 8", "Fairphone 5"])),
    ("contract", "contract", lambda r: f"{_digits(r, 3)}/{_digits(r, 3)}/{_digits(r, 4)}"),
    ("coordinates", "position", lambda r: f"{r.uniform(-90, 90):.5f} {r.uniform(-180, 180):.5f}"),
    ("age band", "age_cat", lambda r: r.choice(["Less than 25", "25 - 45", "Greater than 45"])),
    ("remark", "remark", _sentence),
)
AMID_WORDS: tuple[tuple[str, Kind, Make], ...] = (
    ("address in a remark", Kind.EMAIL, email),
    ("telephone in a remark", Kind.PHONE, _international),
    ("card in a remark", Kind.CARD, card),
    ("IBAN in a remark", Kind.IBAN, lambda r: _grouped(iban(r), " ")),
    ("SSN in a remark", Kind.SSN, ssn),
)


def columns(seed: int, rows: int) -> list[Column]:
    """Every case with `rows` cells; amid words, one cell in ten holds something."""
    r = random.Random(seed)
    made = [Column(case, name, [make(r) for _ in range(rows)], kind, rows) for case, name, kind, make in HOLDING]
    made += [Column(case, name, [make(r) for _ in range(rows)], None, 0) for case, name, make in NOTHING]
    for case, kind, make in AMID_WORDS:
        cells = [
            f"{_sentence(r)} {make(r)} {_sentence(r)}" if place % 10 == 3 else _sentence(r) for place in range(rows)
        ]
        made.append(Column(case, "remark", cells, kind, len(range(3, rows, 10))))
    return made


def wide_frame(seed: int, rows: int) -> tuple[pl.DataFrame, dict[str, int]]:
    """Ten ordinary columns with five addresses planted at random; column -> line of each planted cell."""
    r = random.Random(seed)
    cases = [(name, make) for _, name, make in NOTHING[:9]] + [("remark", _sentence)]
    data = {name: [make(r) for _ in range(rows)] for name, make in cases}
    planted: dict[str, int] = {}
    for name in r.sample(sorted(data), 5):
        row = r.randrange(rows)
        data[name][row] = email(r)
        planted[name] = row + 2
    return pl.DataFrame(data), planted
