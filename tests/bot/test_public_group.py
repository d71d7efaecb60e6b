"""The public group and channel, over HTTP to the emulator."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from app import public_groups
from app.emulator.config import EmulatorConfig
from app.emulator.testing import start
from app.group_facts import Asking, look_at_all
from app.report_actions import Actor, change_status, reply
from app.reports import locked
from app.workflow import Status
from tests.bot.conftest import WEST, Play
from tests.bot.stage import Stage, opened

BOT = "@test_bot"


@pytest.fixture
async def stage(play: Play) -> AsyncIterator[Stage]:
    with start(EmulatorConfig(username=BOT.removeprefix("@"))) as emulator:
        async with opened(play, emulator) as stage:
            yield stage


def make(stage: Stage, *members: int, **body: Any) -> int:
    body = {"title": "Безпечне місто", "members": list(members)} | body
    return int(stage.control("groups", **body)["id"])


def appoint(stage: Stage, group: int, person: int, **more: Any) -> None:
    body = {"status": "administrator"} | more
    stage.control(f"groups/{group}/members", person_id=person, **body)


def trust(stage: Stage, group: int, person: int, status: str = "administrator") -> None:
    """Make the bot an administrator that may delete messages."""
    is_trusted = status == "administrator"
    body = {"status": status, "deletes_messages": is_trusted}
    stage.control(f"groups/{group}/bot", person_id=person, **body)


async def link(stage: Stage, group: int, person: int, **where: Any) -> None:
    async with stage.play.owner.transaction() as session:
        code = await public_groups.new_code(session, stage.context, "desk")
    stage.say(person, f"/safecity{BOT} {code.code}", chat_id=group, **where)
    await stage.go()


async def public(stage: Stage, admin: int, *members: int, **body: Any) -> int:
    """Make a public group in which all works."""
    group = make(stage, admin, *members, **body)
    appoint(stage, group, admin)
    trust(stage, group, admin)
    await link(stage, group, admin)
    return group


async def numbers(stage: Stage) -> list[str]:
    return [each.number for each in await stage.play.reports()]


async def events(stage: Stage, kind: str) -> list[Any]:
    return await stage.play.sql(
        f"SELECT actor, after, note FROM report_event WHERE kind = '{kind}' ORDER BY id"  # noqa: S608
    )


async def faults(stage: Stage) -> list[tuple[str, str | None]]:
    rows = await stage.play.sql("SELECT kind, fault FROM public_group ORDER BY chat_id")
    return [tuple(row) for row in rows]


def links(message: dict[str, Any]) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["url"] for row in rows for button in row if "url" in button]


def follow(stage: Stage, person: int, message: dict[str, Any]) -> None:
    stage.control(f"people/{person}/start", payload=links(message)[0].split("start=")[1])


async def act(stage: Stage, number: str, status: Status | None, words: str = "") -> None:
    """Let an officer do something with a report on the page."""
    async with stage.play.owner.transaction() as session:
        report = await locked(session, number)
        if words:
            await reply(session, stage.context, Actor("officer:O1"), report, words)
        if status is not None:
            await change_status(session, stage.context, Actor("officer:O1"), report, status)
    await stage.go()


async def test_reports_are_told_from_chatter_and_nothing_private_is_said(stage: Stage) -> None:
    admin, citizen, other = (stage.person(name) for name in ("Адмін", "Олена", "Сусід"))
    group = await public(stage, admin, citizen, other)
    # The code is of no use any more, and gone from the group.
    assert not any("/safecity" in m.get("text", "") for m in stage.chat(group, by_bot=False))
    assert "Безпечне місто" in stage.texts(group)[-1]
    before = len(stage.texts(group))
    for chatter in ("Всім привіт!", "Дякую, гарного дня", "Хто завтра йде в кіно?"):
        stage.say(other, chatter, chat_id=group)
    stage.control(f"people/{other}/media", kind="sticker", chat_id=group)
    await stage.go()
    assert await numbers(stage) == []
    assert len(stage.texts(group)) == before

    said = stage.say(citizen, "Біля школи бійка, мене звати Олена Таємна", chat_id=group)
    await stage.go()
    (number,) = await numbers(stage)
    answer = stage.chat(group)[-1]
    assert number in answer["text"]
    assert answer["reply_to_message"]["message_id"] == said["message_id"]
    assert "Таємна" not in answer["text"]
    # Somebody else who follows the link learns nothing; its author goes on in private.
    follow(stage, other, answer)
    await stage.go()
    assert "не діє" in stage.texts(other)[-1]
    follow(stage, citizen, answer)
    await stage.go()
    stage.share(citizen, WEST)
    await stage.go()
    assert "капітан Іван Тестовий" in stage.texts(citizen)[-1]
    report = await stage.latest()
    assert (report.beat_code, report.status) == ("C-1", "queued")
    public_words = " ".join(stage.texts(group))
    assert "Тестовий" not in public_words
    assert "Захід" not in public_words

    # Everybody may know that a crew is on its way; who took it on is the author's affair.
    said_publicly = len(stage.texts(group))
    await act(stage, number, Status.ACKNOWLEDGED)
    assert len(stage.texts(group)) == said_publicly
    assert "прийняв" in stage.texts(citizen)[-1]
    await act(stage, number, Status.EN_ROUTE)
    assert "виїхав" in stage.texts(group)[-1]
    await act(stage, number, Status.ON_SCENE, "Наряд на місці, бійку припинено")
    last = stage.chat(group)[-1]
    assert "бійку припинено" in last["text"]
    assert last["reply_to_message"]["message_id"] == said["message_id"]
    assert any("бійку припинено" in text for text in stage.texts(citizen))
    await act(stage, number, Status.RESOLVED)
    assert number in stage.texts(group)[-1]
    assert "rate:" in str(stage.chat(citizen)[-1])
    assert "rate:" not in str(stage.chat(group))
    assert stage.failures() == []


async def test_the_link_runs_out_and_tells_where_a_placed_report_stands(stage: Stage) -> None:
    admin, citizen = stage.person("Адмін"), stage.person("Олена")
    group = await public(stage, admin, citizen)
    stage.share(citizen, WEST, chat_id=group)
    await stage.go()
    (number,) = await numbers(stage)
    answer = stage.chat(group)[-1]
    assert "Захід" not in answer["text"]
    follow(stage, citizen, answer)
    await stage.go()
    assert "капітан Іван Тестовий" in stage.texts(citizen)[-1]
    assert stage.with_button(citizen, "over:")
    # Words in the group complete nobody's report, and are one of their own.
    stage.say(citizen, "Тут бійка", chat_id=group)
    await stage.go()
    assert len(await numbers(stage)) == 2
    stage.play.pass_time(timedelta(hours=25))
    follow(stage, citizen, answer)
    await stage.go()
    assert "не діє" in stage.texts(citizen)[-1]
    forged = links(answer)[0].split("start=")[1].replace(number, "2026-000999")
    stage.control(f"people/{citizen}/start", payload=forged)
    await stage.go()
    assert "не діє" in stage.texts(citizen)[-1]


async def test_administrators_answer_and_decide_in_the_group(stage: Stage) -> None:
    admin, hidden, citizen, other = (
        stage.person(name) for name in ("Адмін", "Тихий", "Олена", "Сусід")
    )
    group = make(stage, admin, hidden, citizen, other)
    appoint(stage, group, admin)
    appoint(stage, group, hidden, is_anonymous=True)
    trust(stage, group, admin)
    await link(stage, group, admin)
    # What the police tell everybody is no report.
    stage.say(admin, "Увага! Учора вкрали велосипед, хто бачив — пишіть", chat_id=group)
    stage.say(hidden, "Сьогодні чергуємо до ранку", chat_id=group, as_chat=group)
    await stage.go()
    assert await numbers(stage) == []
    said = stage.say(citizen, "Вкрали велосипед з під'їзду", chat_id=group)
    await stage.go()
    assert len(await numbers(stage)) == 1
    under = {"chat_id": group, "reply_to": said["message_id"]}
    before = len(stage.chat(group))
    # A bystander's answer is talk; an administrator's is the reply, once.
    stage.say(other, "Співчуваю", **under)
    answered = stage.say(admin, "Екіпаж направлено", **under)
    stage.say(hidden, "Зверніться також до відділу", **under, as_chat=group)
    await stage.go()
    replies = await events(stage, "replied")
    assert [row.after["text"] for row in replies] == [
        "Екіпаж направлено",
        "Зверніться також до відділу",
    ]
    assert replies[0].actor.startswith("group_admin:R-")
    assert replies[1].actor == "group_admin"
    assert len(stage.chat(group)) == before
    stage.control(
        f"people/{admin}/edit", message_id=answered["message_id"], chat_id=group, text="Екіпаж їде"
    )
    await stage.go()
    assert (await events(stage, "replied"))[-1].after["text"] == "Екіпаж їде"


async def test_commands_of_administrators_and_of_nobody_else(stage: Stage) -> None:
    admin, hidden, citizen, other = (
        stage.person(name) for name in ("Адмін", "Тихий", "Олена", "Сусід")
    )
    group = await public(stage, admin, hidden, citizen, other)
    appoint(stage, group, hidden, is_anonymous=True)
    said = stage.say(citizen, "Вкрали велосипед з під'їзду", chat_id=group)
    missed = stage.say(citizen, "У нас тут щось дивне", chat_id=group)
    await stage.go()
    (first,) = await numbers(stage)
    under = {"chat_id": group, "reply_to": said["message_id"]}
    # Of anybody else they do nothing.
    stage.say(other, "/done", **under)
    stage.say(other, "/register", chat_id=group, reply_to=missed["message_id"])
    await stage.go()
    assert [each.status for each in await stage.play.reports()] == ["awaiting_place"]
    stage.say(admin, "/register", chat_id=group, reply_to=missed["message_id"])
    await stage.go()
    _, second = await stage.play.reports()
    assert second.text == "У нас тут щось дивне"
    stage.say(admin, f"/status {first}", chat_id=group)
    await stage.go()
    assert first in stage.texts(group)[-1]
    stage.say(admin, "/done Велосипед знайдено", **under)
    stage.say(hidden, "/spam", chat_id=group, reply_to=missed["message_id"], as_chat=group)
    await stage.go()
    assert [each.status for each in await stage.play.reports()] == ["resolved", "withdrawn"]
    assert any("Велосипед знайдено" in text for text in stage.texts(group))
    assert [row.note for row in await events(stage, "status")] == [None, "Спам"]
    stage.say(admin, "/done", **under)
    stage.say(admin, "/done", chat_id=group)
    await stage.go()
    assert "не зареєстровано" in stage.texts(group)[-1]
    # Commands are taken out of the way, but for those that did nothing.
    left = [m["text"] for m in stage.chat(group, by_bot=False) if m.get("text", "").startswith("/")]
    assert left == ["/done", "/register", "/done"]
    assert stage.failures() == []


async def test_who_administers_is_asked_again_after_a_while(stage: Stage) -> None:
    admin, citizen = stage.person("Адмін"), stage.person("Олена")
    group = await public(stage, admin, citizen)
    said = stage.say(citizen, "Вкрали велосипед", chat_id=group)
    await stage.go()
    under = {"chat_id": group, "reply_to": said["message_id"]}
    newcomer = stage.person("Новий")
    appoint(stage, group, newcomer)
    stage.say(newcomer, "Ще не відомий", **under)
    await stage.go()
    assert await events(stage, "replied") == []
    stage.play.pass_time(timedelta(minutes=11))
    # Telegram is out of order: what was known stays true, and nobody waits for it.
    stage.control("faults", kind="server_error", method="getChatAdministrators")
    stage.say(admin, "Екіпаж їде", **under)
    await stage.go()
    assert len(await events(stage, "replied")) == 1
    stage.play.pass_time(timedelta(minutes=2))
    stage.say(newcomer, "Тепер відомий", **under)
    await stage.go()
    assert len(await events(stage, "replied")) == 2


async def test_privacy_mode_leaves_commands_mentions_and_answers(stage: Stage) -> None:
    admin, citizen, other = (stage.person(name) for name in ("Адмін", "Олена", "Сусід"))
    assert stage.emulator.control.put("privacy", json={"on": True}).is_success
    group = make(stage, admin, citizen, other)
    appoint(stage, group, admin)
    async with stage.play.owner.transaction() as session:
        code = await public_groups.new_code(session, stage.context, "desk")
    stage.say(admin, f"/safecity{BOT} {code.code}", chat_id=group)
    await stage.go()
    asking = Asking(stage.play.intake.database, stage.context, stage.play.intake.sealer, stage.bot)
    assert await look_at_all(asking) <= 1
    (row,) = await stage.play.sql("SELECT reads_all, is_administrator FROM public_group")
    assert tuple(row) == (False, False)
    said = stage.say(citizen, "У дворі щось дивне", chat_id=group)
    await stage.go()
    assert await numbers(stage) == []
    # Somebody calls the bot to it: it is registered as its author's, whatever it says.
    stage.say(other, BOT, chat_id=group, reply_to=said["message_id"])
    await stage.go()
    (report,) = await stage.play.reports()
    assert report.text == "У дворі щось дивне"
    follow(stage, citizen, stage.chat(group)[-1])
    await stage.go()
    assert report.number in stage.texts(citizen)[-1]
    stage.say(other, f"/report{BOT}", chat_id=group, reply_to=said["message_id"])
    await stage.go()
    assert "вже зареєстровано" in stage.texts(group)[-1]
    stage.say(other, f"/report{BOT} Люди ходять по дахах", chat_id=group)
    stage.say(other, f"Слухайте, {BOT}, тут теж так", chat_id=group)
    await stage.go()
    texts = [each.text for each in await stage.play.reports()]
    assert texts[1] == "Люди ходять по дахах"
    assert "тут теж так" in texts[2]
    assert BOT not in texts[2]
    stage.say(other, f"/report{BOT}", chat_id=group)
    await stage.go()
    assert "/report" in stage.texts(group)[-1]


async def test_danger_is_answered_with_the_numbers_to_call(stage: Stage) -> None:
    admin, citizen = stage.person("Адмін"), stage.person("Олена")
    group = await public(stage, admin, citizen)
    said = stage.say(citizen, "Вкрали велосипед", chat_id=group)
    stage.say(citizen, "/sos", chat_id=group)
    stage.say(citizen, "/sos він повернувся до двору", chat_id=group)
    await stage.go()
    _, bare, with_words = await stage.play.reports()
    assert bare.danger
    assert with_words.danger
    assert "повернувся" in with_words.text
    for answer in stage.texts(group)[-2:]:
        assert answer.startswith("🆘")
        assert "112" in answer
    # As an answer it is about the report that was told there.
    stage.say(citizen, "/sos", chat_id=group, reply_to=said["message_id"])
    await stage.go()
    assert [each.danger for each in await stage.play.reports()] == [True] * 3


async def test_topics_albums_edits_and_forwards(stage: Stage) -> None:
    admin, citizen = stage.person("Адмін"), stage.person("Олена")
    group = await public(stage, admin, citizen, forum=True)
    topic = stage.control(f"groups/{group}/topics", name="ДТП", person_id=admin)
    thread = topic["message_thread_id"]
    said = stage.say(citizen, "Розбили вітрину", chat_id=group, thread_id=thread)
    await stage.go()
    assert stage.chat(group)[-1]["message_thread_id"] == thread
    # An edited message amends its report; chatter that is edited into a report becomes one.
    stage.control(
        f"people/{citizen}/edit", message_id=said["message_id"], chat_id=group,
        text="Розбили вітрину аптеки",
    )  # fmt: skip
    chat = stage.say(citizen, "Ой", chat_id=group)
    await stage.go()
    (report,) = await stage.play.reports()
    assert report.text == "Розбили вітрину аптеки"
    stage.control(
        f"people/{citizen}/edit", message_id=chat["message_id"], chat_id=group,
        text="Тут бійка",
    )  # fmt: skip
    await stage.go()
    assert (await stage.latest()).text == "Тут бійка"

    # An album is one report, wherever its words are; one that is chatter is none at all.
    for captioned, caption in (
        (0, "Вкрали колеса"),
        (2, "Зламали двері"),
        (0, "Гарний захід сонця"),
    ):
        stage.control(
            f"people/{citizen}/album", kinds=["photo"] * 3, caption=caption,
            captioned=captioned, chat_id=group,
        )  # fmt: skip
        await stage.go()
    reports = await stage.play.reports()
    assert [each.text for each in reports[2:]] == ["Вкрали колеса", "Зламали двері"]
    rows = await stage.play.sql(
        "SELECT count(*) FROM report_message GROUP BY report_id ORDER BY report_id"
    )
    assert [row[0] for row in rows] == [1, 1, 3, 3]

    # Whoever forwards something is asked, and is no witness of it.
    news = make(stage, title="Новини міста", kind="channel")
    posted = stage.say(admin, "У центрі бійка", chat_id=news)
    for hidden, source, message in ((False, news, posted), (True, group, said)):
        stage.control(
            f"people/{citizen}/forward", from_chat_id=source, chat_id=group,
            message_id=message["message_id"], hidden=hidden,
        )  # fmt: skip
    await stage.go()
    assert [row.after for row in await events(stage, "forwarded")] == [
        {"from": "channel", "name": "Новини міста"},
        {"from": "hidden_user", "name": None},
    ]
    assert stage.failures() == []


async def test_comments_under_the_channels_posts_are_reports(stage: Stage) -> None:
    admin, citizen, blogger = (stage.person(name) for name in ("Адмін", "Олена", "Блогер"))
    channel = make(stage, title="Безпечне місто", kind="channel")
    stage.control(f"groups/{channel}/bot", person_id=admin, status="administrator")
    appoint(stage, channel, admin)
    await link(stage, channel, admin)
    assert "коментар" in stage.texts(channel)[-1]
    group = make(stage, admin, citizen, title="Обговорення")
    stage.control(f"groups/{channel}/discussion", chat_id=group)
    trust(stage, group, admin)
    await link(stage, group, admin)
    stage.say(admin, "Учора затримано крадія. Пишіть, що бачите", chat_id=channel)
    await stage.go()
    post = stage.chat(group, by_bot=False)[-1]
    assert post["is_automatic_forward"]
    assert await numbers(stage) == []
    said = stage.say(citizen, "Вкрали велосипед", chat_id=group, reply_to=post["message_id"])
    await stage.go()
    answer = stage.chat(group)[-1]
    assert answer["reply_to_message"]["message_id"] == said["message_id"]
    # Those who post in the channel answer in its name; another channel's name is nobody's.
    own = make(stage, title="Мій блог", kind="channel")
    under = {"chat_id": group, "reply_to": said["message_id"]}
    stage.say(admin, "Екіпаж їде", **under, as_chat=channel)
    stage.say(blogger, "Ганьба", **under, as_chat=own)
    stage.say(blogger, "А в мене розбили вікно", chat_id=group, as_chat=own)
    await stage.go()
    assert [row.after["text"] for row in await events(stage, "replied")] == ["Екіпаж їде"]
    last = stage.chat(group)[-1]
    assert (await stage.latest()).number in last["text"]
    assert links(last) == []
    async with stage.play.owner.transaction() as session:
        shown = {
            each.title: each for each in await public_groups.listed(session, stage.play.now[0])
        }
    assert shown["Обговорення"].counterpart == "Безпечне місто"
    assert shown["Обговорення"].reports == 2
    assert stage.failures() == []


SERVICE: tuple[dict[str, Any], ...] = (
    {"pinned_message": {"message_id": 1, "date": 1, "chat": {"id": -1, "type": "supergroup"}}},
    {"new_chat_title": "Вкрали велосипед"},
    {"delete_chat_photo": True},
    {"forum_topic_created": {"name": "Бійка", "icon_color": 7322096}},
    {"forum_topic_closed": {}},
    {"general_forum_topic_hidden": {}},
    {"video_chat_started": {}},
    {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
    {"boost_added": {"boost_count": 1}},
    {"something_of_tomorrow": {"text": "Вкрали велосипед"}},
)


async def test_service_messages_say_nothing_to_us(stage: Stage) -> None:
    admin, citizen = stage.person("Адмін"), stage.person("Олена")
    group = await public(stage, admin, citizen)
    before = len(stage.chat(group))
    for content in SERVICE:
        stage.control(f"people/{citizen}/raw", content=content, chat_id=group)
    stage.control(f"people/{citizen}/leave", chat_id=group)
    stage.control(f"people/{citizen}/join", chat_id=group)
    await stage.go()
    assert await numbers(stage) == []
    assert len(stage.chat(group)) == before
    rows = await stage.play.sql("SELECT DISTINCT state FROM inbox")
    assert [row.state for row in rows] == ["done"]


async def test_a_group_that_becomes_a_supergroup_stays_itself(stage: Stage) -> None:
    admin, citizen = stage.person("Адмін"), stage.person("Олена")
    old = await public(stage, admin, citizen, kind="group")
    stage.say(citizen, "Вкрали велосипед", chat_id=old)
    await stage.go()
    (number,) = await numbers(stage)
    moved = stage.control(f"groups/{old}/upgrade")
    group = int(moved["chat_id"])
    # Messages are counted anew there: none is taken for one of before.
    for word in ("бійка", "пожежа", "крадіжка", "стрілянина"):
        stage.say(citizen, f"Тут {word}", chat_id=group)
    await stage.go()
    assert len(await numbers(stage)) == 5
    assert await faults(stage) == [("supergroup", None)]
    await act(stage, number, None, "Ваш велосипед знайдено")
    assert "велосипед знайдено" in stage.texts(group)[-1]
    # Who administers it is still known.
    last = stage.chat(group, by_bot=False)[-1]
    stage.say(admin, "Їдемо", chat_id=group, reply_to=last["message_id"])
    await stage.go()
    assert (await events(stage, "replied"))[-1].after["text"] == "Їдемо"


async def test_what_keeps_the_bot_from_a_group_is_told_once(stage: Stage) -> None:
    admin, citizen = stage.person("Адмін"), stage.person("Олена")
    group = await public(stage, admin, citizen)
    for _ in range(2):
        trust(stage, group, admin, "restricted")
        stage.say(citizen, "Вкрали велосипед", chat_id=group)
        await stage.go()
        assert await faults(stage) == [("supergroup", "no_rights")]
    notices = "SELECT desk, body->>'fault' AS fault FROM staff_notice ORDER BY id"
    assert len(await numbers(stage)) == 2
    trust(stage, group, admin)
    await stage.go()
    assert await faults(stage) == [("supergroup", None)]
    trust(stage, group, admin, "kicked")
    await stage.go()
    assert await faults(stage) == [("supergroup", "removed")]
    told = [tuple(row) for row in await stage.play.sql(notices)]
    assert told[-1] == ("city", "removed")
    # Taken in again it goes on where it was.
    trust(stage, group, admin)
    stage.say(citizen, "Тут бійка", chat_id=group)
    await stage.go()
    assert len(await numbers(stage)) == 3
    assert await faults(stage) == [("supergroup", None)]
    assert (await numbers(stage))[-1] in stage.texts(group)[-1]


async def test_rights_that_cannot_be_read_hold_nothing_up(stage: Stage) -> None:
    admin, citizen = stage.person("Адмін"), stage.person("Олена")
    group = await public(stage, admin, citizen)
    about = {
        "chat": {"id": group, "type": "supergroup", "title": "Безпечне місто"},
        "from": {"id": admin, "is_bot": False, "first_name": "Адмін"},
        "date": int(stage.play.now[0].timestamp()),
    }
    bot = {"user": {"id": 9, "is_bot": True, "first_name": "b"}}
    here, muted, gone = (bot | {"status": each} for each in ("member", "restricted", "kicked"))
    for old, new in ((here, muted), (muted, gone)):
        body = about | {"old_chat_member": old, "new_chat_member": new}
        stage.control("updates", updates=[{"my_chat_member": body}])
        await stage.go()
    assert await faults(stage) == [("supergroup", "removed")]
    broken = about | {"old_chat_member": 5, "new_chat_member": "?"}
    stage.control("updates", updates=[{"my_chat_member": broken}])
    stage.say(citizen, "Вкрали велосипед", chat_id=group)
    await stage.go()
    assert len(await numbers(stage)) == 1


async def test_a_code_is_good_once_and_not_for_a_desks_group(stage: Stage) -> None:
    admin = stage.person("Адмін")
    group, other = make(stage, admin), make(stage, admin)
    async with stage.play.owner.transaction() as session:
        code = (await public_groups.new_code(session, stage.context, "desk")).code
    stage.say(admin, f"/safecity {code}")
    await stage.go()
    assert "/safecity" in stage.texts(admin)[-1]
    for chat, words in ((group, "✅"), (other, "не діє")):
        stage.say(admin, f"/start g_{code.lower()}", chat_id=chat)
        await stage.go()
        assert words in stage.texts(chat)[-1]
    assert len(await faults(stage)) == 1
    await stage.play.sql(
        "INSERT INTO desk_chat (desk, chat_id, linked_by)"
        " SELECT 'P', reporter_id, 'desk' FROM identity i JOIN reporter r ON r.id = i.reporter_id"
        " WHERE r.kind = 'group' AND r.id NOT IN (SELECT chat_id FROM public_group)"
    )
    await link(stage, other, admin)
    assert "чергової частини" in stage.texts(other)[-1]
    stage.say(admin, "/start d_ABCDEFGHJK", chat_id=group)
    await stage.go()
    assert "публічна група" in stage.texts(group)[-1]


async def test_a_group_that_nobody_linked_reports_but_decides_nothing(stage: Stage) -> None:
    stranger, citizen = stage.person("Чужий"), stage.person("Олена")
    group = make(stage, stranger, citizen)
    appoint(stage, group, stranger)
    said = stage.say(citizen, "Вкрали велосипед", chat_id=group)
    stage.say(citizen, "Привіт усім", chat_id=group)
    await stage.go()
    (number,) = await numbers(stage)
    assert number in stage.texts(group)[-1]
    under = {"chat_id": group, "reply_to": said["message_id"]}
    for words in ("Все гаразд", "/done", "/spam"):
        stage.say(stranger, words, **under)
    await stage.go()
    assert (await stage.latest()).status == "awaiting_place"
    assert await events(stage, "replied") == []


async def test_many_at_once_are_answered_together(stage: Stage) -> None:
    admin = stage.person("Адмін")
    people = [stage.person(f"Житель {number}") for number in range(25)]
    group = await public(stage, admin, *people)
    before = len(stage.chat(group))
    for person in people:
        stage.say(person, "Вкрали велосипед", chat_id=group)
    await stage.fetch()
    # All of it is worked on before the first answer is out.
    stage.control("faults", kind="delay", method="sendMessage", seconds=8, times=1)
    await stage.go()
    known = await numbers(stage)
    assert len(known) == 25
    answers = stage.chat(group)[before:]
    together = " ".join(each["text"] for each in answers)
    assert all(together.count(number) == 1 for number in known)
    assert len(answers) < 25
    offered = [link for each in answers for link in links(each)]
    assert len(offered) == 25
    # Each still leads its own author on.
    number = known[-1]
    link_of = next(each for each in offered if number in each)
    for person in people:
        stage.control(f"people/{person}/start", payload=link_of.split("start=")[1])
    await stage.go()
    let_in = [person for person in people if number in stage.texts(person)[-1]]
    assert len(let_in) == 1
    # An answer under several of them is nobody's, and the administrator is told so.
    several = next(each for each in answers if len(links(each)) > 1)
    stage.say(admin, "Їдемо", chat_id=group, reply_to=several["message_id"])
    await stage.go()
    assert await events(stage, "replied") == []
    assert "кілька звернень" in stage.texts(group)[-1]
