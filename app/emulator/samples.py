"""Small real files for citizens who have none at hand."""

from pathlib import Path

_FOLDER = Path(__file__).parent / "samples"
_FILES = {
    "photo": ("photo.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "video_note": ("video.mp4", "video/mp4"),
    "animation": ("video.mp4", "video/mp4"),
    "voice": ("voice.oga", "audio/ogg"),
    "audio": ("voice.oga", "audio/ogg"),
}


def sample(kind: str) -> tuple[bytes, str, str]:
    """Read the sample of one kind.

    Parameters
    ----------
    kind
        ``photo``, ``voice``, …; anything else gives a text file.

    Returns
    -------
    tuple
        Content, file name and MIME type.
    """
    name, mime = _FILES.get(kind, ("note.txt", "text/plain"))
    return (_FOLDER / name).read_bytes(), name, mime
