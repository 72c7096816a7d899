"""States and reads the facts of a bias audit that no file knows."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response

from app.api.answers import Recorded
from app.api.caller import Reader
from app.api.wishes_bias_audit import AuditFactsWish
from app.api.writing import Write
from core.errors import NotFound
from core.inventory.moves import load_version
from core.validation.audit_facts import state_audit_facts, stated_audit_facts

router = APIRouter(tags=["Validation"])
ADDRESS = "/models/{model}/versions/{version}/bias-audit-facts"


@router.post(
    ADDRESS, status_code=HTTPStatus.CREATED, response_model=Recorded, operation_id="state_facts_of_a_bias_audit"
)
def state(model: str, version: str, wish: AuditFactsWish, write: Write) -> Response:
    """State what 6 RCNY 5-303 wants published and no file knows; what was stated before stays on record. Scope:
    `model:edit`."""
    return write.answer(
        lambda store: state_audit_facts(store, model=model, version=version, facts=wish.entered(), **write.acting),
        lambda session, entry: Recorded(ledger=write.proof(session, entry)),
    )


@router.get(ADDRESS, operation_id="read_facts_of_a_bias_audit")
def stated(model: str, version: str, reader: Reader) -> AuditFactsWish:
    """The facts as they were stated last. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        _, row = load_version(session, model, version)
        facts = stated_audit_facts(session, row.id or 0)
    if facts is None:
        raise NotFound("facts of a bias audit", f"{model} {version}")
    return AuditFactsWish.of(facts)
