"""What a server loads at the first sign-in says nothing in its log."""

import subprocess
import sys

from app.launch import ROOT

FIRST_SIGN_IN = """
import app.signin.streamlit_auth
import authlib.integrations.starlette_client
import authlib.jose
import warnings
from authlib.deprecate import deprecate
deprecate("of our own making")
"""


def test_authlibs_warnings_to_streamlit_are_not_ours_and_others_are_heard() -> None:
    done = subprocess.run([sys.executable, "-c", FIRST_SIGN_IN], cwd=ROOT, capture_output=True, text=True, check=True)

    warned = [line for line in done.stderr.splitlines() if "AuthlibDeprecationWarning" in line]
    assert len(warned) == 1
    assert "of our own making" in warned[0]
