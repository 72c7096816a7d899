"""The rules that ship, as the proofs take them."""

import pytest

from tests.rules.loading import Rules, load_rules


@pytest.fixture(scope="session")
def rules() -> Rules:
    return load_rules()
