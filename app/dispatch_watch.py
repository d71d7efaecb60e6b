"""Whoever may mend a dispatch rule that cannot be used is told of it, once until it is mended."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.cancellation import heed_cancellation
from app.context import UseCases
from app.cover import CITY_DESK
from app.db import Database
from app.dispatch import in_force, note_fault
from app.dispatch_rules import Broken, DispatchRules
from app.errors import BeatwayError
from app.models import (
    DispatchFault,
    OfficerChat,
    Reporter,
    Staff,
    StaffChat,
    StaffNotice,
    StaffRole,
)
from app.outbox import enqueue_text
from app.phrases import local_name, phrase
from app.staff_notices import tell_desk, tell_leaders

log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0
NOTICE = "dispatch_rule"
FAILED = "failed"
TOLD = (StaffRole.LEADER.value, StaffRole.DESK.value, StaffRole.ADMIN.value)
# Distinguishes this advisory lock from others.
LOCK = 0xD15F


async def open_faults(session: AsyncSession) -> Sequence[DispatchFault]:
    """Return what is known to be broken and not mended."""
    rows = await session.execute(
        select(DispatchFault).where(DispatchFault.until.is_(None)).order_by(DispatchFault.id)
    )
    return rows.scalars().all()


async def all_broken(session: AsyncSession, context: UseCases) -> list[Broken]:
    """Return every rule in force that cannot be used: by what it refers to, or because it failed."""
    in_use, found = await in_force(session, context)
    failed = [
        Broken(each.rule, each.what, each.text)
        for each in await open_faults(session)
        if each.what == FAILED and _is_same(in_use.rules, each)
    ]
    return [*found, *failed]


def _is_same(rules: DispatchRules, fault: DispatchFault) -> bool:
    """Tell whether a rule that failed is still there as it was."""
    rule = rules.by_code.get(fault.rule)
    return rule is not None and rule.active and rule.model_dump(mode="json") == fault.body


async def look(session: AsyncSession, context: UseCases) -> int:
    """Write down what is broken, and mended, since the last look, and tell of it.

    Returns
    -------
    int
        Of how many faults somebody was told now.
    """
    # One after the other, so that nobody is told twice.
    await session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    in_use, found = await in_force(session, context)
    rules = in_use.rules
    known = await open_faults(session)
    there = set(found)
    now = context.clock()
    for fault in known:
        named = Broken(fault.rule, fault.what, fault.text)
        if not (_is_same(rules, fault) if fault.what == FAILED else named in there):
            fault.until = now
            await session.execute(delete(StaffNotice).where(StaffNotice.subject == _subject(fault)))
    await session.flush()
    for each in there - {Broken(fault.rule, fault.what, fault.text) for fault in known}:
        await note_fault(session, each, rules.by_code.get(each.rule))
    untold = [each for each in await open_faults(session) if each.told_at is None]
    for fault in untold:
        await _tell(session, rules, fault)
        await session.execute(
            update(DispatchFault).where(DispatchFault.id == fault.id).values(told_at=now)
        )
    return len(untold)


def _subject(fault: DispatchFault) -> str:
    return f"{NOTICE}:{fault.id}"


async def _tell(session: AsyncSession, rules: DispatchRules, fault: DispatchFault) -> None:
    rule = rules.by_code.get(fault.rule)
    names: dict[str, Any] = rule.names.model_dump() if rule else {}
    body = {"rule": fault.rule, "names": names, "what": fault.what, "text": fault.text}
    await tell_desk(session, CITY_DESK, NOTICE, _subject(fault), body)
    await tell_leaders(session, CITY_DESK, NOTICE, _subject(fault), body)
    for chat_id, language in await _chats(session):
        words = phrase(
            language,
            f"rule_{fault.what}",
            rule=local_name(names, language, fault.rule),
            text=fault.text,
        )
        await enqueue_text(session, chat_id, words, purpose=NOTICE)


async def _chats(session: AsyncSession) -> list[tuple[int, str]]:
    """The chats of the city's leaders, its desk and the administrators, as far as they are linked."""
    city = or_(Staff.precinct_code.is_(None), Staff.role == StaffRole.ADMIN.value)
    query = (
        select(Reporter.id, Reporter.language)
        .select_from(Staff)
        .outerjoin(OfficerChat, OfficerChat.officer_id == Staff.officer_id)
        .outerjoin(StaffChat, StaffChat.staff_id == Staff.id)
        .join(Reporter, Reporter.id == func.coalesce(StaffChat.chat_id, OfficerChat.chat_id))
        .where(Staff.active, Staff.role.in_(TOLD), city, Reporter.blocked_at.is_(None))
        .order_by(Reporter.id)
        .distinct()
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def keep_rules_watched(database: Database, context: UseCases) -> None:
    """Look again and again, for ever; any number of processes may."""
    while True:
        try:
            async with database.transaction() as session:
                await look(session, context)
        except (DBAPIError, InterfaceError, OperationalError, OSError, BeatwayError) as error:
            heed_cancellation()
            log.warning("dispatch rules could not be looked at: %s", error)
        await asyncio.sleep(LOOK_EVERY_S)
