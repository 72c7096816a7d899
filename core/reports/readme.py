"""The text in a bundle that says how to check it with programs of others."""

from collections.abc import Sequence

from core.reports.formats.naming import slug
from core.reports.render import Forms
from core.reports.signing import SigningKeys
from core.reports.texts.formats import readme as texts

MANIFEST, SIGNATURE, TAGS = "manifest-sha256.txt", "manifest-sha256.txt.p7s", "tagmanifest-sha256.txt"


def readme(name: str, held: Sequence[Forms], keys: SigningKeys, vkey: str) -> str:
    """How to check the bundle without Countersign."""
    several = len(held) > 1
    report = f"data/{'*/' if several else ''}{slug(held[0].report)}"
    pdfsig = f'for file in {report}.pdf; do pdfsig "$file"; done' if several else f"pdfsig {report}.pdf"
    where = "data/NAME/" if several else "data/"
    listed = {
        "pdf": f"{report}.pdf",
        "html": f"{report}.html",
        "json": f"{report}.json",
        "oscal": f"{report}.oscal.json",
        "bom": f"{report}.cdx.json",
        "tables": f"{where}tables/",
        "evidence": f"{where}evidence/",
        "statement": "data/statement.dsse.json",
        "checkpoint": "data/ledger/checkpoint",
        "vkey": "data/ledger/vkey",
        "entries": "data/ledger/entries.jsonl",
        "proofs": "data/ledger/proofs/",
    }
    return texts.README.format(
        name=name, manifest=MANIFEST, tags=TAGS, signature=SIGNATURE, pdfsig=pdfsig, vkey_text=vkey,
        fingerprint=keys.fingerprint, incomplete=_incomplete(held),
        **{key: _padded(path) for key, path in listed.items()},
    )  # fmt: skip


def _incomplete(held: Sequence[Forms]) -> str:
    gaps = [f"  {gap.section}: {gap.reason}" for one in held for gap in one.report.gaps]
    if not gaps:
        return ""
    lines = "\n".join(" ".join(line.split()) for line in gaps)
    return texts.INCOMPLETE.format(lines=lines)


def _padded(path: str) -> str:
    return f"{path:<30} "
