"""Who has come to desks and left them since the last look, and what follows."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.context import UseCases
from app.cover import CITY_DESK
from app.desk_duty import AtDesk, unmanned, who_is_there
from app.handovers import hand_over
from app.models import (
    DeskGap,
    DeskPresence,
    OfficerChat,
    OutboxMessage,
    Reporter,
    Staff,
    StaffNotice,
    StaffRole,
    table_of,
)
from app.outbox import enqueue
from app.phrases import local_name, phrase
from app.staff_notices import tell_leaders
from geo.districts import Level
from geo.index import DistrictIndex

GAP = "desk_gap"
PURPOSE = "leader"
LEADS = (StaffRole.LEADER.value, StaffRole.ADMIN.value)


async def is_something_new(
    session: AsyncSession, index: DistrictIndex | None, now: datetime
) -> bool:
    """Tell, without a lock, whether a look at the desks would find anything."""
    there = {each.staff_id: each.desk for each in await who_is_there(session, now)}
    if there != {row.staff_id: row.desk for row in await _known(session)}:
        return True
    gaps = await unmanned(session, _precincts(index), now)
    return gaps != {gap.desk: gap.why for gap in await _gaps(session)}


async def look_at_desks(
    session: AsyncSession, context: UseCases, index: DistrictIndex | None, now: datetime
) -> set[str]:
    """Write down who is where, what those who left hand over, and which desks have nobody.

    Returns
    -------
    set of str
        Precincts whose desk has nobody now, or somebody again: their reports are looked at.
    """
    there = await who_is_there(session, now)
    await _note_changes(session, index, there, now)
    return await _note_gaps(session, context, index, now)


def _precincts(index: DistrictIndex | None) -> list[str]:
    if index is None:
        return []
    return [code for code, each in index.districts.items() if each.level is Level.PRECINCT]


async def _known(session: AsyncSession) -> list[AtDesk]:
    rows = await session.execute(
        select(Staff.id, Staff.login, Staff.name, DeskPresence.desk)
        .join(Staff, Staff.id == DeskPresence.staff_id)
        .order_by(DeskPresence.desk, Staff.login)
    )
    return [AtDesk(*row) for row in rows]


async def _note_changes(
    session: AsyncSession, index: DistrictIndex | None, there: list[AtDesk], now: datetime
) -> None:
    known = await _known(session)
    now_at = {each.staff_id: each.desk for each in there}
    was_at = {each.staff_id: each.desk for each in known}
    left: dict[str, list[AtDesk]] = defaultdict(list)
    for each in known:
        if now_at.get(each.staff_id) != each.desk:
            left[each.desk].append(each)
    for desk, leaving in sorted(left.items()):
        staying = [each for each in there if each.desk == desk]
        await hand_over(session, index, desk, leaving, staying, now)
    gone = [each.staff_id for leaving in left.values() for each in leaving]
    if gone:
        await session.execute(delete(DeskPresence).where(DeskPresence.staff_id.in_(gone)))
    came = [
        {"staff_id": each.staff_id, "desk": each.desk, "since": now}
        for each in there
        if was_at.get(each.staff_id) != each.desk
    ]
    if came:
        await session.execute(insert(table_of(DeskPresence)), came)


async def _gaps(session: AsyncSession) -> list[DeskGap]:
    query = select(DeskGap).where(DeskGap.until.is_(None)).order_by(DeskGap.desk)
    return list((await session.execute(query)).scalars())


async def _note_gaps(
    session: AsyncSession, context: UseCases, index: DistrictIndex | None, now: datetime
) -> set[str]:
    found = await unmanned(session, _precincts(index), now)
    known = {gap.desk: gap for gap in await _gaps(session)}
    for desk in sorted(known.keys() - found.keys()):
        await _end(session, context, index, known[desk], now)
    for desk in sorted(found.keys() & known.keys()):
        # That a roster has been begun is no news for who was told that nobody is there.
        if known[desk].why != found[desk]:
            known[desk].why = found[desk]
    for desk in sorted(found.keys() - known.keys()):
        await _begin(session, context, index, desk, found[desk], now)
    await session.flush()
    return known.keys() ^ found.keys()


def _subject(desk: str, since: datetime) -> str:
    return f"{GAP}:{desk}:{since.isoformat()}"


async def _begin(
    session: AsyncSession,
    context: UseCases,
    index: DistrictIndex | None,
    desk: str,
    why: str,
    now: datetime,
) -> None:
    names = _names(index, desk)
    body = {"desk": {"code": desk, "name": names}, "since": now.isoformat(), "why": why}
    await tell_leaders(session, desk, GAP, _subject(desk, now), body)
    told = [
        {
            "chat_id": chat_id,
            "language": language,
            "outbox_id": await _send(session, chat_id, words),
        }
        for chat_id, language in await _chats(session, desk)
        for words in [_words(context, names, desk, language, "desk_gap", now)]
    ]
    session.add(DeskGap(desk=desk, since=now, why=why, told=told))


async def _end(
    session: AsyncSession,
    context: UseCases,
    index: DistrictIndex | None,
    gap: DeskGap,
    now: datetime,
) -> None:
    gap.until = now
    names = _names(index, gap.desk)
    await session.execute(
        delete(StaffNotice).where(StaffNotice.subject == _subject(gap.desk, gap.since))
    )
    for each in gap.told:
        words = _words(context, names, gap.desk, each["language"], "desk_gap_over", now)
        payload = _payload(words) | {"edit_of": each["outbox_id"]}
        await enqueue(session, each["chat_id"], "editMessageText", payload, purpose=PURPOSE)


def _names(index: DistrictIndex | None, desk: str) -> dict[str, str]:
    found = index.districts.get(desk) if index is not None else None
    return dict(found.name) if found is not None else {}


def _words(
    context: UseCases, names: dict[str, str], desk: str, language: str, key: str, now: datetime
) -> str:
    name = phrase(language, "desk_of_city") if desk == CITY_DESK else ""
    name = name or phrase(language, "desk_of", precinct=local_name(names, language, desk))
    time = now.astimezone(context.timezone).strftime("%d.%m %H:%M")
    return phrase(language, key, desk=name, time=time)


def _payload(words: str) -> dict[str, Any]:
    return {"text": words, "link_preview_options": {"is_disabled": True}}


async def _chats(session: AsyncSession, desk: str) -> list[tuple[int, str]]:
    """The chats of those who lead the desk, as far as they have linked one."""
    query = (
        select(OfficerChat.chat_id, Reporter.language)
        .join(Staff, Staff.officer_id == OfficerChat.officer_id)
        .join(Reporter, Reporter.id == OfficerChat.chat_id)
        .where(Staff.active, Staff.role.in_(LEADS), Reporter.blocked_at.is_(None))
        .order_by(OfficerChat.chat_id)
        .distinct()
    )
    everything = Staff.precinct_code.is_(None) | (Staff.role == StaffRole.ADMIN.value)
    query = query.where(everything | (Staff.precinct_code == desk))
    return [(row[0], row[1]) for row in await session.execute(query)]


async def _send(session: AsyncSession, chat_id: int, words: str) -> int:
    return (
        await session.execute(
            insert(OutboxMessage)
            .values(chat_id=chat_id, method="sendMessage", payload=_payload(words), purpose=PURPOSE)
            .returning(OutboxMessage.id)
        )
    ).scalar_one()
