"""What the page of a finding says: its head, what was found, what shows the remediation, and its history."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from app.components import Back, fact, facts, facts_line, head, link, paragraphs, plain, section, status, table
from app.components.formats import counted, day, digest, moment, size
from app.components.record_links import record_link
from app.components.status import word
from app.views.confirmation import confirmation
from app.views.figures import figure, required
from app.views.finding.reading import Reading
from app.views.linked import kind_word, linked_table
from app.views.model_reading import person_name
from app.work.tasks import urgency
from core.links import RecordKind, Ref
from core.validation.findings import FILE
from core.validation.queries.finding import Judgement
from core.validation.rules import FindingChange, FindingStatus
from core.validation.tables import Finding, FindingAct, FindingEvidence


def state(finding: Finding, at: datetime) -> str:
    """Overdue or due soon before the finding's own status; what is closed has time."""
    if finding.status is FindingStatus.VERIFIED_CLOSED:
        return status(finding.status)
    return status(*urgency(finding.due_at, at, finding.status))


def finding_head(reading: Reading, at: datetime) -> None:
    """Title, severity, state, owner, due date; and what was just recorded."""
    page, finding = reading.page, reading.page.finding
    confirmation()
    head(
        finding.title,
        facts_line(
            status(finding.severity),
            state(finding, at),
            fact("Owner", plain(person_name(finding.owner, reading.known))),
            fact("Due", day(finding.due_at)),
            fact("Model", f"{plain(page.model.name)} v{page.version.version}"),
        ),
        back=Back("findings", "Findings"),
        trail=finding.number,
    )
    if finding.repeat:
        former = [one.ref.number for one in page.linked if one.ref.kind is RecordKind.FINDING]
        last = f" The last one was {former[0]}." if former else ""
        times = "once" if finding.repeat == 1 else f"{finding.repeat} times"
        st.warning(f"The same check had failed and was closed {times} before.{last}", icon=":material/history:")


def finding_record(reading: Reading) -> None:
    """What was found, and how the check that found it stands now."""
    page, finding = reading.page, reading.page.finding
    section("What was found")
    facts(
        {
            "Detail": paragraphs(finding.detail) if finding.detail else "",
            "Found by": word(finding.source),
            "Check": plain(finding.check_key) if finding.check_key else "",
            **{name: _judged(one) for name, one in (("Figure then", page.then), ("Figure now", page.now)) if one},
            "Raised by": _who(finding.raised_by, finding.raised_at, reading.known),
            "Model": link(
                f"{page.model.number} v{page.version.version}",
                "/model",
                model=page.model.number,
                version=page.version.version,
                tab="Evidence",
            ),
            **({"Lifted by": record_link(Ref(RecordKind.EXCEPTION, page.lifted_by))} if page.lifted_by else {}),
        },
        alt=f"Finding {finding.number}",
    )


def remediation(reading: Reading) -> None:
    """What was done, what shows it, and who verified it."""
    finding = reading.page.finding
    section("What was done")
    if finding.remediated_at is None:
        st.markdown(":gray[No remediation is recorded yet.]")
    else:
        verified = finding.status is FindingStatus.VERIFIED_CLOSED
        facts(
            {
                "Remediation": paragraphs(finding.remediation) if finding.remediation else "",
                "Remediated by": _who(finding.remediated_by, finding.remediated_at, reading.known),
                "Verification": paragraphs(finding.closing_note) if verified and finding.closing_note else "",
                "Verified by": _who(finding.closed_by, finding.closed_at, reading.known) if verified else "",
            },
            alt=f"Remediation and closure of {finding.number}",
        )
    _evidence_table(reading)


def _evidence_table(reading: Reading) -> None:
    rows = reading.page.evidence
    if not rows:
        return
    st.markdown(f"**{counted(len(rows), 'piece')} of evidence**")
    table(
        [
            {
                "Evidence": _piece(one, reading.number),
                "Kind": kind_word(one.kind),
                "Handed in by": plain(person_name(one.added_by, reading.known)),
                "When": moment(one.added_at),
            }
            for one in rows
        ],
        alt=f"What shows the remediation of {reading.number}",
        right=["When"],
        unbroken=["Handed in by"],
    )


def _piece(one: FindingEvidence, finding: str) -> str:
    if one.kind != FILE:
        return record_link(Ref(RecordKind(one.kind), one.key))
    named = link(one.name or digest(one.key), "/exports/finding-evidence", finding=finding, digest=one.key)
    return f"{named}  \n:small[:gray[{size(one.size)}, SHA-256 {digest(one.key)}]]"


def history(reading: Reading) -> None:
    """Every act, newest first, with its reason and what it moved."""
    section("History")
    finding = reading.page.finding
    rows = [_act(one, reading.known) for one in reversed(reading.page.acts)]
    raised = {
        "When": moment(finding.raised_at),
        "Who": plain(person_name(finding.raised_by, reading.known)),
        "What": "Raised",
        "Why": plain(finding.title),
    }
    table(
        [*rows, raised],
        alt=f"What happened to {finding.number}, newest first",
        unbroken=["When", "Who"],
    )


def linked_with(reading: Reading) -> None:
    """The records on the other side of every link."""
    linked_table(reading.page.linked, reading.known, about=reading.number)


def _act(one: FindingAct, known: Mapping[str, str]) -> Mapping[str, str]:
    return {
        "When": moment(one.at),
        "Who": plain(person_name(one.by, known)),
        "What": f"{word(one.what)}{_moved(one, known)}",
        "Why": paragraphs(one.text),
    }


def _moved(one: FindingAct, known: Mapping[str, str]) -> str:
    if one.what == FindingChange.EXTENDED:
        before, after = (day(datetime.fromisoformat(value)) for value in (one.before, one.after))
        return f"  \n:small[:gray[from {before} to {after}]]"
    if one.what == FindingChange.REASSIGNED:
        before, after = (plain(person_name(value, known)) for value in (one.before, one.after))
        return f"  \n:small[:gray[from {before} to {after}]]"
    return f"  \n:small[:gray[with {plain(one.after)}]]" if one.after else ""


def _judged(one: Judgement) -> str:
    against = f", required {required(one.check)}" if one.check.threshold is not None else ""
    return f"{status(one.check.verdict)} {figure(one.check)}{against}  \n{link(one.run, '/report', run=one.run)}"


def _who(person: str | None, when: datetime | None, known: Mapping[str, str]) -> str:
    return f"{plain(person_name(person, known))}, {moment(when)}" if person and when else ""
