"""The bad-input corpus: files that must be refused, each with its place, and files that must be taken as they are."""

from tests.uploads.corpus.cases import MAPPING, Bad, Good, one_of_each
from tests.uploads.corpus.declarations import LABELS, MULTICLASS, PERTURBED, REGRESSION, ROLES
from tests.uploads.corpus.json_files import HOSTILE, SCENARIO_FILES, SHAPES, SYNTAX, UNSOUND
from tests.uploads.corpus.parquet import BOMBS, FULL_BOMBS, PARQUET_FILES
from tests.uploads.corpus.sound import FILE_NAMES, GOOD_FILES, SCANT, SOUND, Sound
from tests.uploads.corpus.text import ENCODING, NAMES, NUMBERS, OTHER, SHAPE

TABLES: tuple[Bad, ...] = (*NAMES, *SHAPE, *ENCODING, *OTHER, *PARQUET_FILES)
DECLARED: tuple[Bad, ...] = (*NUMBERS, *LABELS, *REGRESSION, *MULTICLASS, *PERTURBED)
JSON_FILES: tuple[Bad, ...] = (*HOSTILE, *SHAPES, UNSOUND, *SCENARIO_FILES)
BAD: tuple[Bad, ...] = (*TABLES, *DECLARED, *ROLES, *JSON_FILES)

__all__ = [
    "BAD",
    "BOMBS",
    "DECLARED",
    "FILE_NAMES",
    "FULL_BOMBS",
    "GOOD_FILES",
    "JSON_FILES",
    "MAPPING",
    "ROLES",
    "SCANT",
    "SOUND",
    "SYNTAX",
    "TABLES",
    "Bad",
    "Good",
    "Sound",
    "one_of_each",
]
