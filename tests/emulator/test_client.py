"""The emulator as python-telegram-bot meets it."""

import pytest
import telegram
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyParameters,
)

from app.emulator import testing
from tests.emulator.steps import JOHN, OLENA, PETRO, act, messages


async def test_the_bot_knows_itself(bot: telegram.Bot) -> None:
    me = await bot.get_me()
    assert me.is_bot
    assert me.username == "beatway_demo_bot"
    assert me.can_read_all_group_messages


async def test_a_text_reaches_the_bot_and_the_answer_the_citizen(
    server: testing.Running, bot: telegram.Bot
) -> None:
    act(server, OLENA, "text", text="/start сюди")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.text == "/start сюди"
    assert [entity.type for entity in update.message.entities] == ["bot_command"]
    assert update.message.from_user is not None
    assert update.message.from_user.language_code == "uk"
    sent = await bot.send_message(
        OLENA,
        "<b>№ 2026-000001</b> &amp; <a href='https://example.org/?a=1'>тут</a> 🚓 <i>так</i>",
        parse_mode="HTML",
        reply_parameters=ReplyParameters(update.message.message_id),
    )
    assert sent.text == "№ 2026-000001 & тут 🚓 так"
    assert [sent.parse_entity(entity) for entity in sent.entities] == [
        "№ 2026-000001",
        "тут",
        "так",
    ]
    assert sent.entities[1].url == "https://example.org/?a=1"
    assert sent.reply_to_message is not None
    assert [message["text"] for message in messages(server, OLENA)][-1] == sent.text


async def test_locations_of_all_sorts(server: testing.Running, bot: telegram.Bot) -> None:
    place = {"longitude": 37.55, "latitude": 47.1}
    act(server, OLENA, "location", **place, horizontal_accuracy=65)
    act(server, OLENA, "venue", **place, title="Драмтеатр", address="Театральна площа, 1")
    live = act(server, OLENA, "location", **place, live_period=900)
    act(server, OLENA, f"live/{live['message_id']}", longitude=37.56, latitude=47.11)
    server.control.delete(f"/people/{OLENA}/live/{live['message_id']}").raise_for_status()
    shared, venue, began, moved, stopped = await bot.get_updates()
    assert shared.message is not None
    assert shared.message.location is not None
    assert shared.message.location.horizontal_accuracy == 65
    assert venue.message is not None
    assert venue.message.venue is not None
    assert venue.message.venue.title == "Драмтеатр"
    assert began.message is not None
    assert began.message.location is not None
    assert began.message.location.live_period is not None
    assert moved.edited_message is not None
    assert moved.edited_message.location is not None
    assert moved.edited_message.location.longitude == 37.56
    assert moved.edited_message.message_id == live["message_id"]
    assert stopped.edited_message is not None
    assert stopped.edited_message.location is not None
    assert stopped.edited_message.location.live_period is None
    again = server.control.post(
        f"/people/{OLENA}/live/{live['message_id']}", json={"longitude": 1, "latitude": 2}
    )
    assert again.status_code == 409


async def test_files_go_both_ways(server: testing.Running, bot: telegram.Bot) -> None:
    for kind in ("photo", "video", "voice", "document"):
        act(server, PETRO, "media", kind=kind, caption="фото з місця")
    photo, video, voice, document = [update.message for update in await bot.get_updates()]
    assert photo is not None
    assert video is not None
    assert voice is not None
    assert document is not None
    assert photo.caption == "фото з місця"
    assert [(size.width, size.height) for size in photo.photo] == [(90, 67), (480, 360)]
    file = await bot.get_file(photo.photo[-1].file_id)
    content = bytes(await file.download_as_bytearray())
    assert content[:2] == b"\xff\xd8"
    assert len(content) == photo.photo[-1].file_size
    assert video.video is not None
    assert voice.voice is not None
    assert bytes(await (await voice.voice.get_file()).download_as_bytearray())[:4] == b"OggS"
    assert document.document is not None
    assert document.document.file_name == "note.txt"
    again = await bot.send_photo(PETRO, photo.photo[-1].file_id)
    assert again.photo[0].file_unique_id == photo.photo[-1].file_unique_id
    new = await bot.send_document(PETRO, b"a plain text", filename="answer.txt")
    assert new.document is not None
    assert new.document.file_name == "answer.txt"


async def test_an_album_comes_as_single_messages(
    server: testing.Running, bot: telegram.Bot
) -> None:
    act(server, JOHN, "album", kinds=["photo", "photo", "video"], caption="three of it")
    found = [update.message for update in await bot.get_updates()]
    groups = {message.media_group_id for message in found if message}
    assert len(found) == 3
    assert len(groups) == 1
    assert None not in groups
    assert [message.caption for message in found if message] == ["three of it", None, None]


async def test_an_inline_button_is_pressed_and_the_message_edited(
    server: testing.Running, bot: telegram.Bot
) -> None:
    act(server, OLENA, "start")
    keyboard = InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton("Так", callback_data="yes:1"),
                InlineKeyboardButton("Ні", url="https://t.me/x"),
            ]
        ]
    )
    sent = await bot.send_message(OLENA, "Це тут?", reply_markup=keyboard)
    query = act(server, OLENA, "press", message_id=sent.message_id, data="yes:1")
    update = (await bot.get_updates())[-1]
    assert update.callback_query is not None
    assert update.callback_query.data == "yes:1"
    await update.callback_query.answer("Дякуємо", show_alert=True)
    await update.callback_query.edit_message_text("Це тут.")
    answered = server.control.get(f"/callbacks/{query['callback_query_id']}").json()
    assert answered["answer"] == {"text": "Дякуємо", "show_alert": True, "url": None}
    last = messages(server, OLENA)[-1]
    assert last["text"] == "Це тут."
    assert "reply_markup" not in last
    refused = server.control.post(
        f"/people/{OLENA}/press", json={"message_id": sent.message_id, "data": "yes:1"}
    )
    assert refused.status_code == 409


async def test_a_reply_keyboard_is_tapped(server: testing.Running, bot: telegram.Bot) -> None:
    act(server, OLENA, "start")
    keyboard = ReplyKeyboardMarkup(
        [[KeyboardButton("Моє місце", request_location=True)], ["Скасувати"]],
        one_time_keyboard=True,
    )
    await bot.send_message(OLENA, "Де це?", reply_markup=keyboard)
    act(server, OLENA, "tap", text="Моє місце", location={"longitude": 37.5, "latitude": 47.1})
    update = (await bot.get_updates())[-1]
    assert update.message is not None
    assert update.message.location is not None
    gone = server.control.post(f"/people/{OLENA}/tap", json={"text": "Скасувати"})
    assert gone.status_code == 409


async def test_a_group_with_topics(server: testing.Running, bot: telegram.Bot) -> None:
    group = server.control.post(
        "/groups", json={"title": "Безпечний двір", "forum": True, "members": [OLENA]}
    ).json()
    topic = server.control.post(
        f"/groups/{group['id']}/topics", json={"name": "ДТП", "person_id": OLENA}
    ).json()["message_thread_id"]
    act(server, PETRO, "join", chat_id=group["id"])
    act(server, PETRO, "text", text="Аварія", chat_id=group["id"], thread_id=topic)
    update = (await bot.get_updates())[-1]
    assert update.message is not None
    assert update.message.chat.is_forum
    assert update.message.is_topic_message
    sent = await bot.send_message(
        group["id"],
        "Прийнято",
        message_thread_id=topic,
        reply_parameters=ReplyParameters(update.message.message_id),
    )
    assert sent.message_thread_id == topic
    member = await bot.get_chat_member(group["id"], PETRO)
    assert member.status == "member"
    server.control.post(
        f"/groups/{group['id']}/bot",
        json={"person_id": OLENA, "status": "administrator", "manages_topics": True},
    ).raise_for_status()
    made = await bot.create_forum_topic(group["id"], "Ліхтарі")
    assert (await bot.send_message(group["id"], "!", message_thread_id=made.message_thread_id)).text


async def test_rare_kinds_of_updates(server: testing.Running, bot: telegram.Bot) -> None:
    channel = server.control.post("/groups", json={"title": "Новини", "kind": "channel"}).json()
    act(server, OLENA, "text", text="Оголошення", chat_id=channel["id"])
    act(
        server,
        OLENA,
        "raw",
        content={
            "text": "переслане",
            "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Хтось"},
        },
    )
    injected = server.control.post(
        "/updates", json={"updates": [{"quantum_state": {"spin": 1}}, {"update_id": 7, "poll": {}}]}
    ).json()["update_ids"]
    assert injected[1] == 7
    server.control.post(f"/updates/{injected[1]}/redeliver").raise_for_status()
    raw = server.control.get("/updates", params={"pending": True}).json()
    assert [list(entry["update"])[1] for entry in raw] == [
        "poll",
        "channel_post",
        "message",
        "quantum_state",
    ]


async def test_blocking_is_told_and_felt(server: testing.Running, bot: telegram.Bot) -> None:
    act(server, OLENA, "start")
    act(server, OLENA, "block")
    update = (await bot.get_updates())[-1]
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(telegram.error.Forbidden, match="bot was blocked by the user"):
        await bot.send_message(OLENA, "!")
    act(server, OLENA, "unblock")
    assert (await bot.send_message(OLENA, "!")).text == "!"


async def test_a_group_that_was_upgraded(server: testing.Running, bot: telegram.Bot) -> None:
    group = server.control.post(
        "/groups", json={"title": "Двір", "kind": "group", "members": [OLENA]}
    ).json()
    new = server.control.post(f"/groups/{group['id']}/upgrade").json()["chat_id"]
    with pytest.raises(telegram.error.ChatMigrated) as caught:
        await bot.send_message(group["id"], "!")
    assert caught.value.new_chat_id == new


async def test_commands_by_language(server: testing.Running, bot: telegram.Bot) -> None:
    await bot.set_my_commands([("status", "Стан звернення")])
    await bot.set_my_commands([("status", "State of a report")], language_code="en")
    assert [found.description for found in await bot.get_my_commands()] == ["Стан звернення"]
    shown = server.control.get("/state", params={"language": "en"}).json()["commands"]
    assert shown == [{"command": "status", "description": "State of a report"}]
    assert (await bot.get_chat(OLENA)).first_name == "Олена"
