"""Files that are taken as they are, names of files that are shown harmlessly, and files too small to judge."""

from dataclasses import dataclass, replace

from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping
from tests.uploads.corpus.cases import GOOD, MAPPING, Good, rows
from tests.uploads.corpus.declarations import NOISE, QUANTITY, SPECIES, noise, species
from tests.uploads.corpus.text import LATE

GOOD_FILES: tuple[Good, ...] = (
    Good("byte order mark", b"\xef\xbb\xbfa,b\nx,1\n", {"a": ["x"], "b": ["1"]}),
    Good("quoted line end", b'a,b\n"one\ntwo",1\n"one\r\ntwo",2\n', {"a": ["one\ntwo", "one\r\ntwo"]}),
    Good("leading zeros", b"plz,b\n01067,1\n00501,2\n", {"plz": ["01067", "00501"]}),
    Good("the text NA", b"a,b\nNA,1\nnull,2\nNone,3\nnan,4\n#N/A,5\n", {"a": ["NA", "null", "None", "nan", "#N/A"]}),
    Good("spellings of true", b"a,b\nTRUE,1\ntrue,2\nTrue,3\nyes,4\n", {"a": ["TRUE", "true", "True", "yes"]}),
    Good("late change of type", b"a,b\n" + b"1,2\n" * LATE + b"x1,2\n", {"a": ["1"] * LATE + ["x1"]}),
    Good("formula text", b"a,b\n=1+1,1\n@SUM(A1),2\n+cmd,3\n-x,4\n", {"a": ["=1+1", "@SUM(A1)", "+cmd", "-x"]}),
    Good("any script", "имя,名前,اسم\nИван,山田,علي\n".encode(), {"имя": ["Иван"], "名前": ["山田"], "اسم": ["علي"]}),
    Good("CR LF", b"a,b\r\nx,1\r\n", {"a": ["x"], "b": ["1"]}),
    Good("no last line end", b"a,b\nx,1", {"a": ["x"], "b": ["1"]}),
    Good("semicolons", b"a;b\nx,y;1\n", {"a": ["x,y"], "b": ["1"]}),
    Good("tabs", b"a\tb\nx, y\t1\n", {"a": ["x, y"], "b": ["1"]}),
    Good("quotes within", b'a,b\n"say ""hi""",1\n5" pipe,2\n', {"a": ['say "hi"', '5" pipe']}),
    Good("outer spaces", b"a,b\n x ,1\n", {"a": [" x "]}),
    Good("nothing written", b"a,b\n,1\nx,2\n", {"a": [None, "x"]}),
    Good("large integers as text", b"a,b\n18446744073709551616,1\n", {"a": ["18446744073709551616"]}),
    Good("trailing zeros", b"a,b\n1.50,1\n1e3,2\n", {"a": ["1.50", "1e3"]}),
    Good("a single column", b"a\nx\ny\n", {"a": ["x", "y"]}),
    Good("markup as text", b"<b>a</b>,b\n<script>alert(1)</script>,1\n", {"<b>a</b>": ["<script>alert(1)</script>"]}),
    Good("years as names", b"id,2019,2020\nx,1,2\n", {"2019": ["1"]}),
    Good("a field of nearly 1 MB", b"a,b\n" + b"x" * 999_999 + b",1\n", {"a": ["x" * 999_999]}),
)

FILE_NAMES: tuple[tuple[str, str], ...] = (
    ("../../etc/passwd", "passwd"),
    ("..\\x", "x"),
    ("/etc/passwd", "passwd"),
    ("a\0b.csv", "ab.csv"),
    (".htaccess", "htaccess"),
    ("con.csv", "_con.csv"),
    ("LPT1", "_LPT1"),
    ("C:x", "C_x"),
    ("invoice\u202efdp.csv", "invoicefdp.csv"),
    ("x" * 300, "x" * 99 + "…"),
    ("a\uff0fb.csv", "b.csv"),
    ("..", "unnamed"),
    ("", "unnamed"),
    ("<img src=x onerror=alert(1)>.csv", "_img src=x onerror=alert(1)_.csv"),
    ("tab\tand\nline.csv", "tab and line.csv"),
    ("預測.csv", "預測.csv"),
    ("cafe\u0301.csv", "café.csv"),
    ("y" * 300 + ".csv", "y" * 95 + "….csv"),
)


@dataclass(frozen=True)
class Sound:
    """A file that is taken under its declaration, though it is close to one that is not."""

    name: str
    content: bytes
    mapping: ColumnMapping
    filename: str = "predictions.csv"
    kind: EvidenceKind = EvidenceKind.PREDICTIONS


SOUND: tuple[Sound, ...] = (
    Sound("scores", rows(GOOD.strip(), "2,1,0,1,x"), MAPPING),
    Sound("score without probability", rows(GOOD.strip(), "2,1,0,1e5,x"), replace(MAPPING, score_is_probability=False)),
    Sound("quantities", rows("10.5,9", "-3,2e3", "0,.5", header="paid,estimate\n"), QUANTITY),
    Sound("several classes", species(), SPECIES),
    Sound("probabilities in three decimals", species("b,b,0.333,0.333,0.333"), SPECIES),
    Sound("a class that never occurs", species("a,a,0.5,0.25,0.25"), replace(SPECIES, label=None)),
    Sound("a row under two scenarios", noise("2,0,1,0.75,a"), NOISE, kind=EvidenceKind.PERTURBED),
    Sound(
        "importances",
        b'{"age": 0.5, "priors": 0.25, "sex": 0}',
        ColumnMapping(),
        "importances.json",
        EvidenceKind.ATTRIBUTIONS,
    ),
    Sound(
        "attributions by row",
        b'[{"row_id": "7", "age": 0.5}, {"row_id": "8", "age": -1e-3}]',
        ColumnMapping(),
        "shap.json",
        EvidenceKind.ATTRIBUTIONS,
    ),
    Sound(
        "scenarios",
        b'[{"name": "older", "kind": "shift", "column": "age", "amount": 5}]',
        ColumnMapping(),
        "scenarios.json",
        EvidenceKind.SCENARIOS,
    ),
)
# Sound files that carry too little: nothing is refused, and nothing can be concluded.
SCANT: tuple[tuple[str, bytes], ...] = (
    ("one row", rows("1,1,1,0.25,fine")),
    ("fewer rows than a policy asks for", rows(*(f"{n},{n % 2},{n % 2},0.5,x" for n in range(20)))),
    ("labels of one class", rows(*(f"{n},1,{n % 2},0.5,x" for n in range(200)))),
)
