"""Which characters our fonts can draw; what they cannot draw is shown by its code, never dropped."""

import struct
import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
SANS = ("IBMPlexSans_400Regular.ttf", "DejaVuSans.ttf")
MONO = ("IBMPlexMono_400Regular.ttf", "DejaVuSans.ttf")
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})  # controls, bidi overrides, private use, surrogates
_KEPT = frozenset("\n")
MOST_MARKS = 3  # more on one letter would be drawn over the lines above and below


def drawable(text: str, fonts: tuple[str, ...] = SANS) -> str:
    """The text with [U+XXXX] for each character that would be invisible, or that no font of ours has a glyph for.

    A combining mark is drawn only where the font of its base has it too. Line breaks stay; a tab is a space.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if plain.isascii() and plain.isprintable():
        return plain
    return "".join(_shown(cluster, fonts) for cluster in _clusters(plain))


def code(char: str) -> str:
    """[U+202E]."""
    return f"[U+{ord(char):04X}]"


def _clusters(text: str) -> list[str]:
    clusters: list[str] = []
    for char in text:
        if clusters and unicodedata.category(char) in ("Mn", "Mc", "Me") and clusters[-1] != "\n":
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def _shown(cluster: str, fonts: tuple[str, ...]) -> str:
    if cluster in _KEPT:
        return cluster
    base, marks = cluster[0], cluster[1:]
    font = next((font for font in fonts if ord(base) in coverage(font)), None)
    if font is None or unicodedata.category(base) in _HIDDEN or unicodedata.category(base).startswith("M"):
        return "".join(map(code, cluster))
    drawn = [
        mark if place < MOST_MARKS and ord(mark) in coverage(font) else code(mark) for place, mark in enumerate(marks)
    ]
    return base + "".join(drawn)


@cache
def coverage(font: str) -> frozenset[int]:
    """The code points that a vendored font maps to a glyph: its Unicode cmap (OpenType 1.9, formats 4 and 12)."""
    data = (FONTS / font).read_bytes()
    tables = struct.unpack_from(">H", data, 4)[0]
    records = (struct.unpack_from(">4sLLL", data, 12 + 16 * index) for index in range(tables))
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    count = struct.unpack_from(">H", data, cmap + 2)[0]
    found: set[int] = set()
    for index in range(count):
        platform, _, offset = struct.unpack_from(">HHL", data, cmap + 4 + 8 * index)
        if platform in (0, 3):
            found |= _mapped(data, cmap + offset)
    return frozenset(found)


def _mapped(data: bytes, at: int) -> set[int]:
    form = struct.unpack_from(">H", data, at)[0]
    if form == 4:
        return _format_4(data, at)
    return _format_12(data, at) if form == 12 else set()


def _format_4(data: bytes, at: int) -> set[int]:
    segments = struct.unpack_from(">H", data, at + 6)[0] // 2
    words = f">{segments}H"
    ends, starts, deltas, offsets = (
        struct.unpack_from(words, data, at + 14 + 2 * segments * part + (2 if part else 0)) for part in range(4)
    )
    found = set()
    for index in range(segments):
        place = at + 16 + 6 * segments + 2 * index
        for point in range(starts[index], min(ends[index], 0xFFFE) + 1):
            glyph = point
            if offsets[index]:
                glyph = struct.unpack_from(">H", data, place + offsets[index] + 2 * (point - starts[index]))[0]
            if glyph and (glyph + deltas[index]) & 0xFFFF:
                found.add(point)
    return found


def _format_12(data: bytes, at: int) -> set[int]:
    groups = struct.unpack_from(">L", data, at + 12)[0]
    found: set[int] = set()
    for index in range(groups):
        start, end, glyph = struct.unpack_from(">LLL", data, at + 16 + 12 * index)
        found.update(point for point in range(start, end + 1) if glyph + point - start)
    return found
