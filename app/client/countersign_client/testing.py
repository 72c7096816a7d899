"""A policy as an assertion: a suite of tests fails where a required check does.

    from countersign_client.testing import assert_policy

    def test_the_model_meets_policy() -> None:
        assert_policy("policy.toml", "predictions.parquet", label="label", prediction="prediction", positive="1")

Needs the whole of Countersign where the tests run, but no server.
"""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from countersign_client.columns import Columns, query_of

if TYPE_CHECKING:
    from core.validation.local import Assessment

Named = str | PathLike[str]


def assert_policy(
    policy: Named,
    predictions: Named,
    *,
    training: Named | None = None,
    reference: Named | None = None,
    baseline: Named | None = None,
    attributions: Named | None = None,
    perturbed: Named | None = None,
    scenarios: Named | None = None,
    schema: Named | None = None,
    tier: int | None = None,
    allow_insufficient: bool = False,
    **columns: Unpack[Columns],
) -> "Assessment":
    """Everything that was computed and judged; an `AssertionError` with the table of verdicts where a required check
    fails or, unless `allow_insufficient`, lacks evidence.

    `policy` is a TOML file, or `default` for the policy an installation begins with. Further files let further clauses
    be judged; `tier` leaves those of other tiers out. Raises `core.errors.Unreadable` for a policy or a file that
    cannot be read, with every problem, and `core.errors.Refused` for personal data that would stop an upload.
    """
    __tracebackhide__ = True
    from countersign_client.local import assessment_table, judge, outcome_of, read_policy

    named = {
        "training-data": training,
        "reference-data": reference,
        "baseline-predictions": baseline,
        "attributions": attributions,
        "perturbed-predictions": perturbed,
        "scenarios": scenarios,
    }
    parsed, file = read_policy(policy), Path(predictions)
    further = {kind: Path(path) for kind, path in named.items() if path is not None}
    declared = Path(schema) if schema is not None else None
    found = judge(parsed, file, query_of(columns), further=further, schema=declared, tier=tier)
    if outcome_of(found) not in {"pass", *(["insufficient evidence"] if allow_insufficient else [])}:
        raise AssertionError(f"Policy is not met.\n\n{assessment_table(parsed, file.name, found)}")
    return found
