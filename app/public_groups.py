"""Public groups and channels: made ours by a one-time code, and what is known of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app import link_codes
from app.context import UseCases
from app.cover import CITY_DESK
from app.errors import NotFoundError
from app.models import (
    DeskChat,
    PassedAlbum,
    PublicGroup,
    PublicGroupAdmin,
    PublicGroupCode,
    Report,
    Reporter,
    ReportMessage,
)
from app.staff_notices import tell_desk

KIND = "public_group"
SOURCE = "telegram_group"
REMOVED, NO_RIGHTS = "removed", "no_rights"
TITLE_LENGTH = 200
# Telegram tells nobody who else administers a group, so it is asked.
FACTS_LAST = timedelta(minutes=10)
ALBUM_LASTS = timedelta(hours=1)
COUNTED = timedelta(days=7)
# Telegram's words, in small letters.
LOST = ("kicked", "not a member", "chat not found", "group chat was deactivated", "chat_not_found")
MUTE = ("not enough rights", "chat_write_forbidden", "have no rights to send", "topic_closed")


@dataclass(frozen=True, slots=True)
class About:
    """What a message shows of the chat it is in."""

    title: str
    kind: str
    is_forum: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A public group as its staff see it."""

    id: int
    title: str
    kind: str
    is_forum: bool
    counterpart: str | None
    linked_at: datetime
    linked_by: str
    reads_all: bool | None
    is_administrator: bool | None
    can_delete: bool
    administrators: int
    reports: int
    last_report_at: datetime | None
    fault: str | None
    looked_at: datetime | None


async def new_code(session: AsyncSession, context: UseCases, made_by: str) -> link_codes.Code:
    """Make a code for a group; the one the same person made before is no longer good."""
    made = link_codes.make(context.clock())
    values = {"code_hash": link_codes.digest(made.code), "expires_at": made.expires_at}
    await session.execute(
        insert(PublicGroupCode)
        .values(made_by=made_by, **values)
        .on_conflict_do_update(index_elements=[PublicGroupCode.made_by], set_=values)
    )
    return made


async def link(
    session: AsyncSession, context: UseCases, chat: Reporter, code: str, about: About
) -> PublicGroup | None:
    """Make a group public by its code; None when the code is wrong, used or too old.

    A group that is public already only learns who vouches for it now.
    """
    made_by = (
        await session.execute(
            delete(PublicGroupCode)
            .where(
                PublicGroupCode.code_hash == link_codes.digest(code),
                PublicGroupCode.expires_at > context.clock(),
            )
            .returning(PublicGroupCode.made_by)
        )
    ).scalar()
    if made_by is None:
        return None
    # Everybody reads along: the city's own language is theirs.
    chat.language = context.languages[0]
    found = await of_chat(session, chat.id)
    if found is None:
        found = PublicGroup(chat_id=chat.id)
        session.add(found)
    found.title, found.kind = about.title[:TITLE_LENGTH], about.kind
    found.is_forum, found.linked_by = about.is_forum, made_by
    found.fault = found.looked_at = None
    await session.flush()
    return found


async def unlink(session: AsyncSession, chat_id: int) -> None:
    """Take a group for public no longer; what it told stays in the register.

    Raises
    ------
    NotFoundError
    """
    gone = await session.execute(
        delete(PublicGroup).where(PublicGroup.chat_id == chat_id).returning(PublicGroup.chat_id)
    )
    if gone.first() is None:
        raise NotFoundError("There is no such public group")


async def of_chat(session: AsyncSession, chat_id: int) -> PublicGroup | None:
    """Return the public group that a chat is."""
    return (
        await session.execute(select(PublicGroup).where(PublicGroup.chat_id == chat_id))
    ).scalar()


async def is_desks(session: AsyncSession, chat_id: int) -> bool:
    """Tell whether a chat is a desk's group, which cannot be public as well."""
    query = select(DeskChat.desk).where(DeskChat.chat_id == chat_id)
    return (await session.execute(query)).first() is not None


def are_known(group: PublicGroup, now: datetime) -> bool:
    """Tell whether what Telegram said of a group is recent enough to go by."""
    return group.looked_at is not None and group.looked_at > now - FACTS_LAST


async def is_administrator(session: AsyncSession, group: PublicGroup, person_id: int) -> bool:
    """Tell whether somebody administers a group, by what is known of it."""
    query = select(PublicGroupAdmin.person_id).where(
        PublicGroupAdmin.chat_id == group.chat_id, PublicGroupAdmin.person_id == person_id
    )
    return (await session.execute(query)).first() is not None


async def set_administrators(
    session: AsyncSession, group: PublicGroup, person_ids: Sequence[int]
) -> None:
    """Keep who administers a group."""
    await session.execute(delete(PublicGroupAdmin).where(PublicGroupAdmin.chat_id == group.chat_id))
    if person_ids:
        rows = [{"chat_id": group.chat_id, "person_id": each} for each in set(person_ids)]
        await session.execute(insert(PublicGroupAdmin).values(rows))


async def look_again(session: AsyncSession, chat_id: int) -> None:
    """Let Telegram be asked about a group anew.

    Raises
    ------
    NotFoundError
    """
    found = await session.execute(
        update(PublicGroup)
        .where(PublicGroup.chat_id == chat_id)
        .values(looked_at=None)
        .returning(PublicGroup.chat_id)
    )
    if found.first() is None:
        raise NotFoundError("There is no such public group")


async def note_fault(session: AsyncSession, group: PublicGroup, fault: str, subject: str) -> None:
    """Note what keeps us from a group, and tell the city's desk, once."""
    if group.fault != fault:
        body = {"group": group.title, "fault": fault}
        await tell_desk(session, CITY_DESK, KIND, f"{KIND}:{group.chat_id}:{fault}:{subject}", body)
    group.fault = fault
    await session.flush()


async def on_failure(session: AsyncSession, chat_id: int, outbox_id: int, error: str) -> None:
    """Act on what Telegram refused in a public group for good.

    Parameters
    ----------
    session : AsyncSession
        Of the transaction that marks the row as failed.
    chat_id, outbox_id : int
    error : str
        Telegram's words.
    """
    said = error.lower()
    fault = REMOVED if any(words in said for words in LOST) else None
    if fault is None and any(words in said for words in MUTE):
        fault = NO_RIGHTS
    group = await of_chat(session, chat_id) if fault else None
    if group is not None and fault is not None:
        await note_fault(session, group, fault, str(outbox_id))


async def pass_album(session: AsyncSession, now: datetime, chat_id: int, album: str) -> None:
    """Remember an album that is no report, for as long as its pictures may come."""
    await session.execute(
        delete(PassedAlbum).where(
            PassedAlbum.chat_id == chat_id, PassedAlbum.passed_at < now - ALBUM_LASTS
        )
    )
    await session.execute(
        insert(PassedAlbum)
        .values(chat_id=chat_id, album=album, passed_at=now)
        .on_conflict_do_nothing()
    )


async def is_passed(session: AsyncSession, chat_id: int, album: str) -> bool:
    """Tell whether an album was found to be no report."""
    query = select(PassedAlbum.album).where(
        PassedAlbum.chat_id == chat_id, PassedAlbum.album == album
    )
    return (await session.execute(query)).first() is not None


async def listed(session: AsyncSession, now: datetime) -> list[Listed]:
    """Return all public groups, with how much they told lately."""
    other = aliased(PublicGroup)
    administrators = (
        select(func.count())
        .where(PublicGroupAdmin.chat_id == PublicGroup.chat_id)
        .correlate(PublicGroup)
        .scalar_subquery()
    )
    counted = (
        select(
            ReportMessage.chat_id,
            func.count(Report.id.distinct()).label("reports"),
            func.max(Report.received_at).label("last_report_at"),
        )
        .join(Report, Report.id == ReportMessage.report_id)
        .where(Report.received_at > now - COUNTED, Report.source == SOURCE)
        .group_by(ReportMessage.chat_id)
        .subquery()
    )
    rows = await session.execute(
        select(
            PublicGroup,
            other.title.label("counterpart"),
            administrators.label("administrators"),
            func.coalesce(counted.c.reports, 0).label("reports"),
            counted.c.last_report_at,
        )
        .outerjoin(other, other.chat_id == PublicGroup.counterpart_id)
        .outerjoin(counted, counted.c.chat_id == PublicGroup.chat_id)
        .order_by(PublicGroup.title, PublicGroup.chat_id)
    )
    return [
        Listed(
            id=row.PublicGroup.chat_id,
            title=row.PublicGroup.title,
            kind=row.PublicGroup.kind,
            is_forum=row.PublicGroup.is_forum,
            counterpart=row.counterpart,
            linked_at=row.PublicGroup.linked_at,
            linked_by=row.PublicGroup.linked_by,
            reads_all=row.PublicGroup.reads_all,
            is_administrator=row.PublicGroup.is_administrator,
            can_delete=row.PublicGroup.can_delete,
            administrators=row.administrators,
            reports=row.reports,
            last_report_at=row.last_report_at,
            fault=row.PublicGroup.fault,
            looked_at=row.PublicGroup.looked_at,
        )
        for row in rows
    ]
