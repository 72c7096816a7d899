"""The text in a bundle that says how to check it with programs of others."""

from collections.abc import Sequence

from core.reports.formats.naming import slug
from core.reports.render import Forms
from core.reports.signing import SigningKeys

MANIFEST, SIGNATURE, TAGS = "manifest-sha256.txt", "manifest-sha256.txt.p7s", "tagmanifest-sha256.txt"


def readme(name: str, held: Sequence[Forms], keys: SigningKeys, vkey: str) -> str:
    """How to check the bundle without Countersign."""
    several = len(held) > 1
    report = f"data/{'*/' if several else ''}{slug(held[0].report)}"
    pdfsig = f'for file in {report}.pdf; do pdfsig "$file"; done' if several else f"pdfsig {report}.pdf"
    where = "data/NAME/" if several else "data/"
    return f"""\
How to check this bundle without Countersign

Unpack it and go into the folder {name}. Each line below is a command; none of the programs is ours.

  sha256sum -c {MANIFEST}
  sha256sum -c {TAGS}
  openssl cms -verify -inform PEM -binary -in {SIGNATURE} -content {MANIFEST} -CAfile ca.crt -purpose any
  {pdfsig}

What each says: no file was changed; the list of files was signed by this installation; the PDF was signed by it too.
pdfsig calls the issuer untrusted until ca.crt is imported: an installation makes its own certificate authority.

The ledger's proofs, and everything above once more, in one file that you can read first (Python 3.11 or newer and
the package cryptography):

  python3 verify.py ../{name}.zip

Whoever made this bundle could have made ca.crt and the key as well. So compare these two with what you received over
another channel, or give them to verify.py:

  SHA-256 of ca.crt   {keys.fingerprint}
  key of the ledger   {vkey}

  python3 verify.py ../{name}.zip --ca FINGERPRINT --key KEY --state seen.checkpoint

With --state, a later bundle is also checked to continue the ledger that you saw before.
{_incomplete(held)}
What is in it

  {_padded(f"{report}.pdf")}the report, built to PDF/A-3a and PDF/UA-1, signed, with its data attached
  {_padded(f"{report}.html")}the same as one page without script
  {_padded(f"{report}.json")}the same as data (RFC 8785), every figure in full precision
  {_padded(f"{report}.oscal.json")}OSCAL assessment results, where the report assesses something
  {_padded(f"{report}.cdx.json")}CycloneDX ML-BOM, where the report is about a model version
  {_padded(f"{where}tables/")}tables that are too long for pages
  {_padded(f"{where}evidence/")}attached evidence, and the digests that figures rest on
  {_padded("data/statement.dsse.json")}in-toto statement (DSSE): digests of the files, and of the PDF unsigned
  {_padded("data/ledger/checkpoint")}the signed state of the ledger
  {_padded("data/ledger/vkey")}the key that verifies it
  {_padded("data/ledger/entries.jsonl")}the entries that the report rests on, each with its particulars
  {_padded("data/ledger/proofs/")}for each entry, the proof that the ledger holds it (C2SP tlog-proof)

The signature of the statement is over "DSSEv1 LENGTH TYPE LENGTH PAYLOAD" (DSSE 1.0), by the certificate that openssl
writes out when -signer signer.pem is added to the command above.
"""


def _incomplete(held: Sequence[Forms]) -> str:
    gaps = [f"  {gap.section}: {gap.reason}" for one in held for gap in one.report.gaps]
    if not gaps:
        return ""
    lines = "\n".join(" ".join(line.split()) for line in gaps)
    return f"\nNot complete: these parts could not be built from the record as it was then.\n\n{lines}\n"


def _padded(path: str) -> str:
    return f"{path:<30} "
