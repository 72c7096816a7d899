"""Moves the alias of the model registry to the version that serves, and asks whether it would answer."""

import json

from app.composition import Workplace
from app.registries.mlflow import MlflowServer
from app.registries.servers import server_named
from core.errors import GovernanceError
from core.inventory.deployments.queries import RegistryLink, serving_in_registries


def point_alias(place: Workplace, body: str) -> str:
    """Let the alias follow the pointer as it is now, so that messages out of order end at the same version.

    Raises `RegistryTrouble` or `NotFound` when a registry could not be told; the message then waits and comes back.
    """
    said = json.loads(body)
    environment = str(said["environment"])
    done = []
    for link in _links(place, str(said["model"]), environment):
        if link.version is None:
            done.append(f"{link.server} does not hold this version of {link.name}")
            continue
        _server(place, link).point(environment, link.name, link.version)
        done.append(f"{link.server}: {environment} of {link.name} is {link.version}")
    return "; ".join(done) or "no registry holds this model"


def registry_trouble(place: Workplace, model: str, environment: str) -> str | None:
    """What would keep an alias from being moved; None when every registry that holds the model answers."""
    for link in _links(place, model, environment):
        try:
            _server(place, link).pointed(environment, link.name)
        except GovernanceError as error:
            return str(error)
    return None


def _links(place: Workplace, model: str, environment: str) -> tuple[RegistryLink, ...]:
    with place.store.reading() as session:
        return serving_in_registries(session, model, environment)


def _server(place: Workplace, link: RegistryLink) -> MlflowServer:
    return MlflowServer(server_named(place.settings.mlflow_servers, link.server))
