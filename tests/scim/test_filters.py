"""Filters of a directory, bent at random: each is answered, or refused as one that cannot be read, and none breaks."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scim.conftest import Directory

WORDS = (
    "userName", "externalId", "id", "members.value", "displayName", "emails[type eq", "urn:ietf:params:scim:schemas:"
    "core:2.0:User:userName", "meta.created", "eq", "ne", "co", "pr", "gt", "and", "or", "not", "(", ")", "[", "]",
    '"una"', '"', '"\\u0000"', '"\\', "true", "null", "1e400", "-", "'", "%00", "\x00", "\u202e", "ﬀ", "𝟙", ";--",
)  # fmt: skip
BENT = st.one_of(
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    st.text(max_size=60),
    st.integers(1, 400).map(lambda deep: "(" * deep + 'userName eq "una"' + ")" * deep),
    st.integers(1, 200).map(lambda long: " and ".join(['userName eq "una"'] * long)),
)
READ = ('userName eq "una"', 'USERNAME EQ "una"', '(userName eq "una") and externalId eq "x"', 'id eq "P0001"')


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=BENT)
@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_a_filter_is_answered_or_refused_as_invalid(directory: Directory, kind: str, text: str) -> None:
    status, said = directory.call("GET", f"/{kind}?filter={quote(text, errors='surrogatepass')}")

    assert status in (200, 400), (text, said)
    if status == 400:
        assert (said["scimType"], said["status"]) == ("invalidFilter", "400"), (text, said)
        assert said["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        assert "Traceback" not in said["detail"]


@pytest.mark.parametrize("text", READ)
def test_what_can_be_read_finds_the_person_alone(directory: Directory, text: str) -> None:
    una, _ = directory.user("una", externalId="x"), directory.user("ben", externalId="y")

    status, said = directory.call("GET", f"/Users?filter={quote(text.replace('P0001', una))}")

    assert (status, [one["userName"] for one in said["Resources"]]) == (200, ["una"])


@pytest.mark.parametrize("sign", ["\\u0000", "\\ud800", "\\u202e", "\\n"])
def test_a_value_that_no_database_compares_is_refused_before_one_is_asked(directory: Directory, sign: str) -> None:
    status, said = directory.call("GET", "/Users?filter=" + quote(f'userName eq "{sign}"'))

    assert (status, said["scimType"]) == (400, "invalidFilter")
