"""Documents on pages: the list of a version, the editor, one document with its versions and changes."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components import act_button, attempt, blocked, facts, link, plain, section, status, table
from app.components.formats import NOTHING, counted, day, digest, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.confirmation import confirm_next
from core.documents.blocks import Block, Bullets, Heading, Paragraph, blocks_of
from core.documents.comparing import Line, Side
from core.documents.filling import WRITE, places
from core.documents.queries import DocumentPage
from core.documents.rules import write_refusals
from core.documents.service import document_facts, document_of, draft, keep_document, newest_text
from core.documents.tables import Document, DocumentVersion
from core.errors import NotFound
from core.inventory.queries import ModelPage
from core.inventory.tables import ModelVersion
from core.policy.packs.signals import DocumentKind

KEPT = "The version that is kept"
MARKS = {Side.BOTH: "", Side.BEFORE: "taken out", Side.AFTER: "put in"}


def version_of(page: ModelPage) -> ModelVersion:
    """The version of the page; a model without one has no documents."""
    if page.version is None:
        raise NotFound(f"version of {page.model.number}", "any")
    return page.version


def documents_table(found: Mapping[DocumentKind, Document], model: str, version: str, known: Mapping[str, str]) -> None:
    """One row a kind: kept with its version, begun with places to fill in, or missing."""
    table(
        [_row(kind, found.get(kind), model, version, known) for kind in DocumentKind],
        alt=f"Documents of {model} {version}: state, version, who kept it and when",
        right=["Kept"],
        unbroken=["Number"],
    )


def _row(
    kind: DocumentKind, row: Document | None, model: str, version: str, known: Mapping[str, str]
) -> Mapping[str, str]:
    title = kind.value.capitalize()
    if row is None:
        return {
            "Document": link(title, "/documents", model=model, version=version, kind=kind.value),
            "State": status("Missing"),
            "Number": NOTHING,
            "Version": NOTHING,
            "Kept by": NOTHING,
            "Kept": NOTHING,
        }
    state = status("To fill in", counted(row.open_places, "place")) if row.open_places else status("Complete")
    return {
        "Document": link(title, "/document", document=row.number),
        "State": state,
        "Number": row.number,
        "Version": str(row.revision),
        "Kept by": plain(known.get(row.kept_by, row.kept_by)),
        "Kept": day(row.kept_at),
    }


def editor(place: Workplace, viewer: Me, page: ModelPage, kind: DocumentKind, incident: str = "") -> None:
    """Write the next version: from the template filled with the record, or from the version that is kept."""
    version, at = version_of(page), now()
    with place.store.reading() as session:
        row = document_of(session, version.id or 0, kind)
        facts_ = document_facts(session, version, kind)
        filled, template = draft(
            session, model=page.model.number, version=version.version, kind=kind, incident=incident, at=at
        )
        kept = newest_text(session, row) if row else ""
    section(f"{kind.value.capitalize()}, {'next version' if row else 'first version'}")
    reasons = write_refusals(facts_, viewer.actor)
    if reasons:
        blocked(f"Writing the {kind.value}", reasons)
        return
    source = KEPT
    if row:
        ways = [KEPT, "The template, filled again"]
        source = st.radio("Begin from", ways, index=int(bool(incident)), horizontal=True, key="from")
    body = kept if row and source == KEPT else filled.body
    st.caption(
        f"Template {kind.value} {template.version}, filled from the record of {moment(at)}. "
        "Places in double braces are left to fill in."
    )
    text = st.text_area("Text in Markdown", value=body, height=520, key=f"text_{kind}_{facts_.revision}_{source}")
    left = places(text)
    if left:
        st.markdown(f"{status('To fill in', counted(len(left), 'place'))} {_places(left)}")
    comment = st.text_input("What changed", key="comment", max_chars=2000) if row else ""
    if act_button("Keep document", reasons, key="keep"):
        with attempt("The document was not kept."):
            done = keep_document(
                place.store, place.ledger, model=page.model.number, version=version.version, kind=kind, body=text,
                comment=comment, incident=incident, expected_revision=facts_.revision, actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next(f"{done.document} version {done.revision} is kept, ledger entry {done.entry}.")
            st.switch_page(page_file("document"), query_params={"document": done.document})


def _places(left: Sequence[str]) -> str:
    said = [plain(place.removeprefix(WRITE).strip()) for place in left[:6]]
    more = f", and {len(left) - 6} more" if len(left) > 6 else ""
    return f":gray[{'; '.join(said)}{more}]"


def document_facts_table(page: DocumentPage, known: Mapping[str, str]) -> None:
    """Where the shown version comes from."""
    shown = page.shown
    left = places(shown.body)
    facts(
        {
            "About": link(f"{page.model.name} {page.version.version}", "/model", model=page.model.number,
                          version=page.version.version),
            "Version": f"{shown.revision} of {page.document.revision}",
            "State": status("To fill in", counted(len(left), "place")) if left else status("Complete"),
            "Kept": f"{moment(shown.kept_at)}, {plain(known.get(shown.kept_by, shown.kept_by))}",
            "Template": f"{page.document.kind.value} {shown.template_version}",
            "Digest": f"sha256 {digest(shown.digest)}",
            "What changed": plain(shown.comment) if shown.comment else NOTHING,
            "Ledger": link(page.document.number, "/ledger", about=page.document.number),
        },
        alt=f"Where {page.document.number} comes from",
    )  # fmt: skip


def body_of(text: str) -> None:
    """The document: headings, lists and tables are drawn, every text in them as it was written."""
    for block in blocks_of(text):
        _draw(block)


def _draw(block: Block) -> None:
    match block:
        case Heading(level, text):
            st.markdown(f"{'#' * min(level + 2, 5)} {_marked(text)}")
        case Paragraph(lines):
            st.markdown("  \n".join(map(_marked, lines)))
        case Bullets(items):
            st.markdown("\n".join(f"- {_marked(item)}" for item in items))
        case _:
            if block.head and block.rows:
                names = _distinct(block.head)
                table([_cells(names, row) for row in block.rows], alt="A table of the document")
            elif block.rows:
                facts({_marked(row[0]): _marked(" ".join(row[1:])) for row in block.rows}, alt="Facts of the document")


def _distinct(head: Sequence[str]) -> list[str]:
    """Names of columns, each once: a table has no two of one name."""
    found: list[str] = []
    for name in head:
        found.append(name if name and name not in found else f"{name or 'Column'} {len(found) + 1}")
    return found


def _cells(names: Sequence[str], row: Sequence[str]) -> Mapping[str, str]:
    cells = [*row, *[""] * len(names)]
    return {name: _marked(cell) for name, cell in zip(names, cells, strict=False)}


def _marked(text: str) -> str:
    """The text letter by letter, with places that are left marked as such."""
    parts = []
    rest = text
    for place in places(text):
        before, _, rest = rest.partition("{{ " + place + " }}") if "{{ " + place + " }}" in rest else (rest, "", "")
        parts.append(plain(before) if before.strip() else "")
        parts.append(f":orange-badge[To fill in: {plain(place.removeprefix(WRITE).strip())}]")
    parts.append(plain(rest) if rest.strip() else "")
    return " ".join(part for part in parts if part) or NOTHING


def versions_table(page: DocumentPage, known: Mapping[str, str]) -> None:
    """Every version, newest first; each leads to itself."""
    table(
        [_version_row(page, one, known) for one in page.versions],
        alt="Versions of the document, newest first",
        right=["Kept"],
    )


def _version_row(page: DocumentPage, one: DocumentVersion, known: Mapping[str, str]) -> Mapping[str, str]:
    shown = one.revision == page.shown.revision
    number = str(one.revision)
    return {
        "Version": number if shown else link(number, "/document", document=page.document.number, version=number),
        "What changed": plain(one.comment) if one.comment else NOTHING,
        "Kept by": plain(known.get(one.kept_by, one.kept_by)),
        "Kept": day(one.kept_at),
        "Digest": digest(one.digest),
    }


def changes_table(changes: Sequence[Line]) -> None:
    """What was taken out and what was put in, with the lines around."""
    table(
        [{"Line": plain(line.text), "Change": MARKS[line.side] or NOTHING} for line in changes],
        alt="Lines that changed against the version before",
    )
