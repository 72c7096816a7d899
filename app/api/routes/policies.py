"""Policies for pipelines: read, check a text, begin a draft and simulate it; publishing is a person's act on a page."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse, Response
from sqlmodel import Session

from app.api.answers.policies import (
    CheckedPolicy,
    Differs,
    Drafted,
    DraftView,
    PolicyLine,
    PolicyList,
    PolicyView,
    SimulationStarted,
    SimulationView,
)
from app.api.caller import Reader
from app.api.problems import InputDetail
from app.api.wishes import PolicyDraftWish, PolicyText
from app.api.writing import Write
from core.approval.simulation.queries import newest_simulation
from core.approval.simulation.service import Requested, request_simulation
from core.errors import NotFound, Problem
from core.policy import drafts
from core.policy.diffing import differences
from core.policy.draft_facts import load_draft, problems_of
from core.policy.parse import parse_policy
from core.policy.queries import PolicyRow, draft_page, policies, policy_page
from core.policy.service import policy_in_force

router = APIRouter(prefix="/policies", tags=["Policies"])
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=10**9)]


@router.get("", operation_id="list_policies")
def listed(reader: Reader, limit: Limit = 50, offset: Offset = 0) -> PolicyList:
    """Published policies, the latest effective date first: in force, scheduled, former and withdrawn ones. Scope:
    `record:read`."""
    with reader.place.store.reading() as session:
        found = policies(session, at=reader.at, limit=limit, offset=offset)
    return PolicyList(policies=[_line(row) for row in found.rows], total=found.total, limit=limit, offset=offset)


@router.post("/check", operation_id="check_policy")
def check(text: PolicyText, reader: Reader) -> CheckedPolicy:
    """Whether a text is a policy, with the line of every problem, and what it says differently from the policy in
    force. Nothing is stored. Scope: `record:read`."""
    problems = problems_of(text.text)
    if problems:
        return CheckedPolicy(readable=False, problems=_details(problems), differences=[])
    policy = parse_policy(text.text)
    with reader.place.store.reading() as session:
        in_force = policy_in_force(session, at=reader.at).policy
    return CheckedPolicy(
        readable=True,
        name=policy.name,
        version=policy.version,
        problems=[],
        differences=[
            Differs(section=one.section, clause=one.clause, title=one.title, change=one.change, said=one.said)
            for one in differences(in_force, policy)
        ],
    )


@router.post("/drafts", status_code=HTTPStatus.CREATED, response_model=Drafted, operation_id="begin_policy_draft")
def begin(wish: PolicyDraftWish, write: Write) -> Response:
    """Begin a draft with this text; it is kept even while it is no policy yet. Its author submits it on its page, and
    somebody else publishes it there. Scope: `policy:draft`."""
    caller = write.caller

    def describe(session: Session, done: drafts.Drafted) -> Drafted:
        row = load_draft(session, done.draft)
        return Drafted(
            draft=done.draft,
            revision=done.revision,
            digest=row.digest,
            problems=_details(problems_of(row.body)),
            ledger=write.proof(session, done.entry),
        )

    return write.answer(
        lambda store: drafts.begin_draft(
            store, caller.place.ledger, text=wish.text, reason=wish.reason, based_on=wish.based_on,
            actor=caller.actor, at=caller.at,
        ),
        describe,
    )  # fmt: skip


@router.get("/drafts/{draft}", operation_id="read_policy_draft")
def draft(draft: str, reader: Reader) -> DraftView:
    """A draft with its text and what is wrong with it. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = draft_page(session, draft, reader.actor, at=reader.at)
    row = page.row
    return DraftView(
        draft=row.number,
        status=row.status,
        author=row.author,
        reason=row.reason,
        revision=row.revision,
        digest=row.digest,
        text=page.text,
        problems=_details(page.problems),
        published_as=row.published_as,
    )


@router.post(
    "/drafts/{draft}/simulations",
    status_code=HTTPStatus.ACCEPTED,
    response_model=SimulationStarted,
    operation_id="simulate_policy_draft",
)
def simulate(draft: str, write: Write) -> Response:
    """Hold a draft against every stored result, in the background. Scope: `policy:draft`."""
    caller = write.caller

    def describe(session: Session, done: Requested) -> SimulationStarted:
        return SimulationStarted(simulation=done.simulation, draft=draft, ledger=write.proof(session, done.entry))

    return write.answer(
        lambda store: request_simulation(store, caller.place.ledger, draft=draft, actor=caller.actor, at=caller.at),
        describe,
        status=HTTPStatus.ACCEPTED,
    )


@router.get("/drafts/{draft}/simulation", operation_id="read_policy_simulation")
def simulation(draft: str, reader: Reader) -> SimulationView:
    """The newest simulation of a draft: how far it is and, once finished, what the draft would change. Scope:
    `record:read`."""
    with reader.place.store.reading() as session:
        found = newest_simulation(session, load_draft(session, draft).id or 0)
    if found is None:
        raise NotFound("simulation of", draft)
    return SimulationView(
        simulation=found.number,
        status=found.status,
        digest=found.digest,
        step=found.step,
        steps_done=found.steps_done,
        steps_total=found.steps_total,
        error=found.error,
        finished_at=found.finished_at,
        summary=found.summary,
    )


@router.get("/{policy}", operation_id="read_policy")
def policy(policy: int, reader: Reader) -> PolicyView:
    """A published policy: its clauses, and its text as it was written. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = policy_page(session, policy, reader.actor, at=reader.at)
    return PolicyView(**_line(page.row).model_dump(), clauses=page.policy, text=page.text)


@router.get(
    "/{policy}/text",
    operation_id="read_policy_text",
    responses={200: {"content": {"text/plain": {}}, "description": "TOML"}},
)
def policy_text(policy: int, reader: Reader) -> PlainTextResponse:
    """The text of a published policy, TOML as it was written, for a file beside the code. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = policy_page(session, policy, reader.actor, at=reader.at)
    return PlainTextResponse(page.text, headers={"Cache-Control": "no-store"})


def _line(row: PolicyRow) -> PolicyLine:
    return PolicyLine(
        policy=row.id,
        name=row.name,
        version=row.version,
        standing=row.standing,
        digest=row.digest,
        author=row.author,
        published_by=row.published_by,
        published_at=row.published_at,
        effective_from=row.effective_from,
    )


def _details(problems: tuple[Problem, ...]) -> list[InputDetail]:
    return [
        InputDetail(reason=one.reason, line=one.line, column=one.column, found=one.found, expected=one.expected)
        for one in problems
    ]
