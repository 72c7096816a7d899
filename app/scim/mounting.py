"""Whether this installation answers a directory; SCIM takes a second to load, so only one that does loads it."""

from starlette.routing import Mount

from app.composition import Workplace

ADDRESS = "/scim/v2"


def scim_routes(place: Workplace) -> list[Mount]:
    """The application of the directory; nothing while no token is set."""
    if not place.settings.scim_token:
        return []
    from app.scim.application import scim_application

    return [Mount(ADDRESS, scim_application(place))]
