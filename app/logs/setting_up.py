"""One handler for everything: ours, the server's and every library's."""

import logging
import sys

from app.logs.formats import FORMATTERS
from app.logs.net import spread
from app.logs.vocabulary import LogFormat

LOUD = ("httpx", "httpcore", "apprise", "evidently", "mlflow", "alembic", "botocore", "fontTools", "PIL")
OWN_HANDLERS = ("streamlit", "uvicorn", "uvicorn.error")  # they write to the terminal by themselves


def set_up_logs(form: LogFormat, level: str) -> None:
    """Let every record of this process leave through one formatter to standard error; done again it changes nothing."""
    spread()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FORMATTERS[form]())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("countersign").setLevel(level)
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True  # it would write addresses; `app.logs.requests` does not
    for name in OWN_HANDLERS:
        one = logging.getLogger(name)
        one.handlers, one.propagate = [], True
