"""The emulator as a whole: its store and all that is kept only in memory."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

from app.emulator.config import EmulatorConfig
from app.emulator.connections import Connections
from app.emulator.events import EventBus, Signal
from app.emulator.faults import FaultBook
from app.emulator.limits import RateLimits
from app.emulator.storage import Storage


@dataclass(slots=True)
class Delivery:
    """How updates are delivered just now.

    Parameters
    ----------
    hold
        Keep all updates back.
    reorder
        Deliver out of order, also within a chat.
    repeat
        How many more times each new update is delivered after it was acknowledged.
    """

    hold: bool = False
    reorder: bool = False
    repeat: int = 0


@dataclass(slots=True)
class Poll:
    """A ``getUpdates`` that is being answered; a newer one or a webhook ends it."""

    ended: asyncio.Event = field(default_factory=asyncio.Event)
    why: str = ""


@dataclass(slots=True)
class Emulator:
    """State shared by all parts."""

    config: EmulatorConfig
    storage: Storage
    random: random.Random
    faults: FaultBook
    limits: RateLimits
    events: EventBus = field(default_factory=EventBus)
    arrivals: Signal = field(default_factory=Signal)
    connections: Connections = field(default_factory=Connections)
    delivery: Delivery = field(default_factory=Delivery)
    poll: Poll | None = None
    polled_at: float | None = None
    hook_answered: bool = False
    stopping: bool = False
    basemap: bytes | None = None
    background: set[asyncio.Task[None]] = field(default_factory=set)

    def user(self) -> dict[str, Any]:
        """Give the bot as a Telegram ``User``."""
        return {
            "id": self.config.bot_id,
            "is_bot": True,
            "first_name": self.config.bot_name,
            "username": self.config.username,
        }

    def stop(self) -> None:
        """End everything that waits, so that the server can stop at once."""
        self.stopping = True
        self.events.end()
        self.arrivals.notify()


def open_emulator(config: EmulatorConfig) -> Emulator:
    """Open the store and set up an emulator over it."""
    generator = random.Random(config.seed)  # noqa: S311 - repeatable on purpose
    return Emulator(
        config=config,
        storage=Storage(config.data_dir, config.first_id),
        random=generator,
        faults=FaultBook(generator),
        limits=RateLimits(enforce=config.enforce_limits, speed=config.speed),
    )


def now() -> int:
    """Give the time as Telegram does, in whole seconds."""
    return int(time.time())
