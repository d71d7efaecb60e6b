"""Times on the city's clock, as people write them, also where clocks change."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
FIRST_YEAR, LAST_YEAR = 2000, 2199
WRITTEN = re.compile(
    r"(?:(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    r"|(?P<day_>\d{1,2})\.(?P<month_>\d{1,2})\.(?P<year_>\d{4}))"
    r"(?:[ T]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<part>\d{1,6}))?)?)?"
    r"(?: *(?P<offset>[Zz]|[+-]\d{2}:?\d{2}))?",
    re.ASCII,
)
MIDNIGHT_AFTER = 24


class TimeFault(StrEnum):
    """Why something is no instant."""

    UNREADABLE = "bad_time"
    SKIPPED = "skipped_time"
    TWICE = "twice_time"


class CityTimeError(ValueError):
    """What somebody wrote is no instant on the city's clock.

    Parameters
    ----------
    fault : TimeFault
    offers : str
        What may have been meant.
    """

    def __init__(self, fault: TimeFault, *offers: str) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.offers = offers


def read_time(text: str, zone: ZoneInfo) -> datetime:
    """Read an instant.

    Parameters
    ----------
    text : str
        ``2026-10-25 20:00``, ``25.10.2026 20:00``, a day alone for its beginning, ``24:00`` for its
        end; with an offset (``2026-10-25T03:30+02:00``) where the zone's is not meant.
    zone : ZoneInfo

    Returns
    -------
    datetime
        In UTC.

    Raises
    ------
    CityTimeError
    """
    found = WRITTEN.fullmatch(text.strip())
    if found is None:
        raise CityTimeError(TimeFault.UNREADABLE)
    try:
        local = _local(found)
        offset = found["offset"]
        if offset is not None:
            return local.replace(tzinfo=_offset(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CityTimeError(TimeFault.UNREADABLE) from None
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise CityTimeError(TimeFault.UNREADABLE)
    early, late = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = early.utcoffset() or timedelta(), late.utcoffset() or timedelta()
    if before < after:
        later = write_time(early.astimezone(UTC), zone)
        raise CityTimeError(TimeFault.SKIPPED, later)
    if before > after:
        both = (write_time(each.astimezone(UTC), zone) for each in (early, late))
        raise CityTimeError(TimeFault.TWICE, *both)
    return early.astimezone(UTC)


def _local(found: re.Match[str]) -> datetime:
    part = {
        name: int(found[name] or found.groupdict().get(f"{name}_") or 0)
        for name in ("year", "month", "day", "hour", "minute", "second")
    }
    microsecond = int((found["part"] or "0").ljust(6, "0"))
    more = timedelta()
    if part["hour"] == MIDNIGHT_AFTER and not (part["minute"] or part["second"] or microsecond):
        part["hour"], more = 0, DAY
    day = date(part["year"], part["month"], part["day"])
    wall = time(part["hour"], part["minute"], part["second"], microsecond)
    read = datetime.combine(day, wall) + more
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise CityTimeError(TimeFault.UNREADABLE)
    return read


def _offset(text: str) -> timezone:
    if text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    whole = timedelta(hours=hours, minutes=minutes)
    return timezone(-whole if text[0] == "-" else whole)


def write_time(at: datetime, zone: ZoneInfo) -> str:
    """Write an instant so that `read_time` reads the same; an offset only where it is needed."""
    local = at.astimezone(zone)
    exact = "microseconds" if local.microsecond else "seconds" if local.second else "minutes"
    plain = local.replace(tzinfo=None, fold=0)
    text = plain.isoformat(" ", exact)
    early, late = (plain.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    offset = local.utcoffset()
    if early != late and offset is not None:
        minutes = int(offset.total_seconds()) // 60
        sign = "-" if minutes < 0 else "+"
        text += f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    return text


def at_wall(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return when the city's clock shows a time on a day, in UTC.

    A time that clocks skip is as long after midnight as it would be, and so shown an hour later;
    of one that comes twice it is the first.
    """
    return datetime.combine(day, wall.replace(fold=0), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class CityDay:
    """A day of the city, which is of 23 or 25 hours when clocks change."""

    date: date
    since: datetime
    until: datetime

    @property
    def hours(self) -> float:
        """How long it is."""
        return (self.until - self.since) / timedelta(hours=1)


def monday_of(day: date) -> date:
    """Return the first day of a day's week."""
    return day - timedelta(days=day.weekday())


def week_of(day: date, zone: ZoneInfo) -> list[CityDay]:
    """Return the seven days of a day's week."""
    first = monday_of(day)
    dates = [first + timedelta(days=number) for number in range(8)]
    bounds = [at_wall(each, time(0), zone) for each in dates]
    return [CityDay(*each) for each in zip(dates[:-1], bounds[:-1], bounds[1:], strict=True)]


def today(now: datetime, zone: ZoneInfo) -> date:
    """Return the city's date."""
    return now.astimezone(zone).date()
