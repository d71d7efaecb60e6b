"""Descriptions of the collections: those in force, and drafts for who may see them."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.boundary_drafts import DRAFT
from app.models import BoundarySet
from app.ogc.answers import GEOJSON, HTML, JSON, SCHEMA, Link, link, root_of
from app.ogc.crs import CRS84, Crs, offered
from app.ogc.sources import LEVELS, DraftSource, InForceSource, Source
from geo.coordinates import Extent

REL = "http://www.opengis.net/def/rel/ogc/1.0/"


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection.

    Attributes
    ----------
    name : str
        `precincts`, `beats`, `draft-7-precincts` or `draft-7-beats`.
    extent : tuple of float or None
        West, south, east, north in degrees.
    systems : tuple of Crs
        Those its features can be had in.
    """

    name: str
    title: str
    about: str
    source: Source
    extent: Extent | None
    systems: tuple[Crs, ...]

    @property
    def path(self) -> str:
        """Below the landing page."""
        return f"/collections/{self.name}"

    def as_dict(self, links: list[Link]) -> dict[str, Any]:
        """Return the description, JSON-ready."""
        made: dict[str, Any] = {
            "id": self.name,
            "title": self.title,
            "description": self.about,
            "itemType": "feature",
            "dataType": "vector",
            "crs": [system.uri for system in self.systems],
            "storageCrs": CRS84,
            "links": links,
        }
        extent: dict[str, Any] = {}
        if self.extent is not None:
            extent["spatial"] = {"bbox": [list(self.extent)], "crs": CRS84}
        if isinstance(self.source, InForceSource) and self.source.history:
            start = self.source.history[-1].start.isoformat().replace("+00:00", "Z")
            extent["temporal"] = {
                "interval": [[start, None]],
                "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
            }
        if extent:
            made["extent"] = extent
        return made


def draft_name(draft: BoundarySet, kind: str) -> str:
    """Return the name of a draft's collection."""
    return f"draft-{draft.id}-{kind}"


async def describe(session: AsyncSession, source: Source, words: dict[str, str]) -> Collection:
    """Make the description of a source's collection.

    Parameters
    ----------
    session
    source : InForceSource or DraftSource
    words : dict of str to str
        In the language of the answer.
    """
    kind = next(kind for kind, level in LEVELS.items() if level is source.level)
    layer = await source.layer(session)
    extent = layer.extent if layer else None
    name, title, about = kind, words[kind], words[f"{kind}_about"]
    if isinstance(source, DraftSource):
        draft = source.draft
        name = draft_name(draft, kind)
        heading = words["draft"].format(id=draft.id, label=draft.label)
        title = f"{heading}: {words[kind].lower()}"
        about = words["draft_about" if draft.state == DRAFT else "proposed_about"]
    return Collection(name, title, about, source, extent, offered(extent))


def collection_links(request: Request, collection: Collection) -> list[Link]:
    """Return the links of a collection's description, apart from `self` and `alternate`."""
    url = root_of(request) + collection.path
    title = collection.title
    links = [
        link(f"{url}/items?f=json", "items", GEOJSON, title),
        link(f"{url}/items?f=html", "items", HTML, title),
        link(f"{url}/queryables?f=json", f"{REL}queryables", SCHEMA, "Queryables"),
        link(f"{url}/queryables?f=html", f"{REL}queryables", HTML, "Queryables"),
        link(f"{url}/schema?f=json", f"{REL}schema", SCHEMA, "Schema"),
        link(f"{url}/schema?f=html", f"{REL}schema", HTML, "Schema"),
        link(f"{url}/schema?f=json", "describedby", SCHEMA, "Schema"),
    ]
    if isinstance(collection.source, InForceSource):
        links.append(link(f"{url}/tiles?f=json", f"{REL}tilesets-vector", JSON, "Vector tiles"))
    return links
