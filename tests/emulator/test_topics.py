"""Topics of a forum by Telegram's rules: rights, names, closing, and what is said to have failed."""

import pytest
import telegram

from app.emulator import testing
from tests.emulator.steps import OLENA, act, call, messages


def said(server: testing.Running, method: str, **body: object) -> str:
    answer = call(server, method, **body).json()
    return "ok" if answer["ok"] else str(answer["description"])


def appoint(server: testing.Running, group: int, status: str, *, manages: bool) -> None:
    body = {"person_id": OLENA, "status": status, "manages_topics": manages}
    server.control.post(f"/groups/{group}/bot", json=body).raise_for_status()


@pytest.fixture
def forum(server: testing.Running) -> int:
    body = {"title": "Чергова", "forum": True, "members": [OLENA]}
    return int(server.control.post("/groups", json=body).json()["id"])


def test_only_who_may_makes_topics(server: testing.Running, forum: int) -> None:
    plain = server.control.post("/groups", json={"title": "Двір", "members": [OLENA]}).json()["id"]
    named = {"name": "№ 1"}
    refused = "Bad Request: not enough rights to create a topic"
    assert said(server, "createForumTopic", chat_id=plain, **named).endswith("is not a forum")
    assert said(server, "createForumTopic", chat_id=forum, **named) == refused
    appoint(server, forum, "administrator", manages=False)
    assert said(server, "createForumTopic", chat_id=forum, **named) == refused
    appoint(server, forum, "administrator", manages=True)
    assert said(server, "createForumTopic", chat_id=forum, **named) == "ok"
    assert said(server, "createForumTopic", chat_id=forum, name=" ").endswith("must be non-empty")


async def test_a_topic_is_renamed_closed_and_opened_again(
    server: testing.Running, forum: int, bot: telegram.Bot
) -> None:
    appoint(server, forum, "administrator", manages=True)
    made = await bot.create_forum_topic(forum, "№ " + "9" * 200)
    assert len(made.name) == 128
    topic = {"chat_id": forum, "message_thread_id": made.message_thread_id}
    assert said(server, "editForumTopic", **topic, name="№ 2") == "ok"
    assert said(server, "editForumTopic", **topic, name="№ 2").endswith("TOPIC_NOT_MODIFIED")
    assert said(server, "reopenForumTopic", **topic).endswith("TOPIC_NOT_MODIFIED")
    assert said(server, "closeForumTopic", **topic) == "ok"
    assert said(server, "closeForumTopic", **topic).endswith("TOPIC_NOT_MODIFIED")
    # Its maker may still write; a member may not.
    assert said(server, "sendMessage", **topic, text="!") == "ok"
    where = {"chat_id": forum, "thread_id": made.message_thread_id}
    late = server.control.post(f"/people/{OLENA}/text", json={"text": "?", **where})
    assert late.status_code == 409
    assert said(server, "reopenForumTopic", **topic) == "ok"
    act(server, OLENA, "text", text="так", **where)
    kinds = [next(iter(each.keys() & SERVICE), "") for each in messages(server, forum)]
    assert kinds == [*SERVICE_IN_ORDER[:3], "", SERVICE_IN_ORDER[3], ""]


SERVICE_IN_ORDER = [
    "forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
]  # fmt: skip
SERVICE = set(SERVICE_IN_ORDER)


def test_a_topic_of_somebody_else_needs_the_right(server: testing.Running, forum: int) -> None:
    body = {"name": "ДТП", "person_id": OLENA}
    thread = server.control.post(f"/groups/{forum}/topics", json=body).json()["message_thread_id"]
    topic = {"chat_id": forum, "message_thread_id": thread}
    assert said(server, "closeForumTopic", **topic).endswith("not enough rights to edit the topic")
    path = f"/groups/{forum}/topics/{thread}"
    server.control.post(f"{path}/close", json={"person_id": OLENA}).raise_for_status()
    assert said(server, "sendMessage", **topic, text="!").endswith("TOPIC_CLOSED")
    server.control.post(f"{path}/delete", json={"person_id": OLENA}).raise_for_status()
    assert said(server, "sendMessage", **topic, text="!").endswith("message thread not found")
    assert said(server, "closeForumTopic", **topic).endswith("TOPIC_ID_INVALID")
    assert said(server, "closeForumTopic", chat_id=forum).endswith("identifier specified")


async def test_topics_make_a_supergroup_of_a_group(
    server: testing.Running, bot: telegram.Bot
) -> None:
    body = {"title": "Двір", "kind": "group", "members": [OLENA]}
    old = server.control.post("/groups", json=body).json()["id"]
    appoint(server, old, "administrator", manages=True)
    new = server.control.post(f"/groups/{old}/forum").json()["chat_id"]
    with pytest.raises(telegram.error.ChatMigrated) as met:
        await bot.create_forum_topic(old, "№ 1")
    assert met.value.new_chat_id == new
    assert (await bot.create_forum_topic(new, "№ 1")).message_thread_id
    member = await bot.get_chat_member(new, bot.id)
    assert isinstance(member, telegram.ChatMemberAdministrator)
    assert member.can_manage_topics
    changes = [each.my_chat_member for each in await bot.get_updates() if each.my_chat_member]
    assert changes[0].new_chat_member.status == "administrator"
