"""What the exports page shows: the list with digests and downloads, the form, and how to verify without us."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components import act_button, attempt, plain, section, status, table
from app.components.formats import NOTHING, counted, day, digest, size
from app.components.me import Me
from app.composition import Workplace, now
from core.inventory.queries import InventoryFilter, inventory, model_page
from core.reports.service import ExportRow, export_refusals, exports_page, request_export
from core.reports.tables import ExportKind, ExportStatus

KINDS = {ExportKind.PDF: "Dossier, PDF", ExportKind.BUNDLE: "Dossier, bundle"}
MOST_MODELS = 500


def any_pending(place: Workplace) -> bool:
    """Whether something is being built, so that the list refreshes by itself."""
    with place.store.reading() as session:
        rows = exports_page(session, limit=20, offset=0).rows
    return any(row.export.status is ExportStatus.QUEUED for row in rows)


def exports_table(rows: Sequence[ExportRow], known: Mapping[str, str]) -> None:
    """One row an export; the file is a link of ours that asks who you are."""
    at = now()
    table(
        [
            {
                "Number": row.export.number,
                "What": f"{KINDS[row.export.kind]} :gray[{plain(row.model_name)} v{row.version}]",
                "State": _state(row),
                "File": f"[Download](/exports/{row.export.number}/file)" if _is_ready(row) else NOTHING,
                "Size, sha256": _content(row),
                "Asked by": plain(known.get(row.export.requested_by, row.export.requested_by)),
                "Made": day(row.export.ready_at, today=at),
                "Until": day(row.export.expires_at, today=at),
                "Taken by": _taken(row, known),
            }
            for row in rows
        ],
        alt="Exports, newest first, with state, size, digest, expiry and who took them",
        right=["Made", "Until"],
        unbroken=["Number"],
    )


def _content(row: ExportRow) -> str:
    return f"{size(row.export.size)} :gray[{digest(row.export.digest)}]" if row.export.size else NOTHING


def _is_ready(row: ExportRow) -> bool:
    return row.export.status is ExportStatus.READY and row.export.expires_at > now()


def _state(row: ExportRow) -> str:
    if row.export.status is ExportStatus.READY and row.export.expires_at <= now():
        return status("Expired")
    return status(row.export.status)


def _taken(row: ExportRow, known: Mapping[str, str]) -> str:
    if not row.downloads:
        return NOTHING
    last = row.downloads[-1][0]
    more = f" :gray[{counted(len(row.downloads), 'time')}]" if len(row.downloads) > 1 else ""
    return plain(known.get(last, last)) + more


def make_form(place: Workplace, viewer: Me) -> None:
    """Choose a model, a version and a form; the work is done in the background."""
    with st.container(border=True):
        section("Make a dossier")
        with place.store.reading() as session:
            rows = inventory(session, InventoryFilter(), limit=MOST_MODELS, offset=0).rows
        if not rows:
            st.markdown("The inventory holds no model yet.")
            return
        by_number = {row.number: row for row in rows}
        asked = st.query_params.get("model", "")
        options = list(by_number)
        model = st.selectbox(
            "Model",
            options,
            index=options.index(asked) if asked in by_number else 0,
            format_func=lambda number: f"{by_number[number].name} ({number})",
            key="export_model",
        )
        with place.store.reading() as session:
            versions = [row.version for row in model_page(session, model).versions]
        version = st.selectbox("Version", versions, key="export_version")
        kind = st.radio("Form", list(KINDS), format_func=lambda one: KINDS[one], key="export_kind")
        if act_button("Make dossier", export_refusals(viewer.actor), key="make_export"):
            with attempt("No export was made."):
                request_export(
                    place.store,
                    place.ledger,
                    model=model,
                    version=version,
                    kind=ExportKind(kind),
                    actor=viewer.actor,
                    at=now(),
                )
                st.rerun()


def check_it_yourself(place: Workplace) -> None:
    """The commands that verify a bundle offline, and the key to pin."""
    with st.container(border=True):
        section("Check it without us")
        st.code(
            "countersign verify bundle.zip --key KEY\n\n"
            "sha256sum -c manifest-sha256.txt\n"
            "openssl cms -verify -inform PEM -binary \\\n"
            "  -in manifest-sha256.txt.p7s \\\n"
            "  -content manifest-sha256.txt \\\n"
            "  -CAfile ca.crt -purpose any\n"
            "pdfsig data/dossier.pdf",
            language=None,
            wrap_lines=True,
        )
        st.markdown("The ledger’s key, to pin before you need it:")
        st.code(place.ledger.vkey, language=None, wrap_lines=True)
        st.caption("The installation’s own certificate authority shows as untrusted until you import ca.crt.")
