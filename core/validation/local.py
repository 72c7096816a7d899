"""Judges files by a policy without an installation: for a build, a notebook or a test suite; nothing is stored."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.access.personal_data import Level, standing_blocks
from core.errors import Refused, Unreadable
from core.frames.scenarios import read_scenarios
from core.policy.rules import Policy
from core.validation.computing import compute
from core.validation.inputs import Given, RunInputs
from core.validation.intake import Handed, attributes_declared, refuse_unsound, scanned_file, to_table
from core.validation.judging import Judged, NotJudged, judge_all, not_judged
from core.validation.results import ValidationResult
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping, guess_mapping, preflight, read_json, safe_label


@dataclass(frozen=True)
class Assessment:
    """What the files came to under the policy."""

    result: ValidationResult
    judged: tuple[Judged, ...]
    not_judged: tuple[NotJudged, ...]
    personal_data: tuple[str, ...] = ()  # a sentence for each column that holds some and does not stop an upload


def judge_files(
    policy: Policy,
    files: Mapping[EvidenceKind, Path],
    mapping: ColumnMapping | None = None,
    *,
    further: Mapping[EvidenceKind, ColumnMapping] | None = None,
    declared: Mapping[str, str] | None = None,
    schema: str = "",
    packs: tuple[str, ...] = (),
    tier: int | None = None,
    say: Callable[[str], None] = lambda _step: None,
) -> Assessment:
    """Read the files as strictly as an upload, compute and judge as a validation run does.

    `mapping` says what the columns of the predictions mean (None: guessed from names and values), `further` those of
    other files; baseline predictions are read as the predictions are. Without a `tier` the clauses of every tier are
    judged. Raises `Unreadable` with every problem, and `Refused` where personal data would stop an upload; `declared`
    gives, by sensitive attribute of the predictions, the reason for which such data is let in.
    """
    predictions = files[EvidenceKind.PREDICTIONS]
    meant = mapping or guess_mapping(preflight(predictions, filename=predictions.name))
    mappings = {EvidenceKind.PREDICTIONS: meant, EvidenceKind.BASELINE: meant, **(further or {})}
    with tempfile.TemporaryDirectory(prefix="countersign-") as folder:
        tables = {kind: Path(folder) / f"{place}.parquet" for place, kind in enumerate(files)}
        given, found, reasons = [], list[str](), declared or {}
        for kind in (kind for kind in EvidenceKind if kind in files):
            own = mappings.get(kind, ColumnMapping())
            handed = Handed(
                files[kind], files[kind].name, kind, own, reasons if kind is EvidenceKind.PREDICTIONS else {}
            )
            _read(handed, tables[kind])
            found += _personal_data(handed, tables[kind])
            given.append(Given(kind, files[kind].name, kind.value, own.to_json()))
        name = hashlib.sha256(policy.name.encode()).hexdigest()
        inputs = RunInputs(tuple(given), name, schema=schema, packs=packs, tier=tier or 0)
        result = compute(lambda name: tables[EvidenceKind(name)], inputs, policy, say)
    return Assessment(result, judge_all(result, policy, tier), not_judged(result, policy, tier), tuple(found))


def _personal_data(handed: Handed, table: Path) -> list[str]:
    """What a scan of the whole file finds, a sentence for each column; raises `Refused` as an upload does."""
    scanned, name = scanned_file(handed, table), safe_label(handed.filename)
    if blocks := standing_blocks(scanned, attributes_declared(handed)):
        raise Refused([replace(one, message=f"{name}: {one.message}") for one in blocks])
    columns = [one for one in scanned.columns if one.level is not Level.NONE]
    return [f"{name}: column “{one.column}” holds personal data: {one.words}" for one in columns]


def _read(handed: Handed, table: Path) -> None:
    """As an upload is read; problems begin with the file's name, because there are several."""
    try:
        if handed.kind is EvidenceKind.SCENARIOS:
            read_json(handed.source)  # says the character of what is no JSON, as an upload does
            read_scenarios(handed.source)
            shutil.copyfile(handed.source, table)
        else:
            to_table(handed, table)
            if handed.kind is EvidenceKind.ATTRIBUTIONS:
                refuse_unsound(table, handed.mapping)
    except Unreadable as error:
        name = safe_label(handed.filename)
        raise Unreadable([replace(one, reason=f"{name}: {one.reason}") for one in error.problems]) from error
