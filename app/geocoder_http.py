"""How geopy asks over HTTP here: without blocking, and with an end to every answer.

geopy's own adapters read whatever comes, for as long as it comes.
"""

import asyncio
import json
import ssl
from typing import Any

import httpx
from geopy.adapters import AdapterHTTPError, BaseAsyncAdapter
from geopy.exc import (
    GeocoderParseError,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeocoderUnavailable,
)

LARGEST = 1_000_000
"""Bytes of an answer; ten places take some thousands."""

_MOST_REDIRECTS = 3
_FIRST_ERROR = 400


class BoundedAdapter(BaseAsyncAdapter):  # type: ignore[misc]
    """Gets one answer, of `LARGEST` bytes and within the time that is given at most."""

    def __init__(self, *, proxies: Any, ssl_context: ssl.SSLContext) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        self._ssl_context = ssl_context

    async def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:  # noqa: ASYNC109 - geopy's name
        """Return the JSON behind a URL; see geopy."""
        try:
            return json.loads(await self.get_text(url, timeout=timeout, headers=headers))
        except (ValueError, RecursionError) as error:
            raise GeocoderParseError("The answer is no JSON") from error

    async def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:  # noqa: ASYNC109 - likewise
        """Return the text behind a URL; see geopy."""
        try:
            # The client's own limits are for each step: bytes that drip in would never end.
            async with asyncio.timeout(timeout):
                return await self._read(url, headers, timeout)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise GeocoderTimedOut("Service timed out") from error
        except httpx.ConnectError as error:
            raise GeocoderUnavailable("Service not available") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise GeocoderServiceError(type(error).__name__) from error

    async def _read(self, url: str, headers: dict[str, str], seconds: float) -> str:
        # Packed, a little answer could be a huge one.
        asked = headers | {"Accept-Encoding": "identity"}
        async with (
            httpx.AsyncClient(
                verify=self._ssl_context,
                timeout=seconds,
                follow_redirects=True,
                max_redirects=_MOST_REDIRECTS,
            ) as client,
            client.stream("GET", url, headers=asked) as response,
        ):
            if response.headers.get("content-encoding", "identity") != "identity":
                raise GeocoderServiceError("The answer is packed")
            body = bytearray()
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > LARGEST:
                    raise GeocoderServiceError("The answer is too long")
        text = body.decode("utf-8", "replace")
        if response.status_code >= _FIRST_ERROR:
            raise AdapterHTTPError(
                f"Non-successful status code {response.status_code}",
                status_code=response.status_code,
                headers=dict(response.headers),
                text=text[:200],
            )
        return text
