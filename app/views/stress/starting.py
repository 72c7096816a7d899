"""The plan that the form begins with: the columns and labels of this version, and a host that is allowed."""

import json
from collections.abc import Sequence

from sqlmodel import Session

from app.delivery.guard import AllowedHost
from core.errors import GovernanceError
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.moves import load_version
from core.monitoring.intake.reading import rows_held
from core.monitoring.stress.gathering import Rows, rows_of
from core.monitoring.stress.values import From, StressPlan
from core.store import EvidenceFiles

LOOKED_AT = 200


def starting_plan(
    session: Session, files: EvidenceFiles, model: str, version: str, allowed: Sequence[AllowedHost]
) -> str:
    """A plan that can be run as it is: with load where a host is allowed, otherwise by a surrogate."""
    rows_from = From.PRODUCTION if rows_held(session, model, PRODUCTION) else From.EVIDENCE
    model_row, row = load_version(session, model, version)
    probe = StressPlan("", rows_from, LOOKED_AT)
    try:
        found: Rows | None = rows_of(session, files, model_row, row, PRODUCTION, probe)
    except GovernanceError:  # nothing is on record yet; the plan says where rows would come from
        found = None
    parts = [f'name = "Rush hour and odd inputs"\n\n[inputs]\nfrom = "{rows_from}"\nrows = 200']
    if allowed:
        parts += [_target(allowed[0], found), _load()]
    parts.append(_case(found))
    return "\n\n".join(parts) + "\n"


def _target(host: AllowedHost, found: Rows | None) -> str:
    port = f":{host.port}" if host.port else ""
    scheme = "http" if host.internal else "https"
    labels = ["0", "1"]
    if found and "prediction" in found.answers.columns:
        labels = found.answers["prediction"].cast(str).unique().sort().to_list()
    return f'[target]\naddress = "{scheme}://{host.host}{port}/invocations"\nlabels = {json.dumps(labels[:20])}'


def _load() -> str:
    calm = '[[phase]]\nname = "calm"\nusers = 2\nrate = 10\nseconds = 10'
    rush = '[[phase]]\nname = "rush hour"\nusers = 20\nrate = 100\nseconds = 20'
    return f"{calm}\n\n{rush}"


def _case(found: Rows | None) -> str:
    """A number at the top of its range where there is one, otherwise a column that is missing."""
    first = found.inputs[0] if found and found.inputs else {}
    number = next((name for name, value in first.items() if isinstance(value, int | float)), "")
    column, does = number or next(iter(first), "column"), "at the top" if number else "missing"
    said = json.dumps(f"{column} {does}", ensure_ascii=False)
    columns = json.dumps([column], ensure_ascii=False)
    kind = 'kind = "extreme"\nquantile = 1.0' if number else 'kind = "missing"'
    return f"[[case]]\nname = {said}\ncolumns = {columns}\n{kind}"
