"""The whole main job in a browser: five people bring a model from registration to a dossier that verifies offline."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from app.launch import ROOT
from core.access.rules import Role
from tests.browser.conftest import PATIENCE, Live, Visit
from tests.browser.steps import answer_checklist, fill, hand_in, open_page, press, register_model, sees

COMPAS = ROOT / "app" / "example" / "data" / "compas_for_aequitas.csv"


def test_five_people_bring_a_model_from_registration_to_a_dossier_that_verifies_offline(
    live: Live, visit: Visit, tmp_path: Path
) -> None:
    owner = live.add_person("olga.owner", "Olga Owner", Role.OWNER)
    developer = live.add_person("dev.devi", "Devi Developer", Role.DEVELOPER)
    validator = live.add_person("val.vera", "Vera Validator", Role.VALIDATOR)
    approver = live.add_person("app.arne", "Arne Approver", Role.APPROVER)
    auditor = live.add_person("aud.aino", "Aino Auditor", Role.AUDITOR)

    at_desk = visit()
    at_desk.sign_in(developer)
    register_model(at_desk, owner="Olga Owner")
    sees(at_desk, "Draft")
    press(at_desk, "Hand in evidence")
    hand_in(at_desk, COMPAS, sensitive=("sex",), favourable="0")
    expect(at_desk.page).to_have_url(re.compile("tab=Evidence"), timeout=PATIENCE)
    sees(at_desk, re.compile("R0001"))
    expect(at_desk.page.get_by_text("Impact ratio, lowest judged group").first).to_be_visible(timeout=60_000)
    at_desk.shot("story_1_verdicts")

    at_review = visit()
    at_review.sign_in(validator, "/model?model=M0001&version=1.0.0&tab=Evidence")
    fill(at_review.page, "Question, kept in the ledger", "Which cost of a wrong flag was assumed?")
    press(at_review, "Ask question")
    sees(at_review, "Question Q0001 is on record.")

    open_page(at_desk, "/model?model=M0001&version=1.0.0&tab=Evidence")
    fill(at_desk.page, "Answer, kept in the ledger", "Equal cost of both errors, agreed with the county.")
    press(at_desk, "Answer question")
    sees(at_desk, "The answer to Q0001 is on record.")

    open_page(at_review, "/fairness?run=R0001")
    sees(at_review, re.compile("cleared for release; of 100 Female people"))
    at_review.shot("story_2_fairness")
    open_page(at_review, "/model?model=M0001&version=1.0.0&tab=Evidence")
    fill(at_review.page, "Summary, kept in the ledger", "All required checks pass; limits are stated.")
    press(at_review, "Conclude as validated")
    sees(at_review, "concluded as validated")

    open_page(at_desk, "/model?model=M0001&version=1.0.0&tab=Decisions")
    fill(at_desk.page, "Rationale, kept in the ledger", "First use in the county, after a pilot of six months.")
    press(at_desk, "Request approval")
    sees(at_desk, re.compile("CR0001"))

    deciding = visit()
    deciding.sign_in(approver)
    deciding.page.get_by_role("link", name="Approve v1.0.0 for production").click(timeout=PATIENCE)
    open_page(deciding, "/approval?change=CR0001")
    answer_checklist(deciding)
    fill(deciding.page, "Rationale, kept in the ledger", "Evidence read in full; the limits are known to its users.")
    deciding.shot("story_3_approval")
    press(deciding, "Approve for production")
    sees(deciding, "Your vote is recorded.")

    in_charge = visit()
    in_charge.sign_in(owner, "/approval?change=CR0001")
    press(in_charge, "Bring into production")
    sees(in_charge, "It was brought into production.")

    at_audit = visit(width=1024, height=768, dark=True)
    at_audit.sign_in(auditor, "/exports?template=dossier&model=M0001&version=1.0.0&form=bundle")
    press(at_audit, "Build report")
    link = at_audit.page.get_by_role("link", name="Download").first
    expect(link).to_be_visible(timeout=60_000)
    answer = at_audit.context.request.get(live.url + (link.get_attribute("href") or ""))
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(answer.body())
    at_audit.shot("story_4_exports_dark")

    verified = verify(bundle, live.place.ledger.vkey)
    assert verified.returncode == 0, verified.stdout
    tampered = tmp_path / "tampered.zip"
    tampered.write_bytes(flipped(bundle.read_bytes(), position_of(bundle, "data/dossier.json")))
    refused = verify(tampered, live.place.ledger.vkey)
    assert refused.returncode == 1
    assert "FAIL" in refused.stdout

    open_page(at_audit, "/ledger")
    press(at_audit, "Verify all entries")
    sees(at_audit, "entries are intact.")
    at_audit.shot("story_5_ledger_dark")


def verify(bundle: Path, key: str) -> "subprocess.CompletedProcess[str]":
    """`countersign verify`, as an auditor types it."""
    command = [sys.executable, "-m", "app.cli", "verify", str(bundle), "--key", key]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def position_of(bundle: Path, ending: str) -> int:
    """Where in the ZIP the middle of this member's bytes lies."""
    with zipfile.ZipFile(bundle) as archive:
        member = next(one for one in archive.infolist() if one.filename.endswith(ending))
        return member.header_offset + 30 + len(member.filename) + member.compress_size // 2


def flipped(content: bytes, position: int) -> bytes:
    """One byte changed."""
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]
