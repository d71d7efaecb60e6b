"""What staff are told of new boundaries."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel

from app import boundary_notices
from app.api.callers import SeesNotices, Transaction
from app.api.problems import problems
from app.api.shapes import LARGEST_ID

router = APIRouter(prefix="/api/v1/notices", tags=["staff"], responses=problems(401, 403))


class NoticeView(BaseModel):
    """One notice: `body` names the sets and the reports that came, went or may move."""

    id: int
    at: datetime
    kind: str
    desk: str | None
    body: dict[str, Any]
    read: bool


class NoticesView(BaseModel):
    """The newest hundred of them, the newest first."""

    notices: list[NoticeView]


@router.get("", responses=problems(422))
async def notices(
    session: Transaction,
    caller: SeesNotices,
    *,
    unread: Annotated[bool, Query(description="Only what the caller has not read")] = False,
) -> NoticesView:
    """List what the caller, or the desk they sit at, is told."""
    return NoticesView(
        notices=[
            NoticeView(
                id=each.id,
                at=each.at,
                kind=each.kind,
                desk=each.desk,
                body=each.body,
                read=each.read,
            )
            for each in await boundary_notices.notices(session, caller, unread_only=unread)
        ]
    )


@router.post("/{notice_id}/read", status_code=204, responses=problems(404, 422))
async def read(
    session: Transaction,
    caller: SeesNotices,
    notice_id: Annotated[int, Path(ge=1, le=LARGEST_ID)],
) -> None:
    """Note that the caller has read a notice."""
    await boundary_notices.mark_read(session, caller, notice_id)
