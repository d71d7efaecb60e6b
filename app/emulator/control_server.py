"""The control API, the server's half: faults, delivery, limits, journal, stream.

GET  /control/faults                 → [fault, …]
POST /control/faults                 a `FaultSpec`; → fault with id and hits
DELETE /control/faults | /control/faults/{id}
GET | PUT /control/delivery          {hold, reorder, repeat}
GET | PUT /control/limits            {enforce, per_second, chat_burst, group_per_minute}
                                     GET adds violations and the latest of them
GET  /control/updates?after=&limit=&pending=   [{update_id, acknowledged, deliveries, update}]
POST /control/updates                {updates: [{…raw}, …]} → {update_ids: […]}
POST /control/updates/{id}/redeliver
GET  /control/calls?method=&chat_id=&after=&limit=   or ?last=   ;  DELETE
POST /control/restart                {down_for: seconds}   all connections drop, state reloads
GET  /control/stream                 server-sent events for the chat page
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from app.emulator import calls, updates
from app.emulator.control import TheEmulator
from app.emulator.core import Delivery, Emulator
from app.emulator.faults import FaultSpec
from app.emulator.limits import LimitSpec

router = APIRouter(prefix="/control")
_HEARTBEAT = 15.0


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Delivery(_Body):
    hold: bool = False
    reorder: bool = False
    repeat: int = Field(default=0, ge=0)


class _Updates(_Body):
    updates: list[dict[str, Any]]


class _Restart(_Body):
    down_for: float = Field(default=0.0, ge=0, le=600)


@router.get("/faults")
async def faults(emulator: TheEmulator) -> list[dict[str, Any]]:
    """List the faults that are set."""
    return emulator.faults.all()


@router.post("/faults", status_code=201)
async def add_fault(emulator: TheEmulator, body: FaultSpec) -> dict[str, Any]:
    """Set a fault."""
    return emulator.faults.add(body).model_dump()


@router.delete("/faults", status_code=204)
async def clear_faults(emulator: TheEmulator) -> None:
    """Take all faults away."""
    emulator.faults.clear()


@router.delete("/faults/{fault_id}", status_code=204)
async def remove_fault(emulator: TheEmulator, fault_id: int) -> None:
    """Take one fault away."""
    if not emulator.faults.remove(fault_id):
        raise HTTPException(404, "there is no such fault")


@router.get("/delivery")
async def delivery(emulator: TheEmulator) -> dict[str, Any]:
    """Tell how updates are delivered."""
    how = emulator.delivery
    return {"hold": how.hold, "reorder": how.reorder, "repeat": how.repeat}


@router.put("/delivery")
async def set_delivery(emulator: TheEmulator, body: _Delivery) -> dict[str, Any]:
    """Change how updates are delivered."""
    emulator.delivery = Delivery(hold=body.hold, reorder=body.reorder, repeat=body.repeat)
    emulator.arrivals.notify()
    return body.model_dump()


@router.get("/limits")
async def limits(emulator: TheEmulator) -> dict[str, Any]:
    """Give the limits of sending and what broke them."""
    return emulator.limits.report()


@router.put("/limits")
async def set_limits(emulator: TheEmulator, body: LimitSpec) -> dict[str, Any]:
    """Measure by other limits, from nought."""
    emulator.limits.configure(body)
    return emulator.limits.report()


@router.get("/updates")
async def list_updates(
    emulator: TheEmulator,
    after: int = 0,
    limit: int = 1000,
    pending: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> list[dict[str, Any]]:
    """List updates, oldest first."""
    return updates.history(emulator, after=after, limit=limit, only_pending=pending)


@router.post("/updates", status_code=201)
async def inject(emulator: TheEmulator, body: _Updates) -> dict[str, list[int | None]]:
    """Put raw updates in the queue."""
    with emulator.storage.transaction():
        return {"update_ids": [updates.inject(emulator, raw) for raw in body.updates]}


@router.post("/updates/{update_id}/redeliver", status_code=204)
async def redeliver(emulator: TheEmulator, update_id: int) -> None:
    """Deliver an acknowledged update again."""
    if not updates.redeliver(emulator, update_id):
        raise HTTPException(404, "there is no such update")


@router.get("/calls")
async def journal(
    emulator: TheEmulator,
    method: str | None = None,
    chat_id: int | None = None,
    after: int = 0,
    limit: int = 1000,
    last: int | None = None,
) -> list[dict[str, Any]]:
    """List the calls of the bot, oldest first; only the last so many when asked for these."""
    if last is not None:
        return calls.latest(emulator, last)
    return calls.listed(emulator, method=method, chat_id=chat_id, after=after, limit=limit)


@router.delete("/calls", status_code=204)
async def clear_journal(emulator: TheEmulator) -> None:
    """Forget all calls."""
    calls.clear(emulator)


@router.post("/restart", status_code=202)
async def restart(emulator: TheEmulator, body: _Restart) -> None:
    """Drop all connections, and refuse new ones for a while."""
    # In a task, so that this call itself still gets its answer.
    emulator.background.add(asyncio.create_task(_restart(emulator, body.down_for)))


async def _restart(emulator: Emulator, down_for: float) -> None:
    await asyncio.sleep(0.05)
    emulator.connections.refusing = True
    emulator.connections.drop_all()
    emulator.events.end()
    emulator.faults.clear()
    emulator.limits.reset()
    emulator.delivery = Delivery()
    await asyncio.sleep(down_for)
    # Polls notice that they were cut only after the connections are gone.
    emulator.polled_at = None
    emulator.connections.refusing = False
    emulator.arrivals.notify()


@router.get("/stream")
async def stream(emulator: TheEmulator) -> StreamingResponse:
    """Tell of everything that happens, as server-sent events."""
    return StreamingResponse(
        _events(emulator), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _events(emulator: Emulator) -> AsyncIterator[str]:
    queue = emulator.events.open()
    try:
        yield "retry: 1000\nevent: hello\ndata: {}\n\n"
        while not emulator.stopping:
            try:
                async with asyncio.timeout(_HEARTBEAT):
                    event = await queue.get()
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if event is None:
                return
            yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n"
    finally:
        emulator.events.close(queue)
