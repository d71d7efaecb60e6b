"""Running the emulator under uvicorn."""

import socket

import uvicorn

from app.emulator.application import create_app
from app.emulator.config import EmulatorConfig
from app.emulator.connections import protocol_class
from app.emulator.core import Emulator

_GRACE_SECONDS = 2


class EmulatorServer(uvicorn.Server):
    """A server that ends long polls and streams before it waits for them.

    Parameters
    ----------
    config
        What the emulator is started with.
    host, port
        Where it listens; port 0 takes a free one.
    """

    def __init__(self, config: EmulatorConfig, host: str, port: int) -> None:
        app = create_app(config)
        self.emulator: Emulator = app.state.emulator
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                http=protocol_class(self.emulator.connections),
                ws="none",
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, without waiting for polls to run out."""
        self.emulator.stop()
        await super().shutdown(sockets)

    @property
    def port(self) -> int:
        """The port it listens on, once it has started."""
        return int(self.servers[0].sockets[0].getsockname()[1])
