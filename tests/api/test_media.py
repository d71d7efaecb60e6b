"""Files of citizens, passed on from Telegram."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from io import BytesIO

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from app import media
from tests.api.conftest import Site, opened

TOKEN = "123456:test-token"
SECRET_WORDS = b"CANARY: 47.1012 37.5012"


def picture() -> bytes:
    """Return a photo as a camera writes it, with where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = SECRET_WORDS.decode()
    out = BytesIO()
    Image.new("RGB", (64, 48), (10, 120, 40)).save(out, "JPEG", exif=exif, comment=SECRET_WORDS)
    return out.getvalue() + SECRET_WORDS


PICTURE = picture()


@dataclass
class Telegram:
    """Stands in for the Bot API's two routes about files."""

    seen: list[str] = field(default_factory=list)
    get_file: Callable[[], Awaitable[Response]] | None = None
    download: Callable[[], Awaitable[Response]] | None = None

    async def answer_get_file(self, request: Request) -> Response:
        self.seen.append(str(request.url))
        if self.get_file is not None:
            return await self.get_file()
        return JSONResponse({"ok": True, "result": {"file_path": "photos/file 1.jpg"}})

    async def answer_download(self, request: Request) -> Response:
        self.seen.append(str(request.url))
        if self.download is not None:
            return await self.download()
        return Response(PICTURE, media_type="text/html")

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/bot{token}/getFile", self.answer_get_file, methods=["POST"]),
                Route("/file/bot{token}/{path:path}", self.answer_download),
            ]
        )


@dataclass
class Setting:
    site: Site
    telegram: Telegram
    path: str


@pytest.fixture
async def setting(
    fresh_database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Setting]:
    telegram = Telegram()
    transport = httpx.ASGITransport(telegram.app())
    async with opened(fresh_database_url(), telegram_api_url="http://telegram.test") as site:
        source = site.app.state.parts.media
        await source._client.aclose()
        source._client = httpx.AsyncClient(transport=transport)
        report = await site.report_of_citizen()
        (row,) = await site.sql("SELECT id FROM media")
        yield Setting(site, telegram, f"/api/v1/reports/{report.number}/media/{row.id}")


async def test_a_picture_is_passed_on_safely(setting: Setting) -> None:
    client = setting.site.as_("officer")
    report = (await client.get(setting.path.rpartition("/media")[0])).json()
    assert report["media"][0]["url"] == setting.path
    answer = await client.get(setting.path)
    assert answer.status_code == 200
    # Drawn anew: nothing of what the camera wrote, nor of what stands behind the picture.
    assert SECRET_WORDS in PICTURE
    assert SECRET_WORDS not in answer.content
    with Image.open(BytesIO(answer.content)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (64, 48))
        assert not shown.getexif()
    # What Telegram's server says of the type does not count.
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"].startswith('inline; filename="photo-')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert TOKEN in setting.telegram.seen[1]
    assert TOKEN not in answer.text + str(answer.headers)


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "application/pdf", None])
async def test_what_might_be_a_page_is_only_saved(setting: Setting, mime: str | None) -> None:
    await setting.site.sql("UPDATE media SET kind = 'document', mime = :mime", mime=mime)
    # It cannot be cleaned of who made it and where: the desk decides who has to have it.
    for login in ("officer", "leader"):
        assert (await setting.site.as_(login).get(setting.path)).status_code == 403
    assert setting.telegram.seen == []
    answer = await setting.site.as_("desk").get(setting.path)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_another_reports_file_is_not_there(setting: Setting) -> None:
    other = await setting.site.report()
    media_id = setting.path.rpartition("/")[2]
    client = setting.site.as_("admin")
    for path in (
        f"/api/v1/reports/{other.number}/media/{media_id}",
        setting.path.replace(f"/media/{media_id}", "/media/999"),
    ):
        assert (await client.get(path)).status_code == 404
    assert setting.telegram.seen == []


async def refuse() -> Response:
    return JSONResponse({"ok": False, "description": "wrong file_id"}, status_code=400)


async def nonsense() -> Response:
    return Response("<html>")


async def climb() -> Response:
    return JSONResponse({"ok": True, "result": {"file_path": "../getMe"}})


async def break_off() -> Response:
    raise httpx.ReadError(f"GET /file/bot{TOKEN}/x")


async def dawdle() -> Response:
    raise httpx.ReadTimeout(f"GET /file/bot{TOKEN}/x")


async def missing() -> Response:
    return Response(status_code=404)


async def huge() -> Response:
    return Response(headers={"content-length": str(media.LARGEST + 1)})


@pytest.mark.parametrize(
    ("get_file", "download", "status"),
    [
        (refuse, None, 502),
        (nonsense, None, 502),
        (climb, None, 502),
        (break_off, None, 502),
        (dawdle, None, 504),
        (None, missing, 502),
        (None, break_off, 502),
        (None, dawdle, 504),
        (None, huge, 502),
    ],
)
async def test_what_goes_wrong_is_told_without_the_token(
    setting: Setting,
    caplog: pytest.LogCaptureFixture,
    get_file: Callable[[], Awaitable[Response]] | None,
    download: Callable[[], Awaitable[Response]] | None,
    status: int,
) -> None:
    setting.telegram.get_file, setting.telegram.download = get_file, download
    with caplog.at_level("DEBUG"):
        answer = await setting.site.as_("officer").get(setting.path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert TOKEN not in answer.text
    assert TOKEN not in "".join(r.getMessage() for r in caplog.records if r.name != "httpx")


async def test_a_file_that_turns_out_too_large_is_cut_off(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "LARGEST", 100_000)

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield bytes(10_000)

    async def stream() -> Response:
        return StreamingResponse(chunks())

    setting.telegram.download = stream
    answer = await setting.site.as_("officer").get(setting.path)
    assert len(answer.content) <= 100_000


async def test_no_transaction_waits_for_telegram(setting: Setting) -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def wait() -> Response:
        asked.set()
        await go.wait()
        return Response(PICTURE)

    setting.telegram.download = wait
    request = asyncio.create_task(setting.site.as_("officer").get(setting.path))
    await asyncio.wait_for(asked.wait(), 20)
    rows = await setting.site.sql(
        "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'"
    )
    go.set()
    assert (await request).status_code == 200
    assert rows == []
