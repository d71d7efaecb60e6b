"""Who writes without end waits for themselves; nobody else waits for them."""

from collections import Counter
from datetime import timedelta
from statistics import median
from typing import Any

from app import inbox
from app.inbox_watch import Watching, look, set_limits
from app.worker import drain, process_next
from tests.bot.conftest import Play, location

FLOODER, FLOOD = 900, 300
CITIZENS = range(1, 31)


# So long that no time which a test takes matters.
SLOW = {"room": timedelta(hours=20), "person_step": timedelta(hours=1)}


def watching(play: Play) -> Watching:
    return Watching(play.owner, play.intake.context, play.intake.sealer)


async def arrive(play: Play, *bodies: dict[str, Any]) -> None:
    async with play.intake.database.transaction() as session:
        rows = [{"update_id": next(play.updates), "message": body} for body in bodies]
        await inbox.store(session, play.intake.sealer, *rows)


def flood(play: Play, count: int, user: int = FLOODER) -> list[dict[str, Any]]:
    return [play.message(user, text=f"спам {number}") for number in range(count)]


async def order(play: Play) -> list[int]:
    """Process what is due, one after the other; the people in the order they were answered."""
    people: list[int] = []
    while True:
        before = len(await play.said())
        if not await process_next(play.intake):
            return people
        fresh = (await play.said())[before:]
        people += [each.chat_id for each in fresh[:1]]


async def states(play: Play) -> Counter[str]:
    return Counter(row.state for row in await play.sql("SELECT state FROM inbox"))


async def test_a_flood_from_one_chat_starves_nobody(play: Play) -> None:
    await set_limits(play.intake.database, SLOW)
    # Of each citizen one message, in between the flood's hundreds.
    waiting = flood(play, FLOOD)
    for number, user in enumerate(CITIZENS):
        await arrive(play, *waiting[number * 10 : number * 10 + 10])
        await arrive(play, play.message(user, **location((37.50, 47.10))))
    await order(play)
    reporters = await play.sql(
        "SELECT r.id, (SELECT min(o.id) FROM outbox o WHERE o.chat_id = r.id) AS answered"
        " FROM reporter r ORDER BY answered"
    )
    flooder = (await play.sql("SELECT reporter_id FROM report WHERE text LIKE 'спам%'"))[0][0]
    places = [place for place, row in enumerate(reporters, 1) if row.id != flooder]
    assert len(places) == len(CITIZENS)
    # Without the flood the median citizen is answered after half of them; beside it, hardly later.
    answers = [row.chat_id for row in await play.sql("SELECT chat_id FROM outbox ORDER BY id")]
    first = {chat: answers.index(chat) for chat in set(answers) - {flooder}}
    by_flooder = [sum(1 for each in answers[:at] if each == flooder) for at in first.values()]
    assert median(by_flooder) <= 2, "the flood is ahead of hardly anybody"
    assert max(by_flooder) <= 5
    # What is beyond the pace is kept and waits; nothing of it is lost.
    assert (await states(play))["pending"] == FLOOD - 21
    assert sum((await states(play)).values()) == FLOOD + len(CITIZENS)


async def test_what_waits_is_told_once_and_worked_later(play: Play) -> None:
    await set_limits(play.intake.database, SLOW)
    await arrive(play, *flood(play, 60))
    await drain(play.intake)
    assert (await states(play)) == {"done": 21, "pending": 39}
    assert await look(watching(play)) == 39
    await arrive(play, *flood(play, 10))
    assert await look(watching(play)) == 10
    told = [each for each in await play.said() if each.purpose == "slower"]
    assert len(told) == 1
    assert "нічого не втратили" in told[0].payload["text"]
    # As if an hour had passed.
    await play.sql("UPDATE inbox SET next_try_at = now(), turn = now() WHERE state = 'pending'")
    await drain(play.intake)
    assert (await states(play)) == {"done": 70}
    messages = await play.sql("SELECT text FROM report_message ORDER BY id")
    assert len(messages) == 70


async def test_danger_to_life_is_not_kept_waiting_by_ones_own_flood(play: Play) -> None:
    await set_limits(play.intake.database, SLOW)
    await arrive(play, *flood(play, 100), play.message(FLOODER, text="Рятуйте, мене вбивають!"))
    await drain(play.intake)
    assert "pending" in await states(play)
    assert not [each for each in await play.said() if "ПРОСТО ЗАРАЗ" in str(each.payload)]
    while await look(watching(play)):
        pass
    await drain(play.intake)
    assert [each for each in await play.said() if "ПРОСТО ЗАРАЗ" in str(each.payload)]
    (danger,) = await play.sql("SELECT priority FROM report WHERE danger")
    assert danger.priority == 1


async def test_the_same_update_again_costs_nothing(play: Play) -> None:
    body = {"update_id": 5, "message": play.message(1, text="Привіт")}
    for _ in range(50):
        async with play.intake.database.transaction() as session:
            await inbox.store(session, play.intake.sealer, body)
    await drain(play.intake)
    await arrive(play, play.message(1, text="ДТП"))
    assert (await play.sql("SELECT held FROM inbox ORDER BY update_id"))[-1].held is False


async def test_groups_have_a_pace_of_their_own_and_settings_rule(play: Play) -> None:
    group = {"id": -100500, "type": "supergroup", "title": "Двір"}
    crowd = [play.message(user, chat=group, text="гамір") for user in range(1, 101)]
    await arrive(play, *crowd)
    assert not (await play.sql("SELECT FROM inbox WHERE held"))
    steps = {"room": timedelta(seconds=4), "person_step": timedelta(seconds=2)}
    await set_limits(play.intake.database, steps)
    await arrive(play, *flood(play, 5))
    assert [row.held for row in await play.sql("SELECT held FROM inbox WHERE NOT crowd")] == [
        False, False, False, True, True,
    ]  # fmt: skip


async def test_order_within_a_chat_stays(play: Play) -> None:
    await arrive(play, *[play.message(3, text=f"частина {number}") for number in range(12)])
    await drain(play.intake)
    rows = await play.sql("SELECT text FROM report_message ORDER BY id")
    assert [row.text for row in rows] == [f"частина {number}" for number in range(12)]
