"""Every form of a report: the same bytes for the same value, nothing that runs, nothing dropped, gaps said."""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import rfc8785
from openpyxl import load_workbook  # type: ignore[import-untyped]

from core.reports.data import to_json
from core.reports.formats.canonical import canonical, number
from core.reports.formats.csv_files import csv_export, harmless
from core.reports.formats.grids import figure
from core.reports.formats.html import html_page
from core.reports.formats.kinds import Format
from core.reports.formats.laying import laid
from core.reports.formats.visible import visible
from core.reports.formats.xlsx import xlsx_export
from core.reports.layout.blocks import Document, Section
from core.reports.render import NotInThisForm, render
from core.reports.signing import SigningKeys
from core.reports.values.report import Report
from tests.reports.dossiers import AT, a_dossier, a_report
from tests.reports.several import HOSTILE, LONG, NON_LATIN, a_hostile_report

SINGLE = [form for form in Format if form is not Format.BUNDLE]
UNSIGNED = """
import hashlib, sys
from tests.reports.several import a_hostile_report
from tests.reports.dossiers import AT, a_report
from core.reports.render import render
from core.reports.formats.kinds import Format
from core.reports.typeset.rendering import render_pdf
for report in (a_report(), a_hostile_report()):
    for form in Format:
        if form is Format.PDF:
            content = render_pdf(report)
        elif form is Format.BUNDLE:
            continue
        else:
            content = render(report, form, None, at=AT).content
        print(form.value, hashlib.sha256(content).hexdigest())
"""


def sheets(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def csv_files(report: Report) -> dict[str, list[list[str]]]:
    content, _, _ = csv_export(laid(report), at=AT)
    return {
        name: list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))
        for name, file in sheets(content).items()
    }


def workbook(report: Report) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(io.BytesIO(xlsx_export(laid(report), at=AT)))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


# ---- the same bytes


def test_two_processes_write_the_same_unsigned_bytes() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", UNSIGNED],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
        ).stdout
        for seed in ("1", "2")
    ]

    assert len(runs[0].splitlines()) == 2 * len(SINGLE)
    assert runs[0] == runs[1]


# ---- not complete, in every form


@pytest.mark.parametrize("form", SINGLE)
def test_a_report_with_gaps_says_so_and_lists_them_in_every_form(
    form: Format, keys: SigningKeys, tmp_path: Path
) -> None:
    content = render(a_hostile_report(), form, keys, at=AT).content
    complete = render(a_report(), form, keys, at=AT).content

    text, whole = words(form, content, tmp_path), words(form, complete, tmp_path)

    assert re.search(r"not complete|\"complete\":false|complete\", \"value\": \"no", text, re.IGNORECASE)
    assert "The entry of F0004 was erased." in text
    assert "erased" not in whole
    assert not re.search(r"not complete|\"complete\":false", whole, re.IGNORECASE)


def words(form: Format, content: bytes, folder: Path) -> str:
    """Everything that a reader finds in it, on one line."""
    if form is Format.PDF:
        path = folder / "report.pdf"
        path.write_bytes(content)
        said = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    elif form in (Format.XLSX, Format.CSV):
        said = " ".join(file.decode(errors="replace") for file in sheets(content).values())
    else:
        said = content.decode()
    return " ".join(said.replace("\u00a0", " ").split()).replace('": "', '": "')


# ---- HTML


class Page(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(html_page(a_hostile_report())[0])


def test_the_page_refers_to_nothing_and_runs_nothing(page: Page) -> None:
    loading = {"script", "link", "img", "iframe", "object", "embed", "audio", "video", "source", "base", "form", "use"}
    addresses = [
        value
        for _, attributes in page.tags
        for name, value in attributes.items()
        if name in ("href", "src", "srcset", "data", "action", "poster", "xlink:href", "background")
    ]

    assert {tag for tag, _ in page.tags} & loading == set()
    assert all(value is not None and value.startswith("#") for value in addresses)
    assert not any(name.startswith("on") or name == "style" for _, attributes in page.tags for name in attributes)


def test_its_policy_lets_through_its_own_style_and_nothing_else(page: Page) -> None:
    policies = [one["content"] for one in page.named("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    content = html_page(a_hostile_report())[0].decode()
    style = content[content.index("<style>") + 7 : content.index("</style>")]
    import base64

    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]
    assert "url(" not in style
    assert "@import" not in style


def test_its_tables_have_captions_and_scopes_and_its_charts_alternative_texts(page: Page) -> None:
    assert len(page.named("caption")) == len(page.named("table")) > 10
    assert all(one.get("scope") in ("row", "col") for one in page.named("th"))
    drawn = page.named("svg")
    assert drawn
    assert all(one["role"] == "img" and one["aria-label"] for one in drawn)


def test_every_citation_leads_to_a_line_with_path_digest_and_entry(page: Page) -> None:
    anchors = {one["id"] for _, one in page.tags if one.get("id")}
    cited = [one["href"] for one in page.named("a") if (one["href"] or "").startswith("#source-")]

    assert cited == ["#source-1", "#source-2", "#source-2"]  # one source, cited twice, has one number
    assert {address[1:] for address in cited if address} <= anchors
    told = " ".join(page.text)
    assert "run R0007 / fairness / impact_ratio / race" in told
    assert "1,234" in told


def test_text_is_shown_as_entered_and_what_is_invisible_by_its_code(page: Page) -> None:
    told = " ".join(page.text)

    assert NON_LATIN in told
    assert '<script>alert(1)</script> #panic() **b** ]]> & "q" a[U+202E]b \U0001f469\u200d\U0001f4bb [U+0000]' in told


def test_a_long_table_is_counted_on_the_page_and_whole_beside_it() -> None:
    alone, (moved,) = html_page(a_hostile_report())
    beside, _ = html_page(a_hostile_report(), beside="tables")

    assert f"{LONG:,} rows, of which the first 25 stand here; all are in the bundle" in alone.decode()
    assert "all are in tables/table-01.csv" in beside.decode()
    assert moved.content.decode("utf-8-sig").splitlines()[-1] == "row 1199,1199"


# ---- XLSX and CSV


def test_a_workbook_holds_no_formula_no_link_and_nothing_from_elsewhere() -> None:
    parts = sheets(xlsx_export(laid(a_hostile_report()), at=AT))
    cells = b"".join(content for name, content in parts.items() if name.startswith("xl/worksheets/sheet"))

    assert b"<f>" not in cells
    assert b"<f " not in cells
    assert b"hyperlink" not in cells.lower()
    assert not any("externalLink" in name or "vbaProject" in name for name in parts)
    assert b'TargetMode="External"' not in b"".join(parts.values())


def test_a_workbook_has_figures_as_numbers_and_everything_else_as_text() -> None:
    found = workbook(a_hostile_report())
    name = next(title for title in found if title.endswith("Figures with sources"))
    head, *rows = found[name][1:5]

    assert head == ("What", "Figure", "Figure: further", "Figure: source", "Right")
    assert rows[0] == ("=1+1", 7214, None, 1, 1.1)
    assert rows[1] == ("-2", 0.412, "39.6 to 42.8", 2, -0.17)
    assert rows[2][1:] == ("Failed", None, 2, "M0001")


def test_a_text_longer_than_a_cell_is_kept_on_a_sheet_of_its_own() -> None:
    found = workbook(a_hostile_report())

    kept = "".join(str(row[1]) for row in found["Long texts"][1:])

    assert kept == "W" * 40_000


def test_headings_stay_in_view() -> None:
    parts = sheets(xlsx_export(laid(a_report()), at=AT))
    first = parts["xl/worksheets/sheet1.xml"].decode()

    assert 'state="frozen"' in first
    assert 'ySplit="2"' in first


def test_the_csv_is_a_file_a_table_with_an_apostrophe_before_what_would_run() -> None:
    found = csv_files(a_hostile_report())
    name = next(one for one in found if one.endswith("figures-with-sources.csv"))

    head, *rows = found[name]

    assert head == ["What", "Figure", "Figure: further", "Figure: source", "Right"]
    assert rows[0] == ["'=1+1", "7214", "", "1", "1.10"]
    assert rows[1] == ["'-2", "41.2\u00a0%", "39.6 to 42.8", "2", "-0.17"]
    assert rows[2][0] == f"'{HOSTILE}"
    listed = [row[0] for row in found["00-contents.csv"][1:]]
    assert sorted(listed) == sorted(set(found) - {"00-contents.csv"})


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_each_beginning_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    assert harmless(f"{start}1") == f"'{start}1"


def test_one_complete_table_is_one_file_with_its_sources_in_full() -> None:
    hostile = a_hostile_report()
    (only,) = (one for section in hostile.document.sections for one in section.blocks
               if getattr(one, "caption", "") == "Figures with sources")  # fmt: skip
    document: Document = replace(hostile.document, sections=(Section("Cited", (only,)),))

    content, ending, _ = csv_export(laid(replace(hostile, document=document, gaps=())), at=AT)
    _, ending_with_gaps, _ = csv_export(laid(replace(hostile, document=document)), at=AT)

    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert (ending, ending_with_gaps) == ("csv", "zip")
    assert rows[1][3] == f"data / rows, sha256:{'ab' * 32}, ledger entry 1234"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7,214", 7214), ("0", 0), ("−0.17", -0.17), ("41.2\u00a0%", 0.412), ("0.632", 0.632), ("1.10", 1.1),
        ("007", None), ("1,23", None), ("", None), ("12345678901234567", None), ("M0001", None), ("3 Aug 2026", None),
        ("+0.28", None), ("1e5", None), ("–", None),
    ],
)  # fmt: skip
def test_what_counts_as_a_figure(text: str, value: float | None) -> None:
    found = figure(text)

    assert (found.value if found else None) == value


# ---- JSON


def test_the_data_is_canonical_json_as_the_reference_implementation_writes_it() -> None:
    for report in (a_report(), a_hostile_report()):
        content = to_json(report)
        assert content == rfc8785.dumps(json.loads(content))


# the numbers of RFC 8785, appendix B, and of ECMA-262, 6.1.6.1.20
@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"), (-0.0, "0"), (5e-324, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"), (295147905179352830000.0, "295147905179352830000"),
        (1e21, "1e+21"), (9.999999999999997e22, "9.999999999999997e+22"), (1e-6, "0.000001"), (1e-7, "1e-7"),
        (333333333.3333333, "333333333.3333333"), (1.5, "1.5"), (-1424953923781206.2, "-1424953923781206.2"),
    ],
)  # fmt: skip
def test_a_double_is_written_with_the_fewest_digits(value: float, written: str) -> None:
    assert number(value) == written


def test_the_data_names_schema_template_gaps_and_sources() -> None:
    told = json.loads(to_json(a_hostile_report()))

    assert told["schema"] == {"name": "countersign/report", "version": 1}
    assert told["template"] == a_dossier().template
    assert (told["complete"], [one["section"] for one in told["gaps"]]) == (False, ["Findings", HOSTILE])
    assert [one["entry"] for one in told["sources"]] == [1234, 24]
    assert canonical(told["gaps"]) == rfc8785.dumps(told["gaps"])


# ---- texts


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\u202eb", "a[U+202E]b"),
        ("a\u200bb", "a[U+200B]b"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200d", "[U+200D]"),
        ("a\u200db", "a[U+200D]b"),
        ("\ud800", "[U+D800]"),
        ("日本 हिन्दी", "日本 हिन्दी"),
        ("a\r\nb\tc", "a\nb\tc"),
    ],
)
def test_text_for_unknown_fonts_stays_and_nothing_in_it_is_hidden(written: str, shown: str) -> None:
    assert visible(written) == shown


def test_a_form_in_which_a_report_says_nothing_is_refused_in_words(keys: SigningKeys) -> None:
    silent = replace(a_report(), data=())

    for form in (Format.OSCAL, Format.ML_BOM):
        with pytest.raises(NotInThisForm, match="says nothing"):
            render(silent, form, keys, at=AT)
