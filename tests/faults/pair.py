"""Two servers as they are started, which import once: run as `python -m tests.faults.pair PORT PORT`.

Each is a process of its own with pages, API and worker. The first line of output names their process ids; both end
with this process.
"""

import ctypes
import os
import signal
import sys

DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def main(ports: list[str]) -> None:
    """Start both at the same moment and wait until both have ended."""
    import app.metrics.measuring
    import app.routes
    import app.working  # noqa: F401  what takes long to import, before there are two
    from app.launch import ROOT

    os.chdir(ROOT)
    children = [_started(port) for port in ports]
    sys.stdout.write(" ".join(map(str, children)) + "\n")
    sys.stdout.flush()
    for child in children:
        os.waitpid(child, 0)


def _started(port: str) -> int:
    child = os.fork()
    if child:
        return child
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
    os.environ["COUNTERSIGN_PORT"] = port
    from streamlit.web.cli import main as streamlit

    from app.launch import server_command
    from app.settings import load

    sys.argv = ["streamlit", *server_command(load())[3:]]
    streamlit()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
