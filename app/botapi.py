"""The Bot API client: python-telegram-bot's, with answers as plain JSON."""

import os
from typing import Any

from telegram import Bot
from telegram.request import HTTPXRequest

from app.settings import Settings


class ApiClient(Bot):
    """Calls methods by name and returns what Telegram answered.

    ``Bot``'s own methods parse answers into objects and drop fields that they do not know yet;
    an update has to be kept as it came.
    """

    async def call(
        self, method: str, parameters: dict[str, Any] | None = None, read_timeout_s: float = 15.0
    ) -> Any:
        """Call a method.

        Raises
        ------
        telegram.error.TelegramError
        """
        return await self._post(method, parameters, read_timeout=read_timeout_s)


def use_timedeltas() -> None:
    """Opt in to python-telegram-bot's coming behaviour; the former one warns at every use."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")


def open_bot(settings: Settings, connections: int = 32) -> ApiClient:
    """Return a client for the Bot API server that the settings name."""
    use_timedeltas()
    base = settings.telegram_api_url
    return ApiClient(
        settings.required_token(),
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=HTTPXRequest(connection_pool_size=connections, pool_timeout=10.0),
        get_updates_request=HTTPXRequest(connection_pool_size=1),
    )
