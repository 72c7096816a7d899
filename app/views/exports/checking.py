"""The commands that verify what was taken away, without us, and the key to pin."""

import streamlit as st

from app.composition import Workplace


def check_it_yourself(place: Workplace) -> None:
    """How to verify a bundle offline."""
    with st.expander("Check it without us"):
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
