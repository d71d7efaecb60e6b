"""Who of the staff writes in a chat: officers and members of a desk, linked by one-time codes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app import link_codes, officer_chats
from app.context import UseCases
from app.cover import CITY_DESK
from app.models import Reporter, Staff, StaffChat, StaffCode, StaffRole, table_of
from app.report_actions import Actor

# An officer's login is linked as the officer, see `officer_chats`.
LINKED = frozenset({StaffRole.DESK, StaffRole.ADMIN})


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the staff, as their Telegram shows them.

    Attributes
    ----------
    actor : Actor
    name : str
    precinct : str or None
        The only one they work for; None for all and the city's desk.
    """

    actor: Actor
    name: str
    precinct: str | None

    def works_at(self, desk: str) -> bool:
        """Tell whether they may answer for a desk."""
        return self.precinct is None or (desk != CITY_DESK and self.precinct == desk)


async def new_code(session: AsyncSession, context: UseCases, staff_id: int) -> link_codes.Code:
    """Make a code for a login; the one made before is no longer good."""
    made = link_codes.make(context.clock())
    values = {"code_hash": link_codes.digest(made.code), "expires_at": made.expires_at}
    await session.execute(
        insert(StaffCode)
        .values(staff_id=staff_id, **values)
        .on_conflict_do_update(index_elements=[StaffCode.staff_id], set_=values)
    )
    return made


async def link(session: AsyncSession, context: UseCases, chat: Reporter, code: str) -> Staff | None:
    """Make a private chat a login's; None when the code is wrong, used or too old."""
    staff_id = (
        await session.execute(
            delete(StaffCode)
            .where(
                StaffCode.code_hash == link_codes.digest(code),
                StaffCode.expires_at > context.clock(),
            )
            .returning(StaffCode.staff_id)
        )
    ).scalar()
    if staff_id is None:
        return None
    await session.execute(
        delete(StaffChat).where((StaffChat.chat_id == chat.id) | (StaffChat.staff_id == staff_id))
    )
    await session.execute(
        insert(table_of(StaffChat)).inline(), {"staff_id": staff_id, "chat_id": chat.id}
    )
    return await session.get_one(Staff, staff_id)


async def unlink(session: AsyncSession, staff_id: int) -> None:
    """Know a login's chat no longer; twice is once."""
    await session.execute(delete(StaffChat).where(StaffChat.staff_id == staff_id))
    await session.execute(delete(StaffCode).where(StaffCode.staff_id == staff_id))


async def unlink_chat(session: AsyncSession, chat_id: int) -> None:
    """Forget whose of the staff a chat is."""
    await session.execute(delete(StaffChat).where(StaffChat.chat_id == chat_id))
    await officer_chats.unlink_chat(session, chat_id)


async def linked_at(session: AsyncSession, staff_id: int) -> datetime | None:
    """Return since when a login's chat is known; None when it is not."""
    query = select(StaffChat.linked_at).where(StaffChat.staff_id == staff_id)
    return (await session.execute(query)).scalar()


async def member_of(session: AsyncSession, chat_id: int) -> Member | None:
    """Return who of the staff a private chat is, in the service and with a login that is good."""
    staff = (
        await session.execute(
            select(Staff)
            .join(StaffChat, StaffChat.staff_id == Staff.id)
            .where(StaffChat.chat_id == chat_id, Staff.active, Staff.role.in_(LINKED))
        )
    ).scalar()
    if staff is not None:
        precinct = None if staff.role == StaffRole.ADMIN else staff.precinct_code
        return Member(Actor(staff.login, staff.officer_id), staff.name, precinct)
    officer = await officer_chats.officer_of(session, chat_id)
    if officer is None:
        return None
    actor = Actor(f"officer:{officer.code}", officer.id)
    return Member(actor, officer.name, officer.precinct_code)
