"""What the upload page asks first: which kind of evidence, and the file; beside it, what is at hand already."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.components import blocked, plain, section, status, table
from app.components.formats import count, counted, day, size
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.navigation import page_file
from core.errors import Unreadable
from core.inventory.queries import ModelPage
from core.inventory.rules import Action
from core.inventory.tables import ModelVersion
from core.validation.evidence import validation_facts
from core.validation.inputs import current
from core.validation.inspecting import Inspection, inspect
from core.validation.rules import EvidenceKind, refusals
from core.validation.tables import Evidence
from core.validation.uploads import ColumnMapping, safe_label

HELD = "upload_held"
SHOWN_PROBLEMS = 25
LETS_CHECK: Mapping[EvidenceKind, str] = {
    EvidenceKind.PREDICTIONS: "One row a case of the test data: performance, fairness, data quality",
    EvidenceKind.TRAINING: "What the model learnt from: leakage, values it never saw, missing values",
    EvidenceKind.REFERENCE: "What drift is measured against; without it, the training data",
    EvidenceKind.BASELINE: "Another model on the same cases: whether this one does better",
    EvidenceKind.ATTRIBUTIONS: "Why the model decides: features that weigh most, reasons by group",
    EvidenceKind.PERTURBED: "Answers to disturbed inputs: how many flip, and what accuracy is lost",
    EvidenceKind.SCENARIOS: "What may happen to inputs or to the public: the loss under each",
}
FORMATS = {EvidenceKind.ATTRIBUTIONS: "CSV, Parquet or JSON, up to 200 MB", EvidenceKind.SCENARIOS: "JSON, up to 1 MB"}
SHAPES = {
    EvidenceKind.ATTRIBUTIONS: "A column for each feature, a row for each case and feature, or one importance each.",
    EvidenceKind.SCENARIOS: "A list of objects with name, kind, column, and the kind’s own key.",
    EvidenceKind.PERTURBED: "A header line, then one line a case and scenario. Larger files go through the API.",
}


@dataclass(frozen=True)
class Chosen:
    """The file at hand: where it waits, and what it turned out to be or why it was not accepted."""

    kind: EvidenceKind
    path: Path
    filename: str
    size: int
    sha256: str
    inspection: Inspection | None
    problems: Unreadable | None


@dataclass(frozen=True)
class AtHand:
    """What stands for this version, and whether a finished validation judged exactly that."""

    files: tuple[Evidence, ...]
    judged: bool

    def of(self, kind: EvidenceKind) -> Evidence | None:
        """The file of this kind."""
        return next((one for one in self.files if one.kind is kind), None)

    @property
    def predictions(self) -> ColumnMapping | None:
        """What the columns of the predictions mean."""
        found = self.of(EvidenceKind.PREDICTIONS)
        return ColumnMapping.from_json(found.mapping) if found else None


def read_at_hand(place: Workplace, version: ModelVersion) -> AtHand:
    """Read what stands now."""
    with place.store.reading() as session:
        return AtHand(current(session, version), validation_facts(session, version).run_is_current)


def refused_before(place: Workplace, viewer: Me, version: ModelVersion) -> bool:
    """Show why nothing can be handed in now, before a file is chosen."""
    with place.store.reading() as session:
        reasons = refusals(validation_facts(session, version), Action.UPLOAD_EVIDENCE, viewer.actor)
    blocked("An upload", reasons)
    return bool(reasons)


def choose_kind() -> EvidenceKind:
    """What the file is for, kept in the address."""
    kinds, asked = list(EvidenceKind), "What do you hand in?"
    section(asked)
    chosen = st.radio(
        asked,
        kinds,
        format_func=word,
        captions=[LETS_CHECK[kind] for kind in kinds],
        key="kind",
        bind="query-params",
        label_visibility="collapsed",
    )
    return EvidenceKind(chosen)


def at_hand_table(page: ModelPage, held: AtHand) -> None:
    """Each file that stands, and the way on where no validation judged them yet."""
    section("At hand")
    if not held.files:
        st.markdown(":gray[Nothing is handed in yet. A validation needs predictions; everything else is optional.]")
        return
    today = now()
    table(
        [
            {
                "What": word(one.kind),
                "Number": one.number,
                "Rows": count(one.rows),
                "Handed in": day(one.uploaded_at, today=today),
            }
            for one in held.files
        ],
        alt="Files that stand for this version: kind, number, rows and date",
        right=["Rows", "Handed in"],
        unbroken=["What", "Number"],
    )
    if held.predictions is not None and not held.judged:
        _start_again(page)


def _start_again(page: ModelPage) -> None:
    version = page.version.version if page.version else ""
    with st.container(gap="xsmall"):
        st.markdown(f"{status('Waiting')} No finished validation judged exactly these files.")
        st.page_link(
            page_file("model"),
            label="Start the validation on the model’s page",
            icon=":material/arrow_forward:",
            query_params={"model": page.model.number, "version": version, "tab": "Evidence"},
        )


def choose_file(place: Workplace, kind: EvidenceKind, held: AtHand) -> Chosen | None:
    """The uploader; the file is read strictly once and waits outside the evidence until it is handed in."""
    uploaded = st.file_uploader(
        f"{word(kind)}, {FORMATS.get(kind, 'CSV or Parquet, up to 200 MB')}",
        key=f"upload_{st.session_state.get('upload_round', 0)}_{kind.name}",
        help=SHAPES.get(kind, "A header line, then one line a case. Larger files go through the API."),
    )
    if uploaded is None:
        _forget()
        return None
    content = uploaded.getvalue()
    sha256 = hashlib.sha256(content).hexdigest()
    waiting: tuple[str, Chosen] | None = st.session_state.get(HELD)
    key = f"{kind} {sha256} {uploaded.name}"
    if waiting and waiting[0] == key:
        return waiting[1]
    _forget()
    folder = place.settings.data_dir / "incoming"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / sha256
    path.write_bytes(content)
    with st.spinner("Reading every row"):
        found, problems = _inspected(path, uploaded.name, kind, held.predictions)
    chosen = Chosen(kind, path, uploaded.name, len(content), sha256, found, problems)
    st.session_state[HELD] = (key, chosen)
    return chosen


def _inspected(
    path: Path, filename: str, kind: EvidenceKind, beside: ColumnMapping | None
) -> tuple[Inspection | None, Unreadable | None]:
    try:
        return inspect(path, filename, kind, beside=beside), None
    except Unreadable as error:
        path.unlink(missing_ok=True)
        return None, error


def _forget() -> None:
    held: tuple[str, Chosen] | None = st.session_state.pop(HELD, None)
    if held:
        held[1].path.unlink(missing_ok=True)


def not_accepted(chosen: Chosen) -> None:
    """What has to be put right, by line and column."""
    problems = chosen.problems.problems if chosen.problems else ()
    st.markdown(
        f"{status('Refused')} {plain(safe_label(chosen.filename))} :gray[{size(chosen.size)}.] Nothing was stored."
    )
    with st.container(border=True):
        st.markdown(f"**{counted(len(problems), 'thing')} to put right, then send it again:**")
        table(
            [
                {
                    "Line": count(problem.line),
                    "Column": plain(problem.column),
                    "What": plain(problem.reason),
                    "Found": plain(problem.found),
                    "Expected": plain(problem.expected),
                }
                for problem in problems[:SHOWN_PROBLEMS]
            ],
            alt="What has to be put right in the file, by line and column",
            right=["Line"],
        )
        if len(problems) > SHOWN_PROBLEMS:
            st.caption(f"The first {SHOWN_PROBLEMS} of {count(len(problems))}.")
        st.button("Choose another file", type="primary", on_click=next_round)


def next_round() -> None:
    """Forget the file, and draw the uploader anew."""
    st.session_state["upload_round"] = st.session_state.get("upload_round", 0) + 1
    _forget()
