"""What the ledger page shows: the verify sentence, filters, entries, checkpoint and verification result."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypedDict

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.components import attempt, clear_filters, filter_row, plain, section, status, table
from app.components.filters import choose, search
from app.components.formats import count, moment
from app.components.me import Me
from app.components.record_links import record_link
from app.components.text import link
from app.composition import Workplace, now
from core.access.verification import verify_ledger
from core.ledger.anchors.queries import ArrivalRow
from core.ledger.checkpoints import kept_note
from core.ledger.queries import EntryRow, LatestCheckpoint
from core.ledger.report import Report, Step
from core.links import RecordKind, Ref

RESULT = "ledger_verification"
SPACE = "\u00a0"
WORTH_A_BAR = 200_000  # events; fewer are recomputed within a second or two
FILTERS = {"about": "", "who": "Everyone", "event": "All events", "since": None, "until": None}


class Wanted(TypedDict):
    """The filters as the query takes them."""

    actor: str | None
    action: str | None
    entity_kind: str | None
    text: str | None
    since: datetime | None
    until: datetime | None


def verify_now(place: Workplace, viewer: Me, at: datetime) -> None:
    """Recompute everything and keep the result for this session."""
    with attempt("The ledger was not verified."), st.spinner("Recomputing every entry"):
        started, kept = now(), st.session_state.get("kept_note", "")
        bar = st.empty()
        report = verify_ledger(
            place.store,
            place.ledger,
            place.events,
            saved_checkpoint=kept_note(kept) if kept.strip() else None,
            progress=lambda done, total: _say_progress(bar, done, total),
            actor=viewer.actor,
            at=at,
        )
        st.session_state[RESULT] = (report, at, (now() - started).total_seconds(), bool(kept.strip()))
        st.rerun()


def _say_progress(bar: DeltaGenerator, done: int, total: int) -> None:
    """How many events of how many were recomputed, where there are enough of them to wait for."""
    if total > WORTH_A_BAR:
        bar.progress(done / total, f"{count(done)} of {count(total)} events recomputed")


def verify_sentence(checkpoint: LatestCheckpoint | None) -> str:
    """“Verified. All 48,213 entries are intact.”, or what is wrong, or that nobody has looked yet."""
    if checkpoint is None:
        return f"{status('No data')} The ledger has no entry yet."
    result = st.session_state.get(RESULT)
    if result is None:
        entries = f"**{count(checkpoint.checkpoint.size)} entries under checkpoint.**"
        return f"{status('Not started')} {entries} Not recomputed in this session."
    report, at, seconds, against_kept = result
    when = f"Recomputed {moment(at)}. :gray[Took {seconds:.1f}{SPACE}s.]"
    if report.passed:
        than = ", and the checkpoint that you kept fits" if against_kept else ""
        return f"{status('Verified')} **All {count(report.size)} entries are intact{than}.** {when}"
    wrong = [step for step in report.steps if not step.passed]
    return (
        f"{status('Not verified')} **{plain(in_words(wrong[0].name))}: {plain(wrong[0].detail.rstrip('.'))}.** {when}"
    )


def narrowed_by(people: Sequence[str], vocabulary: Sequence[str], known: Mapping[str, str]) -> Wanted:
    """The row of filters; all of them live in the address."""
    with filter_row():
        about = search("About", key="about", placeholder="Model, change, person", width=180)
        who = choose("Who", people, key="who", every="Everyone", said=lambda one: known.get(one, one), width=150)
        event = choose("Event", vocabulary, key="event", every="All events", said=in_words, width=160)
        since = st.date_input("Since (UTC)", value=None, key="since", format="YYYY-MM-DD", width=135)
        until = st.date_input("Until (UTC)", value=None, key="until", format="YYYY-MM-DD", width=135)
        clear_filters(FILTERS)
    return Wanted(
        actor=who,
        action=event,
        entity_kind=None,
        text=about or None,
        since=_midnight(since),
        until=_midnight(until, timedelta(days=1)),
    )


def _midnight(day: object, later: timedelta = timedelta(0)) -> datetime | None:
    return datetime.combine(day, time(), tzinfo=UTC) + later if isinstance(day, date) else None


def in_words(action: str) -> str:
    """`version.stage_changed` as “Version stage changed”."""
    words = action.replace(".", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def _in_short(row: EntryRow) -> str:
    """What the entry is about in a table: of a verifier key its hash alone, of this ledger no name."""
    if row.entity_kind not in ("ledger", "ledger key"):
        return f"{row.entity_kind} {row.entity_id}"
    keys = [part.split("+")[1] for part in row.entity_id.split(" ") if part.count("+") >= 2]
    return f"{row.entity_kind} {', after '.join(keys)}".strip()


def about(row: EntryRow) -> str:
    """What the entry is about, as a link where a page shows it."""
    if row.entity_kind == "batch":
        return f"{plain('file of events')} {link(row.entity_id, '/event_batch', number=row.entity_id)}"
    if row.entity_kind not in set(RecordKind):
        return plain(f"{row.entity_kind} {row.entity_id}")
    kind = RecordKind(row.entity_kind)
    number = row.entity_id if kind is RecordKind.VERSION else row.entity_id.rpartition(" ")[2]
    return f"{plain(row.entity_kind)} {record_link(Ref(kind, number))}"


def entries_table(rows: Sequence[EntryRow], known: Mapping[str, str]) -> None:
    """Entries, newest first."""
    table(
        [
            {
                "Entry": count(row.index),
                "When (UTC)": moment(row.at).removesuffix(f"{SPACE}UTC") + f":{row.at:%S}",
                "Who": plain(known.get(row.actor, row.actor)),
                "What": link(in_words(row.action), "/entry", index=row.index),
                "About": plain(_in_short(row)),
                "Acting as": plain(row.role),
            }
            for row in rows
        ],
        alt="Ledger entries, newest first: number, time in UTC, who, what, about what, in which role",
        right=["Entry"],
        unbroken=["When (UTC)"],
    )


def checkpoint_card(place: Workplace, latest: LatestCheckpoint | None, outside: ArrivalRow | None) -> None:
    """The newest checkpoint, and the text to keep somewhere else."""
    with st.container(border=True):
        section("Latest checkpoint")
        if latest is None:
            st.markdown("The first entry brings the first checkpoint.")
            return
        st.table(
            {
                "Entries": count(latest.checkpoint.size),
                "Held outside": f"{count(outside.size)}, {moment(outside.at)}" if outside else "none",
                "Root": latest.checkpoint.root.hex()[:8],
                "Key": f"{plain(place.ledger.origin)}, Ed25519",
            },
            border="horizontal",
            alt=f"Checkpoint over {latest.checkpoint.size} entries",
        )
        with st.expander("Signed note and key, to keep elsewhere"):
            st.markdown("Whoever keeps this note can show later that nothing before it was changed or dropped.")
            st.code(latest.note, language=None, wrap_lines=True)
            st.code(place.ledger.vkey, language=None, wrap_lines=True)
            st.link_button("Download checkpoint", "/exports/checkpoint.txt", icon=":material/download:")
        st.text_area(
            "A checkpoint you kept (optional)",
            key="kept_note",
            placeholder="Paste a signed note; “Verify all entries” then checks against it too.",
            height=90,
        )


def _outcome(step: Step, *, against_kept: bool) -> str:
    if step.name == "saved checkpoint" and not against_kept:
        return status("Not applicable")  # nobody gave one, so the step says nothing
    return status("Passed" if step.passed else "Failed")


def verify_card() -> None:
    """Each step of the last verification with its result, and how to check without us."""
    result: tuple[Report, datetime, float, bool] | None = st.session_state.get(RESULT)
    with st.container(border=True):
        section("Verify result")
        if result is None:
            st.markdown(
                "“Verify all entries” recomputes every hash from the stored bytes, those of recorded events too."
            )
        else:
            table(
                [
                    {
                        "Step": f"{step.number}\u2002{plain(in_words(step.name))}",
                        "Result": _outcome(step, against_kept=result[3]),
                    }
                    for step in result[0].steps
                ],
                alt="Steps of the verification, each with its result",
            )
            for step in result[0].steps:
                if not step.passed:
                    st.markdown(f"Step {step.number}: {plain(step.detail)}")
        st.caption(
            "Check it without us: countersign verify bundle.zip, or sha256sum and openssl; the steps are in the bundle."
        )
