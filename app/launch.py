"""The command that starts the web server with these settings, for `countersign serve` and for tests."""

import sys
from pathlib import Path

from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def server_command(settings: Settings) -> list[str]:
    """Arguments for a process with the working directory `ROOT` and the same COUNTERSIGN_ variables.

    Port and address are always given: otherwise a busy port silently becomes the next one, which breaks the redirect
    address, and start-up asks an outside service for the machine's own address.
    """
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(ROOT / "app" / "server.py"),
        f"--server.port={settings.port}",
        f"--server.address={settings.address}",
        f"--browser.serverAddress={settings.public_url.partition('://')[2].partition(':')[0]}",
    ]
