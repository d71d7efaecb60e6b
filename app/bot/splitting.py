"""A citizen says that their answer was about something else: it becomes a report of its own."""

from sqlalchemy import delete, select
from telegram import CallbackQuery

from app import citizen_says
from app.bot import answers, citizen, intake, placing
from app.bot.parts import Parts
from app.bot.work import Talk, Work
from app.models import Report, Reporter, ReportMessage
from app.outbox import enqueue
from app.phrases import phrase
from app.routing import hold_boundaries


async def on_split(work: Work, person: Reporter, query: CallbackQuery, rest: str) -> None:
    """Register an answer anew, and tell whoever got it that it is not about their report."""
    await hold_boundaries(work.session)
    talk, language = Talk(person, person), person.language
    row = None
    if rest.isdecimal() and len(rest) < 19:  # noqa: PLR2004 - what fits into the column
        row = (
            await work.session.execute(
                select(ReportMessage).where(
                    ReportMessage.id == int(rest), ReportMessage.chat_id == person.id
                )
            )
        ).scalar()
    if row is None:
        await answers.acknowledge(work, person, query, phrase(language, "side_closed"))
        return
    parts = Parts(
        text=row.text or "",
        place=None,
        files=(),
        album=None,
        message_id=row.message_id,
        thread_id=row.thread_id,
        sent_at=row.sent_at,
    )
    found = await placing.understood(work, parts.text)
    former = (
        await work.session.execute(
            select(Report).where(Report.id == row.report_id).with_for_update()
        )
    ).scalar_one()
    await work.session.execute(delete(ReportMessage).where(ReportMessage.id == row.id))
    await work.session.flush()
    new = await intake.register_words(
        work,
        talk,
        parts,
        parts.text,
        found,
        apart_from=former.duplicate_of_id or former.id,
    )
    actor = answers.citizen(talk)
    await citizen_says.take_out(work.session, work.context, actor, former, int(rest), new.number)
    text = phrase(language, "split_done", number=new.number)
    await answers.acknowledge(work, person, query, text)
    if query.message is not None:
        payload = {"message_id": query.message.message_id, "text": text}
        await enqueue(work.session, person.id, "editMessageText", payload, purpose=citizen.PURPOSE)
