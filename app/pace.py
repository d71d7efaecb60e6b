"""How fast Telegram lets a bot send.

See "My bot is hitting limits" in Telegram's bots FAQ.
"""

from collections import Counter, deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages allowed in a span of seconds."""

    overall: int = 30
    overall_span_s: float = 1.0
    chat: int = 1
    chat_span_s: float = 1.0
    group: int = 20
    group_span_s: float = 60.0


class Pace:
    """Keeps the times of recent sends and tells who must wait.

    When a message arrived is known only to lie between its sending and its answer, so it counts
    from the one until a full span after the other.

    Times are seconds of any one steady clock.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._under_way: Counter[int] = Counter()
        self._overall: deque[float] = deque()
        self._chats: dict[int, deque[float]] = {}
        self._groups: set[int] = set()
        self._paused_until = 0.0

    def sending(self, chat: int, *, group: bool) -> None:
        """Count a message that is on its way now."""
        self._under_way[chat] += 1
        if group:
            self._groups.add(chat)

    def answered(self, chat: int, now: float) -> None:
        """Count a message as one that was under way and arrived by now."""
        self._under_way -= Counter([chat])
        self._overall.append(now)
        self._chats.setdefault(chat, deque()).append(now)

    def sent(self, chat: int, at: float, *, group: bool) -> None:
        """Count a message of which only the answer's time is known."""
        self.sending(chat, group=group)
        self.answered(chat, at)

    def pause(self, until: float) -> None:
        """Send nothing to anybody before a time: Telegram said so."""
        self._paused_until = max(self._paused_until, until)

    def room(self, now: float) -> int:
        """Return how many messages may go out now."""
        if now < self._paused_until:
            return 0
        self._drop_old(self._overall, now - self.limits.overall_span_s)
        return max(0, self.limits.overall - self._under_way.total() - len(self._overall))

    def busy(self, now: float) -> list[int]:
        """Return the chats that have to wait."""
        limits, waiting = self.limits, list(self._under_way)
        for chat in list(self._chats):
            times = self._chats[chat]
            group = chat in self._groups
            self._drop_old(times, now - (limits.group_span_s if group else limits.chat_span_s))
            if not times:
                del self._chats[chat]
                if chat not in self._under_way:
                    self._groups.discard(chat)
                continue
            lately = sum(1 for at in times if at > now - limits.chat_span_s)
            if lately >= limits.chat or (group and len(times) >= limits.group):
                waiting.append(chat)
        return waiting

    def wait_s(self, now: float) -> float:
        """Return how long until something may be free again, in seconds."""
        if now < self._paused_until:
            return self._paused_until - now
        if self._overall and not self.room(now):
            return max(0.01, self._overall[0] + self.limits.overall_span_s - now)
        return self.limits.chat_span_s / 10

    @staticmethod
    def _drop_old(times: deque[float], before: float) -> None:
        while times and times[0] <= before:
            times.popleft()
