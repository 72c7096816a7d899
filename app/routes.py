"""The addresses of this application outside Streamlit: the mark, signing in, files to take away, metrics, the API."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from app.api import api
from app.composition import Workplace
from app.downloads import download_routes
from app.health import health_routes
from app.metrics.scraping import metrics_routes
from app.scim.mounting import scim_routes
from app.signin.secrets import SignInSecrets
from app.signin.streamlit_auth import sign_in_routes

MARK = Path(__file__).with_name("mark.svg")


def own_routes(place: Workplace, secrets: SignInSecrets) -> list[BaseRoute]:
    """Every route that is ours, in the order in which they are asked."""
    return [
        Route("/favicon.svg", favicon),
        Route("/favicon.png", favicon),
        *sign_in_routes(place, secrets),
        *download_routes(place),
        *metrics_routes(place),
        *health_routes(place),
        *scim_routes(place),
        Mount("/api", api),
    ]


async def favicon(_request: Request) -> Response:
    """The mark of Countersign."""
    return FileResponse(MARK, media_type="image/svg+xml")
