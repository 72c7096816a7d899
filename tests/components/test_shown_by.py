"""What a person wrote as evidence becomes a link only where it is one, however hostile the text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.views.shown_by import leads_somewhere, outside, shown_by
from core.documents.naming import Thing, ThingKind

RUN = {"R0001": Thing(ThingKind.RUN, "R0001")}
TARGET = re.compile(r"(?<!\\)\]\(([^)]*)\)")


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("https://wiki.example.org/reviews/7", "https://wiki.example.org/reviews/7"),
        ("https://wiki.example.org/a_(b)", "https://wiki.example.org/a_%28b%29"),
        ("https://wiki.example.org/?q=[x](javascript:alert%281%29)", ""),
        ("R0001", "/report?run=R0001"),
    ],
)
def test_an_address_and_a_number_lead_where_they_say(text: str, target: str) -> None:
    found = TARGET.findall(shown_by(text, RUN))

    if target:
        assert found == [target]
    assert all(one.startswith(("https://wiki.example.org/", "/report")) for one in found)
    assert leads_somewhere(text, RUN)


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://example.org/%0aalert(1)",
        "data:text/html;base64,PHNjcmlwdD4=",
        "http://wiki.example.org/",
        "//wiki.example.org/",
        "https://bank.example.org@evil.example.org/",
        "https://user:secret@wiki.example.org/",
        "https://localhost/",
        "https://wiki.example.org:99999/",
        "https://wiki.example.org\\@evil.example.org/",
        "https://wiki.example.org/\u202etxt.exe",
        "https://wiki.exаmple.org/",  # a Cyrillic letter
        "https://wiki.example.org/ x",
        "https://",
        "https://[::1]/",
        "[R0001](https://evil.example.org)",
        "<a href='https://evil.example.org'>R0001</a>",
        "R9999",
        "",
    ],
)
def test_anything_else_stays_letters(text: str) -> None:
    assert outside(text) == ""
    assert TARGET.findall(shown_by(text, RUN)) == []
    assert not leads_somewhere(text, RUN)


def test_several_things_are_led_to_one_by_one() -> None:
    said = shown_by("R0001, section 4; https://wiki.example.org/7", RUN)

    assert said.startswith("[R0001](/report?run=R0001)  \nsection 4  \n[https")
    assert said.endswith("](https://wiki.example.org/7)")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_no_text_leads_elsewhere_than_to_a_page_of_ours_or_an_https_host(text: str) -> None:
    for target in TARGET.findall(shown_by(text, RUN)):
        assert re.match(r"https://[a-z0-9.-]+(:[0-9]+)?([/?#]|$)|/report\?run=R0001$", target, re.IGNORECASE)
        assert not re.search(r"[\s<>\"'`\\\[\]()]", target.replace("'", ""))


@given(st.text(alphabet="()[]<>!`*_\\\"' #?&%./:@aR01", max_size=40))
def test_no_ending_of_an_address_breaks_out_of_its_link(tail: str) -> None:
    address = outside(f"https://wiki.example.org/{tail}")

    assert not re.search(r"[\s<>\"`\\\[\]()]", address)
