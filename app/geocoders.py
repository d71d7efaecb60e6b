"""Outside geocoders, asked in order over geopy: each with a time-out, a pace and a circuit breaker.

They are asked for a street and a house, never with a whole message, and only inside the city. What
they answered is kept for a while. None of them may delay a citizen for long, or break anything, and
none is asked while a transaction is open: what is needed in one and was never asked ends it with
`UnaskedError`, and it is begun again when the answer is here.
"""

import asyncio
import hashlib
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from geopy.exc import GeopyError
from geopy.geocoders import Nominatim, Pelias, Photon
from pybreaker import CircuitBreaker, CircuitBreakerError
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert_into
from sqlalchemy.ext.asyncio import AsyncSession

from app.geocoder_http import BoundedAdapter
from app.models import GeocodeAnswer, table_of
from app.settings import Settings
from geo.found import COSTS, WORTH, Fault, Found, Precision

log = logging.getLogger(__name__)

USER_AGENT = "beatway"
FAILURES = 3
CLOSED_FOR_S = 60.0
FAILED_FOR = timedelta(seconds=60)
"""How long nobody asks again what was not answered."""

LIMIT = 5
LABEL_PARTS = 3
_LONGEST_LABEL = 200

Box = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""

Ask = Callable[[str, Box, str], Any]


class BusyError(Exception):
    """So many wait for this geocoder that its pace would delay a citizen."""


@dataclass(frozen=True, slots=True)
class Question:
    """What one outside geocoder is asked.

    Attributes
    ----------
    geocoder : str
    words : str
        A street with its house.
    box : tuple of float
        Only places inside are wanted.
    language : str
        Of the labels.
    """

    geocoder: str
    words: str
    box: Box
    language: str

    @property
    def key(self) -> bytes:
        """What the answer is kept under."""
        words = " ".join(self.words.casefold().split())
        whole = f"{self.geocoder}|{self.language}|{self.box}|{words}"
        return hashlib.sha256(whole.encode("utf-8", "replace")).digest()


class UnaskedError(Exception):
    """A transaction needs an answer that must be waited for outside of it.

    Parameters
    ----------
    question : Question
    """

    def __init__(self, question: Question) -> None:
        super().__init__(question.geocoder)
        self.question = question


@dataclass(slots=True)
class Turns:
    """The pace of one service: how far its calls lie apart.

    Attributes
    ----------
    interval_s : float
    longest_wait_s : float
        Who would have to wait longer is sent away at once.
    """

    interval_s: float
    longest_wait_s: float
    _next: float = 0.0

    async def wait(self) -> None:
        """Wait for the next turn."""
        now = time.monotonic()
        at = max(now, self._next)
        if at - now > self.longest_wait_s:
            raise BusyError
        self._next = at + self.interval_s
        await asyncio.sleep(at - now)


@dataclass(frozen=True, slots=True)
class Backend:
    """One outside geocoder."""

    name: str
    ask: Ask
    breaker: CircuitBreaker
    turns: Turns


@dataclass(frozen=True, slots=True)
class Geocoders:
    """All that are configured, in order.

    Attributes
    ----------
    order : tuple of str
        With ``gazetteer`` where its turn is.
    backends : dict of str to Backend
    kept_for : timedelta
        How long an answer is used again.
    """

    order: tuple[str, ...] = ("gazetteer",)
    backends: dict[str, Backend] = field(default_factory=dict)
    kept_for: timedelta = timedelta(days=30)
    _under_way: dict[bytes, "asyncio.Future[list[dict[str, Any]] | None]"] = field(
        default_factory=dict
    )

    async def recall(self, session: AsyncSession, question: Question, now: datetime) -> list[Found]:
        """Return what a geocoder said not long ago.

        Returns
        -------
        list of Found
            Empty also when it was down, slow, or answered with nonsense.

        Raises
        ------
        UnaskedError
            When it was not asked.
        """
        kept = (
            await session.execute(
                select(GeocodeAnswer.places).where(
                    GeocodeAnswer.key == question.key, GeocodeAnswer.expires_at > now
                )
            )
        ).scalar()
        if kept is None:
            raise UnaskedError(question)
        return [_found(place, question.words) for place in kept]

    async def ask(self, question: Question) -> list[dict[str, Any]] | None:
        """Ask over the network; no transaction may be open.

        Returns
        -------
        list of dict or None
            To be kept; None when there was no answer, or no answer to make sense of.
        """
        # Several who claim the same message ask once.
        running = self._under_way.get(question.key)
        if running is None:
            running = asyncio.ensure_future(self._fresh(question))
            self._under_way[question.key] = running
            running.add_done_callback(lambda _: self._under_way.pop(question.key, None))
        return await asyncio.shield(running)

    async def keep(
        self,
        session: AsyncSession,
        question: Question,
        places: list[dict[str, Any]] | None,
        now: datetime,
    ) -> None:
        """Keep an answer, or for a short while that there was none."""
        kept_for = FAILED_FOR if places is None else max(self.kept_for, FAILED_FOR)
        row = {"key": question.key, "places": places or [], "expires_at": now + kept_for}
        await session.execute(delete(GeocodeAnswer).where(GeocodeAnswer.expires_at <= now))
        await session.execute(
            upsert_into(table_of(GeocodeAnswer))
            .values(row)
            .on_conflict_do_update(index_elements=["key"], set_=row)
        )

    async def _fresh(self, question: Question) -> list[dict[str, Any]] | None:
        backend = self.backends[question.geocoder]
        try:
            with backend.breaker.calling():
                await backend.turns.wait()
                found = await backend.ask(question.words, question.box, question.language)
                return [place for each in (found or ())[:LIMIT] if (place := _kept(each))]
        except BusyError:
            log.warning("%s is asked more than its pace allows", backend.name)
        except (GeopyError, CircuitBreakerError, TimeoutError) as error:
            log.warning("%s did not answer: %s", backend.name, type(error).__name__)
        except Exception:  # noqa: BLE001 - whatever an outside service sends, the report goes on
            log.warning("%s answered with nonsense", backend.name)
        return None


def geocoders_of(settings: Settings) -> Geocoders:
    """Make what the settings name."""
    made: dict[str, Backend] = {}
    for name in settings.geocoders:
        url = settings.geocoder_urls.get(name)
        if url is not None:
            breaker = CircuitBreaker(
                fail_max=FAILURES,
                reset_timeout=CLOSED_FOR_S,
                success_threshold=1,
                exclude=[BusyError],
            )
            turns = Turns(settings.geocoder_interval_s, settings.geocoder_timeout_s)
            made[name] = Backend(name, _asking(name, url, settings), breaker, turns)
    return Geocoders(
        order=settings.geocoders,
        backends=made,
        kept_for=timedelta(days=settings.geocoder_cache_days),
    )


def _asking(name: str, url: str, settings: Settings) -> Ask:
    """Make what asks one geocoder."""
    make, options_of = _SERVICES[name]
    parts = urlsplit(url)
    service = make(
        domain=parts.netloc + parts.path.rstrip("/"),
        scheme=parts.scheme,
        timeout=settings.geocoder_timeout_s,
        user_agent=USER_AGENT,
        adapter_factory=BoundedAdapter,
    )

    def ask(query: str, box: Box, language: str) -> Any:
        west, south, east, north = box
        corners = [(south, west), (north, east)]
        return service.geocode(query, exactly_one=False, **options_of(corners, language))

    return ask


# How each says "only here", "in this language" and "no more than".
_SERVICES: dict[str, tuple[Callable[..., Any], Callable[[Any, str], dict[str, Any]]]] = {
    "nominatim": (
        Nominatim,
        lambda corners, language: {
            "viewbox": corners,
            "bounded": True,
            "language": language,
            "limit": LIMIT,
            "addressdetails": True,
        },
    ),
    # Photon knows few languages and refuses the others; without one it says what is on the signs.
    "photon": (
        Photon,
        lambda corners, language: {
            "bbox": corners,
            "limit": LIMIT,
            "language": language if language == "en" else False,
        },
    ),
    "pelias": (
        Pelias,
        lambda corners, language: {"boundary_rect": corners, "language": language},
    ),
}


def _kept(location: Any) -> dict[str, Any] | None:
    precision = precision_of(location.raw)
    if precision is None:
        return None
    lon, lat = float(location.longitude), float(location.latitude)
    label = ", ".join(str(location.address).split(", ")[:LABEL_PARTS])
    # The database takes no zero byte, and a page no line that ends elsewhere.
    label = "".join(letter for letter in label if letter.isprintable())[:_LONGEST_LABEL].strip()
    if not (math.isfinite(lon) and math.isfinite(lat) and label):
        return None
    return {
        "label": label,
        "lon": lon,
        "lat": lat,
        "precision": precision.value,
    }


def precision_of(raw: dict[str, Any]) -> Precision | None:
    """Tell how exactly an answer of Nominatim, Photon or Pelias names a place.

    Returns
    -------
    Precision or None
        None for anything larger than a street: a city routes nothing.
    """
    properties = raw.get("properties") or raw
    address = raw.get("address") or {}
    if address.get("house_number") or properties.get("housenumber"):
        return Precision.HOUSE
    kind = str(
        properties.get("layer") or properties.get("osm_key") or raw.get("class")
        or raw.get("category") or ""
    )  # fmt: skip
    if kind in {"street", "highway"}:
        return Precision.STREET
    if kind in {"boundary", "place", "locality", "region", "county", "country", "localadmin"}:
        return None
    return Precision.LANDMARK


def _found(place: dict[str, Any], query: str) -> Found:
    precision = Precision(place["precision"])
    score = WORTH[precision] * COSTS[Fault.OUTSIDE_SERVICE]
    return Found(
        place["label"],
        place["lon"],
        place["lat"],
        precision,
        score,
        (Fault.OUTSIDE_SERVICE,),
        (),
        None,
        query,
    )
