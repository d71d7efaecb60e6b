"""Telegram's limits of sending: measured always, enforced on request."""

import math
import time
from collections import deque
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_KEPT = 1000
# Messages that were paced exactly arrive a little closer together than they were sent.
_TOLERANCE = 0.95


class LimitSpec(BaseModel):
    """Limits to measure by.

    Parameters
    ----------
    enforce
        Answer 429 instead of only counting.
    per_second
        Messages in any second over all chats.
    chat_burst
        Messages one chat may get at once; it regains one a second.
    group_per_minute
        Messages in any minute in one group.
    """

    model_config = ConfigDict(extra="forbid")

    enforce: bool = False
    per_second: int = Field(default=30, ge=1)
    chat_burst: int = Field(default=3, ge=1)
    group_per_minute: int = Field(default=20, ge=1)


class RateLimits:
    """Counts what is sent and tells what was too fast.

    Parameters
    ----------
    enforce
        Refuse what is too fast.
    speed
        How many times faster than real the windows pass.
    """

    def __init__(self, *, enforce: bool, speed: float) -> None:
        self.spec = LimitSpec(enforce=enforce)
        self._speed = speed
        self.reset()

    def reset(self) -> None:
        """Forget everything counted so far."""
        self._all: deque[float] = deque()
        self._groups: dict[int, deque[float]] = {}
        self._debts: dict[int, tuple[float, float]] = {}
        self._count = 0
        self._violations: deque[dict[str, Any]] = deque(maxlen=_KEPT)

    def configure(self, spec: LimitSpec) -> None:
        """Measure by other limits from now on."""
        self.spec = spec
        self.reset()

    def report(self) -> dict[str, Any]:
        """Give limits and violations in JSON form."""
        return {
            **self.spec.model_dump(),
            "violations": self._count,
            "latest": list(self._violations),
        }

    def sending(self, chat_id: int) -> int | None:
        """Note that a message is being sent.

        Parameters
        ----------
        chat_id
            Where to; negative means a group.

        Returns
        -------
        int or None
            Seconds to wait when the message was too fast and limits are enforced.
        """
        at = time.monotonic() * self._speed
        waits = {
            "all": _window_wait(self._all, at, 1.0, self.spec.per_second),
            "chat": max(0.0, self._debt(chat_id, at) + 1.0 - self.spec.chat_burst),
        }
        if chat_id < 0:
            group = self._groups.setdefault(chat_id, deque())
            waits["group"] = _window_wait(group, at, 60.0, self.spec.group_per_minute)
        broken = {rule: wait for rule, wait in waits.items() if wait > 0}
        if broken:
            self._count += 1
            self._violations.append(
                {"at": time.time(), "chat_id": chat_id, "rules": sorted(broken)}
            )
            if self.spec.enforce:
                return max(1, math.ceil(max(broken.values()) / self._speed))
        self._all.append(at)
        if chat_id < 0:
            self._groups[chat_id].append(at)
        self._debts[chat_id] = (self._debt(chat_id, at) + 1.0, at)
        return None

    def _debt(self, chat_id: int, at: float) -> float:
        debt, since = self._debts.get(chat_id, (0.0, at))
        return max(0.0, debt - (at - since) / _TOLERANCE)


def _window_wait(sent: deque[float], at: float, length: float, most: int) -> float:
    start = at - length * _TOLERANCE
    while sent and sent[0] <= start:
        sent.popleft()
    if len(sent) < most:
        return 0.0
    return sent[len(sent) - most] - start
