"""What a message holds that can become part of a report."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from telegram import Message

from app.places import Place, PlaceKind
from geo.coordinates import CoordinateError, checked_point

# Clocks differ, but a message from tomorrow or long ago says nothing of when we learnt of it.
CLOCK_SLACK = timedelta(minutes=5)

MEDIA_KINDS = (
    "video", "voice", "document", "audio", "animation", "video_note", "sticker",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """A file that Telegram keeps."""

    kind: str
    file_id: str
    file_unique_id: str
    mime: str | None
    size: int | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Parts:
    """The content of one message."""

    text: str
    place: Place | None
    files: tuple[File, ...]
    album: str | None
    message_id: int
    thread_id: int | None
    sent_at: datetime

    @property
    def strange(self) -> bool:
        """Tell whether there is nothing in it that we can use."""
        return not (self.text or self.place or self.files)


def parts_of(message: Message) -> Parts:
    """Take a message apart."""
    return Parts(
        text=storable(message.text or message.caption or "").strip(),
        place=checked(place_of(message)),
        files=files_of(message),
        album=message.media_group_id,
        message_id=message.message_id,
        thread_id=message.message_thread_id if message.is_topic_message else None,
        sent_at=message.date,
    )


def storable(text: str) -> str:
    """Return a text without what PostgreSQL cannot keep: NUL and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def checked(place: Place | None) -> Place | None:
    """Return a place that is a point on Earth, else None: the citizen is then asked for one."""
    if place is None:
        return None
    try:
        checked_point(place.lon, place.lat, place.accuracy_m)
    except CoordinateError:
        return None
    return place


def place_of(message: Message) -> Place | None:
    """Return the place a message shares, if it shares one."""
    if message.venue is not None:
        point = message.venue.location
        label = ", ".join(filter(None, [message.venue.title, message.venue.address]))
        return Place(
            point.longitude, point.latitude, PlaceKind.VENUE, label=storable(label) or None
        )
    if message.location is None:
        return None
    point = message.location
    return Place(
        point.longitude,
        point.latitude,
        PlaceKind.LIVE if point.live_period else PlaceKind.SHARED,
        accuracy_m=float(point.horizontal_accuracy or 0.0),
    )


def files_of(message: Message) -> tuple[File, ...]:
    """Return the files of a message; of a photo's sizes the largest."""
    found = []
    if message.photo:
        photo = message.photo[-1]
        found.append(
            File("photo", photo.file_id, photo.file_unique_id, "image/jpeg", photo.file_size, None)
        )
    for kind in MEDIA_KINDS:
        file = getattr(message, kind)
        if file is None or (kind == "document" and message.animation is not None):
            continue
        found.append(
            File(
                kind,
                file.file_id,
                file.file_unique_id,
                getattr(file, "mime_type", None),
                file.file_size,
                storable(getattr(file, "file_name", None) or "") or None,
            )
        )
    return tuple(found)
