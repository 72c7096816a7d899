"""The scores of Evidently 0.7, which takes seconds to load: only for the tests that ask it."""

import warnings

import numpy as np
import pandas as pd


def of_evidently(test: str, reference: np.ndarray, current: np.ndarray) -> float:
    """Its drift score of two columns of numbers by `wasserstein`, `psi` or `jensenshannon`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from evidently.legacy.calculations import stattests
        from evidently.legacy.core import ColumnType
    asked = getattr(stattests, f"{test}_stat_test")
    return float(asked(pd.Series(reference), pd.Series(current), ColumnType.Numerical, None).drift_score)
