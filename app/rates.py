"""How often one address may ask what is open to all."""

import math
import time

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from app.errors import TooManyRequestsError


class Rates:
    """Counts requests in this process; with several, each allows as many.

    Parameters
    ----------
    limits : dict of str to str
        By purpose, for example ``{"locate": "60/minute"}``.
    """

    def __init__(self, limits: dict[str, str]) -> None:
        self._items: dict[str, RateLimitItem] = {
            purpose: parse(limit) for purpose, limit in limits.items()
        }
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def spend(self, purpose: str, address: str) -> None:
        """Count one request.

        Raises
        ------
        TooManyRequestsError
            When the address has used up what it may.
        """
        item = self._items[purpose]
        if await self._limiter.hit(item, purpose, address):
            return
        stats = await self._limiter.get_window_stats(item, purpose, address)
        wait = max(1, math.ceil(stats.reset_time - time.time()))
        message = f"Only {item} are answered for one address; a staff token has no such limit"
        raise TooManyRequestsError(message, retry_after_s=wait)
