"""Parsers of what others send, given sound texts that were bent at random: each ends in its own typed error.

Never another exception, never longer than two seconds, never much memory. The suite asks a few dozen times each, the
same every time; `FUZZ_TIMES=50` asks fifty times as much.
"""

import io
import os
import resource
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.delivery.guard import check_address, parse_hosts
from app.mail import parse_mail_server
from app.sources import parse_address, parse_sources
from core.access.personal_data import mask
from core.documents.rendering import as_html
from core.errors import GovernanceError, Unreadable
from core.inventory.exchange.ml_bom_reading import read_ml_bom
from core.inventory.exchange.model_card_reading import read_model_card
from core.inventory.importing.sheets import read_sheet
from core.ledger.anchors.asking import size_seen
from core.ledger.anchors.cosignatures import Cosigner, Witness
from core.ledger.anchors.timestamps import StampRefused, read_certificates, stamp_request, verified_stamp
from core.ledger.batches.proofs import parse_event_proof
from core.ledger.canonical import NotCanonical, parse_canonical
from core.ledger.checkpoints import parse_checkpoint
from core.ledger.envelope import parse_envelope
from core.ledger.notes import NoteRefused, Signer, Verifier
from core.ledger.offline import NotABundle, verify, verify_event
from core.ledger.receipts import parse_receipt
from core.monitoring.intake.point_forms import points_of
from core.monitoring.stress.plans import read_plan
from core.policy.parse import parse_policy
from core.policy.service import default_policy_text
from core.validation.uploads import preflight
from core.validation.uploads.strict_json import loads
from tests.builders import NOON
from tests.ledger.ledger_bundles import a_bag, an_authority, zipped
from tests.stress.conftest import AWAY, RICH, a_plan

EXAMPLES = 40 * int(os.environ.get("FUZZ_TIMES", "1"))
SECONDS, MEMORY = 2.0, 256 * 1024  # kilobytes, over all examples of one parser
CALLS = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
SIGNER = Signer("countersign.test/ledger", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
COSIGNER = Cosigner("witness.test/one", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
TEXT = "countersign.test/ledger\n17\n5Yw7Vx8bmuE3T5l6y1tY7bR1KX3Vb7m2n4m8mQ4mJ3A=\n"
NOTE = SIGNER.sign(TEXT)
COSIGNED = NOTE + COSIGNER.cosign(TEXT, at=NOON)
REQUEST = stamp_request(NOTE)
ENVELOPE = (
    b'{"action":"model.registered","actor":"P0001","at":1795176000000000,"checkpoint":"","entity":{"id":"M0001",'
    b'"kind":"model"},"id":"0190-a","payload":"","role":"developer","v":1}'
)
RECEIPT = f"c2sp.org/tlog-proof@v1\nindex 3\n{'Vg1ESqPpXiQPUMYAPDtVPqX8dbxlkMKbtQnM6iJKQ2A='}\n\n{NOTE}"
PROOF = b'{"entry":"e","event":"{}","form":"countersign-event-proof/1","input_key":"","line":1,"path":["AAAA"],' + (
    b'"payload":"{}","receipt":"r","rows":2,"salt":"aa"}'
)
CSV = 'case,label,prediction,score,group\n1,1,0,0.25,A\n2,0,0,0.5,é\n3,1,1,0.75,"B, C"\n'.encode()
METRICS = (
    b'# TYPE latency_seconds gauge\n# UNIT latency_seconds seconds\nlatency_seconds{model="M0001"} 0.25 1795176000\n'
    b"# TYPE calls counter\ncalls_total 17\n# EOF\n"
)
BOM = (
    b'{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"machine-learning-model",'
    b'"bom-ref":"m","name":"Score","version":"1.0","description":"Ranks.","modelCard":{"modelParameters":{"task":'
    b'"classification"},"considerations":{"useCases":["Ranking"]}}}]}'
)
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
WEBHOOK = "https://hooks.example.org:8443/a?b=c"
CARD = b"---\nlicense: mit\nlanguage: [en]\nmodel-index:\n- name: Score\n---\n# Score\n\n## Uses\n\nRanks letters.\n"


def parquet() -> bytes:
    sink = io.BytesIO()
    pl.DataFrame({"label": ["1", "0"] * 20, "score": [0.25, 0.5] * 20}).write_parquet(sink)
    return sink.getvalue()


def bundle() -> bytes:
    return zipped(a_bag({"data/a.json": b"{}\n", "data/ledger/checkpoint": NOTE.encode()}, an_authority()))


@dataclass(frozen=True)
class Parser:
    """A way in: what it is called, a sound text, how it is read, and the errors that it may end in."""

    name: str
    sample: Callable[[], bytes]
    read: Callable[[bytes, Path], object]
    errors: tuple[type[Exception], ...]
    share: int = 1  # one in so many examples, where each is read in a process of its own


def of_text(name: str, sample: str | bytes, read: Callable[[str], object], *errors: type[Exception]) -> Parser:
    """A parser of text; what is not UTF-8 does not reach it."""
    content = sample.encode() if isinstance(sample, str) else sample
    return Parser(name, lambda: content, lambda data, _file: read(data.decode("utf-8", "replace")), errors)


def of_bytes(
    name: str, sample: bytes | Callable[[], bytes], read: Callable[[bytes], object], *errors: type[Exception]
) -> Parser:
    content = sample if callable(sample) else lambda: sample
    return Parser(name, content, lambda data, _file: read(data), errors)


def of_file(name: str, sample: bytes | Callable[[], bytes], read: Callable[[Path], object], share: int = 1) -> Parser:
    """A parser of a file, which refuses as `Unreadable`."""

    def written(data: bytes, file: Path) -> object:
        file.write_bytes(data)
        return read(file)

    return Parser(name, sample if callable(sample) else lambda: sample, written, (Unreadable,), share)


PARSERS = [
    of_file("upload of CSV", CSV, lambda file: preflight(file, filename="p.csv")),
    of_file("upload of Parquet", parquet, lambda file: preflight(file, filename="p.parquet"), share=8),
    of_file("sheet of an import", CSV, lambda file: read_sheet(file)),
    of_file(
        "points of metrics", METRICS,
        lambda file: points_of(file, model="M0001", version=None, environment="production", at=NOON),
    ),
    of_bytes("JSON body", b'{"a": [1, -2.5e3, "\\u00e9", null, {"b": true}]}', loads, Unreadable),
    of_bytes("canonical JSON", ENVELOPE, parse_canonical, NotCanonical),
    of_bytes("entry of the ledger", ENVELOPE, parse_envelope, NotCanonical),
    of_bytes("ML-BOM", BOM, read_ml_bom, Unreadable),
    of_bytes("model card", CARD, read_model_card, Unreadable),
    of_bytes("bundle", bundle, lambda data: verify(data, key=SIGNER.vkey), NotABundle),
    of_bytes("proof of an event, offline", PROOF, verify_event, NotABundle),
    of_bytes(
        "answer of a time stamp authority", b"\x30\x05\x30\x03\x02\x01\x02",
        lambda data: verified_stamp(data, REQUEST, NOTE, ""), StampRefused, Unreadable,
    ),
    of_text("certificates", CERTIFICATE, read_certificates, Unreadable),
    of_text("signed note", NOTE, SIGNER.verifier.open, NoteRefused),
    of_text("checkpoint", TEXT, parse_checkpoint, NoteRefused),
    of_text("cosigned note", COSIGNED, COSIGNER.witness.verified, NoteRefused),
    of_text("size that a witness saw", "17\n", size_seen),
    of_text("receipt", RECEIPT, parse_receipt, NoteRefused),
    of_text("proof of an event", PROOF, parse_event_proof, NoteRefused),
    of_text("key of a ledger", SIGNER.vkey, Verifier.parse, NoteRefused),
    of_text("key of a witness", COSIGNER.witness.vkey, Witness.parse, NoteRefused),
    of_text("policy", default_policy_text(), parse_policy, Unreadable),
    of_text("plan of a stress test", a_plan(5001, phases=AWAY, cases=RICH), read_plan, Unreadable),
    of_text("address of a webhook", WEBHOOK, lambda text: check_address(text, ()), Unreadable),
    of_text("hosts of a setting", "hooks.example.org,ci.corp:8080=internal", parse_hosts, ValueError),
    of_text("places of evidence", "/srv/evidence,s3://bucket/beginning/", parse_sources, ValueError),
    of_text("address of evidence", "s3://bucket/beginning/file.parquet", parse_address, GovernanceError),
    of_text(
        "mail server", "smtp+starttls://user:password@mail.example.org:587",
        lambda text: parse_mail_server(text, "a@example.org"), ValueError,
    ),
    of_text("masking", "Ann, ann@example.org, +44 20 7946 0958, DE89 3704 0044 0532 0130 00", mask),
]  # fmt: skip
TOKENS = [
    b"\0", b"\xff", b"\r", b"\n", b'"', b"'", b"[", b"{", b"}", b"]", b"[" * 3000, b"0" * 400, b"9" * 400, b"-1",
    b"1e999", b"nan", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\\ud800", b"%00", b"../", b"@", b"+", b"=", b"\xe2\x80\x94 ",
    b"true", b"null", b"*a", b"&a", b"<script>", b"9999999999999999999999", b"0001-01-01", b"99999999999999",
]  # fmt: skip


def bent(sample: bytes) -> st.SearchStrategy[bytes]:
    """The text with one to four changes: a byte, a part left out or doubled, a token put in, or cut short."""
    place = st.integers(0, max(len(sample) - 1, 0))
    change = st.tuples(st.sampled_from(["flip", "drop", "double", "insert", "cut"]), place, st.integers(1, 64),
                       st.sampled_from(TOKENS))  # fmt: skip
    return st.lists(change, min_size=1, max_size=4).map(lambda changes: _changed(sample, changes))


def _changed(text: bytes, changes: list[tuple[str, int, int, bytes]]) -> bytes:
    for kind, at, count, token in changes:
        if kind == "flip" and at < len(text):
            text = text[:at] + bytes([text[at] ^ (count & 0x7F or 1)]) + text[at + 1 :]
        elif kind == "drop":
            text = text[:at] + text[at + count :]
        elif kind == "double":
            text = text[:at] + text[at : at + count] * 2 + text[at + count :]
        elif kind == "insert":
            text = text[:at] + token + text[at:]
        else:
            text = text[:at]
    return text


@pytest.mark.parametrize("parser", PARSERS, ids=lambda one: one.name)
def test_a_parser_ends_in_its_own_error_whatever_it_is_given(parser: Parser, tmp_path: Path) -> None:
    sample, held = parser.sample(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    @settings(CALLS, max_examples=EXAMPLES // parser.share)
    @given(data=st.one_of(bent(sample), bent(sample), bent(sample), st.binary(max_size=300)))
    def asked(data: bytes) -> None:
        began = time.process_time()
        with suppress(*parser.errors):
            parser.read(data, tmp_path / "given")
        assert time.process_time() - began < SECONDS

    asked()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < MEMORY


class Tags(HTMLParser):
    """Which elements and attributes a page holds."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(f"{tag} {name}" for name, _ in attrs)}


KNOWN = {
    "html", "html lang", "head", "meta", "meta charset", "meta http-equiv", "meta content", "title", "style", "body",
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "ul", "li", "table", "tr", "th", "td", "footer",
}  # fmt: skip
DOCUMENT = (
    b"# Title\n\nText with <b>words</b> & [a link](javascript:alert(1)).\n\n- one\n- two\n\n"
    b"| a | b |\n|---|---|\n| 1 | 2 |\n"
)


@CALLS
@given(body=bent(DOCUMENT), title=st.text(max_size=40))
def test_no_text_of_a_document_becomes_an_element_of_its_page(body: bytes, title: str) -> None:
    page = Tags()
    page.feed(as_html(title, body.decode("utf-8", "replace"), title))

    assert page.found <= KNOWN


def test_a_sound_sample_is_read(tmp_path: Path) -> None:
    """Else nothing would be bent but a text that no parser takes."""
    sound = {"upload of CSV", "upload of Parquet", "JSON body", "entry of the ledger", "signed note", "policy"}
    sound |= {
        "points of metrics",
        "ML-BOM",
        "model card",
        "cosigned note",
        "proof of an event",
        "plan of a stress test",
    }

    for parser in PARSERS:
        if parser.name in sound:
            parser.read(parser.sample(), tmp_path / "given")
