"""What happens to reports, told to everybody who watches, as it happens."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.claims import EVERYTHING
from app.db import Database
from app.permissions import Scope

log = logging.getLogger(__name__)

CHANNEL = "beatway_report_event"
# A lost notification costs this long at most.
LOOK_ANYWAY_S = 15.0
# One event is told at once; of a rush, many with one reading.
PAUSE_S = 0.1
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 10.0
BATCH = 500
# Who was away for more than this had better read everything anew.
LONGEST_BACKLOG = 500
WAITING_ROOM = 256
LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the sequence of events up to which somebody has seen all of them.

    Transactions become visible in another order than their events were numbered in. Below the
    oldest transaction that was running, nothing can appear any more: so positions are of the form
    (transaction, event), and never go beyond that transaction.
    """

    xact: int
    event: int

    def __str__(self) -> str:
        return f"{self.xact}-{self.event}"

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """Read what `str` wrote; None when it is something else."""
        xact, dash, event = value.partition("-")
        if not dash or not (xact + event).isascii() or not (xact + event).isdigit():
            return None
        if not xact or not event or max(len(xact), len(event)) > len(str(LARGEST)):
            return None
        position = cls(int(xact), int(event))
        return position if max(position.xact, position.event) <= LARGEST else None


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a report.

    Attributes
    ----------
    precincts : frozenset of str
        Whose report it was before or is after: the one that loses it is told too.
    was : tuple
        Category, precinct and beat before, where they changed.
    """

    xact: int
    id: int
    number: str
    version: int
    kind: str
    status: str
    precinct: str | None
    beat: str | None
    precincts: frozenset[str]
    category: str = ""
    was: tuple[str, str | None, str | None] = ("", None, None)

    def _is_seen(self, scope: Scope) -> bool:
        return scope.sees(self.category, self.precinct, self.beat)

    def concerns(self, scope: Scope) -> bool:
        """Tell whether somebody with this scope is told."""
        if self._is_seen(scope):
            return True
        # Whoever sees only some categories is not told of what was never theirs.
        if scope.watch is not None:
            return scope.sees(*self.was)
        return any(scope.allows(code) for code in self.precincts)

    def data(self, scope: Scope, *, exactly: bool = True) -> dict[str, Any]:
        """Return what they are told: of a report that has left them, only that it has.

        Who does not see exactly where a report is learns its district with the report, or not.
        """
        if not self._is_seen(scope):
            return {
                "number": self.number,
                "version": self.version,
                "kind": self.kind,
                "status": None,
                "precinct": None,
                "beat": None,
                "gone": True,
            }
        return {
            "number": self.number,
            "version": self.version,
            "kind": self.kind,
            "status": self.status,
            "precinct": self.precinct if exactly else None,
            "beat": self.beat if exactly else None,
            "gone": False,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """Events after a position, and the position from which one can go on."""

    events: list[Event]
    horizon: int
    newest: int
    complete: bool

    def positioned(self) -> list[tuple[Position, Event]]:
        """Return each event with the position from which one can go on after it."""
        settled = Position(self.horizon, 0)
        return [(min(settled, Position(event.xact, event.id)), event) for event in self.events]


_READ = text(
    """
    SELECT e.id, e.xact::text::bigint AS xact, r.number, e.version, e.kind, r.status,
           r.precinct_code, r.beat_code, e.precincts, r.category,
           coalesce(e.before #>> '{sorting,category}', r.category) AS was_category,
           coalesce(e.before #>> '{placement,precinct}', e.before ->> 'precinct',
                    r.precinct_code) AS was_precinct,
           coalesce(e.before #>> '{placement,beat}', e.before ->> 'beat', r.beat_code) AS was_beat
      FROM report_event e JOIN report r ON r.id = e.report_id
     WHERE (e.xact, e.id) > (CAST(CAST(:xact AS text) AS xid8), :event)
       AND e.id <> ALL (CAST(:seen AS bigint[]))
     ORDER BY e.xact, e.id
     LIMIT :limit
    """
)
_SNAPSHOT = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon,"
    " pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS newest"
)


async def read(
    session: AsyncSession, after: Position, seen: Sequence[int] = (), limit: int = BATCH
) -> Reading:
    """Return events after a position, leaving out those with the given ids."""
    # The horizon first: what commits in between is then read twice rather than never.
    snapshot = (await session.execute(_SNAPSHOT)).one()
    rows = await session.execute(
        _READ,
        {"xact": str(after.xact), "event": after.event, "seen": list(seen), "limit": limit + 1},
    )
    events = [
        Event(
            xact=row.xact,
            id=row.id,
            number=row.number,
            version=row.version,
            kind=row.kind,
            status=row.status,
            precinct=row.precinct_code,
            beat=row.beat_code,
            precincts=frozenset(row.precincts),
            category=row.category,
            was=(row.was_category, row.was_precinct, row.was_beat),
        )
        for row in rows
    ]
    return Reading(events[:limit], snapshot.horizon, snapshot.newest, len(events) <= limit)


@dataclass(eq=False)
class Subscriber:
    """Somebody who watches; what waits for them is bounded."""

    scope: Scope
    waiting: asyncio.Queue[tuple[Position, Event] | None] = field(
        default_factory=lambda: asyncio.Queue(WAITING_ROOM)
    )
    ended: bool = False

    def offer(self, position: Position, event: Event) -> None:
        """Put an event in line; cut off who does not keep up: they come back and catch up."""
        if self.ended or not event.concerns(self.scope):
            return
        if self.waiting.full():
            self.end()
        else:
            self.waiting.put_nowait((position, event))

    def end(self) -> None:
        """Let the stream end."""
        self.ended = True
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


class Hub:
    """Reads new events once a process and hands them to all its subscribers.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._subscribers: set[Subscriber] = set()
        self._position: Position | None = None
        # Events told already that are beyond the position, by id.
        self._ahead: dict[int, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self.listening = asyncio.Event()

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._run(), name="event stream")

    def close(self) -> None:
        """End every stream, so that the server can stop; safe to call twice."""
        self._closed = True
        for subscriber in list(self._subscribers):
            subscriber.end()

    async def stop(self) -> None:
        """End every stream and stop listening."""
        self.close()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def subscribe(self, scope: Scope) -> Subscriber:
        """Add somebody who watches; take them off with `unsubscribe`."""
        subscriber = Subscriber(scope)
        self._subscribers.add(subscriber)
        if self._closed:
            subscriber.end()
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Take somebody off."""
        self._subscribers.discard(subscriber)

    async def _run(self) -> None:
        wait = FIRST_WAIT_S
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._database.conninfo, autocommit=True
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    await self._look()
                    self.listening.set()
                    wait = FIRST_WAIT_S
                    while True:
                        async for _ in connection.notifies(timeout=LOOK_ANYWAY_S, stop_after=1):
                            pass
                        await self._look()
                        await asyncio.sleep(PAUSE_S)
            except (psycopg.Error, SQLAlchemyError, OSError) as error:
                log.warning("The event stream lost the database, again in %.1f s: %s", wait, error)
            self.listening.clear()
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_S)

    async def _look(self) -> None:
        """Hand out what is new."""
        while True:
            async with self._database.transaction(EVERYTHING) as session:
                if self._position is None:
                    # Whoever comes from now on is told of what happens from now on.
                    snapshot = (await session.execute(_SNAPSHOT)).one()
                    self._position = Position(snapshot.horizon, 0)
                    found = await read(session, self._position)
                    self._ahead = {event.id: event.xact for event in found.events}
                    return
                found = await read(session, self._position, list(self._ahead))
            for event in found.events:
                self._ahead[event.id] = event.xact
            if found.complete:
                self._position = max(self._position, Position(found.horizon, 0))
                self._ahead = {
                    event: xact for event, xact in self._ahead.items() if xact >= found.horizon
                }
            for position, event in found.positioned():
                for subscriber in list(self._subscribers):
                    subscriber.offer(position, event)
            if found.complete:
                return


@dataclass(frozen=True, slots=True)
class Backlog:
    """What somebody missed while they were away.

    Attributes
    ----------
    events : list of (Position, Event)
        Each with the position from which one can go on after it.
    too_much : bool
        True when it cannot be told what they missed: they must read everything anew.
    """

    events: list[tuple[Position, Event]]
    too_much: bool


async def here(session: AsyncSession) -> Position:
    """Return the position that somebody starts from who reads everything after this."""
    snapshot = (await session.execute(_SNAPSHOT)).one()
    return Position(snapshot.horizon, 0)


async def catch_up(session: AsyncSession, last_event_id: str) -> Backlog:
    """Find what happened since somebody's last event.

    Subscribe first: what happens in between then comes twice rather than never.
    """
    after = Position.parse(last_event_id)
    if after is None:
        return Backlog([], too_much=True)
    found = await read(session, after, limit=LONGEST_BACKLOG)
    # A position from the future is of another database.
    if not found.complete or after.xact > found.newest:
        return Backlog([], too_much=True)
    return Backlog(found.positioned(), too_much=False)
