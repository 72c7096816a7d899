"""JSON that two readers could read differently, and attributions and scenarios in JSON that are none."""

from dataclasses import replace

from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping
from tests.uploads.corpus.cases import Bad

SYNTAX: tuple[tuple[str, bytes, str, int, str | None], ...] = (
    ("duplicate key", b'{"a": 1,\n "a": 2}', "a repeated key", 2, "2"),
    ("duplicate key by escape", b'{"a": 1, "\\u0061": 2}', "a repeated key", 1, "10"),
    ("NaN", b'{"a": NaN}', "not a JSON value", 1, "7"),
    ("negative infinity", b"[-Infinity]", "not a JSON value", 1, "2"),
    ("1e999", b"[1, 1e999]", "too large", 1, "5"),
    ("21-digit integer", b"[123456789012345678901]", "beyond 2^53", 1, "2"),
    ("5,000 levels", b"[" * 5_000 + b"]" * 5_000, "too many levels", 1, "65"),
    ("trailing text", b'{"a": 1} {"b": 2}', "text after the value", 1, "10"),
    ("byte order mark", b"\xef\xbb\xbf{}", "a byte order mark", 1, "1"),
    ("lone surrogate", b'{"a": "x\\ud800y"}', "a lone surrogate", 1, "9"),
    ("low surrogate first", b'["\\udc00\\ud800"]', "a lone surrogate", 1, "3"),
    ("not UTF-8", b'{"a":\n"caf\xe9"}', "not UTF-8", 2, None),
    ("comment", b"// x\n{}", "not a JSON value", 1, "1"),
    ("trailing comma", b"[1,]", "not a JSON value", 1, "4"),
    ("single quotes", b"{'a': 1}", "a key is missing", 1, "2"),
    ("control character", b'["a\tb"]', "a control character", 1, "4"),
    ("string without an end", b'["abc', "a string without an end", 1, "2"),
    ("leading zero", b"[012]", "the wrong sign", 1, "3"),
    ("empty", b"", "not a JSON value", 1, "1"),
)
ATTRIBUTIONS = Bad("", b"", "", filename="shap.json", mapping=ColumnMapping(), kind=EvidenceKind.ATTRIBUTIONS)
SCENARIOS = replace(ATTRIBUTIONS, filename="scenarios.json", kind=EvidenceKind.SCENARIOS)
WORDS = "holds no number or text"

HOSTILE: tuple[Bad, ...] = tuple(
    replace(ATTRIBUTIONS, name=f"attributions: {name}", content=content, reason=reason, line=line, column=place)
    for name, content, reason, line, place in SYNTAX
    if content[:1] in (b"{", b"[")
)
SHAPES: tuple[Bad, ...] = tuple(
    replace(ATTRIBUTIONS, name=f"attributions: {name}", content=content, reason=reason, column=column)
    for name, content, reason, column in (
        ("no items", b"[]", "no rows", None),
        ("no members", b"{}", "no rows", None),
        ("a list of numbers", b"[0.5, 0.25]", "item 1 is not an object", None),
        ("an empty item", b"[{}]", "item 1 is not an object", None),
        ("nested values", b'[{"age": 0.5}, {"age": {"mean": 0.5}}]', f"item 2 {WORDS}", "age"),
        ("a list as value", b'{"age": [0.5, 0.25]}', f"item 1 {WORDS}", "importance"),
        ("a truth value", b'[{"age": true}]', f"item 1 {WORDS}", "age"),
        ("another key", b'[{"age": 1}, {"aeg": 1}]', "item 2 has other keys", None),
        ("a missing key", b'[{"age": 1, "sex": 2}, {"age": 1}]', "item 2 has other keys", None),
        ("a hidden sign in a name", '[{"a\u200bge": 1}]'.encode(), "hidden characters", "age"),
        ("two names alike", b'[{"age": 1, "Age": 2}]', "two columns share a name", "Age"),
        ("an empty name", b'[{"": 1}]', "the column has no name", "field 1"),
        ("a NUL", b'[{"feature": "a\\u0000b", "importance": 1}]', "item 1 holds a NUL", "feature"),
    )
)
UNSOUND = replace(
    ATTRIBUTIONS,
    name="attributions: words for numbers",
    content=b'{"age": 0.5, "sex": "high"}',
    reason="no finite number",
    line=3,
    column="importance",
)
SCENARIO_FILES: tuple[Bad, ...] = tuple(
    replace(SCENARIOS, name=f"scenarios: {name}", content=content, reason=reason, line=line, column=column)
    for name, content, reason, line, column in (
        ("none", b"[]", "the number of scenarios", 1, None),
        ("text", b'\n"shift"', "a scenario is no object", 2, None),
        ("no such kind", b'[{"name": "x", "kind": "melt", "column": "age"}]', "no such kind", 1, "kind"),
        ("no column", b'[\n{"name": "x", "kind": "shift", "amount": 1}]', "is needed", 2, "column"),
        (
            "an amount in words",
            b'[{"name": "x", "kind": "shift", "column": "a", "amount": "1"}]',
            "number",
            1,
            "amount",
        ),
        (
            "a quantile above 1",
            b'[{"name": "x", "kind": "extreme", "column": "a", "quantile": 2}]',
            "out of range",
            1,
            "quantile",
        ),
        ("a key too many", b'[{"name": "x", "kind": "missing", "column": "a", "vaule": 2}]', "no such key", 1, "vaule"),
        (
            "a negative weight",
            b'[{"name":"x","kind":"reweight","column":"a","weights":{"b":-1}}]',
            "at least 0",
            1,
            "weights",
        ),
        ("a repeated key", b'[{"name": "x",\n"name": "y"}]', "a repeated key", 2, "1"),
        ("NaN", b'[{"name": "x", "kind": "shift", "column": "a", "amount": NaN}]', "not a JSON value", 1, "58"),
        ("1e999", b'[{"name": "x", "kind": "shift", "column": "a", "amount": 1e999}]', "too large", 1, "58"),
        ("text after it", b'[{"name": "x", "kind": "missing", "column": "a"}] x', "text after the value", 1, "51"),
        (
            "a byte order mark",
            b'\xef\xbb\xbf[{"name": "x", "kind": "missing", "column": "a"}]',
            "a byte order mark",
            1,
            "1",
        ),
        ("a lone surrogate", b'[{"name": "\\ud800", "kind": "missing", "column": "a"}]', "a lone surrogate", 1, "12"),
        (
            "a long integer",
            b'[{"name":"x","kind":"shift","column":"a","amount":123456789012345678901}]',
            "beyond 2^53",
            1,
            "51",
        ),
        ("5,000 levels", b"[" * 5_000 + b"]" * 5_000, "too many levels", 1, "65"),
    )
)
