"""What docs/deployment shows fits the project: units that systemd reads, files and commands that are there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.cli.main import COMMANDS
from app.launch import ROOT

FOLDER = ROOT / "docs" / "deployment"
UNITS = ("countersign.service", "countersign-worker@.service")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_reads_the_unit(name: str, tmp_path: Path) -> None:
    command = Path("/bin/true")  # the program of an installation that is not here
    unit = re.sub(r"(?m)^ExecStart=.*$", f"ExecStart={command}", (FOLDER / name).read_text())
    target = tmp_path / name.replace("@.", "@1.")
    target.write_text(unit)

    done = subprocess.run(["systemd-analyze", "verify", str(target)], capture_output=True, text=True, check=False)

    own = [line for line in done.stderr.splitlines() if target.name in line]
    assert own == []


@pytest.mark.parametrize("name", UNITS)
def test_the_unit_starts_a_command_that_there_is(name: str) -> None:
    (command,) = re.findall(r"(?m)^ExecStart=.*/countersign (.*)$", (FOLDER / name).read_text())
    assert command in COMMANDS


def test_the_container_copies_what_is_there_and_starts_the_server() -> None:
    said = (FOLDER / "Containerfile").read_text()

    sources = [part for line in re.findall(r"(?m)^COPY (.*)$", said) for part in line.split()[:-1]]
    assert {"app", "core", "pages", ".streamlit", "requirements.txt"} <= set(sources)
    assert [one for one in sources if not (ROOT / one).exists()] == []
    assert 'CMD [".venv/bin/countersign", "serve"]' in said
