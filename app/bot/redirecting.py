"""What is not police work, in the chat: which service to turn to, and the way back."""

from telegram import CallbackQuery

from app import citizen_says
from app.bot import answers
from app.bot.parts import Parts
from app.bot.work import Talk, Work
from app.categories import UNSORTED
from app.errors import BeatwayError
from app.models import Report, Reporter
from app.phrases import phrase
from app.redirects import (
    HELD,
    TOLD,
    Redirection,
    buttons_of,
    lines_of,
    place_came,
    settle,
)
from app.report_category import correct
from app.routing import hold_boundaries
from app.triage import BY_CITIZEN
from app.workflow import OPEN, Status

PURPOSE = "redirect"


async def completed(work: Work, talk: Talk, parts: Parts, report: Report) -> bool:
    """Say whom to turn to, or whom else, after a report got more; False when it is the police's."""
    redirection = await settle(work.session, work.context, report)
    if redirection is not None:
        if not redirection.asks_place:
            await tell(work, talk, parts, report, redirection, "completed")
        return not redirection.asks_place
    if report.redirect_state != TOLD or Status(report.status) is not Status.REDIRECTED:
        return False
    redirection = await place_came(work.session, work.context, report)
    if redirection is not None:
        await tell(work, talk, parts, report, redirection, "completed")
    else:
        words = phrase(talk.language, "completed", number=report.number)
        await answers.say(work, talk, words, purpose=PURPOSE, report=report)
    return True


async def tell(
    work: Work,
    talk: Talk,
    parts: Parts,
    report: Report,
    redirection: Redirection,
    key: str = "registered",
) -> None:
    """Say whom to turn to."""
    language = talk.language
    lines = [phrase(language, key, number=report.number), ""]
    lines += lines_of(redirection, work.context, language)
    buttons = {"inline_keyboard": buttons_of(report, language)}
    await answers.say(
        work,
        talk,
        "\n".join(lines),
        purpose=PURPOSE,
        report=report,
        markup=buttons if talk.private else None,
        answer_to=parts.message_id,
        thread_id=parts.thread_id,
    )


def may_place(report: Report) -> bool:
    """Tell whether a report that was sent on still takes the place that it lacks."""
    return (
        report.redirect_state == TOLD
        and Status(report.status) is Status.REDIRECTED
        and report.place is None
    )


async def on_police(work: Work, person: Reporter, query: CallbackQuery, number: str) -> None:
    """Take a citizen's word that it is police work: the desk looks at it."""
    await hold_boundaries(work.session)
    report = await answers.own_report(work, person, number)
    language = person.language
    if report is None:
        text = phrase(language, "status_unknown", number=number[:20])
        await answers.acknowledge(work, person, query, text)
        return
    actor = answers.citizen(Talk(person, person))
    try:
        if Status(report.status) is Status.REDIRECTED:
            # Staff read it in the history, in the language of the city.
            why = phrase(work.context.languages[0], "redirect_police_why")
            await citizen_says.reopen(work.session, work.context, actor, report, why)
        if Status(report.status) in OPEN:
            report.redirect_state = HELD
            await correct(work.session, work.context, report, UNSORTED, actor, by=BY_CITIZEN)
        text = phrase(language, "redirect_back", number=report.number)
    except BeatwayError:
        status = phrase(language, f"word_{report.status}")
        text = phrase(language, "citizen_state", number=report.number, status=status)
    await answers.acknowledge(work, person, query, text)
    if query.message is not None:
        await answers.drop_buttons(work, person, query.message.message_id)
