"""``python -m app.emulator``: the emulator as a program of its own."""

import argparse
import sys
from pathlib import Path

from app.emulator.config import DEMO_TOKEN, EmulatorConfig
from app.emulator.server import EmulatorServer

_LOCAL = ("127.0.0.1", "localhost", "::1")


def main(arguments: list[str] | None = None) -> int:
    """Run until stopped.

    Parameters
    ----------
    arguments
        The command line without the program's name; the process's own when None.

    Returns
    -------
    int
        Exit status.
    """
    parser = argparse.ArgumentParser(
        prog="python -m app.emulator",
        description="A Telegram Bot API on this machine, with a chat page to play the citizen.",
    )
    parser.add_argument("--host", default="127.0.0.1", choices=_LOCAL, help="this machine only")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--data-dir", type=Path, required=True, help="where messages are kept")
    parser.add_argument("--token", default=DEMO_TOKEN, help="the bot's token")
    parser.add_argument("--username", default="beatway_demo_bot", help="the bot's user name")
    parser.add_argument("--map-data-url", help="GeoJSON of the city for the map picker")
    parser.add_argument("--map-data-file", type=Path, help="the same, from a file")
    parser.add_argument("--vendor-dir", type=Path, help="folder with maplibre-gl/")
    parser.add_argument(
        "--speed", type=float, default=1.0, help="how much faster back-off and limits run"
    )
    parser.add_argument("--seed", type=int, default=0, help="of faults by chance")
    parser.add_argument(
        "--enforce-limits", action="store_true", help="answer 429 above Telegram's limits"
    )
    given = parser.parse_args(arguments)
    if given.speed <= 0:
        parser.error("--speed must be above nought")
    config = EmulatorConfig(
        token=given.token,
        data_dir=given.data_dir,
        username=given.username,
        map_data_url=given.map_data_url,
        map_data_file=given.map_data_file,
        vendor_dir=given.vendor_dir,
        speed=given.speed,
        seed=given.seed,
        enforce_limits=given.enforce_limits,
    )
    server = EmulatorServer(config, given.host, given.port)
    try:
        server.run()
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main())
