"""Taking back the last change that somebody made of the roster."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.duty_watch import Seen
from app.errors import ConflictError, ForbiddenError, NotFoundError
from app.models import Officer
from app.permissions import Scope
from app.roster import OfficerFacts, changing, facts_of, facts_said, note
from app.roster_changes import Entry
from app.roster_csv import OFFICER
from app.roster_rows import (
    TABLES,
    Note,
    entries_of,
    entry_said,
    note_all,
    replace_entries,
    write_officers,
)
from app.routing import hold_for_change

UNDONE = "undone"
# A change is a transaction; one that takes another back is not taken back itself.
LAST = text(
    """
    SELECT a.xact::text AS change, max(a.at) AS at, count(*) AS things
      FROM roster_audit a
     WHERE a.actor = :actor AND a.kind = ANY (:kinds) AND a.xact IS NOT NULL
       AND a.at > clock_timestamp() - interval '1 day'
       AND NOT EXISTS (
           SELECT FROM roster_audit u
            WHERE u.actor = :actor AND u.kind = 'undone'
              AND (u.xact = a.xact OR u.before->>'change' = a.xact::text))
     GROUP BY a.xact
     ORDER BY max(a.id) DESC
     LIMIT 1
    """
)
ROWS = text(
    "SELECT kind, officer, before, after FROM roster_audit"
    " WHERE xact = CAST(CAST(:change AS text) AS xid8) AND actor = :actor AND kind = ANY (:kinds)"
    " ORDER BY id"
)
KINDS = [OFFICER, *TABLES]
Key = tuple[str, str | int]


class NothingToUndoError(NotFoundError):
    """There is no change of yours of the last day to take back."""

    code = "nothing-to-undo"


class ChangedSinceError(ConflictError):
    """Somebody has changed the same thing since: it cannot be taken back any more."""

    code = "changed-since"


@dataclass(frozen=True, slots=True)
class LastChange:
    """A change that can be taken back.

    Attributes
    ----------
    things : int
        How many rows of the roster it was.
    kind, officer, before, after
        Of the first of them.
    """

    change: str
    at: datetime
    things: int
    kind: str
    officer: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


async def last_change(session: AsyncSession, actor: str) -> LastChange | None:
    """Return somebody's last change of the roster that is not taken back yet."""
    last = (await session.execute(LAST, {"actor": actor, "kinds": KINDS})).one_or_none()
    if last is None:
        return None
    row = (await _rows(session, actor, last.change))[0]
    return LastChange(
        last.change, last.at, last.things, row.kind, row.officer, row.before, row.after
    )


async def _rows(session: AsyncSession, actor: str, change: str) -> list[Any]:
    given = {"change": change, "actor": actor, "kinds": KINDS}
    return list(await session.execute(ROWS, given))


async def undo(
    session: AsyncSession, context: UseCases, actor: str, scope: Scope, change: str | None = None
) -> tuple[LastChange, Seen]:
    """Put everything back that somebody's last change was about.

    Parameters
    ----------
    session, context, actor
    scope : Scope
        Whose roster the actor may change.
    change : str, optional
        The change that is meant; if it is the last one no more, nothing happens.

    Raises
    ------
    NothingToUndoError, ChangedSinceError, app.roster_overlaps.OverlapError, ForbiddenError
    """
    await hold_for_change(session)
    last = await last_change(session, actor)
    if last is None or (change is not None and change != last.change):
        raise NothingToUndoError
    back = _Back()
    for row in await _rows(session, actor, last.change):
        back.add(row)
    precincts = await _precincts(session, back)
    for code in sorted(precincts):
        if not scope.allows(code):
            raise ForbiddenError(f"Precinct {code} keeps its own roster")
    async with changing(session, context, actor, *sorted(precincts)) as seen:
        await note(session, actor, UNDONE, last.officer, {"change": last.change}, None)
        notes = await _officers_first(session, back)
        notes += await _entries(session, back)
        notes += await _officers_last(session, back)
        await note_all(session, actor, notes)
    return last, seen[0]


class _Back:
    """What each thing was before a change, and what the change made of it."""

    def __init__(self) -> None:
        self.before: dict[Key, tuple[str, Mapping[str, Any] | None]] = {}
        self.after: dict[Key, tuple[str, Mapping[str, Any] | None]] = {}

    def add(self, row: Any) -> None:
        """Take in a row of the audit, the earlier ones first."""
        said = row.after or row.before
        key = row.kind, row.officer if row.kind == OFFICER else said["id"]
        self.before.setdefault(key, (row.officer, row.before))
        self.after[key] = (row.officer, row.after)

    def officers(self) -> list[str]:
        """Return the codes of officers of whom something else was said."""
        return [str(code) for kind, code in self.before if kind == OFFICER]

    def entries(self, kind: str) -> list[int]:
        """Return the ids of entries of one kind."""
        return [int(each) for what, each in self.before if what == kind]


async def _precincts(session: AsyncSession, back: _Back) -> set[str]:
    codes = {officer for officer, _ in back.before.values()}
    rows = await session.execute(select(Officer.precinct_code).where(Officer.code.in_(codes)))
    found = set(rows.scalars())
    return found | {
        said["precinct"]
        for (kind, _), (_, said) in back.before.items()
        if kind == OFFICER and said is not None
    }


async def _officers_first(session: AsyncSession, back: _Back) -> list[Note]:
    notes: list[Note] = []
    for code in back.officers():
        officer = (await session.execute(select(Officer).where(Officer.code == code))).scalar()
        now = facts_said(facts_of(officer)) if officer else None
        before, after = back.before[OFFICER, code][1], back.after[OFFICER, code][1]
        if now != after:
            raise ChangedSinceError(officer=code)
        if before is not None:
            await write_officers(session, [OfficerFacts(**before)])
            notes.append((OFFICER, code, now, before))
    return notes


async def _entries(session: AsyncSession, back: _Back) -> list[Note]:
    gone: list[Entry] = []
    put: list[Entry] = []
    notes: list[Note] = []
    for kind, table in TABLES.items():
        ids = back.entries(kind)
        known = await entries_of(session, kind, table.id.in_(ids))
        there = {each.id: each for each in known}
        for entry_id in ids:
            officer, after = back.after[kind, entry_id]
            now = there.get(entry_id)
            theirs = after.get(OFFICER, officer) if after else None
            if (entry_said(now) if now else None) != _plain(after) or (
                now is not None and now.officer != theirs
            ):
                raise ChangedSinceError(officer=officer)
            if now:
                gone.append(now)
            before = back.before[kind, entry_id][1]
            if before is not None:
                put.append(_entry(kind, officer, before))
            notes.append((kind, officer, after, before))
    await replace_entries(session, gone, put)
    return notes


def _plain(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if said is None else {key: said[key] for key in said if key != OFFICER}


def _entry(kind: str, officer: str, said: Mapping[str, Any]) -> Entry:
    return Entry(
        what=kind,
        officer=said.get(OFFICER, officer),
        kind=said["kind"],
        since=datetime.fromisoformat(said["since"]),
        until=datetime.fromisoformat(said["until"]) if said["until"] else None,
        beat=said.get("beat"),
        id=said["id"],
    )


async def _officers_last(session: AsyncSession, back: _Back) -> list[Note]:
    """Take officers out again who were added; who has done something since only leaves."""
    notes: list[Note] = []
    for code in back.officers():
        if back.before[OFFICER, code][1] is not None:
            continue
        officer = (await session.execute(select(Officer).where(Officer.code == code))).scalar_one()
        said = facts_said(facts_of(officer))
        try:
            async with session.begin_nested():
                await session.execute(delete(Officer).where(Officer.id == officer.id))
            session.expunge(officer)
            notes.append((OFFICER, code, said, None))
        except IntegrityError:
            officer.active = False
            await session.flush()
            notes.append((OFFICER, code, said, said | {"active": False}))
    return notes
