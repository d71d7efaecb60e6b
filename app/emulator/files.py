"""Files that citizens and the bot send, kept with the rest."""

import base64
import hashlib
import json
import struct
from typing import Any

from app.emulator.core import Emulator
from app.emulator.errors import bad_request
from app.emulator.storage import to_json

MEDIA_KINDS = ("photo", "video", "voice", "audio", "document", "video_note", "animation", "sticker")
UPLOAD_LIMIT = 50 * 1024 * 1024
DOWNLOAD_LIMIT = 20 * 1024 * 1024
_THUMBNAIL = 90

_MIME = {
    "photo": "image/jpeg",
    "video": "video/mp4",
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "video_note": "video/mp4",
    "animation": "video/mp4",
    "sticker": "image/webp",
    "document": "application/octet-stream",
}
_FOLDER = {"photo": "photos", "video": "videos", "voice": "voice", "document": "documents"}
_SUFFIX = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "video/mp4": "mp4",
    "audio/ogg": "oga",
    "application/pdf": "pdf",
    "text/plain": "txt",
}


def keep(
    emulator: Emulator,
    kind: str,
    content: bytes,
    *,
    name: str | None = None,
    mime: str | None = None,
) -> dict[str, Any]:
    """Store a file and give the part of a ``Message`` that shows it.

    Parameters
    ----------
    kind
        One of `MEDIA_KINDS`.
    content
        The bytes.
    name, mime
        What the sender says of it.

    Returns
    -------
    dict
        ``{"photo": [PhotoSize, …]}``, ``{"voice": Voice}``, …
    """
    if len(content) > UPLOAD_LIMIT:
        raise bad_request("file is too big")
    mime = mime or _MIME[kind]
    if kind == "photo":
        width, height = image_size(content)
        scale = min(1.0, _THUMBNAIL / max(width, height))
        small = {"width": max(1, int(width * scale)), "height": max(1, int(height * scale))}
        sizes = [
            _store(emulator, kind, content, mime, small, suffix="s"),
            _store(emulator, kind, content, mime, {"width": width, "height": height}, suffix="x"),
        ]
        return {"photo": sizes}
    about: dict[str, Any] = {"mime_type": mime}
    if name and kind in {"document", "audio", "video", "animation"}:
        about["file_name"] = name
    if kind in {"video", "voice", "audio", "video_note", "animation"}:
        about["duration"] = 3
    if kind in {"video", "animation"}:
        about |= {"width": 640, "height": 360}
    if kind == "video_note":
        about["length"] = 240
    return {kind: _store(emulator, kind, content, mime, about)}


def again(emulator: Emulator, kind: str, file_id: str) -> dict[str, Any]:
    """Give the part of a ``Message`` for a file sent by its id once more."""
    row = emulator.storage.row("SELECT * FROM files WHERE file_id = ?", file_id)
    if row is None or row["kind"] != kind:
        raise bad_request("wrong file identifier/HTTP URL specified")
    about = json.loads(row["about"])
    return {kind: [about] if kind == "photo" else about}


def describe(emulator: Emulator, file_id: str) -> dict[str, Any]:
    """Give Telegram's ``File``, with the path to download it by."""
    row = emulator.storage.row(
        "SELECT file_id, unique_id, path, length(content) AS size FROM files WHERE file_id = ?",
        file_id,
    )
    if row is None:
        raise bad_request("invalid file_id")
    if row["size"] > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {
        "file_id": row["file_id"],
        "file_unique_id": row["unique_id"],
        "file_size": row["size"],
        "file_path": row["path"],
    }


def content_by_path(emulator: Emulator, path: str) -> bytes | None:
    """Read a file by the path that ``getFile`` gave."""
    row = emulator.storage.row("SELECT content FROM files WHERE path = ?", path)
    return None if row is None else bytes(row["content"])


def content_by_id(emulator: Emulator, file_id: str) -> tuple[bytes, str] | None:
    """Read a file and its MIME type by its id."""
    row = emulator.storage.row("SELECT content, mime FROM files WHERE file_id = ?", file_id)
    return None if row is None else (bytes(row["content"]), str(row["mime"]))


def image_size(content: bytes) -> tuple[int, int]:
    """Read width and height (pixels) of a JPEG or PNG; 640 by 480 of anything else."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) >= 24:  # noqa: PLR2004 - PNG's header
        width, height = struct.unpack(">II", content[16:24])
        return max(1, width), max(1, height)
    if content[:2] == b"\xff\xd8":
        size = _jpeg_size(content)
        if size is not None:
            return size
    return 640, 480


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:  # noqa: PLR2004 - a marker's first byte
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:  # noqa: PLR2004 - SOF0…15
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return max(1, width), max(1, height)
        at += 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
    return None


def _store(
    emulator: Emulator,
    kind: str,
    content: bytes,
    mime: str,
    about: dict[str, Any],
    suffix: str = "",
) -> dict[str, Any]:
    storage = emulator.storage
    number = storage.number("SELECT count(*) FROM files")
    digest = hashlib.sha256(content + suffix.encode()).digest()
    unique_id = base64.urlsafe_b64encode(digest[:11]).decode().rstrip("=")
    seed = f"{emulator.storage.first_id}:{number}:".encode() + digest[:24]
    file_id = "AgACAgIAAxkB" + base64.urlsafe_b64encode(seed).decode().rstrip("=")
    ending = _SUFFIX.get(mime) or str(about.get("file_name", "")).rpartition(".")[2]
    if not (ending.isalnum() and ending.isascii()):
        ending = "bin"
    path = f"{_FOLDER.get(kind, 'files')}/file_{number}.{ending}"
    shown = {"file_id": file_id, "file_unique_id": unique_id, **about, "file_size": len(content)}
    storage.execute(
        "INSERT INTO files (file_id, unique_id, path, kind, mime, about, content)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        file_id,
        unique_id,
        path,
        kind,
        mime,
        to_json(shown),
        content,
    )
    return shown
