"""The open connections, so that a fault can really cut one off."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Address = tuple[str, int]


class Connections:
    """Transports by the address of their client."""

    def __init__(self) -> None:
        self._transports: dict[Address, asyncio.Transport] = {}
        self.refusing = False

    def opened(self, transport: asyncio.Transport) -> Address | None:
        """Remember a connection, or cut it off while the server plays dead."""
        if self.refusing:
            transport.abort()
            return None
        address = transport.get_extra_info("peername")
        if not isinstance(address, tuple):
            return None
        key = (str(address[0]), int(address[1]))
        self._transports[key] = transport
        return key

    def lost(self, key: Address) -> None:
        """Forget a connection."""
        self._transports.pop(key, None)

    async def drop(self, client: Address | None) -> None:
        """Cut off one client without an answer."""
        transport = self._transports.pop((client[0], client[1]), None) if client else None
        if transport is None:
            # Under a server that is not ours: an unfinished answer has the same effect.
            raise ConnectionAbortedError("the connection is dropped on demand")
        transport.abort()
        # The server must see the loss before the application returns, or it answers 500.
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    def drop_all(self) -> None:
        """Cut off every client."""
        for transport in list(self._transports.values()):
            transport.abort()
        self._transports.clear()


def protocol_class(connections: Connections) -> type[asyncio.Protocol]:
    """Make uvicorn's HTTP protocol remember its connections.

    Parameters
    ----------
    connections
        Where they are kept.

    Returns
    -------
    type
        What ``uvicorn.Config(http=...)`` takes.
    """

    class RememberingProtocol(HttpToolsProtocol):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.key: Address | None = None

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            # uvloop's transports are no subclass, yet do all that one does.
            stream = cast("asyncio.Transport", transport)
            super().connection_made(stream)
            self.key = connections.opened(stream)

        def connection_lost(self, exc: Exception | None) -> None:
            if self.key is not None:
                connections.lost(self.key)
            super().connection_lost(exc)

    return RememberingProtocol
