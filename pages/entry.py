"""Ledger entry: one entry whole, as it is stored, with the receipt that proves it."""

import json

import streamlit as st

from app.components import Back, facts, head, plain, section
from app.components.formats import moment
from app.components.me import require
from app.composition import workplace
from app.views.ledger import about, in_words
from core.access.queries import names
from core.access.rules import Permission
from core.errors import NotFound
from core.ledger.queries import entry

FILES = "/exports/ledger"

require(Permission.LEDGER_READ)
place = workplace()
asked = st.query_params.get("index", "")
if not asked.isdecimal():
    raise NotFound("ledger entry", asked)
with place.store.reading() as session:
    found, known = entry(session, int(asked)), names(session)
    receipt = place.ledger.receipt(session, int(asked))

row = found.row
head(in_words(row.action), back=Back("ledger", "Ledger"), trail=f"Entry {row.index}")
left, right = st.columns(2, gap="large")
with left:
    section("What happened")
    facts(
        {
            "When": moment(row.at),
            "Who": " ".join(dict.fromkeys((plain(known.get(row.actor, row.actor)), plain(row.actor)))),
            "Acting as": plain(row.role),
            "About": about(row),
        },
        alt=f"Ledger entry {row.index}",
    )
    section("Particulars")
    if found.erased:
        st.markdown("The particulars were erased; the entry that says so is in the ledger.")
    elif found.payload is None:
        st.markdown("This entry has no particulars.")
    else:
        # without colours by language: they do not reach the contrast of text
        st.code(json.dumps(json.loads(found.payload), indent=2, ensure_ascii=False), language=None, wrap_lines=True)
with right:
    section("As stored")
    st.markdown("These bytes are what the leaf hash and every checkpoint cover.")
    st.code(found.body, language=None, wrap_lines=True)
    st.markdown("The leaf hash of them:")
    st.code(found.leaf.hex(), language=None, wrap_lines=True)
    section("Receipt")
    st.markdown("Proves the entry under the checkpoint below it; keep it where we cannot reach it.")
    st.code(receipt, language=None, wrap_lines=True)
    with st.container(horizontal=True):
        st.link_button("Download receipt", f"{FILES}/{row.index}/receipt", icon=":material/download:")
        st.link_button("Download entry", f"{FILES}/{row.index}/body", icon=":material/download:")
    st.caption(
        "Check them without us: python3 verify.py receipt RECEIPT ENTRY --key KEY, with the verify.py of any bundle."
    )
