"""Import of a file: a table, an ML-BOM or a model card, what it means, the dry run, and the import itself."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.components import act_button, attempt, plain, section, status
from app.components.formats import count, counted, size
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.imports import planned
from app.views.imports.background import background, queue
from app.views.imports.beyond import not_understood
from app.views.imports.progress import telling
from core.errors import Unreadable
from core.inventory.exchange.files import FileDryRun, import_file, look_at_file
from core.inventory.importing.background import DIRECT_ROWS
from core.inventory.importing.fields import FIELDS, Field, Part, guess_columns
from core.inventory.importing.plan.values import PlannedRow
from core.inventory.importing.service import TableImport, import_refusals
from core.inventory.importing.sheets import Encoding, SheetLimits

HELD = "import_held"
NONE = "Not in the file"
ENCODINGS = {None: "By its mark, else UTF-8", Encoding.WINDOWS_1252: "Windows-1252", Encoding.UTF_16: "UTF-16"}
FIXED = ("business_line", "owner", "developer", "exposure", "purpose_class", "intended_use", "limitations", "rationale")


@dataclass(frozen=True)
class File:
    """The file at hand: where it waits, its name, size and SHA-256."""

    path: Path
    name: str
    size: int
    sha256: str


def file_tab(place: Workplace, viewer: Me) -> None:
    """Everything of the tab, as far as the file at hand allows."""
    left, right = st.columns([5, 3], gap="large")
    with left:
        background(place, viewer)
        file, encoding = _choose(place)
    with right:
        _about()
    if file is None:
        return
    try:
        found = _look(place, viewer, TableImport(file.path, file.name, encoding=encoding))
    except Unreadable as error:
        _no_table(file, error)
        return
    answer = st.container()  # what comes of it stands above what its columns mean, and follows from it
    wish = _meaning(file, encoding, found)
    try:
        found = _look(place, viewer, wish)
    except Unreadable as error:
        _no_table(file, error)
        return
    plan = found.found.plan
    with answer:
        st.markdown(planned.in_words(plan.counts))
        planned.problems(plan)
        _act(place, viewer, wish, found)
    not_understood(found)
    planned.rows(plan, key="table", place=_line)


def _about() -> None:
    section("The table")
    st.markdown(
        "One row a model version; the rows of a model stand in the order of its versions. "
        "Columns are found by their names, and you can correct that."
    )
    with st.container(horizontal=True):
        st.link_button("Template, XLSX", "/exports/templates/models.xlsx", icon=":material/download:")
        st.link_button("Template, CSV", "/exports/templates/models.csv", icon=":material/download:")
    limits = SheetLimits()
    st.caption(f"At most {count(limits.rows)} rows and {size(limits.size)}; larger inventories in several files.")


def _choose(place: Workplace) -> tuple[File | None, Encoding | None]:
    section("File")
    uploaded = st.file_uploader(
        "CSV, XLSX, ML-BOM (JSON) or model card (README.md)",
        key=f"import_file_{st.session_state.get('import_round', 0)}",
        max_upload_size=SheetLimits().size // 1_000_000,
        help="A table has a header line, then one line a model version.",
    )
    if uploaded is None:
        _forget()
        return None, None
    encoding = st.selectbox(
        "Letters of a CSV file",
        list(ENCODINGS),
        format_func=lambda one: ENCODINGS[one],
        key="import_encoding",
        help="Excel’s “CSV UTF-8” needs no choice; its plain “CSV” is Windows-1252 in western Europe.",
        width=260,
    )
    content = uploaded.getvalue()
    sha256 = hashlib.sha256(content).hexdigest()
    path = place.settings.data_dir / "incoming" / sha256
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        path.write_bytes(content)
    st.session_state[HELD] = path
    return File(path, uploaded.name, len(content), sha256), encoding


def _look(place: Workplace, viewer: Me, wish: TableImport) -> FileDryRun:
    """The dry run, made anew when the file, its reading or the inventory changed, or once a minute."""
    at = now()
    said = (sorted((wish.columns or {}).items()), sorted(wish.constants.items()), wish.encoding, at.minute)
    key = f"{wish.path.name} {wish.filename} {said}"
    kept: tuple[str, FileDryRun] | None = st.session_state.get("import_look")
    if kept and kept[0] == key:
        return kept[1]
    with telling("Reading the table") as say:
        found = look_at_file(place.store, place.ledger, wish=wish, actor=viewer.actor, at=at, say=say)
    st.session_state["import_look"] = (key, found)
    return found


def _meaning(file: File, encoding: Encoding | None, found: FileDryRun) -> TableImport:
    """Which column says which field, and what stands where no column does; guessed first."""
    if found.document:
        return _document(file, found)
    names = found.found.names
    guessed = guess_columns(names)
    missing = [field.title for field in FIELDS if field.required and field.key not in guessed]
    said = f"Columns: {len(guessed)} of {len(FIELDS)} fields found"
    with st.expander(said, expanded=bool(missing), key=f"import_columns_{file.sha256[:8]}"):
        if missing:
            st.markdown(f":gray[Not found:] {plain(', '.join(missing))}")
        columns = _columns(file, names, guessed)
        constants = _constants(file, columns)
    left_out = [name for name in names if name not in columns.values()]
    if left_out:
        st.markdown(f"{status('Watch')} Not imported: {plain(', '.join(left_out))}")
    return TableImport(file.path, file.name, columns, constants, encoding)


def _document(file: File, found: FileDryRun) -> TableImport:
    """What a document leaves unsaid, asked for; what it says is taken as it is."""
    said = found.found.names
    fields = [field for field in FIELDS if field.required and field.title not in said]
    st.markdown(f"**{len(said)} of {len(FIELDS)} fields** :gray[stand in the document.] Say the others:")
    return TableImport(file.path, file.name, None, _texts(file, fields))


def _columns(file: File, names: tuple[str, ...], guessed: Mapping[str, str]) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for part in Part:
        st.markdown(f"**{part.value[:1].upper()}{part.value[1:]}**")
        fields = [field for field in FIELDS if field.part is part]
        for start in range(0, len(fields), 4):
            for place, field in zip(st.columns(4), fields[start : start + 4], strict=False):
                options = [NONE, *names]
                said = place.selectbox(
                    field.title,
                    options,
                    index=options.index(guessed[field.key]) if field.key in guessed else 0,
                    key=f"import_{field.key}_{file.sha256[:8]}",
                    help=field.meaning,
                )
                if said and said != NONE:
                    chosen[field.key] = said
    return chosen


def _constants(file: File, columns: Mapping[str, str]) -> dict[str, str]:
    """Texts for fields that no column says, the same in every row."""
    fields = [field for field in FIELDS if field.key in FIXED and field.key not in columns]
    if not fields:
        return {}
    st.markdown("**The same in every row**")
    return _texts(file, fields)


def _texts(file: File, fields: Sequence[Field]) -> dict[str, str]:
    said: dict[str, str] = {}
    for start in range(0, len(fields), 4):
        for place, field in zip(st.columns(4), fields[start : start + 4], strict=False):
            text = place.text_input(field.title, key=f"fixed_{field.key}_{file.sha256[:8]}", help=field.meaning)
            if text and text.strip():
                said[field.key] = text.strip()
    return said


def _act(place: Workplace, viewer: Me, wish: TableImport, found: FileDryRun) -> None:
    plan = found.found.plan
    if not found.found.possible:
        if not plan.counts.refused:
            st.markdown(f"{status('Same')} Everything in this file is registered already.")
        return
    if len(plan.rows) > DIRECT_ROWS:
        if queue(place, viewer, wish, plan.digest, planned.what_it_does(plan.counts)):
            _done_with_it()
        return
    if act_button(planned.what_it_does(plan.counts), import_refusals(viewer.actor), key="import_table"):
        with attempt("Nothing was imported."):
            with telling("Importing") as say:
                done = import_file(
                    place.store,
                    place.ledger,
                    wish=wish,
                    expected=plan.digest,
                    actor=viewer.actor,
                    at=now(),
                    say=say,
                )
            counts = done.counts
            confirm_next(
                f"{done.number} is on record: {counted(counts.models, 'model')}, {counted(counts.versions, 'version')} "
                f"and {counted(counts.datasets, 'dataset')} registered, {counted(counts.changed, 'change')}. "
                f"Ledger entry {done.entry}."
            )
            _done_with_it()
        st.session_state.pop("import_look", None)


def _done_with_it() -> None:
    """The next file begins with an empty form."""
    st.session_state["import_round"] = st.session_state.get("import_round", 0) + 1
    _forget()
    st.rerun()


def _no_table(file: File, error: Unreadable) -> None:
    with st.container(border=True):
        st.markdown(f"{status('Refused')} **{plain(file.name)}** :gray[{size(file.size)}.] Nothing was stored.")
        planned.problems_table(error.problems[: planned.SHOWN_PROBLEMS])


def _forget() -> None:
    path: Path | None = st.session_state.pop(HELD, None)
    if path:
        path.unlink(missing_ok=True)
    st.session_state.pop("import_look", None)


def _line(row: PlannedRow) -> str:
    return count(row.line)
