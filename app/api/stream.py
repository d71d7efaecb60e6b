"""The event stream."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.access import Caller, still_valid
from app.api.callers import PartsOf, allowed_for_long
from app.api.parts import Parts
from app.api.problems import problems
from app.claims import EVERYTHING
from app.permissions import Action, Scope, may, scope_of
from app.stream import Event, Position, Subscriber, catch_up, here

router = APIRouter(prefix="/api/v1", tags=["stream"])

# How long a stream may outlive the session it was opened with.
CHECK_S = 10.0


@router.get(
    "/stream",
    response_class=EventSourceResponse,
    responses=problems(401, 403, 503),
)
async def stream(
    caller: Annotated[Caller, Depends(allowed_for_long(Action.SEE_REPORTS))],
    parts: PartsOf,
    header: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
    last_event_id: Annotated[str | None, Query(description="Where headers cannot be set")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Tell what happens to reports the caller sees, from now on or from the last event on."""
    scope, exactly = scope_of(caller), may(caller, Action.SEE_EXACTLY)
    resume = header or last_event_id
    # Somebody is also told that a report has left them, by what it was before.
    async with parts.database.transaction(EVERYTHING) as session:
        start = await here(session)
        subscriber = parts.hub.subscribe(scope)
        try:
            backlog = await catch_up(session, resume) if resume else None
        except BaseException:
            parts.hub.unsubscribe(subscriber)
            raise
    try:
        if backlog is None or backlog.too_much:
            yield ServerSentEvent(event="hello", data={}, id=str(start))
            if backlog is not None:
                yield ServerSentEvent(event="reset", data={}, id=str(start))
        else:
            yield ServerSentEvent(event="hello", data={})
            for position, event in backlog.events:
                if event.concerns(scope):
                    yield _told(position, event, scope, exactly=exactly)
        async for position, event in _following(subscriber, caller, parts):
            yield _told(position, event, scope, exactly=exactly)
    finally:
        parts.hub.unsubscribe(subscriber)


async def _following(
    subscriber: Subscriber, caller: Caller, parts: Parts
) -> AsyncIterator[tuple[Position, Event]]:
    """Yield events until the hub ends the stream or the session it was opened with is over."""
    check_at = time.monotonic() + CHECK_S
    while True:
        left = check_at - time.monotonic()
        if left <= 0:
            async with parts.database.transaction() as session:
                if not await still_valid(session, caller):
                    return
            check_at = time.monotonic() + CHECK_S
            continue
        try:
            async with asyncio.timeout(left):
                item = await subscriber.waiting.get()
        except TimeoutError:
            continue
        if item is None:
            return
        yield item


def _told(position: Position, event: Event, scope: Scope, *, exactly: bool) -> ServerSentEvent:
    return ServerSentEvent(
        event="report", data=event.data(scope, exactly=exactly), id=str(position)
    )
