"""The dossier as PDF: accessible, self-contained, the same bytes for the same value, and deaf to what people wrote."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pypdf
import pytest
from pypdf.generic import DictionaryObject, StreamObject

from core.reports.data import to_json
from core.reports.formats.moving import MOST_ROWS
from core.reports.layout.fairness import MOST_CHARTED
from core.reports.typeset.glyphs import SANS, coverage, drawable
from core.reports.typeset.rendering import RenderFailed
from core.reports.typeset.rendering import render_pdf as typeset
from core.reports.values import Dossier
from tests.reports.conftest import Exported
from tests.reports.dossiers import a_dossier, a_finding, a_report, fairness_table, history


def render_pdf(dossier: Dossier, **limits: int) -> bytes:
    return typeset(a_report(dossier), **limits)  # type: ignore[arg-type]


def text_of(pdf: bytes, pages: Sequence[int] | None = None) -> str:
    """What a reader can copy out, without the line breaks of the layout."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    chosen = reader.pages if pages is None else [reader.pages[page] for page in pages]
    return " ".join(" ".join(page.extract_text() for page in chosen).replace("\u00a0", " ").split())


def with_purpose(text: str) -> Dossier:
    dossier = a_dossier(runs=(), fairness=(), decisions=(), history=())
    return replace(dossier, model=replace(dossier.model, purpose=text))


def test_the_same_dossier_gives_the_same_bytes(exported: Exported) -> None:
    assert render_pdf(exported.dossier) == exported.unsigned


def test_it_declares_pdf_a_3a_and_pdf_ua_1_and_is_tagged_in_english(exported: Exported) -> None:
    root = pypdf.PdfReader(io.BytesIO(exported.pdf)).root_object
    metadata = cast(StreamObject, root["/Metadata"]).get_data().decode()

    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert cast(DictionaryObject, root["/MarkInfo"])["/Marked"]
    assert str(root["/Lang"]) == "en"


def test_its_title_names_model_and_version(exported: Exported) -> None:
    reader = pypdf.PdfReader(io.BytesIO(exported.pdf))

    assert reader.metadata is not None
    assert reader.metadata.title == "Pretrial risk score 1.1.0: model dossier"


def test_its_data_is_attached_byte_for_byte(exported: Exported) -> None:
    attached = pypdf.PdfReader(io.BytesIO(exported.pdf)).attachments

    assert attached["dossier.json"] == [to_json(exported.report)]
    assert attached["R0007-result.json"] == [exported.dossier.attachments[0].content]


def test_it_prints_the_digest_of_each_attachment(exported: Exported) -> None:
    printed = text_of(exported.pdf).replace(" ", "")

    for content in (to_json(exported.report), exported.dossier.attachments[0].content):
        assert hashlib.sha256(content).hexdigest() in printed


def test_every_page_but_the_first_has_running_lines_and_all_are_counted(exported: Exported) -> None:
    pages = len(pypdf.PdfReader(io.BytesIO(exported.pdf)).pages)

    for page in range(pages):
        assert f"Page {page + 1} of {pages}" in text_of(exported.pdf, [page])
        assert ("M0001" in text_of(exported.pdf, [page])[:60]) or page == 0


# published by ProPublica and Aequitas for compas_for_aequitas.csv: FPR 44.85 % against 23.45 %; 3,696 and 2,454 people
@pytest.mark.parametrize("figure", ["3,696", "2,454", "44.8 % (42.6 to 47.2)", "23.5 %", "72.0 %", "0.63", "−0.17"])
def test_figures_are_text_that_can_be_searched_and_copied(exported: Exported, figure: str) -> None:
    assert figure in text_of(exported.pdf)


def test_people_and_counts_stand_before_ratios(exported: Exported) -> None:
    said = "Of 100 African-American people, 41 are cleared; of 100 Caucasian people, 65."

    assert said in text_of(exported.pdf, [0])


def test_charts_carry_their_finding_as_alternative_text(exported: Exported) -> None:
    alternatives = [text for text in _alternatives(exported.unsigned) if "Impact ratio by group" in text]

    assert len(alternatives) == 1
    assert "against required 0.80: African-American 0.63 (0.60 to 0.66), breach; Caucasian 1.00" in alternatives[0]
    assert "Native American 0.51 (0.27 to 0.98), too small to judge" in alternatives[0]


def _alternatives(pdf: bytes) -> list[str]:
    """The /Alt of every object."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    held = (reader.get_object(number) for number in range(1, len(reader.xref_objStm) + len(reader.xref[0]) + 1))
    return [str(one["/Alt"]) for one in held if isinstance(one, pypdf.generic.DictionaryObject) and "/Alt" in one]


HOSTILE = [
    '#import "@preview/evil:1.0.0": *',
    '#{panic("stop")} #eval("1") #read("/etc/passwd")',
    "= Heading *bold* _slanted_ `raw` $x^2$ <label> @reference \\ // comment /* another */",
    "</svg><script>alert(1)</script> <!ENTITY a 'b'> &amp; ]]>",
    "{{7*7}} %s %(a)s ${HOME} ../../etc/passwd",
    "Straight \"quotes\" and 'apostrophes' -- and --- and ... stay",
    "Ελληνικά Кириллица Tiếng Việt",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_people_wrote_is_shown_as_written(hostile: str) -> None:
    assert hostile in text_of(render_pdf(with_purpose(hostile)))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\u202eb", "a[U+202E]b"),
        ("\x00\x07\x1b[31m", "[U+0000][U+0007][U+001B][31m"),
        ("日本", "[U+65E5][U+672C]"),
        ("\U0001f469\u200d\U0001f4bb", "[U+1F469][U+200D][U+1F4BB]"),
        ("\ud800", "[U+D800]"),
        ("\ue000", "[U+E000]"),
        ("e\u0301\u0489", "e\u0301[U+0489]"),
        ("a\tb\r\nc", "a b\nc"),
        ("Zoë – 95 % ≥ 0.8 ●", "Zoë – 95 % ≥ 0.8 ●"),
    ],
)
def test_what_cannot_be_drawn_is_shown_by_its_code(written: str, shown: str) -> None:
    assert drawable(written) == shown


def test_every_undrawable_text_still_gives_a_dossier_that_shows_it() -> None:
    found = text_of(render_pdf(with_purpose("a\u202eb \U0001f469\u200d\U0001f4bb 日 \x00 e\u0301\u0302\u0489 שלום")))

    assert "a[U+202E]b [U+1F469][U+200D][U+1F4BB] [U+65E5] [U+0000]" in found


def test_hostile_groups_findings_and_names_reach_charts_tables_and_headings() -> None:
    table = fairness_table()
    groups = tuple(replace(group, group=f'"><x> #panic() {place}\u202e') for place, group in enumerate(table.groups))
    hostile = replace(table, attribute="= x #panic()", favourable="<b>&", groups=groups, reason="$oops")
    dossier = a_dossier(fairness=(hostile,), findings=(replace(a_finding(), title="#panic() *x*"),))

    found = text_of(render_pdf(dossier))

    assert '"><x> #panic() 0[U+202E]' in found
    assert "By = x #panic()" in found
    assert "#panic() *x*" in found


def test_a_name_of_5000_characters_is_printed_whole_and_inside_the_page() -> None:
    pdf = render_pdf(with_purpose("N" * 5000))

    assert text_of(pdf).replace(" ", "").count("N") >= 5000
    longest = max(
        len(line) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages for line in page.extract_text().split("\n")
    )
    assert longest < 200


def test_a_long_history_moves_to_an_attachment_whole_with_its_count() -> None:
    pdf = render_pdf(a_dossier(history=history(MOST_ROWS + 25)))

    (table,) = pypdf.PdfReader(io.BytesIO(pdf)).attachments["table-01.csv"]
    assert len(table.decode().splitlines()) == MOST_ROWS + 26  # and its heading
    assert f"{MOST_ROWS + 25} ledger entries about this version" in text_of(pdf)


def test_a_comparison_of_many_groups_is_charted_as_far_as_a_page_goes() -> None:
    table = fairness_table()
    groups = tuple(replace(table.groups[0], group=f"Group {place}") for place in range(60))

    found = text_of(render_pdf(a_dossier(fairness=(replace(table, groups=groups),))))

    assert f"Of 60 groups, the first {MOST_CHARTED}." in found
    assert "Group 59" in found  # the table has them all


def test_an_empty_dossier_says_so_section_by_section() -> None:
    empty = a_dossier(
        datasets=(), runs=(), fairness=(), findings=(), challenge=(), conclusions=(), decisions=(), history=(),
        people=(), attachments=(),
    )  # fmt: skip

    found = text_of(render_pdf(empty))

    for said in (
        "No finding was raised",
        "Approval was not requested",
        "No finished validation",
        "fairness was not assessed",
    ):
        assert said in found


@pytest.mark.parametrize("limits", [{"seconds": 0}, {"memory": 64 * 1024**2}])
def test_past_its_limits_the_typesetter_is_stopped(limits: dict[str, int]) -> None:
    with pytest.raises(RenderFailed):
        render_pdf(a_dossier(), **limits)


# how many code points fontTools 4.60 reads from the Unicode cmap of each file
@pytest.mark.parametrize(
    ("font", "points"),
    [("IBMPlexSans_400Regular.ttf", 891), ("DejaVuSans.ttf", 5918), ("IBMPlexMono_400Regular.ttf", 929)],
)
def test_coverage_is_what_the_fonts_map(font: str, points: int) -> None:
    assert len(coverage(font)) == points


def test_every_character_that_we_call_drawable_can_be_typeset() -> None:
    points = sorted(set().union(*(coverage(font) for font in SANS)))

    pdf = render_pdf(with_purpose(" ".join(chr(point) for point in points)))

    assert "[U+" in text_of(pdf)  # combining marks without a base, and controls
