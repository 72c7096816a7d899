"""User text in Markdown places stays text; the browser test of the frame shows the same for the finished page."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.components.text import NOTHING, breakable, link, paragraphs, plain, whole

PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def shown(markdown: str) -> str:
    """What CommonMark makes of escaped text: a backslash before ASCII punctuation vanishes (section 2.4)."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown).replace("\u2060", "")


@pytest.mark.parametrize(
    "text",
    [
        "[text](https://evil.example)",
        "![image](https://evil.example/a.png)",
        ":red[loud]",
        ":green-badge[:material/check: Approved]",
        ":smile: :material/home: :streamlit:",
        "<script>alert(1)</script>",
        "<https://evil.example>",
        "$E = mc^2$ $$x$$",
        "`code` ``` fence",
        "a | b | c",
        "# heading",
        "1. list",
        "- list",
        "> quote",
        "--- *** ___",
        "https://evil.example www.evil.example me@evil.example",
        "&lt;b&gt; &#58;red[x]",
        "a -> b <- c -- d >= e <= f ~= g",
        "back\\slash \\* \\[",
        "O'Brien & Söhne (2026)",
        "山田 太郎",
    ],
)
def test_text_is_shown_as_written(text: str) -> None:
    assert shown(plain(text)) == text


@pytest.mark.parametrize("sign", PUNCTUATION)
def test_every_sign_of_markdown_is_escaped(sign: str) -> None:
    assert plain(f"a{sign}b").replace("\u2060", "") == f"a\\{sign}b"


@pytest.mark.parametrize(
    ("text", "found_later"),
    [
        (":smile:", r":[\w+-][\w_+-]*:"),
        (":material/home:", r":material_(\w+):"),
        (":streamlit:", r":streamlit:"),
        ("https://evil.example", r"https?://"),
        ("WWW.evil.example", r"(?i)www(?=\.)"),
        ("me@evil.example", r"[-.\w+]+@[-\w]+(\.[-\w]+)+"),
        ("a -> b", r"(^|\s)->(\s|$)"),
        ("a <-> b", r"(^|\s)<->(\s|$)"),
        ("a -- b", r"(^|\s)--(\s|$)"),
        ("a >= b", r"(^|\s)>=(\s|$)"),
    ],
)
def test_nothing_is_left_for_what_looks_at_finished_text(text: str, found_later: str) -> None:
    """The patterns are those of Streamlit 1.67's front end and of mdast-util-gfm-autolink-literal."""
    finished = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", plain(text)).replace(":material/", ":material_")

    assert re.search(found_later, text.replace(":material/", ":material_"))
    assert not re.search(found_later, finished)


@pytest.mark.parametrize("text", [None, "", "   ", "\n\t"])
def test_nothing_is_a_dash(text: str | None) -> None:
    assert plain(text) == NOTHING


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200f", "\x00", "\x1b", "\x7f"])
def test_signs_that_hide_or_turn_text_become_visible(sign: str) -> None:
    assert plain(f"a{sign}b") == "a\ufffdb"


def test_line_ends_cannot_start_a_block() -> None:
    assert "\n" not in plain("name\n# heading\r\n- list\u2028x\x85y")


def test_paragraphs_keep_the_authors_lines() -> None:
    assert paragraphs("first\n# second") == "first  \n\\# second"


@given(st.text(max_size=60))
def test_escaping_loses_no_visible_letter(text: str) -> None:
    expected = " ".join(text.split())
    visible = "".join(letter for letter in expected if letter.isprintable())

    assert (
        all(letter in shown(plain(text)) or letter.isspace() for letter in visible if letter != "\u2060") or not visible
    )


@pytest.mark.parametrize("address", ["https://evil.example", "//evil.example", "javascript:alert(1)", "model", ""])
def test_a_link_leads_only_to_our_own_pages(address: str) -> None:
    with pytest.raises(ValueError, match="not an address of ours"):
        link("x", address)


def test_a_link_escapes_its_words_and_its_query() -> None:
    made = link("a](//evil)", "/model", number="M0001) [x](//evil", tab="History")

    assert made == ("[a\\]\\(\\/\\/evil\\)](/model?number=M0001%29+%5Bx%5D%28%2F%2Fevil&tab=History)")


def test_whole_values_do_not_break() -> None:
    assert whole("41.2 %") == "41.2\u00a0%"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("income", 1),
        ("W" * 64, 1),  # a digest
        ("W" * 200, 7),
        (plain("<" * 70), 3),
        (f"[{'W' * 200}](/model)", 1),
        (f"`{'a' * 200}`", 1),
        (f"{'W' * 60} {'W' * 60}", 1),
    ],
)
def test_a_word_that_a_cell_would_cut_may_break_and_loses_no_letter(text: str, pieces: int) -> None:
    broken = breakable(text)

    assert broken.replace("\u200b", "") == text
    assert len(broken.split("\u200b")) == pieces
    assert not any(piece.endswith("\\") for piece in broken.split("\u200b"))
