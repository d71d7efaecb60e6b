"""What cameras write into pictures and videos does not leave."""

import struct
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from app.cleaning import UnfitFileError, clean_picture, clean_video

CANARY = b"CANARY-GPS-47.1012"
LEFT, RIGHT = (200, 30, 30), (30, 30, 200)


def picture(kind: str = "JPEG", *, orientation: int = 1, mode: str = "RGB") -> bytes:
    """Return a picture, red on the left and blue on the right, that tells a lot beside itself."""
    image = Image.new(mode, (80, 40))
    image.paste(LEFT, (0, 0, 40, 40))
    image.paste(RIGHT, (40, 0, 80, 40))
    exif = Image.Exif()
    exif[0x010E] = CANARY.decode()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[29] = CANARY.decode()
    out = BytesIO()
    more: dict[str, Any] = {}
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", CANARY.decode())
        info.add_itxt("XML:com.adobe.xmp", CANARY.decode())
        more = {"pnginfo": info}
    if kind == "JPEG":
        more = {"comment": CANARY, "xmp": CANARY}
    image.save(out, kind, exif=exif, **more)
    return out.getvalue() + CANARY


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_pixels_is_left(kind: str) -> None:
    given = picture(kind)
    assert CANARY in given
    body, mime = clean_picture(given)
    assert mime == "image/jpeg"
    assert CANARY not in body
    with Image.open(BytesIO(body)) as found:
        assert found.size == (80, 40)
        assert not found.getexif()
        assert set(found.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_picture_is_turned_upright() -> None:
    # Taken with the camera turned: what is right in the file belongs at the bottom.
    body, _ = clean_picture(picture(orientation=6))
    with Image.open(BytesIO(body)) as found:
        assert found.size == (40, 80)
        top, bottom = found.getpixel((20, 10)), found.getpixel((20, 70))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > top[2]
    assert bottom[2] > bottom[0]


def test_what_is_seen_through_stays_so() -> None:
    out = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    body, mime = clean_picture(out.getvalue())
    assert mime == "image/png"
    with Image.open(BytesIO(body)) as found:
        assert found.getpixel((4, 4)) == (0, 0, 0, 0)


def bomb() -> bytes:
    """A few bytes that claim to be forty thousand pixels wide and high."""
    plain = picture("PNG")
    at = plain.index(b"IHDR") + 4
    return plain[:at] + struct.pack(">II", 40_000, 40_000) + plain[at + 8 :]


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"\xff\xd8\xff" + bytes(1000),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7 " + bytes(100),
        picture()[:300],
        bomb(),
    ],
    ids=["nothing", "a head only", "a drawing", "a document", "cut off", "a bomb"],
)
def test_what_is_no_picture_is_refused(given: bytes) -> None:
    with pytest.raises(UnfitFileError):
        clean_picture(given)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def test_a_video_keeps_its_frames_and_tells_nothing() -> None:
    frames = bytes(range(256)) * 4
    track = box(b"trak", box(b"tkhd", b"head") + box(b"udta", CANARY) + box(b"meta", CANARY))
    movie = box(b"moov", box(b"mvhd", b"head") + track + box(b"udta", box(b"\xa9xyz", CANARY)))
    given = box(b"ftyp", b"isom") + movie + box(b"uuid", CANARY) + box(b"mdat", frames)
    cleaned = clean_video(given)
    assert CANARY not in cleaned
    # Positions in the file are part of it: frames are found by them.
    assert len(cleaned) == len(given)
    assert cleaned.index(frames) == given.index(frames)
    assert cleaned.count(b"free") == 4
    assert b"mvhd" in cleaned
    assert b"tkhd" in cleaned


@pytest.mark.parametrize(
    "given",
    [b"", b"no video at all", box(b"ftyp", b"isom") + struct.pack(">I", 999) + b"moov", bytes(64)],
)
def test_what_is_no_video_is_refused(given: bytes) -> None:
    with pytest.raises(UnfitFileError):
        clean_video(given)
