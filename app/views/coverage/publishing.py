"""The organisation's own packs: what was published, and the form that publishes a version."""

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from app.components import act_button, attempt, facts, link, paragraphs, plain, table
from app.components.formats import NOTHING, count, counted, day, digest
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.coverage.packs import written
from core.policy.packs.comparing import Fate, ItemChange
from core.policy.packs.rules import publish_refusals
from core.policy.packs.service import PublishedPack, publish_pack
from core.policy.packs.tables import RegulationPack
from core.policy.packs.values import SOURCE_WORDS, Pack

EXAMPLE = """# A pack of your own; with `extends` its items are added to a pack that ships.
id = "our-lending-standard"
version = "1"
title = "Our standard for lending models"
jurisdiction = "The organisation"
in_force_from = 2027-01-01
# extends = "gdpr"

[[item]]
id = "OLS-1"
title = "Purpose and users are stated"
text = "Every lending model says what it is for and who uses it."
clause = "Standard, section 2"
evidence_kind = "record"
shown_by = ["field model.purpose", "field model.users"]

[[item]]
id = "OLS-2"
title = "Branch staff were told"
text = "Staff who see the output were told how to question it."
shown_by = ["answer"]
"""


def added_table(own: Sequence[RegulationPack], known: Mapping[str, str]) -> None:
    """The newest version of each pack that the organisation published."""
    if not own:
        st.markdown("None was published yet. A pack of your own, or items added to a pack that ships, begins below.")
        return
    table(
        [
            {
                "Pack": link(row.pack, "/pack", pack=row.extends or row.pack),
                "Version": plain(row.version),
                "Adds to": plain(row.extends) if row.extends else NOTHING,
                "Why": plain(row.reason),
                "Published by": plain(known.get(row.published_by, row.published_by)),
                "On": day(row.published_at),
                "Digest": digest(row.digest),
            }
            for row in own
        ],
        alt="Packs that the organisation published, newest version of each",
        right=["On"],
        unbroken=["Pack", "Version"],
    )


def publish_form(place: Workplace, viewer: Me) -> None:
    """A text or a file, and the reason; whatever is wrong is said with its line."""
    with st.expander("Publish a pack, or the next version of one"):
        st.markdown(
            "TOML or JSON. What is published never changes; the next version supersedes it. "
            "The words for what shows an item are listed in the guide to regulation packs."
        )
        handed = st.file_uploader("File", type=["toml", "json"], key="pack_file", max_upload_size=1)
        given = handed.getvalue().decode("utf-8", errors="replace") if handed else EXAMPLE
        text = st.text_area("Text", value=given, key=f"pack_text_{handed.file_id if handed else ''}", height=380)
        reason = st.text_area("Why it is published", key="pack_reason", max_chars=2000, height=70)
        if act_button("Publish pack", publish_refusals(viewer.actor), key="publish_pack"):
            with attempt("The pack was not published."):
                done = publish_pack(place.store, place.ledger, text=text, reason=reason, actor=viewer.actor, at=now())
                confirm_next(f"{plain(done.pack)} {plain(done.version)} is published, ledger entry {done.entry}.")
                st.rerun()


def about(pack: Pack, added: Sequence[RegulationPack]) -> None:
    """Where the text comes from, until when it holds, and who added items."""
    facts(
        {
            "What to know": paragraphs(pack.status_note),
            "Jurisdiction": plain(pack.jurisdiction),
            "In force": f"{written(pack.in_force_from)} to {written(pack.in_force_to) if pack.in_force_to else 'now'}",
            "Source": SOURCE_WORDS[pack.source_status],
            "Last read": f"{written(pack.reviewed_on)}, to be read again by {written(pack.recheck_on)}",
            "Sources": "  \n".join(map(_breakable, pack.sources)),
            "Items added by the organisation": ", ".join(f"{plain(row.pack)} {plain(row.version)}" for row in added),
        },
        alt=f"Where {pack.id} comes from",
    )


def _breakable(source: str) -> str:
    """A source whose address may go on in the next line after a slash."""
    return plain(source).replace("/", "/\u200b")


def versions_table(versions: Sequence[PublishedPack], known: Mapping[str, str]) -> None:
    """Every version of a pack of the organisation, newest first."""
    newest = versions[0].row.version
    table(
        [
            {
                "Version": plain(one.row.version)
                if one.row.version == newest
                else link(one.row.version, "/pack", pack=one.row.pack, against=one.row.version),
                "Why": plain(one.row.reason),
                "Items": count(len(one.pack.items)),
                "Published by": plain(known.get(one.row.published_by, one.row.published_by)),
                "On": day(one.row.published_at),
                "Digest": digest(one.row.digest),
            }
            for one in versions
        ],
        alt="Versions of the pack, newest first; an older one leads to what changed since",
        right=["Items", "On"],
    )


def changed_line(changes: Sequence[ItemChange]) -> str:
    """“26 items changed, 2 dropped, 2 new.”"""
    fates = Counter(one.fate for one in changes)
    said = [f"{counted(fates[Fate.CHANGED], 'item')} changed"]
    said += [f"{count(fates[fate])} {fate}" for fate in (Fate.SAME, Fate.DROPPED, Fate.NEW) if fates[fate]]
    return f"**{', '.join(said)}.**"
