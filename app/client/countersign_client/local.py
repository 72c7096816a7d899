"""Judges files by a policy on this machine, without a server; needs the whole of Countersign, not the client alone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from countersign_client.answers import Check
from countersign_client.columns import PERTURBED, PREDICTIONS, shared
from countersign_client.verdicts import table, wrapped

if TYPE_CHECKING:
    from core.policy.rules import Policy
    from core.validation.judging import NotJudged
    from core.validation.local import Assessment
    from core.validation.uploads import ColumnMapping

DEFAULT = "default"
Said = Sequence[tuple[str, str]]


def read_policy(named: str | PathLike[str]) -> "Policy":
    """The policy of this TOML file, or with `default` the one an installation begins with; raises `Unreadable`."""
    from core.policy.parse import parse_policy
    from core.policy.service import default_policy_text

    return parse_policy(default_policy_text() if named == DEFAULT else _text(Path(named)))


def judge(
    policy: "Policy",
    predictions: Path,
    said: Said,
    *,
    further: Mapping[str, Path],
    schema: Path | None = None,
    tier: int | None = None,
    say: Callable[[str], None] = lambda _step: None,
) -> "Assessment":
    """Read the files as strictly as a server does, compute, and judge as its validation would.

    `said` are the parameters of an upload, of which nothing means that columns are guessed; `further` are files by
    kind; without a `tier` the clauses of every tier are judged. Raises `Unreadable` with every problem, and `Refused`
    where personal data would stop an upload.
    """
    from core.validation.local import judge_files
    from core.validation.rules import EvidenceKind

    say("Reading")
    files = {EvidenceKind(kind.replace("-", " ")): _there(path) for kind, path in further.items()}
    perturbed = {EvidenceKind.PERTURBED: mapping_of(shared(PERTURBED, said))}
    own = [part for part in shared(PREDICTIONS, said) if part[0] != "declare"]
    return judge_files(
        policy,
        {EvidenceKind.PREDICTIONS: _there(predictions), **files},
        mapping_of(own) if own else None,
        further=perturbed if EvidenceKind.PERTURBED in files else {},
        declared=dict(value.partition("=")[::2] for name, value in said if name == "declare"),
        schema=_text(schema) if schema else "",
        tier=tier,
        say=say,
    )


def mapping_of(said: Said) -> "ColumnMapping":
    """The parameters of an upload as the meaning of columns."""
    from core.validation.uploads import ColumnMapping

    single = dict(said)

    def several(name: str) -> tuple[str, ...]:
        return tuple(value for known, value in said if known == name)

    return ColumnMapping(
        label=single.get("label"),
        prediction=single.get("prediction"),
        score=single.get("score"),
        positive_label=single.get("positive", ""),
        favourable_label=single.get("favourable", ""),
        favourable_words=single.get("favourable_words", ""),
        sensitive=several("sensitive"),
        row_id=single.get("row_id"),
        numbers=several("number"),
        score_is_probability=single.get("probability") == "true",
        task=single.get("task", ""),
        features=several("feature"),
        controls=several("control"),
        probabilities=several("class_probability"),
        scenario=single.get("scenario"),
        audit_sex=single.get("audit_sex"),
        audit_race=single.get("audit_race"),
        audit_because=single.get("audit_because", ""),
    )


def checks_of(found: "Assessment") -> list[Check]:
    """The verdicts as a server answers them."""
    return [
        Check(
            kind=one.threshold.kind.value,
            metric=one.threshold.metric,
            subject=one.subject,
            value=one.value,
            interval=[one.interval.low, one.interval.high] if one.interval else None,
            threshold=one.threshold.value,
            direction=one.threshold.direction.value,
            required=one.required,
            verdict=one.verdict.value,
            reason=one.reason,
            clause=one.threshold.clause,
        )
        for one in found.judged
    ]


def outcome_of(found: "Assessment") -> str:
    """The worst verdict of the required checks; where there is none, evidence is insufficient."""
    from core.metrics.verdicts import worst

    return worst(tuple(one.verdict for one in found.judged if one.required)).value


def assessment_table(policy: "Policy", name: str, found: "Assessment") -> str:
    """The verdicts, the clauses that were passed over, and the outcome."""
    conclusion = f"{name} under {policy.name} {policy.version}: {outcome_of(found)}"
    said = [*_passed_over(found.not_judged), *map(wrapped, found.personal_data)]
    return table(checks_of(found), conclusion, said)


def _passed_over(clauses: "Iterable[NotJudged]") -> Iterable[str]:
    by_reason: dict[str, list[str]] = {}
    for one in clauses:
        by_reason.setdefault(one.reason, []).append(one.threshold.clause)
    for reason, numbers in by_reason.items():
        yield wrapped(f"Not judged, clause {', '.join(numbers)}: {reason}")


def _there(path: Path) -> Path:
    from core.errors import Problem, Unreadable

    if not path.is_file():
        raise Unreadable([Problem("there is no such file", found=str(path))])
    return path


def _text(path: Path) -> str:
    from core.errors import Problem, Unreadable

    content = _there(path).read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable([Problem("not UTF-8", line=line, found=f"byte {content[error.start]:#04x}")]) from None
