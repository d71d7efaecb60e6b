"""Static files under versioned addresses, cached for a year and sent compressed."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

HERE = Path(__file__).parent
STATIC = HERE / "static"
VENDOR = HERE / "vendor"

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_COMPRESSIBLE = frozenset({".mjs", ".js", ".css", ".svg", ".json"})
_WORTH_COMPRESSING = 1_000


@cache
def fingerprint(*folders: Path) -> str:
    """Return a short name that changes with any file in the folders; once for a process.

    Parameters
    ----------
    *folders : Path
        Read completely, source maps excepted.

    Returns
    -------
    str
        Hexadecimal, 12 characters.
    """
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".map":
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


class VersionedFiles(StaticFiles):
    """Serve `static/` and, below `vendor/`, the libraries.

    `v-<fingerprint>/name` may be kept for ever: modules import each other by relative addresses,
    so the fingerprint in the page's first address carries through to all of them. An old
    fingerprint still gets the file of today, but is not kept.

    Parameters
    ----------
    version : str
        The fingerprint of what is served.
    """

    def __init__(self, version: str) -> None:
        super().__init__(directory=STATIC)
        self._prefix = f"v-{version}"
        self._vendor = StaticFiles(directory=VENDOR, check_dir=False)
        self._compressed: dict[tuple[str, str], bytes] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer for one file."""
        head, _, rest = path.partition("/")
        name = rest if head.startswith("v-") else path
        folder, _, below = name.partition("/")
        response = (
            await self._vendor.get_response(below, scope)
            if folder == "vendor"
            else await super().get_response(name, scope)
        )
        if isinstance(response, FileResponse):
            response = await self._compress(response, scope)
        response.headers["Cache-Control"] = _FOR_EVER if head == self._prefix else _ASK_AGAIN
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    async def _compress(self, response: FileResponse, scope: Scope) -> Response:
        path = Path(response.path)
        wanted = Headers(scope=scope)
        if (
            path.suffix not in _COMPRESSIBLE
            or "gzip" not in wanted.get("accept-encoding", "")
            or "range" in wanted
            or int(response.headers.get("content-length", 0)) < _WORTH_COMPRESSING
        ):
            return response
        key = (str(path), response.headers.get("etag", ""))
        if key not in self._compressed:
            self._compressed[key] = await to_thread.run_sync(_gzip, path)
        headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding", "ETag": key[1]}
        return Response(self._compressed[key], headers=headers, media_type=response.media_type)


def _gzip(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6, mtime=0)
