"""What a message is about, and danger to life, in the chat."""

from typing import Any

import pytest

from tests.bot.conftest import WEST, Play, location


def shown(message: Any) -> list[str]:
    rows = message.payload["reply_markup"]["inline_keyboard"]
    return [button["callback_data"] for row in rows for button in row]


async def sortings(play: Play) -> list[Any]:
    return await play.sql(
        "SELECT category, priority, response, danger, category_by FROM report ORDER BY id"
    )


async def test_a_text_is_sorted_by_its_words_and_says_which(play: Play) -> None:
    await play.play(text="Украли велосипед из подъезда, синий")
    assert await sortings(play) == [("theft", 2, "investigation_team", False, "text")]
    (report,) = await play.reports()
    assert report.triage is not None
    assert "Украли" in [each["words"] for each in report.triage["matched"]]
    assert report.triage["certainty"] >= 0.5
    assert report.assigned_desk == "city", "whatever it is, somebody answers for it"


async def test_what_nobody_can_tell_is_left_to_the_desk(play: Play) -> None:
    await play.play(text="Тут таке діється що слів немає")
    assert await sortings(play) == [("unsorted", 3, "beat_officer", False, "text")]


async def test_doubt_between_two_urgent_things_does_not_wait(play: Play) -> None:
    text = "Двоє чоловіків б'ються біля під'їзду, один із ножем"
    await play.play(text=text)
    assert await sortings(play) == [("unsorted", 1, "patrol", False, "text")]
    await play.play(text="Вже третій раз за тиждень тут таке")
    (row,) = await sortings(play)
    assert (row.priority, row.response) == (1, "patrol"), "further words never lower it"
    await play.play(**location(WEST))
    (row,) = await sortings(play)
    assert (row.priority, row.response) == (1, "patrol")


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("РЯТУЙТЕ МЕНЕ ВБИВАЮТЬ", "life_danger"),
        ("памагите девушка парезала вены", "life_danger"),
        ("He is not breathing", "life_danger"),
        ("В подъезде воняет газом, газа много", "life_danger"),
        ("немає світла, обірваний дріт іскрить на дорозі", "life_danger"),
        ("в небезпеці мій настрій", "life_danger"),
        ("🆘 Угроза жизни", "life_danger"),
        ("ДТП, людина без свідомості", "accident_injured"),
    ],
)
async def test_danger_is_answered_at_once_whatever_else_is_missing(
    play: Play, text: str, category: str
) -> None:
    await play.play(text=text)
    (row,) = await sortings(play)
    assert (row.category, row.priority, row.response, row.danger) == (category, 1, "patrol", True)
    first = (await play.said())[0]
    top = first.payload["text"].splitlines()[0]
    assert "102" in top
    assert "112" in top
    assert first.payload["reply_markup"]["keyboard"][0][0]["request_location"] is True


async def test_further_words_may_raise_and_never_quietly_lower(play: Play) -> None:
    await play.play(text="Бійка біля магазину")
    await play.play(text="і ще сусіди шумлять, музика гримить")
    assert [row.category for row in await sortings(play)] == ["violence"]
    sent = await play.play(user=2, text="Сусіди шумлять, музика")
    assert [row.priority for row in await sortings(play)] == [1, 4]
    await play.play(user=2, text="там уже б'ються, чоловік в крові")
    assert (await sortings(play))[1].danger
    assert "112" in (await play.last_text()).splitlines()[0]
    # Words that are taken back leave it at the top.
    await play.play(
        "edited_message", user=2, message_id=sent["message_id"], text="Сусіди шумлять вночі"
    )
    assert (await sortings(play))[1].priority == 1
    kinds = await play.sql(
        "SELECT kind FROM report_event WHERE after ? 'sorting' AND kind = 'amended'"
    )
    assert len(kinds) == 1


async def test_a_place_first_is_sorted_by_the_words_that_follow(play: Play) -> None:
    await play.play(**location(WEST))
    await play.play(text="Сусіди шумлять, музика на весь будинок")
    assert await sortings(play) == [("noise", 4, "beat_officer", False, "text")]
    asked = (await play.said())[-1]
    assert asked.purpose == "category"
    assert "Шум" in asked.payload["text"]


async def test_the_citizen_corrects_it_with_two_taps_and_is_asked_once(play: Play) -> None:
    await play.play(**location(WEST))
    await play.play(text="Сусіди шумлять, музика, б'ють пляшки")
    (report,) = await play.reports()
    asked = (await play.said())[-1]
    assert shown(asked) == [f"cat?:{report.number}", f"sos:{report.number}"]
    await play.press(f"cat?:{report.number}")
    choices = shown((await play.said())[-1])
    assert 2 <= len(choices) <= 6
    assert choices[-1] == f"cat:{report.number}:x"
    assert f"cat:{report.number}:{report.category}" not in choices
    said = len(await play.said())
    await play.press(f"cat?:{report.number}")
    assert [each.method for each in (await play.said())[said:]] == ["answerCallbackQuery"]
    await play.press(f"cat:{report.number}:public_order", user=2)
    assert (await sortings(play))[0].category_by == "text", "somebody else's button"
    await play.press(f"cat:{report.number}:public_order")
    assert await sortings(play) == [("public_order", 3, "patrol", False, "citizen")]
    labels = await play.sql("SELECT before, category, by FROM triage_label")
    assert labels == [("noise", "public_order", "citizen")]
    await play.press(f"cat:{report.number}:x")
    assert (await sortings(play))[0].category == "public_order"


async def test_the_category_never_comes_before_the_place(play: Play) -> None:
    await play.play(text="Украли велосипед")
    assert [each.purpose for each in await play.said()] == ["registered"]
    await play.play(**location(WEST))
    assert [each.purpose for each in await play.said()] == ["registered", "completed", "category"]
    await play.play(photo=[{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}])
    assert (await play.said())[-1].purpose == "completed"


async def test_the_alarm_button_makes_the_last_report_an_alarm(play: Play) -> None:
    await play.play(**location(WEST))
    await play.play(text="Немає води другий день")
    (row,) = await sortings(play)
    assert (row.category, row.response) == ("water", "redirect")
    (report,) = await play.reports()
    await play.press(f"sos:{report.number}")
    (row,) = await sortings(play)
    assert (row.category, row.priority, row.response, row.danger) == (
        "life_danger", 1, "patrol", True,
    )  # fmt: skip
    assert "112" in await play.last_text()
    version = (await play.reports())[0].version
    await play.play(text="🆘 Загроза життю")
    await play.play(text="/sos")
    assert [each.version for each in await play.reports()] == [version]
    assert "112" in await play.last_text()
    await play.play(user=3, text="/sos")
    reports = await play.reports()
    assert len(reports) == 2
    assert (reports[1].danger, reports[1].status) == (True, "awaiting_place")


async def test_staffs_word_stays_but_new_danger_is_heard(play: Play) -> None:
    await play.play(text="Він мене вбиває своєю музикою")
    await play.sql(
        "UPDATE report SET category = 'noise', category_by = 'staff', priority = 4, danger = false"
    )
    await play.play(text="Прошу приїхати, гримить музика, це вбиває")
    assert [(row.category, row.priority) for row in await sortings(play)] == [("noise", 4)]
    await play.play(text="він дістав ножа, ріже людей")
    (row,) = await sortings(play)
    assert (row.category, row.priority, row.danger) == ("noise", 1, True)
