"""Messages that could not be processed: the desk sees them and has them tried again."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from app import inbox
from app.api.callers import SeesDeadLetters, Transaction
from app.api.problems import problems
from app.errors import NotFoundError

router = APIRouter(prefix="/api/v1/dead-letters", tags=["desk"], responses=problems(401, 403))


class DeadLetterView(BaseModel):
    """An update that was set aside after the last try; its content stays sealed."""

    update_id: int
    received_at: datetime
    attempts: int
    error: str | None


class DeadLettersView(BaseModel):
    """The oldest hundred of them."""

    dead_letters: list[DeadLetterView]


@router.get("")
async def dead_letters(session: Transaction, _: SeesDeadLetters) -> DeadLettersView:
    """List what could not be processed."""
    return DeadLettersView(
        dead_letters=[
            DeadLetterView(
                update_id=letter.update_id,
                received_at=letter.received_at,
                attempts=letter.attempts,
                error=letter.error,
            )
            for letter in await inbox.dead_letters(session)
        ]
    )


@router.post("/{update_id}/retry", status_code=204, responses=problems(404, 422))
async def retry(
    session: Transaction,
    _: SeesDeadLetters,
    update_id: Annotated[int, Path(ge=0, le=inbox.LARGEST_ID)],
) -> None:
    """Give one of them another round of tries."""
    if not await inbox.retry(session, update_id):
        message = f"There is no dead letter {update_id}"
        raise NotFoundError(message)
