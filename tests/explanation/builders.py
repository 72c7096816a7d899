"""Tables that the tests explain: real samples, and small ones with what is in them planted."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

EMPLOYMENT = Path(__file__).resolve().parents[2] / "app" / "example" / "data" / "employment_ma_2015.parquet"
COMPAS = EMPLOYMENT.with_name("compas_for_aequitas.csv")


def attributions(n: int = 400, seed: int = 1) -> pd.DataFrame:
    """SHAP-like values of three features and a text group; “b” matters most, “tiny” hardly."""
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(draw.normal(size=(n, 3)) * [1, 3, 1e-9], columns=["a", "b", "tiny"])
    frame.insert(0, "row_id", range(n))
    frame["g"] = draw.choice(["x", "y"], n)
    return frame


def long_form(wide: pd.DataFrame) -> pd.DataFrame:
    return wide.drop(columns="g").melt("row_id", var_name="feature", value_name="value")


def written(frame: pd.DataFrame, path: Path, *, seed: int | None = None) -> Path:
    """The rows as CSV, JSON or Parquet, by the name; in another order with a seed."""
    rows = frame if seed is None else frame.sample(frac=1, random_state=seed)
    if path.suffix == ".csv":
        rows.to_csv(path, index=False)
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows.to_dict("records")), encoding="utf-8")
    else:
        rows.to_parquet(path, index=False)
    return path


def planted(n: int = 1_500, seed: int = 3) -> pd.DataFrame:
    """A score of two inputs; “postcode” gives “sex” away, “noise” tells nothing, “same” never differs."""
    draw = np.random.default_rng(seed)
    sex = draw.choice(["Female", "Male"], n)
    frame = pd.DataFrame(
        {
            "row_id": np.arange(n),
            "income": draw.normal(size=n),
            "tenure": draw.normal(size=n),
            "noise": draw.normal(size=n),
            "postcode": np.where(draw.random(n) < 0.95, np.where(sex == "Male", "M1", "F1"), "X9"),
            "same": "always",
            "sex": sex,
        }
    )
    frame["score"] = 1 / (1 + np.exp(-(2 * frame["income"] + np.sin(2 * frame["tenure"]))))
    frame["prediction"] = (frame["score"] >= 0.5).astype(int)
    frame["label"] = (frame["score"] + draw.normal(scale=0.2, size=n) >= 0.5).astype(int)
    return frame
