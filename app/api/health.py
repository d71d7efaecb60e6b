"""Whether this process lives, and whether it can work."""

import asyncio

from fastapi import APIRouter, Request
from pydantic import BaseModel

from app.api.callers import PartsOf, address_of
from app.api.problems import problems
from app.claims import EVERYTHING
from app.db import check_server
from app.errors import UnavailableError
from app.key_check import check_believed
from app.migration import check_schema

router = APIRouter(prefix="/health", tags=["health"])

PATIENCE_S = 5.0


class Health(BaseModel):
    """All is well."""

    status: str = "ok"
    boundary_set: int | None = None


@router.get("/live", responses=problems(429))
async def live(request: Request, parts: PartsOf) -> Health:
    """Tell that the process answers."""
    await parts.rates.spend("health", address_of(request))
    return Health()


@router.get("/ready", responses=problems(429, 503))
async def ready(request: Request, parts: PartsOf) -> Health:
    """Tell that the database is there, is of our version, and holds boundaries in force."""
    await parts.rates.spend("health", address_of(request))
    try:
        async with asyncio.timeout(PATIENCE_S), parts.database.transaction(EVERYTHING) as session:
            await check_server(session)
            await check_schema(session)
            await check_believed(session)
            directory = await parts.directories.current(session)
    except TimeoutError:
        raise UnavailableError("The database does not answer in time") from None
    return Health(boundary_set=directory.boundary_set_id)
