"""Sound tables that contradict what was declared about them: labels, probabilities, numbers, rows and roles."""

from dataclasses import replace

from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping
from tests.uploads.corpus.cases import GOOD, MAPPING, Bad, rows
from tests.uploads.corpus.parquet import PARQUET, instead

MISSING = "the value is missing"
LABELS: tuple[Bad, ...] = (
    Bad("positive label absent", rows("1,0,0,0.1,a", "2,0,0,0.2,b"), "positive label does not occur", None, "label"),
    Bad("other labels", rows("1,yes,1,0.1,a", "2,no,0,0.2,b"), "the positive label does not occur", None, "label"),
    Bad("prediction outside the labels", rows(GOOD.strip(), "2,1,2,0.9,x"), "not among", 3, "prediction", "“2”"),
    Bad("probability above 1", rows(GOOD.strip(), "2,1,1,1.01,x"), "outside [0, 1]", 3, "score"),
    Bad("probability below 0", rows(GOOD.strip(), "2,1,1,-0.01,x"), "outside [0, 1]", 3, "score"),
    Bad("prediction missing", rows(GOOD.strip(), "2,1,,0.5,x"), MISSING, 3, "prediction"),
    Bad("label missing", rows("1,1,1,0.25,fine", "2,,1,0.5,x"), MISSING, 3, "label"),
    Bad("row id missing", rows(GOOD.strip(), ",1,1,0.5,x"), MISSING, 3, "id"),
    Bad("row id twice", rows("7,0,1,0.25,a", "8,1,1,0.5,b", "7,1,1,0.5,c"), "stands twice", 4, "id", "line 2"),
    Bad("NaN in Parquet", instead("score", [0.1, float("nan"), 0.2]), "not a number", 3, "score", filename=PARQUET),
    Bad("infinity in Parquet", instead("score", [0.1, float("inf"), 0.2]), "infinite", 3, "score", filename=PARQUET),
    Bad("large integer in Parquet", instead("score", [0, 2**60, 1]), "beyond 2^53", 3, "score", filename=PARQUET),
    Bad("null prediction in Parquet", instead("prediction", [0, None, 1]), MISSING, 3, "prediction", filename=PARQUET),
    Bad(
        "text score in Parquet", instead("score", ["0.1", "0,2", "0.3"]), "decimal comma", 3, "score", filename=PARQUET
    ),
)

QUANTITY = ColumnMapping(label="paid", prediction="estimate", task="regression")


def _paid(*written: str) -> bytes:
    return rows("10.5,9", *written, header="paid,estimate\n")


REGRESSION: tuple[Bad, ...] = (
    Bad("quantity in words", _paid("high,9"), "not a number", 3, "paid", mapping=QUANTITY),
    Bad("quantity missing", _paid("3,"), MISSING, 3, "estimate", mapping=QUANTITY),
    Bad("quantity NaN", _paid("3,nan"), "not a number", 3, "estimate", mapping=QUANTITY),
    Bad("quantity infinite", _paid("inf,3"), "an infinite number", 3, "paid", mapping=QUANTITY),
    Bad("quantity with a decimal comma", _paid('"3,5",3'), "a decimal comma", 3, "paid", mapping=QUANTITY),
    Bad("quantity with a currency", _paid("3,€4"), "a currency sign", 3, "estimate", mapping=QUANTITY),
    Bad("quantity beyond 2^53", _paid("9007199254740993,3"), "beyond 2^53", 3, "paid", mapping=QUANTITY),
    Bad(
        "infinite quantity in Parquet",
        instead("prediction", [1.5, float("inf"), 2.0]),
        "an infinite number",
        3,
        "prediction",
        filename=PARQUET,
        mapping=ColumnMapping(label="label", prediction="prediction", task="regression"),
    ),
)

SPECIES = ColumnMapping(
    label="label", prediction="prediction", task="multiclass", probabilities=("a=p_a", "b=p_b", "c=p_c")
)


def species(*written: str) -> bytes:
    return rows("a,a,0.7,0.2,0.1", "b,c,0.3,0.3,0.4", *written, header="label,prediction,p_a,p_b,p_c\n")


def _declared(name: str, reason: str, column: str | None, **changes: object) -> Bad:
    """A sound file of several classes under another declaration."""
    return Bad(name, species(), reason, None, column, mapping=replace(SPECIES, **changes))  # type: ignore[arg-type]


SUM = "the probabilities of a row do not add up to 1"
MULTICLASS: tuple[Bad, ...] = tuple(
    replace(case, mapping=SPECIES)
    for case in (
        Bad("a class that is no label", species("b,d,0.3,0.3,0.4"), "not among the labels", 4, "prediction", "“d”"),
        Bad("class probability above 1", species("c,c,0,0,1.2"), "outside [0, 1]", 4, "p_c"),
        Bad("class probability below 0", species("c,c,-0.1,0.5,0.6"), "outside [0, 1]", 4, "p_a"),
        Bad("class probability missing", species("c,c,0.1,,0.9"), MISSING, 4, "p_b"),
        Bad("class probability in percent", species("c,c,10%,20%,70%"), "a percent sign", 4, "p_a"),
        Bad("class probabilities above 1 together", species("c,c,0.5,0.5,0.5"), SUM, 4, None, "1.5"),
        Bad("class probabilities below 1 together", species("c,c,0.1,0.1,0.1"), SUM, 4, None, "0.3"),
        Bad("a class without a probability", species("z,c,0,0,1"), "no probability column", 4, "label", "“z”"),
        Bad("label of several classes missing", species(",c,0,0,1"), MISSING, 4, "label"),
    )
)

ROLES: tuple[Bad, ...] = (
    _declared("no such task", "no such task", "task", task="clustering"),
    _declared("class without its column", "not a class and its column", "probabilities", probabilities=("a",)),
    _declared("column without its class", "not a class and its column", "probabilities", probabilities=("=p_a",)),
    _declared("class with an empty column", "not a class and its column", "probabilities", probabilities=("a=",)),
    _declared("a class twice", "a class stands twice", "probabilities", probabilities=("a=p_a", "a=p_b")),
    replace(_declared("probability of no column", "not in the file", "p_z", probabilities=("a=p_z",)), line=1),
    replace(_declared("feature of no column", "not in the file", "age", features=("age",)), line=1),
    replace(_declared("control of no column", "not in the file", "dept", controls=("dept",)), line=1),
    replace(_declared("sex of no column", "not in the file", "sex", audit_sex="sex"), line=1),
    _declared("an exclusion without a bias audit", "no bias audit", None, audit_because="Too few"),
    replace(_declared("one column twice", "two meanings", "label", sensitive=("label",)), line=1),
    _declared(
        "neither prediction nor score", "neither a prediction nor a score", None, prediction=None, probabilities=()
    ),
    Bad("no positive label", rows(GOOD.strip()), "no positive label", mapping=replace(MAPPING, positive_label="")),
    Bad("probability without a score", rows(GOOD.strip()), "no score column", mapping=replace(MAPPING, score=None)),
)

NOISE = replace(MAPPING, label=None, scenario="scenario")


def noise(*written: str) -> bytes:
    return rows("1,0,1,0.25,a", "1,0,1,0.5,b", *written, header="id,label,prediction,score,scenario\n")


PERTURBED: tuple[Bad, ...] = tuple(
    replace(case, mapping=NOISE, kind=EvidenceKind.PERTURBED)
    for case in (
        Bad("a row twice in a scenario", noise("1,0,1,0.75,a"), "a row id stands twice", 4, "id", "line 2"),
        Bad("scenario missing", noise("2,0,1,0.75,"), MISSING, 4, "scenario"),
        Bad("perturbed score above 1", noise("2,0,1,7.5,a"), "outside [0, 1]", 4, "score"),
        Bad("scenario of no column", rows(GOOD.strip()), "scenario column is not in the file", 1, "scenario"),
    )
)
