"""Templates on the page: the one in use of each kind, its versions, and the form that publishes the next."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components import act_button, attempt, blocked, plain, section, table
from app.components.formats import NOTHING, count, day, digest
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.documents.filling import places
from core.documents.rules import REVIEWED, template_refusals
from core.documents.templates import Template, publish_template
from core.documents.values import KNOWN
from core.policy.packs.signals import DocumentKind


def in_use_table(found: Mapping[DocumentKind, Template]) -> None:
    """One row a kind."""
    table(
        [
            {
                "Template": kind.value.capitalize(),
                "Version": str(one.version),
                "From": "The organisation" if one.row else "Ships with Countersign",
                "Places": count(len(places(one.body))),
                "Written by": "Validators and approvers" if kind.value in REVIEWED else "Owners and developers",
                "Digest": digest(one.digest),
            }
            for kind, one in found.items()
        ],
        alt="Templates in use with version, origin, places and who writes the document",
        right=["Version", "Places"],
    )


def versions_table(versions: Sequence[Template], known: Mapping[str, str]) -> None:
    """Every version, newest first."""
    table(
        [
            {
                "Version": str(one.version),
                "Why": plain(one.row.reason) if one.row else "Ships with Countersign",
                "Published by": plain(known.get(one.row.published_by, one.row.published_by)) if one.row else NOTHING,
                "On": day(one.row.published_at if one.row else None),
                "Digest": digest(one.digest),
            }
            for one in versions
        ],
        alt="Versions of the template, newest first",
        right=["On"],
    )


def publish_form(place: Workplace, viewer: Me, current: Template) -> None:
    """Edit the template in use and publish it as its next version."""
    section(f"{current.kind.value.capitalize()}, version {current.version}")
    reasons = template_refusals(viewer.actor)
    text = st.text_area(
        "Template in Markdown", value=current.body, height=460, disabled=bool(reasons),
        key=f"template_{current.kind}_{current.version}",
    )  # fmt: skip
    with st.expander("Places that the record fills"):
        st.markdown("Write `{{ name }}`; what only a person can say is `{{ write: what to write }}`.")
        st.code("\n".join(sorted(KNOWN)), language=None)
    if reasons:
        blocked("Publishing a template", reasons)
        return
    reason = st.text_input("Why it changes", key="template_reason", max_chars=2000)
    if act_button("Publish template", reasons, key="publish_template"):
        with attempt("The template was not published."):
            done = publish_template(
                place.store, place.ledger, kind=current.kind, body=text, reason=reason, actor=viewer.actor, at=now()
            )
            confirm_next(
                f"Version {done.version} of the template is published. Documents that are kept stay as they are."
            )
            st.rerun()
