"""A person's own data as a file to send: made only as it is sent, so that no copy of it is kept."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import InputFile

from app import audit
from app.identity import Sealer
from app.models import Reporter
from app.personal_data import collect, pack
from app.phrases import phrase

METHOD = "sendDocument"
PURPOSE = "personal_data"
MAKE = "make"
# What the Bot API takes from bots.
LARGEST = 50 * 1024 * 1024


async def made(
    session: AsyncSession, sealer: Sealer, zone: ZoneInfo, chat_id: int, payload: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Return the call that a row of the outbox stands for, with the file in it.

    Returns
    -------
    method : str
    parameters : dict
    """
    person = (await session.execute(select(Reporter).where(Reporter.id == chat_id))).scalar_one()
    now = (await session.execute(select(func.now()))).scalar_one()
    body = pack(await collect(session, person, sealer), zone, now)
    if len(body) > LARGEST:
        return "sendMessage", {"text": phrase(person.language, "mydata_too_large")}
    # Whom it is about is not the audit's to keep.
    await audit.note(session, "citizen", "personal_data.sent")
    rest = {name: value for name, value in payload.items() if name != MAKE}
    file = InputFile(body, filename=f"beatway-{now:%Y-%m-%d}.zip")
    return METHOD, rest | {"document": file}
