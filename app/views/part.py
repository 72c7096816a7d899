"""One part: its record, the versions of its text and how they differ, what it is linked to, and what it would break."""

from collections.abc import Mapping

import streamlit as st

from app.components import act_button, attempt, facts, paragraphs, plain, section, status, table
from app.components.formats import NOTHING, counted, day, digest, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.model_reading import person_name
from app.views.parts import address_of
from core.inventory.parts.changing import change_part
from core.inventory.parts.finding import Named
from core.inventory.parts.queries import LinkRow, PartPage, readable_diff
from core.inventory.parts.registering import add_asset_version, edit_refusals
from core.inventory.parts.retiring import retire_part, retire_refusals
from core.inventory.parts.rules import DETAILS, WRITTEN, AssetKind, NodeKind, Step

LONG, MOST_LINES = 4000, 400
FIELD_TITLES: Mapping[str, str] = {
    "name": "Name",
    "owner": "Owner",
    "description": "Description",
    "source": "Source",
    "licence": "Licence",
    "classification": "Personal data",
    "retention": "Retention",
    "sanitisation": "Sanitisation",
}
MARKS = {" ": "", "−": "Removed", "+": "Added"}


def field_title(kind: NodeKind, key: str) -> str:
    """A field's name on screen."""
    if key in FIELD_TITLES:
        return FIELD_TITLES[key]
    return next(one.title for one in DETAILS[AssetKind(kind.value)] if one.key == key)


def record(page: PartPage, known: Mapping[str, str]) -> None:
    """The fields as a key-value table."""
    section("Record")
    kind = page.about.kind
    values = {
        field_title(kind, key): plain(known.get(value, value)) if key == "owner" else paragraphs(value)
        for key, value in page.values.items()
    }
    if kind is NodeKind.DATASET:
        values["Declared schema"] = f"sha256 {digest(page.schema_fingerprint)}" if page.schema else "None declared"
    registered = f"{moment(page.registered_at)}, {plain(person_name(page.registered_by, known))}"
    values["Registered"] = registered
    if page.retired_at:
        said = f"{moment(page.retired_at)}, {plain(person_name(page.retired_by, known))}: "
        values["Retired"] = said + plain(page.retired_reason)
    facts(values, alt=f"What is on record about {page.about.number}")


def siblings(page: PartPage) -> None:
    """Every version of the dataset of this name."""
    section("Versions of this dataset")
    table(
        [
            {
                "Number": row.number,
                "Version": address_of(row.kind, row.number, row.version),
                "Registered": day(row.registered_at),
                "Personal data": plain(row.classification),
                "State": status("Retired") if row.retired else status("Active"),
            }
            for row in page.siblings
        ],
        alt="Versions of the dataset, newest first",
        right=["Registered"],
    )


def texts(place: Workplace, viewer: Me, page: PartPage, known: Mapping[str, str]) -> None:
    """The versions of a text, the difference of any two, and the form for the next."""
    section("Versions of the text")
    if not page.texts:
        st.markdown(":gray[No text was written yet.]")
    else:
        _text_table(page, known)
        _difference(page)
    _write(place, viewer, page)


def _text_table(page: PartPage, known: Mapping[str, str]) -> None:
    table(
        [
            {
                "Version": str(one.version),
                "What changed and why": paragraphs(one.rationale),
                "SHA-256": one.digest[:16],
                "Written by": plain(person_name(one.created_by, known)),
                "When": moment(one.created_at),
            }
            for one in page.texts
        ],
        alt="Versions of the text, newest first, with digest, author and time",
        right=["Version"],
        unbroken=["When"],
    )


def _difference(page: PartPage) -> None:
    """Line by line: what stays, what is removed, what is added, each said by a word and not by colour alone."""
    numbers = [one.version for one in page.texts]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        newer = st.selectbox("Version", numbers, key="newer", format_func=lambda one: f"Version {one}", width=150)
        others = ["the text itself", *(str(one) for one in numbers if one != newer)]
        at = others.index(str(newer - 1)) if str(newer - 1) in others else 0
        against = st.selectbox("Beside", others, index=at, key=f"against {newer}", format_func=_beside, width=200)
    by_number = {one.version: one for one in page.texts}
    chosen = by_number[newer]
    st.markdown(f":gray[SHA-256 of the text’s UTF-8 bytes:] {chosen.digest}")
    if against == "the text itself":
        st.code(chosen.body, language=None, wrap_lines=True)
        return
    lines = readable_diff(by_number[int(against)].body, chosen.body)
    changed = sum(mark != " " for mark, _ in lines)
    st.markdown(f"**{counted(changed, 'line')} differ** from version {against}, of {counted(len(lines), 'line')}.")
    table(
        [{"Line": MARKS[mark] or "Same", "Text": _line(mark, text)} for mark, text in lines[:MOST_LINES]],
        alt=f"Version {newer} beside version {against}, line by line: same, removed or added",
    )


def _beside(one: str) -> str:
    return one if not one.isdigit() else f"version {one}"


def _line(mark: str, text: str) -> str:
    said = plain(text)
    return said if mark == " " or said == NOTHING else f"~~{said}~~" if mark == "−" else f"**{said}**"


def _write(place: Workplace, viewer: Me, page: PartPage) -> None:
    reasons = edit_refusals(viewer.actor)
    if reasons or page.retired_at:
        return
    newest = page.texts[0] if page.texts else None
    with st.expander("Write the next version"), st.form("write", border=False):
        text = st.text_area("Text", value=newest.body if newest else "", height=240)
        why = st.text_area("What changed and why", max_chars=LONG, height=90)
        sent = st.form_submit_button("Write version")
    if sent:
        with attempt("The version was not written."):
            done = add_asset_version(
                place.store, place.ledger, asset=page.about.number, text=text, rationale=why,
                expected_version=newest.version if newest else 0, actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next(f"Version {done.version} is on record: ledger entry {done.entry}.")
            st.rerun()


def links(page_links: tuple[LinkRow, ...], number: str) -> None:
    """What bears on it and what it bears on, with both ends."""
    section("Links")
    if not page_links:
        st.markdown(":gray[Nothing is linked to it. Links are made on the page of the system.]")
        return
    table(
        [
            {
                "From": _end(row.source, number),
                "Relation": row.edge.relation.value,
                "To": _end(row.target, number),
                "Said by": row.edge.number or "a version’s record",
                "Since": day(row.since) if row.since else NOTHING,
            }
            for row in page_links
        ],
        alt="Links: what bears on this record and what it bears on",
        right=["Since"],
    )


def _end(one: Named, number: str) -> str:
    return plain(one.name) if one.number == number else address_of(one.kind, one.number, one.name)


def breaks_table(steps: tuple[Step, ...], nodes: Mapping[str, Named], known: Mapping[str, str]) -> None:
    """What would break, nearest first, with who answers for it."""
    table(
        [
            {
                "Number": step.number,
                "What": address_of(nodes[step.number].kind, step.number, nodes[step.number].name)
                + f" :gray[{nodes[step.number].kind}]",
                "Steps": str(step.distance),
                "Through": f"{step.by.source} {step.by.relation} it",
                "Owner": plain(known.get(nodes[step.number].owner, nodes[step.number].owner)),
            }
            for step in steps[:50]
            if step.number in nodes
        ],
        alt="What depends on it, nearest first, with the way it is reached and its owner",
        right=["Steps"],
        unbroken=["Number"],
    )


def edit(place: Workplace, viewer: Me, page: PartPage, people: Mapping[str, str]) -> None:
    """The form that changes the record; closed to others with the reason in the button."""
    reasons = edit_refusals(viewer.actor)
    if reasons or page.retired_at:
        return
    with st.expander("Change the record"), st.form("change", border=False):
        entered: dict[str, str] = {}
        for key, value in page.values.items():
            label = field_title(page.about.kind, key)
            if key == "owner":
                options = list(dict.fromkeys([value or page.about.owner, *people]))
                entered[key] = st.selectbox(label, options, format_func=lambda one: people.get(one, one)) or ""
            else:
                entered[key] = st.text_area(label, value=value, max_chars=LONG, height=68) or ""
        why = st.text_area("Why it changes", max_chars=LONG, height=68)
        sent = st.form_submit_button("Change record")
    if sent:
        changes = {key: value for key, value in entered.items() if value != page.values[key]}
        with attempt("Nothing was changed."):
            done = change_part(
                place.store, place.ledger, part=page.about.number, changes=changes, reason=why,
                expected_revision=page.revision, actor=viewer.actor, at=now(),
            )  # fmt: skip
            said = f"{counted(len(done.fields), 'field')} changed: ledger entry {done.entry}."
            confirm_next(said if done.fields else "Nothing differs, so nothing was changed.")
            st.rerun()


def retire(
    place: Workplace,
    viewer: Me,
    page: PartPage,
    breaks: tuple[Step, ...],
    nodes: Mapping[str, Named],
    known: Mapping[str, str],
) -> None:
    """What breaks if it is withdrawn, and the act itself."""
    section("What breaks if it is withdrawn")
    if breaks:
        st.markdown(f"**{counted(len(breaks), 'record')} depend on it**, directly or through others.")
        breaks_table(breaks, nodes, known)
    else:
        st.markdown("Nothing on record depends on it.")
    if page.retired_at:
        return
    reasons = retire_refusals(viewer.actor)
    why = "" if reasons else st.text_area("Why it is retired", key="retire_why", max_chars=LONG, height=68)
    if act_button(f"Retire {page.about.number}", reasons, key="retire", kind="secondary"):
        with attempt("It was not retired."):
            done = retire_part(
                place.store, place.ledger, part=page.about.number, reason=why,
                seen=[step.number for step in breaks], actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next(f"{plain(page.about.number)} is retired: ledger entry {done.entry}.")
            st.rerun()


def is_written(page: PartPage) -> bool:
    """Whether the part keeps texts as versions."""
    return page.about.kind.value in {kind.value for kind in WRITTEN}
