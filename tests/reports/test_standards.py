"""What other people's tools say of our files: qpdf, poppler, trestle, CycloneDX."""

import io
import json
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pypdf
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from trestle.oscal.assessment_results import Model as AssessmentResults
from trestle.oscal.common import ObjectiveStatus

from core.metrics.verdicts import Verdict
from core.reports.data import to_json
from core.reports.formats.ml_bom import ml_bom_of
from core.reports.formats.oscal import oscal_results
from core.reports.render import forms
from core.reports.signing import SigningKeys
from core.reports.values.report import Report
from tests.reports.dossiers import AT, a_dossier, a_report, a_run, verdicts
from tests.reports.several import LONG, a_hostile_report


@pytest.fixture(scope="module", params=["plain", "hostile"])
def pdf(request: pytest.FixtureRequest, keys: SigningKeys, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The signed PDF as a file."""
    report = a_report() if request.param == "plain" else a_hostile_report()
    path = tmp_path_factory.mktemp(str(request.param)) / "dossier.pdf"
    path.write_bytes(forms(report, keys, at=AT).pdf)
    return path


def said(command: str, path: Path) -> str:
    found = subprocess.run([*command.split(), str(path)], capture_output=True, text=True, check=False, cwd=path.parent)
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_qpdf_finds_no_fault(pdf: Path) -> None:
    if shutil.which("qpdf") is None:
        pytest.fail("qpdf is not installed; tests/prepare.sh installs it")

    assert "No syntax or stream encoding errors found" in said("qpdf --check", pdf)


def test_pdfsig_confirms_that_the_whole_document_is_signed(pdf: Path) -> None:
    found = said("pdfsig -nocert", pdf)

    assert "Signature is Valid." in found
    assert "Total document signed" in found


def test_every_font_is_embedded(pdf: Path) -> None:
    lines = said("pdffonts", pdf).splitlines()[2:]

    assert len(lines) >= 3
    assert {re.search(r"\s(yes|no)\s+(yes|no)\s+(yes|no)\s", line)[1] for line in lines} == {"yes"}  # type: ignore[index]


def test_the_structure_has_headings_tables_and_header_cells(pdf: Path) -> None:
    tags = set(re.findall(r"^\s*(\w+)", said("pdfinfo -struct", pdf), re.MULTILINE))

    assert {"Document", "H1", "H2", "P", "Table", "TR", "TH", "TD", "Figure", "Caption", "Link"} - {"Link"} <= tags


def test_pdfdetach_takes_out_the_data_and_the_long_table(pdf: Path) -> None:
    hostile = "hostile" in str(pdf)
    listed = said("pdfdetach -list", pdf)
    said("pdfdetach -saveall", pdf)

    report = a_hostile_report() if hostile else a_report()
    assert (pdf.parent / "dossier.json").read_bytes() == to_json(report)
    assert ("table-01.csv" in listed) is hostile
    if hostile:
        assert (pdf.parent / "table-01.csv").read_bytes().count(b"\r\n") == LONG + 1


def test_a_citation_leads_to_the_line_of_its_source(keys: SigningKeys) -> None:
    reader = pypdf.PdfReader(io.BytesIO(forms(a_hostile_report(), keys, at=AT).unsigned_pdf))
    links = [one.get_object() for page in reader.pages for one in page.get("/Annots", [])]

    inside = [one for one in links if one["/Subtype"] == "/Link" and ("/Dest" in one or "/A" in one)]
    assert len(inside) >= 3
    assert not any("/URI" in str(one.get("/A", "")) for one in inside)


# ---- OSCAL


def results_of(report: Report) -> dict[str, object]:
    content = oscal_results(report)
    assert content is not None
    found: dict[str, object] = json.loads(content)["assessment-results"]
    return found


def state_of(status: ObjectiveStatus | None) -> str:
    """Whether an objective is satisfied, in OSCAL's word."""
    assert status is not None
    return str(status.state.value)


@pytest.mark.parametrize("report", [a_report(), a_hostile_report()], ids=["plain", "hostile"])
def test_trestle_reads_our_assessment_results(report: Report) -> None:
    content = oscal_results(report)
    assert content is not None

    held = AssessmentResults(**json.loads(content)).assessment_results

    assert held.metadata.oscal_version.root.root == "1.1.3"
    assert held.import_ap.href.startswith("#")
    (result,) = held.results
    assert len(result.observations or []) == len(verdicts())
    states = {one.target.target_id: state_of(one.target.status) for one in result.findings or []}
    assert (states["clause-4.2"], states["clause-3.1"], states["clause-3.4"]) == (
        "not-satisfied", "satisfied", "not-satisfied",
    )  # fmt: skip
    assert [getattr(risk.status.root, "root", risk.status.root) for risk in result.risks or []] == ["open"]


def test_every_reference_in_the_results_leads_somewhere() -> None:
    text = json.dumps(results_of(a_report()))
    held = set(re.findall(r'"uuid": "([0-9a-f-]{36})"', text))
    wanted = set(re.findall(r'"(?:observation-uuid|href)": "#?([0-9a-f-]{36})"', text))

    assert wanted
    assert wanted <= held


def test_identifiers_follow_from_the_evidence() -> None:
    first, again = results_of(a_report()), results_of(a_report(reference="X0999"))
    other = a_dossier()
    changed = results_of(a_report(replace(other, version=replace(other.version, evidence_digest="1b" * 32))))

    assert first["uuid"] == again["uuid"] != changed["uuid"]


def test_a_clause_is_satisfied_only_when_all_its_checks_passed() -> None:
    rows = tuple(replace(row, clause="9.9", verdict=Verdict.PASS) for row in verdicts()[:2])
    passed = a_report(a_dossier(runs=(a_run(verdicts=rows),)))
    failed = a_report(a_dossier(runs=(a_run(verdicts=(rows[0], replace(rows[1], verdict=Verdict.FAIL))),)))

    states = [json.dumps(results_of(report)).count('"state": "satisfied"') for report in (passed, failed)]

    assert states == [1, 0]


@dataclass(frozen=True)
class AnItem:
    """An item of a pack, as the coverage report tells it."""

    pack: str
    item: str
    title: str
    state: str
    shown_by: tuple[str, ...] = ()


def test_items_of_a_pack_are_findings_by_their_state() -> None:
    items = (AnItem("gdpr", "G-1", "Records", "shown", ("a dossier",)), AnItem("gdpr", "G-2", "Impact", "missing"))
    content = oscal_results(a_report(data=items))
    assert content is not None

    (result,) = AssessmentResults(**json.loads(content)).assessment_results.results

    states = {one.target.target_id: state_of(one.target.status) for one in result.findings or []}
    assert states == {"clause-gdpr-G-1": "satisfied", "clause-gdpr-G-2": "not-satisfied"}


# ---- CycloneDX


@pytest.mark.parametrize("report", [a_report(), a_hostile_report()], ids=["plain", "hostile"])
def test_the_ml_bom_is_valid_in_the_strict_sense(report: Report) -> None:
    content = ml_bom_of(report)
    assert content is not None

    errors = JsonStrictValidator(SchemaVersion.V1_6).validate_str(content.decode())

    assert errors is None
    told = json.loads(content)["metadata"]
    held = {one["name"]: one["value"] for one in told["properties"]}
    assert held["countersign:complete"] == ("no" if report.gaps else "yes")
    metrics = told["component"]["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    assert {one["type"]: one["value"] for one in metrics}["balanced_accuracy"] == "0.6533"
