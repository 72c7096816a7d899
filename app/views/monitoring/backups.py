"""When the last backup was made and what the last restore drill came to: one line each, with their ledger entries."""

import streamlit as st

from app.components import empty, facts, link, plain, section, status
from app.components.formats import count, counted, moment
from app.composition import Workplace
from core.backup.queries import LastBackup, LastDrill, standing


def backups(place: Workplace) -> None:
    """The section of the schedule."""
    section("Backup and restore")
    with place.store.reading() as session:
        known = standing(session)
    if known.backup is None and known.drill is None:
        with empty("No backup is on record.", "A restore drill tries one out every Sunday from 03:00 UTC."):
            st.markdown("`countersign backup FOLDER` makes one on the installation's machine, while the server runs.")
        return
    facts(
        {
            "Last backup": "None on record" if known.backup is None else _backup(known.backup),
            "Last restore drill": "None yet; the next is on Sunday" if known.drill is None else _drill(known.drill),
        },
        alt="The last backup and the last restore drill, with when, how much and the entry that says so",
    )


def _backup(one: LastBackup) -> str:
    """“Whole: backup-20261126T140204Z, 26 Nov 2026, 14:02 UTC; 300 entries, 51 files, keys sealed. Entry 301”."""
    what = status("Complete") if not one.absent else status("Failed")
    lacks = f", **{counted(one.absent, 'file')} missing or damaged**" if one.absent else ""
    keys = "keys sealed beside it" if one.keys_sealed else "without keys"
    held = f"{counted(one.entries, 'entry', 'entries')}, {counted(one.files, 'file')}{lacks}, {keys}"
    return f"{what} {plain(one.name)}, {moment(one.at)}; {held}. {_entry(one.entry)}"


def _drill(one: LastDrill) -> str:
    """“Passed on 29 Nov 2026, 03:00 UTC: backup in 2.1 s, restore in 3.4 s. Entry 412”."""
    took = f"backup in {one.backup_ms / 1000:.1f} s, check and restore in {one.restore_ms / 1000:.1f} s"
    wrong = "" if one.passed else f" {plain(one.faults[:500])}"
    return f"{status('Passed' if one.passed else 'Failed')} {moment(one.at)}: {took}.{wrong} {_entry(one.entry)}"


def _entry(index: int) -> str:
    return link(f"Entry {count(index)}", "/entry", index=index)
