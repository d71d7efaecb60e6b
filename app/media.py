"""Photos, videos, voice messages and documents: fetched from Telegram when staff open them."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import quote

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.cleaning import PICTURES, VIDEOS, clean_picture, clean_video
from app.errors import BeatwayError, NotFoundError, UnavailableError
from app.models import Media
from app.settings import Settings

log = logging.getLogger(__name__)

# What the Bot API lets bots download.
LARGEST = 20 * 1024 * 1024
TIMEOUT = httpx.Timeout(20.0, connect=5.0)
OCTETS = "application/octet-stream"

# A browser shows these by itself; anything else is only ever saved, as it might be a page.
SHOWN = frozenset(
    {
        "image/jpeg", "image/png", "image/webp", "image/gif",
        "video/mp4", "video/webm", "video/quicktime",
        "audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/wav", "audio/webm",
    }
)  # fmt: skip
BY_KIND = {
    "photo": "image/jpeg",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "animation": "video/mp4",
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
}
# Made by Telegram itself while somebody speaks.
RECORDED = frozenset({"voice", "video_note"})
CLEANED_AT_ONCE = 2
BY_ENDING = {"image/jpeg": "jpg", "image/png": "png", "audio/ogg": "ogg", "video/mp4": "mp4"}


class MediaBrokenError(BeatwayError):
    """Telegram did not give the file."""

    status = 502
    code = "media-unavailable"


class MediaTimeoutError(BeatwayError):
    """Telegram did not answer in time."""

    status = 504
    code = "media-timeout"


class MediaTooLargeError(MediaBrokenError):
    """The file is larger than Telegram gives to bots."""

    code = "media-too-large"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file of a report."""

    id: int
    file_id: str
    content_type: str
    name: str
    kind: str

    @property
    def cleaned(self) -> bool:
        """Whether what the camera wrote into it is taken out before anybody gets it."""
        return self.content_type in PICTURES | VIDEOS

    @property
    def tells_nothing(self) -> bool:
        """Whether it may be given to everybody who sees the report.

        Telegram's own recorder writes voice messages and round videos, and nothing into them. Any
        other file may name who made it and where, and is for the desk alone.
        """
        return self.cleaned or self.kind in RECORDED

    @property
    def inline(self) -> bool:
        """Whether a browser may show it."""
        return self.content_type in SHOWN


async def wanted(session: AsyncSession, report_id: int, media_id: int) -> Wanted:
    """Return a file of a report.

    Raises
    ------
    NotFoundError
    """
    row = (
        await session.execute(
            select(Media.id, Media.kind, Media.file_id, Media.mime).where(
                Media.id == media_id, Media.report_id == report_id
            )
        )
    ).first()
    if row is None:
        raise NotFoundError("The report has no such file")
    claimed = (row.mime or BY_KIND.get(row.kind, "")).partition(";")[0].strip().lower()
    content_type = claimed if claimed in SHOWN else OCTETS
    # A citizen chose the name; one of ours tells as much.
    ending = BY_ENDING.get(content_type, content_type.rpartition("/")[2])
    ending = "bin" if content_type == OCTETS else ending
    return Wanted(row.id, row.file_id, content_type, f"{row.kind}-{row.id}.{ending}", row.kind)


class MediaSource:
    """Telegram's files; the token that opens them stays in here.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._root = settings.telegram_api_url
        self._token = settings.telegram_token
        self._client = httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False)
        # Each takes a processor, and up to some hundred megabytes.
        self._cleaning = asyncio.Semaphore(CLEANED_AT_ONCE)
        # It logs every address in full, and the token is in it.
        logging.getLogger("httpx").setLevel(logging.WARNING)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    def _address(self, prefix: str, rest: str) -> str:
        if self._token is None:
            raise UnavailableError("There is no bot token, so files cannot be fetched")
        return f"{self._root}{prefix}/bot{self._token.get_secret_value()}/{rest}"

    async def cleaned(self, file: Wanted) -> tuple[bytes, str]:
        """Return a picture or video without what its camera wrote into it, and its media type.

        Raises
        ------
        MediaBrokenError, MediaTimeoutError, UnavailableError, app.cleaning.UnfitFileError
        """
        async with self._cleaning:
            async with self.open(file) as content:
                body = b"".join([chunk async for chunk in content])
            if file.content_type in PICTURES:
                return await asyncio.to_thread(clean_picture, body)
            return await asyncio.to_thread(clean_video, body), file.content_type

    @contextlib.asynccontextmanager
    async def open(self, file: Wanted) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open a file; the first byte is there when this returns, so errors can still be told.

        Raises
        ------
        MediaBrokenError, MediaTimeoutError, UnavailableError
        """
        try:
            path = await self._path_of(file)
            request = self._client.build_request("GET", self._address("/file", quote(path)))
            response = await self._client.send(request, stream=True)
        except httpx.TimeoutException:
            raise MediaTimeoutError from None
        except httpx.HTTPError as error:
            log.warning("File %s could not be fetched: %s", file.id, type(error).__name__)
            raise MediaBrokenError from None
        try:
            if response.status_code != httpx.codes.OK:
                raise MediaBrokenError
            if int(response.headers.get("content-length") or 0) > LARGEST:
                raise MediaTooLargeError
            yield _limited(response)
        finally:
            await response.aclose()

    async def _path_of(self, file: Wanted) -> str:
        response = await self._client.post(
            self._address("", "getFile"), json={"file_id": file.file_id}
        )
        try:
            answer = response.json()
        except ValueError:
            raise MediaBrokenError from None
        result = answer.get("result") if isinstance(answer, dict) else None
        path = result.get("file_path") if isinstance(result, dict) else None
        if not isinstance(path, str) or path.startswith("/") or ".." in path.split("/"):
            raise MediaBrokenError
        return path


async def _limited(response: httpx.Response) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > LARGEST:
            raise MediaTooLargeError
        yield chunk
