"""Says which data reach their end: a dry run of what the timers would remove."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from app.api.answers.retention import DatasetEndView, EndingView, FileEndingView, HoldView, RetentionView
from app.api.caller import Reader
from core.privacy.retention.files import file_endings
from core.privacy.retention.planning import dataset_ends, endings

router = APIRouter(tags=["Data"])


@router.get("/retention", operation_id="read_retention")
def retention(
    reader: Reader,
    within: Annotated[int, Query(ge=0, le=3660, description="Days to look ahead")] = 30,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> RetentionView:
    """Production data, files of validations and rows in quarantine whose time ends within so many days, with what
    holds them, and datasets past theirs.
    Scope: `record:read`."""
    ahead = timedelta(days=within)
    with reader.place.store.reading() as session:
        found = endings(session, at=reader.at, within=ahead)
        datasets = dataset_ends(session, at=reader.at, within=ahead)
        files = file_endings(session, at=reader.at, within=ahead)
    return RetentionView(
        batches=[
            EndingView(
                batch=one.batch, model=one.model, environment=one.environment, kind=one.kind, rows=one.rows,
                days=one.term.days, by=one.term.by, ends_at=one.ends_at, due=one.due(reader.at),
                holds=[HoldView(kind=hold.kind, number=hold.number, said=hold.said) for hold in one.holds],
            )
            for one in found[offset : offset + limit]
        ],
        files=[
            FileEndingView(
                what=one.what, record=one.record, model=one.model or None, of=one.of, kind=one.kind, rows=one.rows,
                days=one.term.days, by=one.term.by, ends_at=one.ends_at, due=one.due(reader.at),
                holds=[HoldView(kind=hold.kind, number=hold.number, said=hold.said) for hold in one.holds],
            )
            for one in files[offset : offset + limit]
        ],
        datasets=[DatasetEndView.model_validate(one, from_attributes=True) for one in datasets],
        total=len(found), files_total=len(files), limit=limit, offset=offset,
    )  # fmt: skip
