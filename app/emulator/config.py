"""What an emulator is started with."""

import time
from dataclasses import dataclass, field
from pathlib import Path

# The shape of a real token; it opens nothing but an emulator on this machine.
DEMO_TOKEN = "700100200:emulator-of-the-bot-api-demo-only"  # noqa: S105 - not a secret, see above
_IDS_START = 1_700_000_000


def ids_from_clock() -> int:
    """First update and message id of a new data folder.

    A program that has met an earlier emulator remembers its ids; numbers that rise with the
    clock keep a fresh folder from using them again.

    Returns
    -------
    int
        Seconds since November 2023.
    """
    return int(time.time()) - _IDS_START


@dataclass(frozen=True, slots=True)
class EmulatorConfig:
    """Everything an emulator may be told at its start.

    Parameters
    ----------
    token
        The bot's token, ``<bot id>:<secret>``.
    data_dir
        Folder of the SQLite file; in memory when None.
    username, bot_name
        What ``getMe`` says of the bot.
    map_data_url
        Address of a GeoJSON base map that ``/basemap`` hands on, if any.
    map_data_file
        A file of the same, which comes first.
    vendor_dir
        Folder with ``maplibre-gl/``, served at ``/vendor/``.
    speed
        How many times faster than real the back-off of webhooks and the windows of the
        rate limits run.
    seed
        Start of the random numbers of faults and of reordering.
    enforce_limits
        Answer 429 above Telegram's limits; they are counted either way.
    first_id
        First update and message id of an empty store.
    allowed_hosts
        Names under which the control API and the page may be reached.
    """

    token: str = DEMO_TOKEN
    data_dir: Path | None = None
    username: str = "beatway_demo_bot"
    bot_name: str = "Безпечне місто"
    map_data_url: str | None = None
    map_data_file: Path | None = None
    vendor_dir: Path | None = None
    speed: float = 1.0
    seed: int = 0
    enforce_limits: bool = False
    first_id: int = field(default_factory=ids_from_clock)
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")

    @property
    def bot_id(self) -> int:
        """The bot's user id, the part of its token before the colon."""
        head = self.token.partition(":")[0]
        return int(head) if head.isdecimal() else 1
