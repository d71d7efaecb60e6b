"""What the routes work with, made once a process."""

import asyncio
from dataclasses import dataclass, field

from fastapi import Request

from app.access_passwords import Passwords
from app.context import UseCases
from app.db import Database
from app.directory import DirectoryCache
from app.identity import Sealer
from app.media import MediaSource
from app.rates import Rates
from app.settings import Settings
from app.stream import Hub

# Of the routes that are open to all, for one address.
RATES = {
    "locate": "120/minute",
    "health": "1200/minute",
    "config": "300/minute",
    "cap": "120/minute",
    "ogc": "600/minute",
    # A map asks for dozens at a time.
    "tiles": "12000/minute",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work with."""

    settings: Settings
    database: Database
    context: UseCases
    directories: DirectoryCache
    passwords: Passwords
    hub: Hub
    media: MediaSource
    rates: Rates
    sealer: Sealer | None
    # Validating a large file takes a processor and much memory: one at a time.
    heavy: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))


def parts(request: Request) -> Parts:
    """Return the parts of the application that answers a request."""
    found: Parts = request.app.state.parts
    return found
