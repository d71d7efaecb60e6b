"""An author goes on in private with what they said in a group."""

from sqlalchemy import select

from app.bot import answers, in_group
from app.bot.work import Talk, Work
from app.models import Report
from app.notices import citizen_buttons, owner_words
from app.phrases import phrase
from app.reports import note_told
from app.workflow import CLOSED, Status

PURPOSE = "deep_link"


async def follow_link(work: Work, talk: Talk, payload: str) -> bool:
    """Go on with the report of a deep link; False for another payload.

    Only its author may: for anybody else it is as old as one that has run out.
    """
    if not payload.startswith(f"{in_group.LINK}_"):
        return False
    language, number = talk.language, in_group.number_in(work, payload)
    report = None
    if number is not None:
        query = select(Report).where(Report.number == number).with_for_update()
        report = (await work.session.execute(query)).scalar()
    if report is None or report.reporter_id != talk.person.id:
        await answers.say(work, talk, phrase(language, "deep_link_old"), purpose=PURPOSE)
    elif report.place is None and Status(report.status) not in CLOSED:
        await _ask_place(work, talk, report)
    else:
        await _tell_state(work, talk, report)
    return True


async def _ask_place(work: Work, talk: Talk, report: Report) -> None:
    answers.expect(work, talk.chat, {"ask": "place", "report": report.number})
    await answers.say(
        work,
        talk,
        phrase(talk.language, "deep_link_ask", number=report.number),
        purpose=PURPOSE,
        report=report,
        markup=answers.place_keyboard(talk.language),
    )


async def _tell_state(work: Work, talk: Talk, report: Report) -> None:
    language = talk.language
    status = phrase(language, f"word_{report.status}")
    lines = [phrase(language, "citizen_state", number=report.number, status=status)]
    if Status(report.status) not in CLOSED:
        owner = await owner_words(work.session, work.context, report, language)
        lines.append(phrase(language, "who_officer", officer=owner))
        lines += ["", phrase(language, "group_from_now")]
        note_told(report)
    buttons = citizen_buttons(report, language, work.context)
    await answers.say(
        work,
        talk,
        "\n".join(lines),
        purpose=PURPOSE,
        report=report,
        markup={"inline_keyboard": buttons} if buttons else None,
    )
