"""Telegram's rules: errors, bodies of every kind, polling."""

import asyncio
import json

import httpx
import pytest
import telegram

from app.emulator import testing
from app.emulator.config import EmulatorConfig
from tests.emulator.steps import OLENA, PETRO, act, call, connected, journal, until

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are"
    " exactly the same as a current content and reply markup of the message"
)


def refusal(response: httpx.Response) -> tuple[int, str]:
    body = response.json()
    assert body["ok"] is False
    assert body["error_code"] == response.status_code
    return response.status_code, body["description"]


def test_wrong_token_and_unknown_method(server: testing.Running) -> None:
    wrong = httpx.post(f"{server.base_url}123:abc/getMe", trust_env=False)
    assert refusal(wrong) == (401, "Unauthorized")
    assert refusal(call(server, "getMoon")) == (404, "Not Found")
    path = f"{server.base_file_url}123:abc/photos/file_0.jpg"
    assert httpx.get(path, trust_env=False).status_code == 401


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"text": "!"}, "Bad Request: chat_id is empty"),
        ({"chat_id": 5, "text": "!"}, "Bad Request: chat not found"),
        ({"chat_id": PETRO, "text": "!"}, "Bad Request: chat not found"),
        ({"chat_id": OLENA}, "Bad Request: message text is empty"),
        ({"chat_id": OLENA, "text": "  "}, "Bad Request: message text is empty"),
        ({"chat_id": OLENA, "text": "ж" * 4097}, "Bad Request: message is too long"),
        (
            {"chat_id": OLENA, "text": "!", "reply_parameters": {"message_id": 1}},
            "Bad Request: message to be replied not found",
        ),
        (
            {"chat_id": OLENA, "text": "!", "message_thread_id": 3},
            "Bad Request: message thread not found",
        ),
        (
            {
                "chat_id": OLENA,
                "text": "!",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "ж" * 33}]]},
            },
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            {"chat_id": OLENA, "text": "a < b", "parse_mode": "HTML"},
            'Bad Request: can\'t parse entities: Unsupported start tag "" at byte offset 2',
        ),
        (
            {"chat_id": OLENA, "text": "<script>x</script>", "parse_mode": "HTML"},
            'Bad Request: can\'t parse entities: Unsupported start tag "script" at byte offset 0',
        ),
    ],
)
def test_messages_that_telegram_refuses(
    server: testing.Running, body: dict[str, object], expected: str
) -> None:
    act(server, OLENA, "start")
    assert refusal(call(server, "sendMessage", **body)) == (400, expected)


def test_the_longest_text_is_taken(server: testing.Running) -> None:
    act(server, OLENA, "start")
    assert call(server, "sendMessage", chat_id=OLENA, text="ж" * 4096).json()["ok"]


def test_bodies_of_every_kind(server: testing.Running) -> None:
    act(server, OLENA, "start")
    url = f"{server.base_url}{server.token}/SendMessage"
    markup = json.dumps({"keyboard": [["Так"]]})
    fields = {"chat_id": str(OLENA), "text": "слово", "reply_markup": markup}
    answers = [
        httpx.get(url, params=fields, trust_env=False),
        httpx.post(url, data=fields, trust_env=False),
        httpx.post(
            url, files={name: (None, value) for name, value in fields.items()}, trust_env=False
        ),
        httpx.post(url, json={"chat_id": OLENA, "text": "слово"}, trust_env=False),
    ]
    assert [answer.json()["result"]["text"] for answer in answers] == ["слово"] * 4
    first = journal(server, "sendMessage")[0]
    assert first["params"]["reply_markup"] == {"keyboard": [["Так"]]}
    assert first["chat_id"] == OLENA


def test_what_cannot_be_edited(server: testing.Running) -> None:
    mine = act(server, OLENA, "text", text="моє")["message_id"]
    sent = call(server, "sendMessage", chat_id=OLENA, text="слово").json()["result"]["message_id"]
    for message_id, text, expected in (
        (1, "інше", "message to edit not found"),
        (mine, "інше", "message can't be edited"),
        (
            sent,
            "слово",
            NOT_MODIFIED,
        ),
    ):
        answer = call(server, "editMessageText", chat_id=OLENA, message_id=message_id, text=text)
        assert refusal(answer) == (400, f"Bad Request: {expected}")
    edited = call(server, "editMessageText", chat_id=OLENA, message_id=sent, text="інше").json()
    assert edited["result"]["edit_date"]
    assert call(server, "deleteMessage", chat_id=OLENA, message_id=sent).json()["result"] is True
    gone = call(server, "deleteMessage", chat_id=OLENA, message_id=sent)
    assert refusal(gone) == (400, "Bad Request: message to delete not found")


async def test_updates_stay_until_acknowledged(server: testing.Running, bot: telegram.Bot) -> None:
    for text in ("раз", "два", "три"):
        act(server, OLENA, "text", text=text)
    first = await bot.get_updates(limit=2)
    assert await bot.get_updates(limit=2) == first
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [update.message.text for update in rest if update.message] == ["три"]
    act(server, OLENA, "text", text="чотири")
    (last,) = await bot.get_updates(offset=-1)
    assert last.message is not None
    assert last.message.text == "чотири"
    assert await bot.get_updates(offset=last.update_id + 1) == ()


async def test_a_long_poll_ends_when_something_comes(
    server: testing.Running, bot: telegram.Bot
) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: _polling(server))
    await asyncio.to_thread(act, server, OLENA, "text", text="нарешті")
    (update,) = await asyncio.wait_for(waiting, 10)
    assert update.message is not None
    assert update.message.text == "нарешті"


async def test_the_newer_poll_ends_the_older(server: testing.Running, bot: telegram.Bot) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: _polling(server))
    async with connected(server.token, server.url) as other:
        assert await other.get_updates() == ()
    with pytest.raises(telegram.error.Conflict, match="terminated by other getUpdates"):
        await older


async def test_polling_and_a_webhook_exclude_each_other(
    server: testing.Running, bot: telegram.Bot
) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=20))
    await until(lambda: _polling(server))
    await bot.set_webhook("http://127.0.0.1:9/hook", max_connections=7)
    with pytest.raises(telegram.error.Conflict, match="terminated by setWebhook"):
        await older
    with pytest.raises(telegram.error.Conflict, match="while webhook is active"):
        await bot.get_updates()
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections) == ("http://127.0.0.1:9/hook", 7)
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_only_the_kinds_asked_for(server: testing.Running, bot: telegram.Bot) -> None:
    await bot.get_updates(allowed_updates=["edited_message"])
    sent = act(server, OLENA, "text", text="раз")
    act(server, OLENA, "edit", message_id=sent["message_id"], text="двічі")
    (update,) = await bot.get_updates()
    assert update.edited_message is not None
    assert update.edited_message.text == "двічі"
    assert (await bot.get_webhook_info()).allowed_updates == ("edited_message",)


async def test_delivery_out_of_order_held_and_repeated(
    server: testing.Running, bot: telegram.Bot
) -> None:
    server.control.put("/delivery", json={"hold": True, "repeat": 1}).raise_for_status()
    for number in range(20):
        act(server, OLENA, "text", text=str(number))
    assert await bot.get_updates() == ()
    assert (await bot.get_webhook_info()).pending_update_count == 20
    server.control.put("/delivery", json={"reorder": True}).raise_for_status()
    shuffled = [update.update_id for update in await bot.get_updates()]
    assert shuffled != sorted(shuffled)
    again = await bot.get_updates(offset=max(shuffled) + 1)
    assert sorted(update.update_id for update in again) == sorted(shuffled)
    assert await bot.get_updates(offset=max(shuffled) + 1) == ()


def test_foreign_pages_cannot_play_a_citizen(server: testing.Running) -> None:
    deed = f"{server.url}/control/people/{OLENA}/block"
    cross = httpx.post(deed, headers={"Sec-Fetch-Site": "cross-site"}, trust_env=False)
    assert cross.status_code == 403
    rebound = httpx.post(deed, headers={"Host": "evil.example"}, trust_env=False)
    assert rebound.status_code == 403
    assert httpx.post(deed, trust_env=False).status_code == 204


def test_ids_of_a_new_folder_follow_the_clock() -> None:
    with testing.start(EmulatorConfig(first_id=41)) as running:
        sent = act(running, OLENA, "text", text="перше")
        assert sent["message_id"] == 42
        (update,) = running.control.get("/updates").json()
        assert update["update_id"] == 42
    assert EmulatorConfig().first_id > 41


async def _polling(server: testing.Running) -> bool:
    return server.emulator.poll is not None
