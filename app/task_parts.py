"""What goes with a report into the chat of whoever answers for it: its place and its files."""

from typing import Any

from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import DeskTopic, Media, OfficerTask, Report
from app.outbox import enqueue

METHODS = {
    "photo": "sendPhoto",
    "video": "sendVideo",
    "voice": "sendVoice",
    "document": "sendDocument",
    "audio": "sendAudio",
    "animation": "sendAnimation",
    "video_note": "sendVideoNote",
    "sticker": "sendSticker",
}


# A message about a report, with the place and the newest file that were sent with it.
Shown = OfficerTask | DeskTopic


async def send_place(
    session: AsyncSession, shown: Shown, report: Report, where: dict[str, Any], purpose: str
) -> None:
    """Send the place of a report as a venue, unless that was done.

    Parameters
    ----------
    session, shown, report
    where : dict
        Parameters that name a topic of the chat, if it is one.
    purpose : str
    """
    if report.place is None:
        return
    point = to_shape(report.place)
    place = f"{point.y:.6f}, {point.x:.6f}"
    if place == shown.place:
        return
    shown.place = place
    payload = {
        "latitude": point.y,
        "longitude": point.x,
        "title": f"№ {report.number}",
        "address": report.place_label or place,
    }
    await enqueue(session, shown.chat_id, "sendVenue", payload | where, purpose=purpose)


async def send_files(
    session: AsyncSession, shown: Shown, where: dict[str, Any], purpose: str
) -> None:
    """Send the files of a report that were not sent yet, by Telegram's own ids."""
    files = (
        (
            await session.execute(
                select(Media)
                .where(Media.report_id == shown.report_id, Media.id > shown.media_id)
                .order_by(Media.id)
            )
        )
        .scalars()
        .all()
    )
    for file in files:
        shown.media_id = file.id
        method = METHODS.get(file.kind)
        if method is not None:
            payload = {file.kind: file.file_id} | where
            await enqueue(session, shown.chat_id, method, payload, purpose=purpose)
