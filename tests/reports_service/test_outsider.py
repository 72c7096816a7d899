"""An outsider verifies the product's bundle with sha256sum, openssl, pdfsig and Node, and rejects tampered ones."""

import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from core.access.anchoring import rotate_key
from core.ledger.anchors.witness import WitnessState
from core.ledger.service import Ledger
from core.reports.formats.kinds import Format
from core.reports.keys import SigningKeys
from core.store import open_store
from tests.anchors.bundle_attacks import ATTACKS, LEDGER, Attack, Subject
from tests.anchors.certificates import self_signed
from tests.anchors.conftest import stamper as stamper
from tests.anchors.subject import ADMINISTRATOR, Log
from tests.builders import NOON
from tests.ledger.ledger_bundles import Authority
from tests.reports_service.test_exports import keys as keys
from tests.reports_service.test_exports import make_office

SCRIPT = Path(__file__).resolve().parents[1] / "ledger" / "independent" / "outsider.sh"
TOOLS = ("sha256sum", "openssl", "pdfsig", "node")
pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in TOOLS), reason="a tool is missing: the outsider's test DID NOT RUN"
)


@dataclass(frozen=True)
class Outsider:
    """The bundle as a file, what the outsider was told over another channel, and what an attacker would need."""

    path: Path
    subject: Subject

    def verify(self, path: Path) -> tuple[int, str]:
        told = self.subject.pinned
        command = ["bash", SCRIPT, path, told["key"], told["ca"], told["witness"], told["stamps"]]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout


@pytest.fixture(scope="module")
def outsider(
    keys: SigningKeys, sqlite_template: Path, stamper: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outsider]:
    """A dossier's bundle of a version, from a ledger with a rotation, a cosigned checkpoint and a stamped one."""
    folder = tmp_path_factory.mktemp("outsider")
    shutil.copy(sqlite_template, folder / "store.db")
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    ledger = Ledger.open(folder / "keys", origin="countersign.test/ledger")
    office, log = make_office(store, ledger, keys, folder), Log(store, ledger)
    log.fill(2, NOON)
    first, witness = ledger.vkey, WitnessState.open(folder / "witness", name="witness.test/w1")
    rotate_key(store, ledger, reason="a year is over", actor=ADMINISTRATOR, at=NOON)
    log.fill(1, NOON)
    log.cosign(witness, NOON + timedelta(minutes=1))
    asked = office.request(Format.BUNDLE)
    log.stamp(stamper, folder)  # by the clock of this machine, which is ahead of all entries
    office.build(asked)
    path = office.take("X0001").path
    with zipfile.ZipFile(path) as archive:
        files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    pinned = {"key": first, "ca": keys.fingerprint, "witness": witness.cosigner.witness.vkey}
    pinned["stamps"] = str(stamper / "ca.pem")
    authority = Authority(keys.authority, keys.certificate, keys.private)
    yield Outsider(path, Subject(files, authority, ledger.keyring.current, pinned))
    store.close()


def test_the_whole_bundle_verifies_with_the_tools_of_others(outsider: Outsider) -> None:
    code, said = outsider.verify(outsider.path)

    assert (code, said.splitlines()[-1]) == (0, "Everything holds."), said
    assert len(said.splitlines()) == 10


def tampered(outsider: Outsider, folder: Path) -> list[tuple[Attack, Path]]:
    """Attacks that this bundle allows; those with the ledger's key need a kept checkpoint."""
    made = []
    for number, attack in enumerate(one for one in ATTACKS if one.holds != LEDGER):
        try:
            data = attack.make(outsider.subject)
        except (AssertionError, KeyError):  # what it would edit is not in this bundle
            continue
        (folder / f"{number}.zip").write_bytes(data)
        made.append((attack, folder / f"{number}.zip"))
    turn = Counter[str]()
    turns = {attack.name: turn.update([attack.step]) or turn[attack.step] for attack, _ in made}
    return sorted(made, key=lambda pair: turns[pair[0].name])[:47]  # some of each step


def test_at_least_forty_five_tampered_ones_are_rejected(outsider: Outsider, tmp_path: Path) -> None:
    made = tampered(outsider, tmp_path)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(outsider.verify, [path for _, path in made]))

    accepted = [attack.name for (attack, _), (code, _said) in zip(made, answers, strict=True) if code != 1]
    rejected_by = {said.splitlines()[-1] for _, said in answers}
    assert accepted == []
    assert len(made) == 47
    assert {f"FAIL {one}" for one in ("container (node)", "files (sha256sum)", "signature (openssl)")} <= rejected_by
    assert {f"FAIL {one}" for one in ("authority (openssl)", "ledger (node)", "nothing unlisted (diff)")} <= rejected_by


def test_a_token_of_another_authority_is_rejected_by_openssl_alone(outsider: Outsider, tmp_path: Path) -> None:
    """Node says what a token is over; who signed it only openssl does."""
    other = replace(outsider.subject, pinned={**outsider.subject.pinned, "stamps": str(tmp_path / "other.pem")})
    (tmp_path / "other.pem").write_bytes(self_signed().public_bytes(Encoding.PEM))

    code, said = replace(outsider, subject=other).verify(outsider.path)

    assert (code, said.splitlines()[-1]) == (1, "FAIL time stamp (openssl)"), said
