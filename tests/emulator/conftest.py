from collections.abc import AsyncIterator, Iterator

import pytest
import telegram

from app.emulator import testing
from tests.emulator.steps import connected


@pytest.fixture
def server() -> Iterator[testing.Running]:
    with testing.start() as running:
        yield running


@pytest.fixture
async def bot(
    server: testing.Running, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[telegram.Bot]:
    # The library's coming form of durations; it warns of the old one.
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    async with connected(server.token, server.url) as made:
        yield made
