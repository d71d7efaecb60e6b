"""How often one address may ask what is open to all."""

import math
import time

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from app.errors import TooManyRequestsError

AT_ONCE, MUCH = 10, 100
ADDRESSES_PAID = 10_000


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
        self._paid: dict[tuple[str, str], int] = {}

    async def spend_often(self, purpose: str, address: str) -> None:
        """Count one request of many: several are counted at once, and then come for nothing.

        Raises
        ------
        TooManyRequestsError
        """
        key = purpose, address
        left = self._paid.get(key, 0)
        if left:
            self._paid[key] = left - 1
            return
        # Of a small allowance each counts by itself.
        several = max(1, min(AT_ONCE, self._items[purpose].amount // MUCH))
        await self.spend(purpose, address, several)
        if len(self._paid) >= ADDRESSES_PAID:
            self._paid.clear()
        self._paid[key] = several - 1

    async def spend(self, purpose: str, address: str, count: int = 1) -> None:
        """Count one request, or several.

        Raises
        ------
        TooManyRequestsError
            When the address has used up what it may.
        """
        item = self._items[purpose]
        if await self._limiter.hit(item, purpose, address, cost=count):
            return
        stats = await self._limiter.get_window_stats(item, purpose, address)
        wait = max(1, math.ceil(stats.reset_time - time.time()))
        message = f"Only {item} are answered for one address; a staff token has no such limit"
        raise TooManyRequestsError(message, retry_after_s=wait)
