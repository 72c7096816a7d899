"""Reads an allowed MLflow server, and moves an alias on it when a change is executed.

Nothing else leaves this process: MLflow's telemetry is switched off before its package is imported, redirects are
not followed, no proxy is used, and only the address of the setting is asked, where its name was found to lead. Run
details, figures and signatures come through the same server, so no object store is asked either.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import urlsplit

from app.registries.mlflow_values import cut, model_of, run_of, signature_of, version_of, with_versions
from app.registries.pinning import pinned
from app.registries.servers import ServerPlace, resolve
from core.errors import NotFound
from core.inventory.importing.registry.values import RegistryTrouble, SeenModel, SeenRun, SeenVersion

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel

    Entry = RegisteredModel | ModelVersion

# Set before MLflow is imported: it reads them then, or at every request.
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ALLOW_HTTP_REDIRECTS": "false",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
}
PAGE = 200
MOST_PAGES = 1000
LARGEST_MLMODEL = 1 << 20
Said = TypeVar("Said")


class _Models(Protocol):
    """The part of MLflow's registry store that is used, which MLflow itself leaves without types."""

    def search_registered_models(
        self, wanted: str | None, most: int, order: None, token: str | None, /
    ) -> "Sequence[Entry]": ...

    def search_model_versions(
        self, wanted: str | None, most: int, order: None, token: str | None, /
    ) -> "Sequence[Entry]": ...

    def get_registered_model(self, name: str, /) -> "RegisteredModel": ...

    def set_registered_model_alias(self, name: str, alias: str, version: str, /) -> None: ...


class _Runs(Protocol):
    """The part of MLflow's tracking store that is used."""

    def get_run(self, run_id: str, /) -> "Run": ...


class MlflowServer:
    """One allowed MLflow server; every method raises `RegistryTrouble` when it cannot be asked."""

    def __init__(self, place: ServerPlace) -> None:
        self.place = place
        os.environ.update(QUIET)
        _ask_directly(place.url)
        from mlflow.store.model_registry.rest_store import RestStore as RegistryStore
        from mlflow.store.tracking.rest_store import RestStore as TrackingStore
        from mlflow.utils.rest_utils import MlflowHostCreds

        user, colon, password = place.credential.partition(":")
        self._credentials = MlflowHostCreds(  # type: ignore[no-untyped-call]
            place.url,
            username=user if colon else None,
            password=password if colon else None,
            token=place.credential if place.credential and not colon else None,
        )
        self._registry: _Models = RegistryStore(lambda: self._credentials)  # type: ignore[no-untyped-call]
        self._tracking: _Runs = TrackingStore(lambda: self._credentials)  # type: ignore[no-untyped-call]

    @property
    def name(self) -> str:
        """What this installation calls the server."""
        return self.place.name

    def models(self) -> Iterator[SeenModel]:
        """Every registered model with its versions, by name; two series of pages, however many models there are."""
        versions: dict[str, list[SeenVersion]] = {}
        for name, version in self._versions(None):
            versions.setdefault(name, []).append(version)
        for found in self._paged(lambda token: self._registry.search_registered_models(None, PAGE, None, token)):
            model = model_of(found)
            yield with_versions(model, versions.get(model.name, []))

    def model(self, name: str) -> SeenModel:
        """One registered model with its versions, oldest first; raises `NotFound`."""
        model = model_of(self._ask(lambda: self._registry.get_registered_model(name)))
        mark = "'" if "'" not in name else '"'  # MLflow's filters know no escape; a name with both is looked for in all
        wanted = f"name = {mark}{name}{mark}" if mark not in name else None
        return with_versions(model, [version for of, version in self._versions(wanted) if of == name])

    def details(self, model: str, version: SeenVersion) -> SeenVersion:
        """The same version with the run that made it and the model's signature, as far as the server has them."""
        return replace(version, run=self._run(version.run_id), signature=self._signature(model, version.version))

    def point(self, alias: str, model: str, version: str) -> None:
        """Let `alias` of `model` point to `version` as MLflow numbers it; raises `NotFound` or `RegistryTrouble`."""
        self._ask(lambda: self._registry.set_registered_model_alias(model, alias, version))

    def pointed(self, alias: str, model: str) -> str | None:
        """The version that `alias` of `model` points to now; None without such an alias."""
        return self.model(model).aliases.get(alias)

    def _versions(self, wanted: str | None) -> Iterator[tuple[str, SeenVersion]]:
        for found in self._paged(lambda token: self._registry.search_model_versions(wanted, PAGE, None, token)):
            yield str(found.name), version_of(found)

    def _run(self, run_id: str) -> SeenRun | None:
        if not run_id:
            return None
        try:
            run = self._ask(lambda: self._tracking.get_run(run_id))
        except NotFound:
            return None
        return run_of(run)

    def _signature(self, model: str, version: str) -> str:
        """From the MLmodel file, which the server hands out itself; empty where it has none."""
        from mlflow.utils.rest_utils import http_request

        query = {"path": "MLmodel", "name": model, "version": version}
        answer = self._ask(
            lambda: http_request(  # type: ignore[no-untyped-call]
                self._credentials,
                "/model-versions/get-artifact",
                "GET",
                params=query,
                stream=True,
                raise_on_status=False,
                max_retries=0,
            )
        )
        with answer:
            if answer.status_code != 200:
                return ""
            body: bytes = answer.raw.read(LARGEST_MLMODEL + 1, decode_content=True)
        return signature_of(body) if len(body) <= LARGEST_MLMODEL else ""

    def _paged(self, ask: "Callable[[str | None], Sequence[Entry]]") -> "Iterator[Entry]":
        token: str | None = None
        for _ in range(MOST_PAGES):
            page = self._ask(partial(ask, token))
            yield from page
            token = getattr(page, "token", None)  # MLflow's list of a page knows the next
            if not token:
                return
        raise RegistryTrouble(self.name, f"it holds more than {MOST_PAGES * PAGE:,} entries.")

    def _ask(self, question: Callable[[], Said]) -> Said:
        from mlflow.exceptions import MlflowException
        from requests import RequestException

        addresses = resolve(self.place)
        try:
            with pinned(self.place.url, addresses):
                return question()
        except MlflowException as error:
            if getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST":
                raise NotFound(f"entry of “{self.name}” in MLflow", cut(str(error))) from None
            raise RegistryTrouble(self.name, _reason(str(error))) from None
        except (RequestException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise RegistryTrouble(self.name, f"it does not answer as MLflow does ({type(error).__name__}).") from None


def _ask_directly(url: str) -> None:
    """A proxy of the environment would resolve the name anew, and connect to whatever it finds."""
    host = urlsplit(url).hostname or ""
    for name in ("NO_PROXY", "no_proxy"):
        listed = [one for one in os.environ.get(name, "").split(",") if one]
        if host not in listed:
            os.environ[name] = ",".join([*listed, host])


def _reason(text: str) -> str:
    """The first line of MLflow's words, without the address, which may name what only administrators should see."""
    if "timeout" in text.casefold():
        return "it did not answer in time."
    if re.search(r"error code 40[13]\b", text):  # not in a port
        return "it refused the credential."
    if "Max retries" in text or "Connection" in text:
        return "no connection."
    return "its answer is not one of MLflow."
