"""From an upload to a draft, off the event loop; its progress as lines where that is asked for."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from app.access import Caller
from app.api.boundary_uploads import Upload, received
from app.api.parts import Parts
from app.api.problems import problem
from app.boundaries import in_force
from app.boundary_check import check_files
from app.boundary_drafts import (
    SHOWN_IN_ERROR,
    create_draft,
    find_set,
    refuse_unstorable,
    said,
)
from app.boundary_error import BoundaryFileError
from app.boundary_rows import ignore
from app.errors import BeatwayError, InvalidError, NotFoundError
from app.phrases.boundary import file_words
from geo.districts import District
from geo.problem import Severity
from geo.topology import Progress

NDJSON = "application/x-ndjson"

Answer = Callable[[Caller, Parts, int], Awaitable[BaseModel]]


class BoundaryProblemsError(InvalidError):
    """The districts have errors; nothing was stored."""

    code = "boundary-problems"


class UnusableFileError(InvalidError):
    """The file cannot be used."""

    code = "boundary-file"


async def make(upload: Upload, caller: Caller, parts: Parts, progress: Progress = ignore) -> int:
    """Check what was uploaded and store it as a draft; return its id.

    Raises
    ------
    UnusableFileError
        With `words` in every language.
    BoundaryProblemsError, UnstorableError
        With `problems` and `problems_total`; nothing is stored then.
    """
    async with parts.database.transaction() as session:
        force = await in_force(session)
        based_on = upload.based_on if upload.based_on is not None else force
        if based_on is not None:
            await _check_base(session, based_on)
        old: tuple[District, ...] = ()
        if force is not None:
            known = await parts.context.index_cache.known(session, force)
            old = tuple(known.districts.values())
    async with parts.heavy:
        try:
            checked = await asyncio.to_thread(
                check_files, upload.wish, parts.context.topology, old, progress
            )
        except BoundaryFileError as error:
            raise UnusableFileError(
                error.detail, kind=error.kind, hint=error.hint, words=file_words(error.kind)
            ) from error
    refuse_unstorable(checked.problems)
    errors = sum(each.severity is Severity.ERROR for each in checked.problems)
    if errors and not upload.keep:
        shown = [each.as_dict() for each in checked.problems[:SHOWN_IN_ERROR]]
        raise BoundaryProblemsError(
            f"The districts have {errors} errors; nothing was stored",
            problems=said(shown),
            problems_total=len(checked.problems),
        )
    async with parts.database.transaction() as session:
        return await create_draft(
            session,
            checked.ready(),
            label=(upload.label or "").strip() or checked.source,
            source=checked.source,
            actor=caller.login,
            based_on=based_on,
            problems=checked.problems,
            notes=checked.notes,
            approximate=checked.approximate,
            progress=progress,
        )


async def _check_base(session: Any, based_on: int) -> None:
    try:
        await find_set(session, based_on)
    except NotFoundError as error:
        raise InvalidError(error.detail, field="based_on") from error


def wants_lines(request: Request) -> bool:
    """Tell whether progress is to be told."""
    return NDJSON in request.headers.get("accept", "")


async def lines_of(request: Request, caller: Caller, parts: Parts, answer: Answer) -> Response:
    """Answer with lines of progress, and one last line with the outcome."""
    # The request is read before the answer begins: then nobody waits for each other.
    stack = AsyncExitStack()
    upload = await stack.enter_async_context(received(request))
    lines = _lines(request.url.path, upload, caller, parts, answer)

    async def closing() -> AsyncIterator[str]:
        async with stack:
            async for line in lines:
                yield line

    return StreamingResponse(closing(), media_type=NDJSON)


async def _lines(
    path: str, upload: Upload, caller: Caller, parts: Parts, answer: Answer
) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    def progress(stage: str, done: int, total: int) -> None:
        said_ = {"stage": stage, "done": done, "total": total}
        loop.call_soon_threadsafe(told.put_nowait, said_)

    async def work() -> dict[str, Any]:
        try:
            made = await make(upload, caller, parts, progress)
            body = (await answer(caller, parts, made)).model_dump(mode="json")
            return {"status": 201, "body": body}
        except BeatwayError as error:
            refusal = problem(path, error.status, error.code, error.detail, error.extra)
            return {"status": error.status, "body": json.loads(bytes(refusal.body))}
        finally:
            loop.call_soon(told.put_nowait, None)

    task = asyncio.create_task(work())
    try:
        while (line := await told.get()) is not None:
            yield json.dumps(line) + "\n"
        yield json.dumps(await task, ensure_ascii=False) + "\n"
    finally:
        if not task.done():
            task.cancel()
