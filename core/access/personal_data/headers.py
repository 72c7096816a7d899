"""What a column's name says about it."""

import re
import unicodedata

from core.access.personal_data.rules import Kind

_PERSON = (
    "first|last|full|given|family|middle|maiden|patient|customer|client|applicant|employee|person|contact|holder|"
    "legal|mother|father|spouse"
)
HEADERS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"(?:^|_)(?:{words})(?:_|$)"))
    for kind, words in (
        (Kind.EMAIL, "e?mails?|e_mail|email_?addr(?:ess)?|correo|courriel"),
        (Kind.IP_ADDRESS, "ip|ip_?addr(?:ess)?|ipv[46]|remote_addr|client_ip"),
        (Kind.PHONE, "phones?|telephone|tel|mobile|cell|cellphone|fax|handy|telefon|telefono|telephon|msisdn|whatsapp"),
        (Kind.SSN, "ssn|social_?security|social_security_n(?:umber|o|um|r)"),
        (Kind.CARD, "card_?n(?:umber|o|um|r)|credit_?card|debit_?card|cc_?n(?:umber|um|o)|payment_card|cardnumber"),
        (Kind.IBAN, "iban|bank_?account|kontonummer"),
        (
            Kind.NATIONAL_ID,
            "national_?id|nat_id|passport|nino|nhs|aadhaar|aadhar|pesel|bsn|cpf|tax_?id|tin|steuer_?id|dni|nie|nir|"
            "codice_fiscale|personnummer|identity_?(?:card|number)|driver_?s?_?licen[cs]e|licen[cs]e_n(?:umber|o)",
        ),
        (Kind.BIRTH, "dob|birth|birth_?date|birth_?day|date_of_birth|geburtsdatum|geburtstag|fecha_nacimiento"),
        (Kind.ADDRESS, "address|addr|street|street_?address|address_?line|strasse|anschrift|adresse|direccion"),
        (
            Kind.NAME,
            rf"(?:{_PERSON})_?names?|surname|fore_?name|vorname|nachname|prenom|nombre|apellidos?|f_?name|l_?name|who",
        ),
        (
            Kind.SPECIAL,
            "race|ethnic(?:ity)?|ethnic_group|race_ethnicity|rac1p|hisp|sex|gender|gender_identity|sexual_orientation|"
            "religion|religious|faith|political|party|union|disab(?:ility|led)|diagnos[ie]s|health|pregnan(?:cy|t)|hiv|genetic|biometric",
        ),
    )
)
_JUST_NAME = frozenset({"name", "names"})


def header_kind(name: str) -> Kind | None:
    """The kind that a column's name announces, in whatever case and with whatever separators."""
    plain = _plain(name)
    if plain in _JUST_NAME:
        return Kind.NAME
    return next((kind for kind, pattern in HEADERS if pattern.search(plain)), None)


def _plain(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", unicodedata.normalize("NFKD", name))
    letters = "".join(c for c in spaced if not unicodedata.combining(c)).replace("ß", "ss").casefold()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
