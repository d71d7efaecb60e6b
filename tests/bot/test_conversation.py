"""One report all along, whatever order its pieces come in."""

from datetime import timedelta
from typing import Any

import pytest

from tests.bot.conftest import ALONE, BORDER, EAST, WEST, Play, location

PHOTO = [
    {"file_id": "small", "file_unique_id": "s", "width": 1, "height": 1, "file_size": 10},
    {"file_id": "large", "file_unique_id": "l", "width": 9, "height": 9, "file_size": 90},
]


async def test_a_location_gets_a_number_an_officer_and_an_answer(play: Play) -> None:
    await play.play(**location(WEST))
    (report,) = await play.reports()
    assert (report.status, report.precinct_code, report.beat_code) == ("queued", "C", "C-1")
    assert report.rung == "primary"
    assert report.number == "2026-000001"
    text = await play.last_text()
    assert report.number in text
    assert "Захід" in text
    assert "капітан Іван Тестовий" in text
    assert "102" in text


async def test_nobody_posted_means_the_next_beats_officer_with_the_reasons(play: Play) -> None:
    await play.play(**location(EAST))
    (report,) = await play.reports()
    assert (report.assigned_desk, report.rung) == (None, "neighbour")
    assert report.skipped == [
        {"rung": "primary", "officer": None, "why": "vacant"},
        {"rung": "deputy", "officer": None, "why": "vacant"},
    ]


async def test_an_officer_off_shift_is_skipped_by_name(play: Play) -> None:
    play.pass_time(timedelta(days=2))
    await play.sql("UPDATE posting SET period = tstzrange(lower(period), NULL)")
    await play.play(**location(WEST))
    (report,) = await play.reports()
    assert (report.assigned_desk, report.rung) == ("C", "precinct_desk")
    skipped = [(each["rung"], each["officer"], each["why"]) for each in report.skipped]
    assert skipped[:2] == [("primary", "O1", "off_shift"), ("deputy", None, "vacant")]
    assert {rung for rung, _, _ in skipped[2:]} <= {"neighbour", "precinct_officer"}


async def test_a_precinct_without_beats_answers_itself(play: Play) -> None:
    await play.play(**location(ALONE))
    (report,) = await play.reports()
    assert (report.precinct_code, report.beat_code, report.assigned_desk) == ("P", None, "P")


async def test_text_then_location_is_one_report(play: Play) -> None:
    await play.play(text="ДТП, двоє постраждалих")
    (report,) = await play.reports()
    assert report.status == "awaiting_place"
    assert report.assigned_desk == "city"
    asked = (await play.said())[-1]
    assert asked.payload["reply_markup"]["keyboard"][0][0]["request_location"] is True
    await play.play(**location(WEST))
    (report,) = await play.reports()
    assert (report.status, report.beat_code) == ("queued", "C-1")
    assert report.text == "ДТП, двоє постраждалих"
    assert [each.purpose for each in await play.said()] == ["registered", "completed", "category"]


async def test_location_then_text_is_one_report(play: Play) -> None:
    await play.play(**location(WEST))
    await play.play(text="Бійка у дворі")
    (report,) = await play.reports()
    assert report.text == "Бійка у дворі"
    assert report.number in await play.last_text()


async def test_an_answer_to_where_is_added_and_not_registered_anew(play: Play) -> None:
    await play.play(text="Крадіжка")
    await play.play(text="вул. Куїнджі 10")
    (report,) = await play.reports()
    assert report.text == "Крадіжка\nвул. Куїнджі 10"


async def test_outside_the_window_it_is_another_report(play: Play) -> None:
    await play.play(text="Крадіжка")
    play.pass_time(timedelta(minutes=16))
    await play.play(**location(WEST))
    assert len(await play.reports()) == 2


async def test_a_complete_report_is_followed_by_a_new_one(play: Play) -> None:
    await play.play(text="Крадіжка")
    await play.play(**location(WEST))
    await play.play(text="А тут ще ДТП")
    assert [report.number for report in await play.reports()] == ["2026-000001", "2026-000002"]


async def test_an_album_is_one_report_and_one_answer(play: Play) -> None:
    for number in range(3):
        photo = [PHOTO[1] | {"file_unique_id": f"u{number}"}]
        caption = {"caption": "Розбите скло"} if number == 0 else {}
        await play.play(media_group_id="a1", photo=photo, **caption)
    (report,) = await play.reports()
    assert report.text == "Розбите скло"
    assert await play.sql("SELECT count(*) FROM media") == [(3,)]
    assert len(await play.said()) == 1


async def test_a_photo_keeps_its_largest_size(play: Play) -> None:
    await play.play(photo=PHOTO)
    assert await play.sql("SELECT file_id, kind FROM media") == [("large", "photo")]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("video", {"width": 1, "height": 1, "duration": 2, "mime_type": "video/mp4"}),
        ("voice", {"duration": 2, "mime_type": "audio/ogg"}),
        ("document", {"file_name": "a.pdf", "mime_type": "application/pdf"}),
    ],
)
async def test_media_of_each_kind_is_kept(play: Play, kind: str, content: Any) -> None:
    media: Any = {kind: {"file_id": "f", "file_unique_id": "u", **content}}
    await play.play(**media)
    assert await play.sql("SELECT kind FROM media") == [(kind,)]
    assert len(await play.reports()) == 1


async def test_a_poll_is_registered_and_answered_too(play: Play) -> None:
    poll = {
        "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
        "is_anonymous": True, "type": "regular", "allows_multiple_answers": False,
    }  # fmt: skip
    await play.play(poll=poll)
    (report,) = await play.reports()
    assert report.text == "[message]"
    assert report.number in await play.last_text()


async def test_a_live_location_moves_the_report_until_somebody_takes_it(play: Play) -> None:
    sent = await play.play(**location(WEST, live_period=900))
    moved = {"message_id": sent["message_id"], **location(EAST, live_period=900)}
    await play.play("edited_message", **moved)
    (report,) = await play.reports()
    assert (report.place_kind, report.beat_code) == ("live", "C-2")
    await play.sql("UPDATE report SET status = 'acknowledged'")
    await play.play(
        "edited_message", message_id=sent["message_id"], **location(WEST, live_period=900)
    )
    (report,) = await play.reports()
    assert report.beat_code == "C-2"
    assert len(await play.said()) == 1


async def test_an_edited_text_amends_its_report(play: Play) -> None:
    sent = await play.play(text="Крадижка")
    await play.play("edited_message", message_id=sent["message_id"], text="Крадіжка")
    (report,) = await play.reports()
    assert (report.text, report.version) == ("Крадіжка", 2)
    events = await play.sql("SELECT kind, before->>'text', after->>'text' FROM report_event")
    assert ("amended", "Крадижка", "Крадіжка") in events


async def test_near_a_border_the_citizen_is_asked_which_side(play: Play) -> None:
    await play.play(**location(BORDER, horizontal_accuracy=80))
    (report,) = await play.reports()
    assert report.decision is not None
    assert report.decision["reason"] == "uncertain"
    question = (await play.said())[-1]
    buttons = [row[0] for row in question.payload["reply_markup"]["inline_keyboard"]]
    assert {button["text"] for button in buttons} == {"Захід", "Схід"}
    other = next(b for b in buttons if not b["callback_data"].endswith(str(report.beat_code)))
    await play.press(other["callback_data"])
    (report,) = await play.reports()
    assert report.place_kind == "confirmed"
    assert other["callback_data"].endswith(str(report.beat_code))
    version = report.version
    await play.press(other["callback_data"])
    (report,) = await play.reports()
    assert report.version == version, "a second tap changes nothing"


async def test_somebody_elses_button_changes_nothing(play: Play) -> None:
    await play.play(**location(BORDER, horizontal_accuracy=80))
    (report,) = await play.reports()
    await play.press(f"side:{report.number}:C-2", user=2)
    (after,) = await play.reports()
    assert after.version == report.version


async def test_far_outside_says_so_and_the_desk_has_it(play: Play) -> None:
    await play.play(**location((30.5, 50.4)))
    (report,) = await play.reports()
    assert (report.assigned_desk, report.rung) == ("city", "city_desk")
    text = await play.last_text()
    assert "поза територією" in text
    assert "102" in text
    assert "112" in text


async def test_a_repeated_update_changes_nothing(play: Play) -> None:
    message = play.message(**location(WEST))
    await play.update(update_id=50, message=message)
    await play.update(update_id=50, message=message)
    await play.update(update_id=51, message=message)
    assert len(await play.reports()) == 1
    assert len(await play.said()) == 1


@pytest.mark.parametrize(
    ("words", "code", "language"),
    [
        ("Швидше сюди, бійка", "en", "uk"),
        ("Машина стоїть на тротуарі", "ru", "uk"),
        ("Они дерутся, срочно выезжайте", "uk", "ru"),
        ("There is a fight outside", "uk", "en"),
        ("ДТП", "ru", "ru"),
        ("ДТП", "pl", "uk"),
    ],
)
async def test_answers_follow_the_citizens_language(
    play: Play, words: str, code: str, language: str
) -> None:
    await play.play(text=words, language_code=code)
    starts = {"uk": "✅ Звернення", "ru": "✅ Обращение", "en": "✅ Report"}
    assert (await play.last_text()).startswith(starts[language])


async def test_a_chosen_language_stays(play: Play) -> None:
    await play.press("language:en")
    await play.play(text="Це українською: її, є, ґ")
    assert (await play.last_text()).startswith("✅ Report")


async def test_status_shows_only_the_citizens_own_reports(play: Play) -> None:
    await play.play(text="Крадіжка")
    (report,) = await play.reports()
    await play.play(text="/status")
    assert report.number in await play.last_text()
    await play.play(user=2, text=f"/status {report.number}")
    assert "немає" in await play.last_text()
    await play.play(user=2, text="/status")
    assert "поки немає" in await play.last_text()


async def test_officer_answers_by_location_and_registers_nothing(play: Play) -> None:
    await play.play(text="/officer")
    await play.play(**location(WEST))
    assert "капітан Іван Тестовий" in await play.last_text()
    await play.play(text="/officer")
    await play.play(**location(EAST))
    assert "не призначено" in await play.last_text()
    assert await play.reports() == []


async def test_start_help_and_an_unknown_command(play: Play) -> None:
    await play.play(text="/start")
    assert "псевдонім" in await play.last_text()
    await play.play(text="/help")
    helped = await play.last_text()
    await play.play(text="/nonsense")
    assert await play.last_text() == helped
    assert await play.reports() == []


async def test_delete_asks_first_and_is_marked_for_forgetting(play: Play) -> None:
    await play.play(text="/delete")
    await play.press("delete:no")
    assert await play.sql("SELECT count(*) FROM outbox WHERE purpose = 'forgotten'") == [(0,)]
    await play.press("delete:yes")
    assert await play.sql("SELECT count(*) FROM outbox WHERE purpose = 'forgotten'") == [(1,)]


async def test_a_group_message_is_answered_in_its_thread(play: Play) -> None:
    group = {"id": -100, "type": "supergroup", "title": "Безпечне місто", "is_forum": True}
    sent = await play.play(
        chat=group, text="Біля школи бійка", message_thread_id=7, is_topic_message=True
    )
    (report,) = await play.reports()
    answer = (await play.said())[-1]
    assert answer.payload["message_thread_id"] == 7
    assert answer.payload["reply_parameters"]["message_id"] == sent["message_id"]
    link = answer.payload["reply_markup"]["inline_keyboard"][0][0]["url"]
    assert link.startswith("https://t.me/test_bot?start=p_")
    payload = link.split("start=")[1]
    await play.play(user=2, text=f"/start {payload}")
    assert "не діє" in await play.last_text()
    await play.play(text=f"/start {payload}")
    await play.play(**location(WEST))
    (report,) = await play.reports()
    assert report.beat_code == "C-1"


async def test_unknown_kinds_of_update_are_stored_and_skipped(play: Play) -> None:
    await play.update(something_new={"chat": {"id": 5}})
    assert await play.sql("SELECT state FROM inbox") == [("done",)]
    assert await play.reports() == []


async def test_a_blocked_bot_is_remembered_until_the_person_writes(play: Play) -> None:
    await play.play(text="Крадіжка")
    message = play.message()
    member = {"user": {"id": 9, "is_bot": True, "first_name": "b"}}
    await play.update(
        my_chat_member={
            "chat": message["chat"], "from": message["from"], "date": message["date"],
            "old_chat_member": member | {"status": "member"},
            "new_chat_member": member | {"status": "kicked", "until_date": 0},
        }
    )  # fmt: skip
    assert (await play.reporters())[0].blocked_at is not None
    await play.play(text="Я знову тут")
    assert (await play.reporters())[0].blocked_at is None


async def test_nothing_that_names_the_citizen_is_kept_open(play: Play) -> None:
    await play.play(user=987654321, text="Крадіжка")
    tables = await play.sql(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    for (table,) in tables:
        rows = await play.sql(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - our own tables
        for (row,) in rows:
            assert "987654321" not in row, table
            assert "olena_secret" not in row, table
            assert "Олена" not in row, table


@pytest.mark.parametrize("text", ["нуль \x00 байт", "половина \ud83d пари", "х" * 4096, "🚓" * 500])
async def test_no_text_is_lost_because_it_is_strange(play: Play, text: str) -> None:
    await play.play(text=text)
    (report,) = await play.reports()
    assert report.text[:4] == text[:4]
    assert report.number in await play.last_text()


@pytest.mark.parametrize("point", [(float("inf"), 47.0), (200.0, 47.0), (37.0, -91.0)])
async def test_a_point_that_is_none_is_registered_without_a_place(
    play: Play, point: tuple[float, float]
) -> None:
    await play.play(**location(point))
    (report,) = await play.reports()
    assert report.status == "awaiting_place"
    assert report.number in await play.last_text()
