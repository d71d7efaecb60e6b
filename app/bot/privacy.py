"""What is kept of a person: told, and handed to them."""

from datetime import timedelta

from sqlalchemy import func, select

from app.bot import answers
from app.bot.work import Talk, Work
from app.kept import Content
from app.models import OutboxMessage
from app.outbox import enqueue
from app.phrases import phrase
from app.retention import rules
from app.sent_data import MAKE, METHOD, PURPOSE

EVERY = timedelta(hours=1)


async def tell(work: Work, talk: Talk) -> None:
    """Say in short what is kept and for how long, with the page where all of it stands."""
    context = work.context
    found = await rules(work.session, context.retention_days, work.now)
    days = max(each.days for each in found if each.content is Content.WORDS)
    url = context.public_url
    link = phrase(talk.language, "privacy_link", url=f"{url}/privacy") if url else ""
    words = phrase(talk.language, "privacy", days=days, link=link).replace(" \n", "\n")
    await answers.say(work, talk, words, purpose="privacy")


async def hand_over(work: Work, talk: Talk) -> None:
    """Send a person all that is kept of them, as a file: not more often than once an hour."""
    if not talk.private:
        await answers.say(work, talk, phrase(talk.language, "mydata_private"), purpose="privacy")
        return
    last = (
        await work.session.execute(
            select(func.max(OutboxMessage.created_at)).where(
                OutboxMessage.chat_id == talk.chat.id,
                OutboxMessage.purpose == PURPOSE,
                OutboxMessage.method == METHOD,
                OutboxMessage.state != "failed",
                OutboxMessage.created_at > func.now() - EVERY,
            )
        )
    ).scalar()
    if last is not None:
        time = (last + EVERY).astimezone(work.context.timezone).strftime("%H:%M")
        words = phrase(talk.language, "mydata_wait", time=time)
        await answers.say(work, talk, words, purpose="privacy")
        return
    await answers.say(work, talk, phrase(talk.language, "mydata_soon"), purpose="privacy")
    payload = {MAKE: PURPOSE, "caption": phrase(talk.language, "mydata_caption")}
    await enqueue(work.session, talk.chat.id, METHOD, payload, purpose=PURPOSE)
