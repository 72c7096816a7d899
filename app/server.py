"""One ASGI application: Streamlit pages, sign-in, the REST API and exports, on one port."""

import asyncio
import gc
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # `streamlit run app/server.py` puts app/ on the path, not the root
    sys.path.insert(0, str(ROOT))

gc.disable()  # imports make no garbage, and looking for it takes a fifth of the time to start

import pandas  # noqa: E402, F401  heavy imports are paid once, at start
import plotly.graph_objects  # type: ignore[import-untyped]  # noqa: E402, F401  Plotly carries no type hints
import streamlit as st  # noqa: E402
import websockets.http11  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402

from app.assets import CompressedAssets  # noqa: E402
from app.components.trouble import draw_unexpected  # noqa: E402
from app.composition import workplace  # noqa: E402
from app.edge import Edge  # noqa: E402
from app.garbage import Loaded  # noqa: E402
from app.held import WhileHeld  # noqa: E402
from app.logs.requests import Named  # noqa: E402
from app.logs.setting_up import set_up_logs  # noqa: E402
from app.metrics.measuring import Measured  # noqa: E402
from app.routes import own_routes  # noqa: E402
from app.signin.secrets import load_secrets  # noqa: E402
from app.signin.streamlit_auth import auth_section  # noqa: E402
from app.subjects import erase_again  # noqa: E402
from app.throttle import Throttle  # noqa: E402
from app.working import Worker, keep_asking, look_first  # noqa: E402

gc.enable()

# Cookies of people in many groups pass the default of 8192, and the handshake of the WebSocket would fail with 431.
websockets.http11.MAX_LINE_LENGTH = 65536

place = workplace()
set_up_logs(place.settings.log_format, place.settings.log_level)
erase_again(place)
# uvicorn believes a proxy on this machine by default, also one that passes on what a caller made up
os.environ["FORWARDED_ALLOW_IPS"] = ",".join(str(network) for network in place.settings.proxies)
secrets = load_secrets(place.settings.data_dir / "signin")


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Work in the background while the server runs, and keep what is loaded out of the garbage collector."""
    worker, stopped = Worker(place).start() if place.settings.server_works else None, threading.Event()
    if worker is None:
        look_first(place)
        keep_asking(place, stopped)
    loaded = Loaded()
    loaded.settle()
    following = asyncio.create_task(loaded.follow())
    try:
        yield
    finally:
        following.cancel()
        stopped.set()
        if worker is not None:
            worker.stop()
        gc.unfreeze()


app = st.App(
    ROOT / "app" / "main.py",
    secrets={"auth": auth_section(place, secrets)},
    lifespan=lifespan,
    routes=own_routes(place, secrets),
    middleware=[
        Middleware(Named),
        Middleware(Measured),
        Middleware(Edge, place=place),
        Middleware(Throttle, settings=place.settings),
        Middleware(WhileHeld),
        Middleware(CompressedAssets),
    ],
    on_script_error=draw_unexpected,
)
