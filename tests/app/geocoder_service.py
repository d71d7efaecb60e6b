"""A geocoder on a real port that answers what a test tells it to."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


def nominatim(place: tuple[Any, Any], **address: str) -> list[dict[str, Any]]:
    return [
        {"lat": str(place[1]), "lon": str(place[0]), "class": "building", "address": address,
         "display_name": "32, вулиця Лута, Садки, Маріуполь, Україна"}
    ]  # fmt: skip


def geojson(place: tuple[float, float], **properties: Any) -> dict[str, Any]:
    feature = {
        "type": "Feature", "properties": properties,
        "geometry": {"type": "Point", "coordinates": list(place)},
    }  # fmt: skip
    return {"type": "FeatureCollection", "features": [feature]}


class Service:
    """Answers every question alike.

    Attributes
    ----------
    asked : list
        Path, parameters and headers of each question.
    body : bytes or anything JSON
    hold : Event
        While it is not set, nothing is answered; `drip` sends a byte a tenth of a second then.
    when_asked : callable
        Called while the answer is waited for.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, list[str]], dict[str, str]]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body: Any = []
        self.hold = threading.Event()
        self.hold.set()
        self.drip = False
        self.when_asked: Callable[[], None] = lambda: None
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                service.asked.append((parts.path, parse_qs(parts.query), dict(self.headers)))
                service.when_asked()
                raw = service.body if isinstance(service.body, bytes) else None
                try:
                    if not service.drip:
                        service.hold.wait(10)
                    self.send_response(service.status)
                    for name, value in service.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    while service.drip and not service.hold.wait(0.1):
                        self.wfile.write(b" ")
                    self.wfile.write(raw if raw is not None else json.dumps(service.body).encode())
                except OSError:
                    pass  # whoever asked has gone

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()
