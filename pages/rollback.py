"""Rollback by policy: one decision with the facts that it was made on, and what followed."""

import streamlit as st

from app.components import Back, fact, facts, facts_line, head, link, plain, section, status, table
from app.components.formats import counted, moment
from app.components.me import require
from app.components.record_links import record_link
from app.composition import workplace
from app.views.rollback import WORDS
from core.access.rules import Permission
from core.improvement.rollback.queries import decision
from core.improvement.rollback.rules import Outcome
from core.links import RecordKind, Ref

require(Permission.RECORD_READ)
with workplace().store.reading() as session:
    page = decision(session, st.query_params.get("decision", ""))

row = page.row
way = f"v{plain(row.version)} to v{plain(row.former)}" if row.outcome is Outcome.DONE else f"v{plain(row.version)}"
head(
    f"Decision {row.number}",
    facts_line(
        status(WORDS[row.outcome]),
        fact("Model", plain(page.model_name)),
        fact("In", plain(page.environment)),
        fact("Decided", moment(row.at)),
    ),
    back=Back("model", f"{page.model} {page.model_name}", (("model", page.model), ("tab", "Production"))),
    trail="Rollback by policy",
)
facts(
    {
        "Version": way,
        "Found": plain(row.said),
        "Chunks in a row": f"{counted(len(row.chunks), 'chunk')}, where the clause asks for {row.needed}",
        "Clause": link(row.clause, "/policy", policy=page.policy_version_id),
        "Led to": ", ".join(record_link(one.ref) for one in page.links if one.ref.kind is not RecordKind.CHUNK),
    },
    alt="What was decided, on which facts, and what followed",
)
if row.against:
    section("Why it was held back")
    st.markdown("\n".join(f"{place}. {plain(line)}" for place, line in enumerate(row.against, start=1)))
section("Chunks that failed")
table(
    [{"Chunk": record_link(Ref(RecordKind.CHUNK, chunk))} for chunk in reversed(row.chunks[-50:])],
    alt="Chunks that failed in a row, the newest first",
)
