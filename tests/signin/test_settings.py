"""Settings: what is refused at start, and that each is documented."""

from pathlib import Path

import pytest

from app.settings import NAMES, PREFIX, SettingError, load
from core.access.rules import Reach, Role
from core.access.rules.outside import GroupRole

OIDC = {
    "COUNTERSIGN_OIDC_ISSUER": "https://idp.example/",
    "COUNTERSIGN_OIDC_CLIENT_ID": "countersign",
    "COUNTERSIGN_OIDC_CLIENT_SECRET": "s",
}


def test_every_setting_is_documented_and_nothing_else() -> None:
    page = (Path(__file__).parents[2] / "docs" / "settings.md").read_text()

    documented = {line.split("`")[1] for line in page.splitlines() if line.startswith(f"| `{PREFIX}")}

    assert documented == {PREFIX + name for name in NAMES}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("PORT", "-1"),
        ("PUBLIC_URL", "countersign.example"),
        ("PUBLIC_URL", "https://countersign.example/path"),
        ("PUBLIC_URL", "ftp://countersign.example"),
        ("PUBLIC_URL", "https://user@countersign.example"),
        ("SESSION_HOURS", "eight"),
        ("OIDC_ISUER", "https://idp.example"),
    ],
)
def test_an_unreadable_setting_stops_the_start_and_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        load({PREFIX + name: value})


@pytest.mark.parametrize("missing", ["COUNTERSIGN_OIDC_CLIENT_ID", "COUNTERSIGN_OIDC_CLIENT_SECRET"])
def test_half_an_outside_provider_is_refused(missing: str) -> None:
    with pytest.raises(SettingError, match=missing):
        load({name: value for name, value in OIDC.items() if name != missing})


@pytest.mark.parametrize(
    "pairs", ["risk", "risk=", "=validator", "risk=boss", "risk:validator", "risk=validator@", "it=administrator@Loans"]
)
def test_a_group_that_maps_to_no_role_is_refused(pairs: str) -> None:
    with pytest.raises(SettingError, match="OIDC_GROUP_ROLES"):
        load({**OIDC, "COUNTERSIGN_OIDC_GROUP_ROLES": pairs})


def test_groups_map_to_roles() -> None:
    said = "risk team=validator, compliance=approver@Retail lending, a@b.example=approver @ MG0007"
    provider = load({**OIDC, "COUNTERSIGN_OIDC_GROUP_ROLES": said}).provider

    assert provider is not None
    assert provider.group_roles == (
        GroupRole("risk team", Role.VALIDATOR),
        GroupRole("compliance", Role.APPROVER, Reach(lines=frozenset({"Retail lending"}))),
        GroupRole("a@b.example", Role.APPROVER, Reach(groups=frozenset({"MG0007"}))),
    )


def test_the_secret_of_a_provider_is_not_in_what_is_printed() -> None:
    settings = load({**OIDC, "COUNTERSIGN_OIDC_CLIENT_SECRET": "very secret"})

    assert "very secret" not in repr(settings)
