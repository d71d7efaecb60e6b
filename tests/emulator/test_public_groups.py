"""Groups as the public has them: administrators, anonymous ones, channels, privacy mode."""

from typing import Any

import pytest
import telegram

from app.emulator import testing
from tests.emulator.steps import OLENA, PETRO, act, call, messages


def group(server: testing.Running, **body: Any) -> int:
    made = server.control.post("/groups", json={"title": "Безпечне місто"} | body)
    assert made.is_success, made.text
    return int(made.json()["id"])


def control(server: testing.Running, method: str, path: str, **body: Any) -> None:
    answer = server.control.request(method, path, json=body)
    assert answer.is_success, answer.text


async def heard(bot: telegram.Bot) -> list[telegram.Update]:
    found = list(await bot.get_updates(timeout=0))
    if found:
        await bot.get_updates(offset=found[-1].update_id + 1, timeout=0)
    return found


async def test_administrators_are_told_and_may_be_anonymous(
    server: testing.Running, bot: telegram.Bot
) -> None:
    chat = group(server, members=[OLENA, PETRO])
    refused = server.control.post(
        f"/people/{PETRO}/text", json={"text": "Я тут головний", "chat_id": chat, "as_chat": chat}
    )
    assert refused.status_code == 403
    control(
        server,
        "POST",
        f"/groups/{chat}/members",
        person_id=PETRO,
        status="administrator",
        is_anonymous=True,
    )
    (member,) = await bot.get_chat_administrators(chat)
    assert (member.user.id, member.status) == (PETRO, "administrator")
    assert isinstance(member, telegram.ChatMemberAdministrator)
    assert member.is_anonymous
    act(server, PETRO, "text", text="Наряд виїхав", chat_id=chat, as_chat=chat)
    act(server, PETRO, "text", text="А це я сам", chat_id=chat)
    anonymous, named = (update.message for update in await heard(bot))
    assert anonymous is not None
    assert named is not None
    assert anonymous.sender_chat is not None
    assert anonymous.sender_chat.id == chat
    assert anonymous.from_user is not None
    assert anonymous.from_user.username == "GroupAnonymousBot"
    assert named.from_user is not None
    assert named.from_user.id == PETRO
    # Writing made nobody less than they were.
    assert (await bot.get_chat_member(chat, PETRO)).status == "administrator"
    # One's own anonymous words can be edited.
    act(server, PETRO, "edit", message_id=anonymous.message_id, text="На місці", chat_id=chat)
    (update,) = await heard(bot)
    assert update.edited_message is not None
    assert update.edited_message.text == "На місці"


async def test_a_channel_is_discussed_in_its_group(
    server: testing.Running, bot: telegram.Bot
) -> None:
    channel = group(server, title="Безпечне місто", kind="channel")
    chat = group(server, title="Обговорення", members=[OLENA])
    control(server, "POST", f"/groups/{channel}/discussion", chat_id=chat)
    assert (await bot.get_chat(chat)).linked_chat_id == channel
    act(server, PETRO, "text", text="Пишіть у коментарях", chat_id=channel)
    post, forwarded = await heard(bot)
    assert post.channel_post is not None
    there = forwarded.message
    assert there is not None
    assert there.is_automatic_forward
    assert there.sender_chat is not None
    assert there.sender_chat.id == channel
    assert isinstance(there.forward_origin, telegram.MessageOriginChannel)
    act(server, OLENA, "text", text="ДТП", chat_id=chat, reply_to=there.message_id)
    (comment,) = await heard(bot)
    assert comment.message is not None
    assert comment.message.message_thread_id == there.message_id
    assert not comment.message.is_topic_message
    answer = await bot.send_message(
        chat,
        "!",
        reply_parameters=telegram.ReplyParameters(comment.message.message_id),
        message_thread_id=there.message_id,
    )
    assert answer.message_thread_id == there.message_id


async def test_privacy_mode_keeps_the_talk_of_others_from_the_bot(
    server: testing.Running, bot: telegram.Bot
) -> None:
    chat = group(server, members=[OLENA, PETRO])
    me = await bot.get_me()
    assert me.can_read_all_group_messages
    control(server, "PUT", "/privacy", on=True)
    assert not (await bot.get_me()).can_read_all_group_messages
    said = act(server, OLENA, "text", text="Вкрали велосипед", chat_id=chat)
    act(server, OLENA, "text", text="/report", chat_id=chat)
    assert await heard(bot) == []
    act(server, PETRO, "join", chat_id=chat)
    act(server, PETRO, "text", text="/report@beatway_demo_bot", chat_id=chat)
    act(
        server, PETRO, "text", text="@beatway_demo_bot 🚲 ось",
        chat_id=chat, reply_to=said["message_id"],
    )  # fmt: skip
    ours = await bot.send_message(chat, "Де саме?")
    act(server, OLENA, "text", text="Біля школи", chat_id=chat, reply_to=ours.message_id)
    act(server, OLENA, "text", text="/report", chat_id=chat)
    act(server, OLENA, "text", text="Дякую всім", chat_id=chat)
    found = [update.message for update in await heard(bot)]
    assert [message.text for message in found if message] == [
        None, "/report@beatway_demo_bot", "@beatway_demo_bot 🚲 ось", "Біля школи", "/report",
    ]  # fmt: skip
    # What is quoted comes with it, though it was kept back by itself.
    assert found[2] is not None
    assert found[2].reply_to_message is not None
    assert found[2].reply_to_message.text == "Вкрали велосипед"
    # An administrator hears everything.
    control(server, "POST", f"/groups/{chat}/bot", person_id=PETRO, status="administrator")
    act(server, OLENA, "text", text="Ще одне", chat_id=chat)
    texts = [update.message.text for update in await heard(bot) if update.message]
    assert texts == ["Ще одне"]


async def test_a_bot_deletes_others_words_only_where_it_may(
    server: testing.Running, bot: telegram.Bot
) -> None:
    chat = group(server, members=[OLENA])
    said = act(server, OLENA, "text", text="/done", chat_id=chat)
    with pytest.raises(telegram.error.BadRequest, match="can't be deleted"):
        await bot.delete_message(chat, said["message_id"])
    control(
        server,
        "POST",
        f"/groups/{chat}/bot",
        person_id=OLENA,
        status="administrator",
        deletes_messages=True,
    )
    member = await bot.get_chat_member(chat, bot.id)
    assert isinstance(member, telegram.ChatMemberAdministrator)
    assert member.can_delete_messages
    assert await bot.delete_message(chat, said["message_id"])
    control(server, "POST", f"/groups/{chat}/bot", person_id=OLENA, status="restricted")
    answer = call(server, "sendMessage", chat_id=chat, text="!")
    assert answer.json()["description"].startswith("Bad Request: not enough rights")


async def test_what_is_forwarded_says_where_it_is_from(
    server: testing.Running, bot: telegram.Bot
) -> None:
    chat = group(server, members=[OLENA, PETRO])
    channel = group(server, title="Новини", kind="channel")
    said = act(server, OLENA, "text", text="Бачила бійку", chat_id=chat)
    posted = act(server, OLENA, "text", text="Бійка в центрі", chat_id=channel)
    await heard(bot)
    for source, message, hidden in (
        (chat, said, False),
        (chat, said, True),
        (channel, posted, False),
    ):
        act(
            server,
            PETRO,
            "forward",
            from_chat_id=source,
            message_id=message["message_id"],
            chat_id=chat,
            hidden=hidden,
        )
    found = [update.message for update in await heard(bot) if update.message]
    assert [type(message.forward_origin) for message in found] == [
        telegram.MessageOriginUser,
        telegram.MessageOriginHiddenUser,
        telegram.MessageOriginChannel,
    ]
    assert {message.from_user.id for message in found if message.from_user} == {PETRO}
    assert messages(server, chat)[-1]["text"] == "Бійка в центрі"


async def test_an_upgraded_group_keeps_who_administers_it(
    server: testing.Running, bot: telegram.Bot
) -> None:
    old = group(server, kind="group", members=[OLENA, PETRO])
    control(server, "POST", f"/groups/{old}/members", person_id=OLENA, status="creator")
    new = server.control.post(f"/groups/{old}/upgrade").json()["chat_id"]
    (owner,) = await bot.get_chat_administrators(new)
    assert (owner.user.id, owner.status) == (OLENA, "creator")
