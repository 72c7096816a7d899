"""Reads who may what and why, access reviews and break-glass access, for auditors and other systems."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from app.api.answers.access import (
    AccessReviewLine,
    AccessReviewList,
    AccessReviewView,
    BreakGlassList,
    BreakGlassView,
    GrantList,
    GrantOfGroup,
    GrantView,
    ModelGroupLine,
    ModelGroupList,
    ModelGroupView,
    ModelOfGroup,
    ReviewedGrant,
)
from app.api.caller import Reader
from core.access.break_glass.queries import AccessRow, access_count, accesses
from core.access.granted import GrantFilter, GrantRecord, GrantState, grant_count, grants
from core.access.reviewing.queries import ItemRow, ReviewRow, items, review, review_count, reviews
from core.access.rules import Role
from core.inventory.groups.queries import (
    GroupRow,
    MemberRow,
    group_count,
    group_record,
    groups,
    members,
    reaching_grants,
)

router = APIRouter(tags=["Access"])
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=10**9)]


@router.get("/grants", operation_id="list_grants")
def listed(
    reader: Reader,
    state: GrantState = GrantState.IN_FORCE,
    role: Role | None = None,
    person: Annotated[str, Query(max_length=200, description="A number, or part of a name")] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> GrantList:
    """Grants in force, ending within 14 days, or ended. Scope: `record:read`."""
    narrowed = GrantFilter(state, role, None, person)
    with reader.place.store.reading() as session:
        rows = grants(session, narrowed, at=reader.at, limit=limit, offset=offset)
        total = grant_count(session, narrowed, at=reader.at)
    return GrantList(grants=[_grant(row) for row in rows], state=state, total=total, limit=limit, offset=offset)


@router.get("/access-reviews", operation_id="list_access_reviews")
def listed_reviews(reader: Reader, limit: Limit = 50, offset: Offset = 0) -> AccessReviewList:
    """Access reviews with their progress, the newest first. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        rows, total = reviews(session, limit=limit, offset=offset), review_count(session)
    return AccessReviewList(reviews=[_line(row) for row in rows], total=total, limit=limit, offset=offset)


@router.get("/access-reviews/{review_number}", operation_id="read_access_review")
def one(review_number: str, reader: Reader, limit: Limit = 200, offset: Offset = 0) -> AccessReviewView:
    """A review with its grants, what is not answered first. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        whole = review(session, review_number)
        rows = items(session, review_number, limit=limit, offset=offset)
    return AccessReviewView(**_line(whole).model_dump(), items=[_item(row) for row in rows], limit=limit, offset=offset)


@router.get("/break-glass", operation_id="list_break_glass")
def listed_accesses(reader: Reader, limit: Limit = 50, offset: Offset = 0) -> BreakGlassList:
    """Break-glass accesses of the token's person, the newest first. Scope: `record:read`."""
    person = reader.actor.id
    with reader.place.store.reading() as session:
        rows = accesses(session, person=person, limit=limit, offset=offset)
        total = access_count(session, person=person)
    return BreakGlassList(accesses=[_access(row) for row in rows], total=total, limit=limit, offset=offset)


@router.get("/model-groups", operation_id="list_model_groups")
def listed_groups(
    reader: Reader,
    ended: bool = False,
    search: Annotated[str, Query(max_length=200, description="A number, or part of name or purpose")] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> ModelGroupList:
    """Groups of models by name: those that stand, or those that ended. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        rows = groups(session, at=reader.at, ended=ended, search=search, limit=limit, offset=offset)
        total = group_count(session, ended=ended, search=search)
    return ModelGroupList(groups=[_group(row) for row in rows], total=total, limit=limit, offset=offset)


@router.get("/model-groups/{group}", operation_id="read_model_group")
def one_group(group: str, reader: Reader, limit: Limit = 200, offset: Offset = 0) -> ModelGroupView:
    """A group with its models and the grants that name it. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        row = group_record(session, group, at=reader.at)
        inside = members(session, group, limit=limit, offset=offset)
        named = reaching_grants(session, group, at=reader.at)
    return ModelGroupView(
        **_group(row).model_dump(), models=[_member(one) for one in inside], limit=limit, offset=offset,
        grants=[
            GrantOfGroup(
                person=one.person, role=one.role, also_reaches=one.also, ends_at=one.ends_at, asked=one.asked or None
            )
            for one in named
        ],
    )  # fmt: skip


def _group(row: GroupRow) -> ModelGroupLine:
    return ModelGroupLine(
        group=row.number, name=row.name, purpose=row.purpose, size=row.models, people=row.people,
        made_by=row.created_by, made_at=row.created_at, ended_at=row.ended_at,
    )  # fmt: skip


def _member(row: MemberRow) -> ModelOfGroup:
    return ModelOfGroup(
        model=row.number, name=row.name, business_line=row.business_line, tier=row.tier, put_in_by=row.added_by,
        put_in_at=row.added_at,
    )  # fmt: skip


def _grant(row: GrantRecord) -> GrantView:
    return GrantView(
        grant=row.id, person=row.person, role=row.role, reach=row.reach.words, reason=row.reason,
        granted_by=row.granted_by, confirmed_by=row.confirmed_by, granted_at=row.granted_at, ends_at=row.ends_at,
        withdrawn_by=row.withdrawn_by, withdrawn_at=row.withdrawn_at, basis=row.basis, conflicts=list(row.pairs),
    )  # fmt: skip


def _line(row: ReviewRow) -> AccessReviewLine:
    return AccessReviewLine(
        review=row.number, opened_at=row.opened_at, due_at=row.due_at, closed_at=row.closed_at, grants=row.items,
        not_answered=row.open_items, kept=row.kept, withdrawn=row.withdrawn, expired=row.expired,
        escalated=row.escalated,
    )  # fmt: skip


def _item(row: ItemRow) -> ReviewedGrant:
    return ReviewedGrant(**{name: value for name, value in asdict(row).items() if name not in ("id", "review")})


def _access(row: AccessRow) -> BreakGlassView:
    return BreakGlassView(
        access=row.number, person=row.person, acting_as=row.roles, reason=row.reason, opened_at=row.opened_at,
        ends_at=row.ends_at, ended_by=row.ended_by, pages=row.pages, reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at, sound=row.sound, review=row.review,
    )  # fmt: skip
