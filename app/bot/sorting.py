"""The category of a report in the chat: shown, corrected by button; and the alarm."""

from contextlib import suppress
from typing import Any

from sqlalchemy import select
from telegram import CallbackQuery, Message

from app import citizen_says
from app.bot import answers, public
from app.bot.work import Talk, Work
from app.categories import UNSORTED
from app.errors import BeatwayError
from app.models import Report, Reporter
from app.phrases import LANGUAGES, phrase
from app.report_category import correct, raise_alarm
from app.routing import hold_boundaries
from app.triage import BY_CITIZEN, BY_TEXT
from app.workflow import OPEN, Status

OFFERED = 5
OTHER = "x"
ALARM_WORDS = frozenset(phrases["danger_button"] for phrases in LANGUAGES.values())


def alarm_button(language: str, number: str) -> dict[str, str]:
    """Return the button that says that a life is in danger."""
    return {"text": phrase(language, "danger_button"), "callback_data": f"sos:{number}"}


async def buttons(
    work: Work, talk: Talk, report: Report, *, alone: bool
) -> list[list[dict[str, str]]]:
    """Return the buttons that correct what a report was taken for; none where there is no point.

    Parameters
    ----------
    work, talk, report
    alone : bool
        Whether the message that they are under names the category itself.
    """
    if not _may_ask(talk, report):
        return []
    report.triage = (report.triage or {}) | {"asked": True}
    category = (await work.context.triage.get(work.session)).rules.by_code[report.category]
    words = (
        phrase(talk.language, "category_wrong_button")
        if alone
        else phrase(talk.language, "category_wrong_about", category=category.name(talk.language))
    )
    return [
        [{"text": words, "callback_data": f"cat?:{report.number}"}],
        [alarm_button(talk.language, report.number)],
    ]


def _may_ask(talk: Talk, report: Report) -> bool:
    """Tell whether to ask: once, of what was only read, and never before the place is known."""
    decision = report.decision or {}
    return (
        talk.private
        and report.place is not None
        and report.category_by == BY_TEXT
        and report.category != UNSORTED
        and not report.danger
        and not (decision.get("reason") == "uncertain" and not decision.get("confirmed"))
        and not (report.triage or {}).get("asked")
    )


async def show(work: Work, talk: Talk, report: Report) -> None:
    """Say what a report was taken for, with a way to say no."""
    rows = await buttons(work, talk, report, alone=True)
    if not rows:
        return
    category = (await work.context.triage.get(work.session)).rules.by_code[report.category]
    await answers.say(
        work,
        talk,
        phrase(
            talk.language,
            "category_is",
            number=report.number,
            category=category.name(talk.language),
        ),
        purpose="category",
        report=report,
        markup={"inline_keyboard": rows},
    )


async def on_wrong(work: Work, person: Reporter, query: CallbackQuery, number: str) -> None:
    """Ask what it was instead, once."""
    report = await answers.own_report(work, person, number)
    language = person.language
    if report is None or not _may_correct(report) or (report.triage or {}).get("offered"):
        await answers.acknowledge(work, person, query, phrase(language, "side_closed"))
        return
    await answers.acknowledge(work, person, query)
    report.triage = (report.triage or {}) | {"offered": True}
    rows = await _choices(work, report, language)
    await answers.say(
        work,
        Talk(person, person),
        phrase(language, "category_ask", number=number),
        purpose="category_ask",
        report=report,
        markup={"inline_keyboard": rows},
    )


def _may_correct(report: Report) -> bool:
    return report.category_by == BY_TEXT and Status(report.status) in OPEN


async def _choices(work: Work, report: Report, language: str) -> list[list[dict[str, str]]]:
    rules = (await work.context.triage.get(work.session)).rules
    guessed = [each["category"] for each in (report.triage or {}).get("guesses", ())]
    # After what the words may mean, staff's own order: the gravest come first in it.
    codes = [*guessed, *(each.code for each in rules.categories if each.police)]
    offered = [
        code
        for code in dict.fromkeys(codes)
        if code not in {report.category, UNSORTED} and rules.get(code) is not None
    ][:OFFERED]
    rows = [
        [
            {
                "text": rules.by_code[code].name(language),
                "callback_data": f"cat:{report.number}:{code}",
            }
        ]
        for code in offered
    ]
    other = phrase(language, "category_other_button")
    return [*rows, [{"text": other, "callback_data": f"cat:{report.number}:{OTHER}"}]]


async def on_choice(work: Work, person: Reporter, rest: str) -> str:
    """Take the citizen's word for what it was; staff's word is not overruled by it."""
    number, _, code = rest.partition(":")
    await hold_boundaries(work.session)
    report = await answers.own_report(work, person, number)
    language = person.language
    if report is None:
        return phrase(language, "status_unknown", number=number[:20])
    if not _may_correct(report):
        return phrase(language, "side_closed")
    chosen = UNSORTED if code == OTHER else code
    actor = answers.citizen(Talk(person, person))
    try:
        await correct(work.session, work.context, report, chosen, actor, by=BY_CITIZEN)
    except BeatwayError:
        # The rules have changed since the button was sent.
        return phrase(language, "side_closed")
    if chosen == UNSORTED:
        return phrase(language, "category_to_desk", number=number)
    name = (await work.context.triage.get(work.session)).rules.by_code[chosen].name(language)
    return phrase(language, "category_set", number=number, category=name)


def is_alarm(text: str) -> bool:
    """Tell whether a message is the alarm button's own."""
    return text in ALARM_WORDS


async def alarm(work: Work, talk: Talk) -> bool:
    """Make the last report an alarm; False when there is none that it can be about."""
    if not talk.private:
        return False
    await hold_boundaries(work.session)
    report = (
        await work.session.execute(
            select(Report)
            .where(
                Report.reporter_id == talk.person.id,
                Report.received_at > work.now - work.context.join_window,
                Report.status.in_([status.value for status in OPEN]),
            )
            .order_by(Report.received_at.desc(), Report.id.desc())
            .limit(1)
            .with_for_update()
        )
    ).scalar()
    if report is None:
        return False
    await _raised(work, talk, report)
    return True


async def alarm_by_answer(work: Work, talk: Talk, message: Message) -> bool:
    """Make the report of a group that a message answers an alarm; False when it answers none."""
    report = await public.told_in(work, talk, message)
    if report is None:
        return False
    key = "danger_closed"
    if await raise_alarm(work.session, work.context, report, answers.citizen(talk)):
        key = "danger_now"
    elif report.danger:
        key = "danger_known"
    text = phrase(talk.language, key, number=report.number)
    await public.say(work, talk, message, text)
    return True


async def _raised(work: Work, talk: Talk, report: Report) -> None:
    language = talk.language
    await _take_back(work, talk, report)
    if await raise_alarm(work.session, work.context, report, answers.citizen(talk)):
        text = phrase(language, "danger_now")
    elif report.danger:
        text = phrase(language, "danger_known", number=report.number)
    else:
        text = phrase(language, "danger_closed", number=report.number)
    markup: dict[str, Any] | None = None
    if report.place is None and Status(report.status) in OPEN:
        text = f"{text}\n\n{answers.ask_where(language)}"
        markup = answers.place_keyboard(language)
    await answers.say(work, talk, text, purpose="danger", report=report, markup=markup)


async def _take_back(work: Work, talk: Talk, report: Report) -> None:
    """Open a report again that was sent to another service."""
    if Status(report.status) is not Status.REDIRECTED:
        return
    why = phrase(work.context.languages[0], "danger_button")
    # What is closed for too long stays so: 102 and 112 are named all the same.
    with suppress(BeatwayError):
        await citizen_says.reopen(work.session, work.context, answers.citizen(talk), report, why)


async def on_alarm_button(work: Work, person: Reporter, query: CallbackQuery, number: str) -> None:
    """Put the report of a button at the top."""
    await answers.acknowledge(work, person, query)
    talk = Talk(person, person)
    await hold_boundaries(work.session)
    report = await answers.own_report(work, person, number)
    if report is None:
        text = phrase(person.language, "danger_closed", number=number[:20])
        await answers.say(work, talk, text, purpose="danger")
        return
    await _raised(work, talk, report)
