"""Leaders and observers link their chat: to be told there, and for nothing else."""

from app import staff_chats
from app.access import add_staff
from tests.bot.conftest import Play


async def test_an_observer_is_told_in_their_chat_and_does_no_desks_work(play: Play) -> None:
    async with play.owner.transaction() as session:
        staff = await add_staff(session, "gas", "observer")
        made = await staff_chats.new_code(session, play.intake.context, staff.id)
    await play.play(text=f"/start s_{made.code}")
    assert "«Підписки»" in await play.last_text()
    [person] = await play.reporters()
    async with play.owner.transaction() as session:
        assert await staff_chats.linked_at(session, staff.id) is not None
        assert await staff_chats.member_of(session, person.id) is None
    # Whatever they write is a citizen's message as ever.
    await play.play(text="Крадіжка велосипеда")
    assert len(await play.reports()) == 1
