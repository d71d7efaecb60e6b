"""Who has come and gone since the last look, and what follows for beats and reports."""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, text, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.cancellation import heed_cancellation
from app.context import UseCases
from app.cover import CITY_DESK, POSTED
from app.covering import Handed, cover_again
from app.db import Database
from app.desk_watch import is_something_new as is_news_of_desks
from app.desk_watch import look_at_desks
from app.duty import PostedOfficer, posted_by_beat, why_unattended
from app.errors import BeatwayError
from app.models import Officer, Posting, Report, UnattendedBeat, table_of
from app.models.reports import OPEN_SQL
from app.routing import NoBoundarySetError, current_index, hold_for_change
from app.staff_notices import tell_desk
from app.staffing import on_duty
from app.workflow import UNACKNOWLEDGED
from geo.districts import Level
from geo.index import DistrictIndex

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
ACTOR = "roster"
UNATTENDED = "unattended"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found.

    Attributes
    ----------
    came, went : tuple of str
        Codes of officers.
    handed : list of Handed
        Reports that another answers for now.
    """

    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    handed: tuple[Handed, ...] = ()


async def is_something_new(session: AsyncSession, context: UseCases) -> bool:
    """Tell, without a lock, whether a look would find anything."""
    now = context.clock()
    changed = select(Officer.id).where(Officer.on_duty != _is_there(now))
    if (await session.execute(select(changed.exists()))).scalar():
        return True
    if await _no_longer_posted(session, now) or await _held_by_gone(session):
        return True
    index = await _index(session, context)
    if await is_news_of_desks(session, index, now):
        return True
    if index is None:
        return False
    # Nobody came or went, so what was seen of each is true.
    unattended = _unattended(index, await posted_by_beat(session, now, as_seen=True))
    if unattended != await _known(session):
        return True
    return bool(await _to_alert(session, context, now))


async def look(
    session: AsyncSession,
    context: UseCases,
    actor: str = ACTOR,
    precincts: Collection[str] = (),
) -> Seen:
    """Act on every difference between who was on duty at the last look and who is now.

    Reports that cover holds and nobody has acknowledged go back to whoever is posted there and has
    come; those of whoever has gone find somebody else; beats without anybody are noted. Whoever
    changes the roster calls this after the change, in the same transaction.

    Parameters
    ----------
    session
        Holds the boundaries for a change, see `app.routing.hold_for_change`.
    context : UseCases
    actor : str
        Who made the change, for the history of reports.
    precincts : collection of str
        Where to look at every report, whatever else has changed.
    """
    now = context.clock()
    there = _is_there(now)
    changed = (
        await session.execute(
            select(Officer.id, Officer.code, Officer.precinct_code, there.label("there"))
            .where(Officer.on_duty != there)
            .order_by(Officer.code)
        )
    ).all()
    for is_there in (True, False):
        ids = [row.id for row in changed if row.there is is_there]
        if ids:
            await session.execute(
                update(Officer).where(Officer.id.in_(ids)).values(on_duty=is_there),
                execution_options={"synchronize_session": False},
            )
    index = await _index(session, context)
    # First, for a desk with nobody at it is no rung of the ladder.
    desks = await look_at_desks(session, context, index, now)
    if index is None:
        return Seen()
    beats = await _change_unattended(session, index, now)
    touched = {row.precinct_code for row in changed} | set(precincts) | (desks - {CITY_DESK})
    touched |= await _no_longer_posted(session, now)
    # What those who have left the service had is found without naming its precinct.
    touched |= _precincts(index, beats)
    touched |= _precincts(index, await _posted_beats(session, [row.id for row in changed], now))
    handed = await cover_again(session, context, index, sorted(touched), actor, now)
    await _alert(session, context, index, now)
    return Seen(
        tuple(row.code for row in changed if row.there),
        tuple(row.code for row in changed if not row.there),
        tuple(handed),
    )


async def keep_watch(database: Database, context: UseCases) -> None:
    """Look again and again, for ever; any number of processes may."""
    while True:
        try:
            await look_once(database, context)
        except (DBAPIError, InterfaceError, OperationalError, OSError, BeatwayError) as error:
            heed_cancellation()
            log.warning("the roster could not be looked at: %s", error)
        await asyncio.sleep(LOOK_EVERY_S)


async def look_once(database: Database, context: UseCases) -> Seen:
    """Look in a transaction of its own; nobody has to wait when there is nothing new."""
    async with database.transaction() as session:
        if not await is_something_new(session, context):
            return Seen()
    async with database.transaction() as session:
        await hold_for_change(session)
        return await look(session, context)


def _is_there(now: datetime) -> ColumnElement[bool]:
    # Whoever has left the service is not on duty, whatever their shifts say.
    return Officer.active & on_duty(now)


async def _index(session: AsyncSession, context: UseCases) -> DistrictIndex | None:
    try:
        return (await current_index(session, context.index_cache))[1]
    except NoBoundarySetError:
        return None


async def _no_longer_posted(session: AsyncSession, now: datetime) -> set[str]:
    """Precincts with a report in the hands of somebody who is not posted there any more."""
    held = exists().where(
        Posting.officer_id == Report.assigned_officer_id,
        Posting.beat_code == Report.beat_code,
        Posting.kind == Report.rung,
        Posting.period.op("@>")(now),
    )
    rows = await session.execute(
        select(Report.precinct_code)
        .where(
            text(OPEN_SQL),
            Report.status.in_(UNACKNOWLEDGED),
            Report.rung.in_([rung.value for rung in POSTED]),
            Report.precinct_code.is_not(None),
            ~held,
        )
        .distinct()
    )
    return {str(code) for code in rows.scalars()}


async def _held_by_gone(session: AsyncSession) -> bool:
    """Tell whether somebody who has left the service still has an open report."""
    held = exists().where(text(OPEN_SQL), Report.assigned_officer_id == Officer.id)
    found = select(Officer.id).where(~Officer.active, held)
    return bool((await session.execute(select(found.exists()))).scalar())


async def _posted_beats(session: AsyncSession, officers: list[int], now: datetime) -> set[str]:
    rows = await session.execute(
        select(Posting.beat_code)
        .where(Posting.officer_id.in_(officers), Posting.period.op("@>")(now))
        .distinct()
    )
    return set(rows.scalars())


def _precincts(index: DistrictIndex, beats: Collection[str]) -> set[str]:
    found = (index.districts.get(code) for code in beats)
    return {district.parent for district in found if district is not None and district.parent}


def _unattended(index: DistrictIndex, posted: dict[str, list[PostedOfficer]]) -> dict[str, str]:
    return {
        code: why
        for code, district in index.districts.items()
        if district.level is Level.BEAT
        and (why := why_unattended(posted.get(code, ()))) is not None
    }


async def _known(session: AsyncSession) -> dict[str, str]:
    rows = await session.execute(select(UnattendedBeat.beat_code, UnattendedBeat.why))
    return {row.beat_code: row.why for row in rows}


async def _change_unattended(
    session: AsyncSession, index: DistrictIndex, now: datetime
) -> set[str]:
    """Write down which beats are unattended now; return those that were not, or no longer are."""
    # What is seen of everybody has just been written.
    found = _unattended(index, await posted_by_beat(session, now, as_seen=True))
    known = await _known(session)
    ended = known.keys() - found.keys()
    if ended:
        await session.execute(delete(UnattendedBeat).where(UnattendedBeat.beat_code.in_(ended)))
    began = [
        {"beat_code": code, "why": found[code], "since": now}
        for code in sorted(found.keys() - known.keys())
    ]
    if began:
        await session.execute(insert(table_of(UnattendedBeat)), began)
    for code in sorted(found.keys() & known.keys()):
        if found[code] != known[code]:
            await session.execute(
                update(UnattendedBeat)
                .where(UnattendedBeat.beat_code == code)
                .values(why=found[code])
            )
    return ended | (found.keys() - known.keys())


def _subject(beat: str, since: datetime) -> str:
    return f"{UNATTENDED}:{beat}:{since.isoformat()}"


async def _to_alert(
    session: AsyncSession, context: UseCases, now: datetime
) -> list[tuple[str, datetime, str, int]]:
    """Beats unattended for too long, or with a report in them: (beat, since, why, reports)."""
    waiting = (
        select(func.count())
        .where(text(OPEN_SQL), Report.beat_code == UnattendedBeat.beat_code)
        .correlate(UnattendedBeat)
        .scalar_subquery()
    )
    late = UnattendedBeat.since <= now - timedelta(minutes=context.unattended_alert_minutes)
    rows = await session.execute(
        select(UnattendedBeat.beat_code, UnattendedBeat.since, UnattendedBeat.why, waiting)
        .where(or_(late, waiting > 0), ~UnattendedBeat.alerted)
        .order_by(UnattendedBeat.beat_code)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def _alert(
    session: AsyncSession, context: UseCases, index: DistrictIndex, now: datetime
) -> None:
    for beat, since, why, reports in await _to_alert(session, context, now):
        district = index.districts.get(beat)
        body = {
            "beat": {"code": beat, "name": dict(district.name) if district else {}},
            "since": since.isoformat(),
            "why": why,
            "open_reports": reports,
        }
        desks = {CITY_DESK} | ({district.parent} if district and district.parent else set())
        for desk in sorted(desks):
            await tell_desk(session, desk, UNATTENDED, _subject(beat, since), body)
        await session.execute(
            update(UnattendedBeat).where(UnattendedBeat.beat_code == beat).values(alerted=True)
        )
