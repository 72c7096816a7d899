"""The API for pipelines: one FastAPI application, mounted under /api."""

from fastapi import FastAPI

from app.api.bodies import StrictJson
from app.api.leaving import Leaving
from app.api.problems import MEDIA_TYPE, ProblemDetails, install
from app.api.routes import (
    access,
    alerts,
    audits,
    bias_audits,
    changes,
    comparisons,
    compliance,
    controls,
    coverage,
    data_classes,
    documents,
    events,
    exports,
    finding,
    hooks,
    imports,
    incidents,
    ledger,
    models,
    monitored,
    monitoring,
    policies,
    production,
    records,
    references,
    register,
    retention,
    rollout,
    stress,
    validations,
)

ABOUT = """Hands validation results in and reads the record, with a scoped token: `Authorization: Bearer countersign_…`.

Every act is answered with its place in the ledger: an index and a receipt that verifies offline. Send an
`Idempotency-Key` with every POST and PUT, and a repeat has no second effect. Errors are problem details (RFC 9457)
with every reason at once."""
ERRORS: dict[int | str, dict[str, object]] = {
    401: {"model": ProblemDetails, "description": "No valid token"},
    403: {"model": ProblemDetails, "description": "Refused, with every reason"},
    404: {"model": ProblemDetails, "description": "There is no such thing"},
    409: {"model": ProblemDetails, "description": "It changed meanwhile; nothing was stored"},
    413: {"model": ProblemDetails, "description": "The body is too large"},
    415: {"model": ProblemDetails, "description": "Not a content type that this address takes"},
    422: {"model": ProblemDetails, "description": "Not readable, with the place of every problem"},
    507: {"model": ProblemDetails, "description": "The disk is full; nothing was stored"},
    503: {"model": ProblemDetails, "description": "The store did not answer in time; repeat with the same key"},
}


class Api(FastAPI):
    """FastAPI whose document says that errors are problem details."""

    def openapi(self) -> dict[str, object]:
        document = super().openapi()
        for path in document["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if status in map(str, ERRORS) and "application/json" in response["content"]:
                        response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
        return document


def build() -> Api:
    """The application with its addresses; documentation pages of FastAPI would load from another host."""
    application = Api(
        title="Countersign",
        version="1",
        summary="Governance for AI models, for pipelines",
        description=ABOUT,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,
        redoc_url=None,
        responses=ERRORS,
        redirect_slashes=False,
    )
    install(application)
    for routes in (
        bias_audits, models, records, finding, documents, imports, validations, references, changes, coverage, events,
        exports, ledger, rollout, hooks, policies, audits, compliance, production, monitored, monitoring, stress,
        controls, alerts, incidents, comparisons, register, access, data_classes, retention,
    ):  # fmt: skip
        application.include_router(routes.router)
    application.add_middleware(StrictJson)
    application.add_middleware(Leaving)
    return application


api: Api = build()
