"""Controls on streams: rows a second through every kind of control, with one text in a hundred holding an address.

Run: python -m benchmarks.controls [--rows 100000 1000000 …] [--seed N]
"""

import argparse
import random

import polars as pl

from benchmarks.measuring import most_resident, timed
from core.monitoring.controls.screening import Applied, screen
from core.policy.controls.rules import Control, ControlAction, ControlKind, Side, for_tier
from core.policy.parse import parse_policy
from core.policy.service import default_policy_text

ROWS = (100_000, 1_000_000)
SAID = "the customer asks for a loan of a given amount and gives reasons about income and housing"
WORDS = SAID.split()
INPUTS = ("age", "income", "sector", "text")
OWN = (
    Control("a", "Age", Side.INPUTS, ControlKind.RANGE, ControlAction.REFUSE, ("age",), low=18, high=98),
    Control("b", "Code", Side.INPUTS, ControlKind.VOCABULARY, ControlAction.COUNT, ("sector",), values=tuple("abcde")),
    Control("c", "Promises", Side.OUTPUTS, ControlKind.WORDS, ControlAction.FLAG, values=("guarantee", "housing loan")),
    Control("d", "Sector's form", Side.INPUTS, ControlKind.PATTERN, ControlAction.COUNT, ("sector",),
            pattern="^[a-f]$", must_match=True),
    Control("e", "Close calls", Side.OUTPUTS, ControlKind.SCORE_BAND, ControlAction.FLAG, low=0.49, high=0.51),
    Control("f", "Needed", Side.INPUTS, ControlKind.REQUIRED, ControlAction.COUNT, ("age", "income")),
)  # fmt: skip


def a_batch(rows: int, seed: int) -> pl.DataFrame:
    """Numbers, a code, a question of twelve words and an answer of twenty."""
    chance = random.Random(seed)
    asked = (" ".join(chance.choices(WORDS, k=12)) for _ in range(rows))
    return pl.DataFrame(
        {
            "id": [f"i{n}" for n in range(rows)],
            "at": range(rows),
            "age": [chance.randint(18, 99) for _ in range(rows)],
            "income": [chance.gauss(10_000, 1_000) for _ in range(rows)],
            "sector": [chance.choice("abcdef") for _ in range(rows)],
            "text": [f"{text} p{n}@example.com" if n % 100 == 0 else text for n, text in enumerate(asked)],
            "prediction": [" ".join(chance.choices(WORDS, k=20)) for _ in range(rows)],
            "score": [chance.random() for _ in range(rows)],
        }
    )


def main() -> None:
    """Time each size, and count what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    applied = [Applied(one) for one in (*for_tier(parse_policy(default_policy_text()).controls, 1), *OWN)]
    print("| rows | controls | took | rows / s of processor | refused | put up | memory |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for rows in given.rows:
        batch = a_batch(rows, given.seed)
        took, found = timed(lambda batch=batch: screen(batch, applied, inputs=INPUTS, seed="s", most_per_control=50))  # type: ignore[misc]
        speed = rows / took.processor
        print(
            f"| {rows:,} | {len(applied)} | {took} | {speed:,.0f} | {found.refused.height:,} | {len(found.flags)} | "
            f"{most_resident():.1f} GB |"
        )


if __name__ == "__main__":
    main()
