"""Pictures and videos without what cameras write into them: where, when, and by whom.

A picture is drawn anew from its pixels, so that nothing else of the file is left: no EXIF, no
position, no thumbnail of what was cut off, nothing behind its end. A video keeps its frames; the
boxes that describe it are blanked.
"""

import warnings
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from app.errors import BeatwayError

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
VIDEOS = frozenset({"video/mp4", "video/quicktime"})
# Only these are tried: a format that nobody sends is only a way in.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# A phone's camera makes a quarter of it at most; a few bytes can claim any size.
MOST_PIXELS = 60_000_000
# Nobody looks closer on a page.
LONGEST_SIDE = 4_096
QUALITY = 88

# Boxes of ISO 14496-12 with others in them, and those that describe instead of show.
HOLDERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"moof", b"traf"})
TELLING = frozenset({b"udta", b"meta", b"uuid", b"XMP_", b"loci"})
BLANK = b"free"
BOX_HEAD, LARGE_HEAD = 8, 16
LARGE, TO_THE_END = 1, 0


class UnfitFileError(BeatwayError):
    """The file is not what it claims to be, or too large to be opened safely."""

    status = 502
    code = "media-unfit"


def clean_picture(body: bytes) -> tuple[bytes, str]:
    """Return a picture drawn anew, upright, and its media type.

    Raises
    ------
    UnfitFileError
    """
    try:
        with warnings.catch_warnings():
            # A suspicion of a bomb is reason enough.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(body), formats=FORMATS) as found:
                if found.width * found.height > MOST_PIXELS:
                    raise UnfitFileError
                found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                return _drawn(ImageOps.exif_transpose(found))
    except (
        UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning,
        OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, OverflowError,
        MemoryError,
    ) as error:  # fmt: skip
        # Decoders fail in many ways on what was made to make them fail.
        raise UnfitFileError from error


def _drawn(found: Image.Image) -> tuple[bytes, str]:
    see_through = "A" in found.getbands() or "transparency" in found.info
    plain = found.convert("RGBA" if see_through else "RGB")
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # Of the pixels alone: a copy would take along what the file said beside them.
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    out = BytesIO()
    if see_through:
        fresh.save(out, "PNG")
        return out.getvalue(), "image/png"
    fresh.save(out, "JPEG", quality=QUALITY)
    return out.getvalue(), "image/jpeg"


def clean_video(body: bytes) -> bytes:
    """Return a video whose describing boxes are blank; its size and its frames stay.

    Raises
    ------
    UnfitFileError
        When it is no video of these kinds.
    """
    blank = bytearray(body)
    kinds = []
    for kind, at, inside, end in _boxes(body, 0, len(body)):
        kinds.append(kind)
        if kind in TELLING:
            blank[at + 4 : at + 8] = BLANK
            blank[inside:end] = bytes(end - inside)
    if b"ftyp" not in kinds and b"moov" not in kinds:
        raise UnfitFileError
    return bytes(blank)


def _boxes(body: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Yield the kind of each box, where it begins, where its content does, and where it ends."""
    at = start
    while at + BOX_HEAD <= end:
        size, kind, head = int.from_bytes(body[at : at + 4]), body[at + 4 : at + 8], BOX_HEAD
        if size == LARGE:
            size, head = int.from_bytes(body[at + 8 : at + 16]), LARGE_HEAD
        elif size == TO_THE_END:
            size = end - at
        if size < head or at + size > end:
            raise UnfitFileError
        yield kind, at, at + head, at + size
        if kind in HOLDERS:
            yield from _boxes(body, at + head, at + size)
        at += size
