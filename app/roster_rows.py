"""Many rows of the roster at once: read, replaced by others, and noted."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Leave, Officer, Posting, Shift
from app.roster import OfficerFacts, facts_of, facts_said
from app.roster_changes import Change, Entry, State
from app.roster_csv import LEAVE, POSTING, SHIFT

TABLES: Mapping[str, type[Posting] | type[Shift] | type[Leave]] = {
    POSTING: Posting,
    SHIFT: Shift,
    LEAVE: Leave,
}
# Many rows as one JSON text: it costs a fraction of as many parameters. An id that was there before
# is given again: what was noted of it stays true.
INSERTS = {
    what: text(
        f"INSERT INTO {what} (id, officer_id, kind, period{beat}) OVERRIDING SYSTEM VALUE"  # noqa: S608 - names from below
        f" SELECT r.id, o.id, r.kind, tstzrange(r.since, r.until){beat and ', r.beat'}"
        " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r"
        " (id int, officer text, kind text, since timestamptz, until timestamptz, beat text)"
        " JOIN officer o ON o.code = r.officer"
    )
    for what, beat in ((POSTING, ", beat_code"), (SHIFT, ""), (LEAVE, ""))
}
WRITE_OFFICERS = text(
    "INSERT INTO officer (code, name, rank, precinct_code, reception, phone, load_limit, active)"
    " SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r"
    " (code text, name text, rank text, precinct text, reception text, phone text, load_limit int,"
    " active boolean)"
    " ON CONFLICT (code) DO UPDATE SET name = excluded.name, rank = excluded.rank,"
    " precinct_code = excluded.precinct_code, reception = excluded.reception,"
    " phone = excluded.phone, load_limit = excluded.load_limit, active = excluded.active"
)
NOTE = text(
    "INSERT INTO roster_audit (actor, kind, officer, before, after)"
    " SELECT :actor, r.kind, r.officer, nullif(r.before, 'null'), nullif(r.after, 'null')"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r"
    " (kind text, officer text, before jsonb, after jsonb)"
)
NEW_IDS = text(
    "SELECT nextval(pg_get_serial_sequence(:what, 'id')) FROM generate_series(1, :number)"
)


async def state_of(
    session: AsyncSession, officers: Collection[str], beats: Collection[str] = ()
) -> State:
    """Return officers with all their entries, and everybody's postings to some beats."""
    rows = await session.execute(select(Officer).where(Officer.code.in_(officers)))
    found = {each.code: facts_of(each) for each in rows.scalars()}
    entries: list[Entry] = []
    for what, table in TABLES.items():
        theirs: ColumnElement[bool] = Officer.code.in_(officers)
        if table is Posting and beats:
            theirs = or_(theirs, Posting.beat_code.in_(beats))
        entries += await entries_of(session, what, theirs)
    return State(found, entries)


async def entries_of(
    session: AsyncSession, what: str, *conditions: ColumnElement[bool]
) -> list[Entry]:
    """Return entries of one kind, by time."""
    rows = await session.execute(_entries(what).where(*conditions))
    return [Entry(what, *row) for row in rows]


def _entries(what: str) -> Select[Any]:
    table = TABLES[what]
    beat = Posting.beat_code if table is Posting else func.nullif("", "")
    since, until = func.lower(table.period), func.upper(table.period)
    return (
        select(Officer.code, table.kind, since, until, beat, table.id)
        .join(Officer, Officer.id == table.officer_id)
        .order_by(since, table.id)
    )


async def apply(session: AsyncSession, actor: str, changes: Sequence[Change]) -> None:
    """Make changes that `app.roster_changes.compare` or a copied week proposes."""
    await write_officers(
        session, [each.after for each in changes if isinstance(each.after, OfficerFacts)]
    )
    before = [each.before for each in changes if isinstance(each.before, Entry)]
    after = [each.after for each in changes if isinstance(each.after, Entry)]
    made = {each.identity: each for each in await replace_entries(session, before, after)}

    def notes() -> list[Note]:
        return [
            (
                each.what,
                each.officer,
                _said(each.before),
                _said(made[each.after.identity] if isinstance(each.after, Entry) else each.after),
            )
            for each in changes
        ]

    await note_all(session, actor, await asyncio.to_thread(notes))


def _said(thing: Entry | OfficerFacts | None) -> dict[str, Any] | None:
    if thing is None:
        return None
    return entry_said(thing) if isinstance(thing, Entry) else facts_said(thing)


def entry_said(entry: Entry) -> dict[str, Any]:
    """Return what the audit keeps of an entry, as `app.roster.described` does."""
    said = entry.said()
    if entry.what != POSTING:
        said.pop("beat")
    return said


async def write_officers(session: AsyncSession, facts: Sequence[OfficerFacts]) -> None:
    """Add officers to the register, or change what it says of them."""
    if facts:
        rows = await _as_json([facts_said(each) for each in facts])
        await session.execute(WRITE_OFFICERS, {"rows": rows})
        # What the session has read of them is not true any more.
        session.expire_all()


async def _as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    # Thousands of them are not put together while everybody else waits.
    return await asyncio.to_thread(json.dumps, rows, ensure_ascii=False)


async def replace_entries(
    session: AsyncSession, before: Iterable[Entry], after: Sequence[Entry]
) -> list[Entry]:
    """Take entries out and put others in, so that none stands in another's way meanwhile.

    Returns
    -------
    list of Entry
        Those put in, each with its id.
    """
    gone: dict[str, list[int]] = defaultdict(list)
    for entry in before:
        if entry.id is not None:
            gone[entry.what].append(entry.id)
    for what, ids in gone.items():
        table = TABLES[what]
        await session.execute(
            delete(table).where(table.id.in_(ids)),
            execution_options={"synchronize_session": False},
        )
    made: list[Entry] = []
    for what, insert in INSERTS.items():
        entries = await _with_ids(session, what, [each for each in after if each.what == what])
        if entries:
            rows = [{"officer": each.officer} | each.said() for each in entries]
            await session.execute(insert, {"rows": await _as_json(rows)})
        made += entries
    return made


async def _with_ids(session: AsyncSession, what: str, entries: list[Entry]) -> list[Entry]:
    new = sum(each.id is None for each in entries)
    given = iter((await session.execute(NEW_IDS, {"what": what, "number": new})).scalars())
    return [each if each.id is not None else replace(each, id=next(given)) for each in entries]


Note = tuple[str, str, Mapping[str, Any] | None, Mapping[str, Any] | None]


async def note_all(session: AsyncSession, actor: str, notes: Sequence[Note]) -> None:
    """Add changes to the audit: what, whose, before and after."""
    if notes:
        names = ("kind", "officer", "before", "after")
        rows = await _as_json([dict(zip(names, each, strict=True)) for each in notes])
        await session.execute(NOTE, {"actor": actor, "rows": rows})
