"""A file's name as it is shown: the last part of it, without anything that could mislead a reader or a system."""

import unicodedata

from core.validation.uploads.names import is_hidden

LONGEST = 100
UNNAMED = "unnamed"
SEPARATORS = "/\\\u2044\u2215\u29f5\u29f8\u29f9\uff0f\uff3c\ufe68"
UNSAFE = frozenset('<>:"|?*\uff1a')
DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{kind}{n}" for kind in ("com", "lpt") for n in "0123456789¹²³"}
)


def safe_label(filename: str) -> str:
    """The name to show and to store beside a digest; never used to open a file.

    Keeps the last path component in any script, composed (NFC), at most 100 characters with its extension;
    drops hidden and bidirectional characters, leading dots and outer spaces; replaces `< > : " | ? *` by `_`;
    puts `_` before the names of Windows devices. An empty rest is called "unnamed".
    """
    last = _last_component(filename)
    visible = "".join(" " if c.isspace() else c for c in last if not is_hidden(c) or c.isspace())
    plain = "".join("_" if c in UNSAFE else c for c in unicodedata.normalize("NFC", visible))
    trimmed = plain.strip(" ").lstrip(". ").rstrip(". ")
    if not trimmed:
        return UNNAMED
    named = f"_{trimmed}" if trimmed.split(".")[0].strip().casefold() in DEVICES else trimmed
    return _shortened(named)


def _last_component(filename: str) -> str:
    for separator in SEPARATORS:
        filename = filename.replace(separator, "/")
    return filename.rsplit("/", 1)[-1]


def _shortened(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[: LONGEST - 1] + "…"
    return stem[: LONGEST - 2 - len(extension)] + "…" + dot + extension
