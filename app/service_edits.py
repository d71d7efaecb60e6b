"""Services kept: listed, imported after a look at what changes, edited, each change recorded."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon
from shapely.geometry import mapping
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.categories import RuleSet
from app.context import UseCases
from app.errors import ConflictError, InvalidError, NotFoundError
from app.models import Service, ServiceChange, ServiceRevision, table_of
from app.redirects import follow_areas
from app.routing import NoBoundarySetError, current_index
from app.service_files import (
    ERROR,
    WARNING,
    ServiceDraft,
    ServiceFile,
    ServiceProblem,
    faults_of,
)
from app.service_lookup import kind_of
from geo.metres import area_m2

ADDED, CHANGED, SAME, REMOVED = "added", "changed", "same", "removed"
# Coordinates that differ by less are the same place.
ROUNDING = 1e-9


class BadServiceError(InvalidError):
    """A service cannot be kept as it is."""

    code = "bad-service"

    def __init__(self, problems: Sequence[ServiceProblem]) -> None:
        told = "; ".join(
            " ".join(filter(None, (each.service, each.what, each.text))) for each in problems[:5]
        )
        super().__init__(
            f"It cannot be kept as it is: {told}", problems=[each.as_dict() for each in problems]
        )


@dataclass(frozen=True, slots=True)
class Step:
    """What an import makes of one service.

    Attributes
    ----------
    what : str
        `added`, `changed`, `same` or `removed`.
    fields : tuple of str
        What differs from before.
    """

    code: str
    names: Mapping[str, str]
    what: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do, and what is wrong with its file."""

    steps: tuple[Step, ...]
    problems: tuple[ServiceProblem, ...]
    notes: tuple[str, ...]

    @property
    def is_usable(self) -> bool:
        """Tell whether it may be applied."""
        return not any(each.severity == ERROR for each in self.problems)


def kinds_asked(rules: RuleSet) -> dict[str, Mapping[str, str]]:
    """Return what categories ask services for, with the names of the first that does."""
    found: dict[str, Mapping[str, str]] = {}
    for each in rules.categories:
        if each.active and not each.police and each.service is not None:
            found.setdefault(kind_of(each), each.names.model_dump())
    return found


async def listed(session: AsyncSession, *, retired: bool = False) -> list[Service]:
    """List services by code; those that are out of use only when asked for."""
    query = select(Service).order_by(Service.active.desc(), Service.code)
    rows = await session.execute(query if retired else query.where(Service.active))
    return list(rows.scalars())


async def _hold(session: AsyncSession) -> int:
    """Keep others from changing services until this transaction ends; count this change."""
    table = table_of(ServiceRevision)
    return int(
        (
            await session.execute(
                update(table).values(revision=table.c.revision + 1).returning(table.c.revision)
            )
        ).scalar_one()
    )


def _area_of(row: Service) -> MultiPolygon | None:
    return None if row.area is None else to_shape(row.area)


def _facts(
    names: Mapping[str, str],
    kinds: Sequence[str],
    contact: Mapping[str, str | None],
    area: MultiPolygon | None,
    *,
    active: bool,
) -> dict[str, Any]:
    where = None
    if area is not None:
        where = {
            "km2": round(area_m2(area) / 1e6, 4),
            "bounds": [round(each, 6) for each in area.bounds],
        }
    return {"names": dict(names), "kinds": list(kinds), **contact, "area": where, "active": active}


def facts_of_row(row: Service) -> dict[str, Any]:
    """Return what history keeps of a service; of its area the size and the bounds."""
    contact = {"phone": row.phone, "url": row.url, "hours": row.hours}
    return _facts(row.names, row.kinds, contact, _area_of(row), active=row.active)


def _differences(row: Service, draft: ServiceDraft) -> tuple[str, ...]:
    found = [
        name
        for name, before, after in (
            ("names", dict(row.names), dict(draft.names)),
            ("kinds", sorted(row.kinds), sorted(draft.kinds)),
            ("phone", row.phone, draft.phone),
            ("url", row.url, draft.url),
            ("hours", row.hours, draft.hours),
            ("active", row.active, True),
        )
        if before != after
    ]
    before, after = _area_of(row), draft.area
    if (before is None) != (after is None) or (
        before is not None and after is not None and not before.equals_exact(after, ROUNDING)
    ):
        found.append("area")
    return tuple(found)


async def preview(
    session: AsyncSession, context: UseCases, file: ServiceFile, *, replace: bool
) -> Preview:
    """Tell what an import would do; nothing is changed.

    Parameters
    ----------
    session, context
    file : ServiceFile
    replace : bool
        Whether services that the file does not have go out of use.
    """
    rows = {row.code: row for row in await listed(session, retired=True)}
    steps = []
    for draft in file.services:
        row = rows.get(draft.code)
        fields = () if row is None else _differences(row, draft)
        what = ADDED if row is None else CHANGED if fields else SAME
        steps.append(Step(draft.code, draft.names, what, fields))
    given = {draft.code for draft in file.services}
    if replace:
        steps += [
            Step(row.code, row.names, REMOVED)
            for row in rows.values()
            if row.active and row.code not in given
        ]
    far = await _far_off(session, context, file.services)
    return Preview(tuple(steps), (*file.problems, *far), tuple(file.notes))


async def _far_off(
    session: AsyncSession, context: UseCases, services: Sequence[ServiceDraft]
) -> list[ServiceProblem]:
    """Tell which areas do not even touch the city: their coordinates are probably wrong."""
    try:
        _, index = await current_index(session, context.index_cache)
    except NoBoundarySetError:
        return []
    if index.extent is None:
        return []
    west, south, east, north = index.extent
    found = []
    for each in services:
        if each.area is None:
            continue
        left, bottom, right, top = each.area.bounds
        if left > east or right < west or bottom > north or top < south:
            found.append(ServiceProblem(WARNING, "far_off", each.code))
    return found


async def apply(
    session: AsyncSession, context: UseCases, file: ServiceFile, actor: str, *, replace: bool
) -> tuple[Preview, int]:
    """Do what `preview` tells; those who were sent elsewhere lately are told.

    Returns
    -------
    Preview
    int
        How many citizens were told of another service.

    Raises
    ------
    BadServiceError
        When the file has errors: then nothing is changed.
    """
    await _hold(session)
    shown = await preview(session, context, file, replace=replace)
    if not shown.is_usable:
        raise BadServiceError([each for each in shown.problems if each.severity == ERROR])
    drafts = {draft.code: draft for draft in file.services}
    rows = {row.code: row for row in await listed(session, retired=True)}
    for step in shown.steps:
        if step.what == REMOVED:
            await _write(session, context, rows[step.code], actor, {"active": False})
        elif step.what == ADDED:
            await add_row(session, drafts[step.code], actor)
        elif step.what == CHANGED:
            values = _values(drafts[step.code]) | {"active": True}
            await _write(session, context, rows[step.code], actor, values)
    return shown, await follow_areas(session, context)


def _values(draft: ServiceDraft) -> dict[str, Any]:
    return {
        "names": dict(draft.names),
        "kinds": list(draft.kinds),
        "phone": draft.phone,
        "url": draft.url,
        "hours": draft.hours,
        "area": None if draft.area is None else from_shape(draft.area, srid=4326),
    }


async def add_row(session: AsyncSession, draft: ServiceDraft, actor: str) -> Service:
    """Add a service that was checked; nobody is told of it."""
    row = Service(
        code=draft.code,
        updated_by=actor,
        active=True,
        version=1,
        **_values(draft),
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    await _record(session, actor, row.code, None, facts_of_row(row))
    return row


async def _write(
    session: AsyncSession, context: UseCases, row: Service, actor: str, values: Mapping[str, Any]
) -> None:
    before = facts_of_row(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at, row.updated_by = context.clock(), actor
    await session.flush()
    await session.refresh(row)
    await _record(session, actor, row.code, before, facts_of_row(row))


async def _record(
    session: AsyncSession,
    actor: str,
    code: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
) -> None:
    await session.execute(
        insert(table_of(ServiceChange)).inline(),
        {"actor": actor, "service": code, "before": before, "after": after},
    )


async def add(session: AsyncSession, context: UseCases, draft: ServiceDraft, actor: str) -> Service:
    """Add a service by hand: one for the whole city, as areas come from files.

    Raises
    ------
    BadServiceError
    ConflictError
        When there is one of that code, also out of use.
    """
    await _hold(session)
    await _refuse(session, context, draft)
    if await session.get(Service, draft.code) is not None:
        message = f"There is a service {draft.code} already"
        raise ConflictError(message)
    row = await add_row(session, draft, actor)
    await follow_areas(session, context)
    return row


async def _refuse(session: AsyncSession, context: UseCases, draft: ServiceDraft) -> None:
    kinds = kinds_asked((await context.triage.get(session)).rules)
    faults = [each for each in faults_of(draft, kinds) if each.severity == ERROR]
    if faults:
        raise BadServiceError(faults)


async def edit(
    session: AsyncSession,
    context: UseCases,
    code: str,
    values: Mapping[str, Any],
    actor: str,
    version: int,
) -> Service:
    """Change what is said of a service, or take it out of use; its area stays as the file has it.

    Raises
    ------
    NotFoundError
    ConflictError
        When somebody else has changed it.
    BadServiceError
    """
    await _hold(session)
    row = await session.get(Service, code)
    if row is None:
        message = f"There is no service {code}"
        raise NotFoundError(message)
    if row.version != version:
        message = f"Service {code} is at version {row.version}, not {version}"
        raise ConflictError(message, version=row.version)
    now = {
        "names": row.names,
        "kinds": row.kinds,
        "phone": row.phone,
        "url": row.url,
        "hours": row.hours,
    } | {name: value for name, value in values.items() if name != "active"}
    draft = ServiceDraft(code, **{**now, "kinds": tuple(now["kinds"])}, area=_area_of(row))
    await _refuse(session, context, draft)
    if any(getattr(row, name) != value for name, value in values.items()):
        await _write(session, context, row, actor, values)
        await follow_areas(session, context)
    return row


async def changes(session: AsyncSession, code: str, limit: int = 100) -> list[ServiceChange]:
    """Return what was changed of a service, the newest first."""
    rows = await session.execute(
        select(ServiceChange)
        .where(ServiceChange.service == code)
        .order_by(ServiceChange.id.desc())
        .limit(limit)
    )
    return list(rows.scalars())


async def area_json(session: AsyncSession, code: str) -> str:
    """Return where a service is responsible, as a GeoJSON feature.

    Raises
    ------
    NotFoundError
    """
    row = await session.get(Service, code)
    if row is None:
        message = f"There is no service {code}"
        raise NotFoundError(message)
    area = _area_of(row)
    feature = {
        "type": "Feature",
        "properties": {"code": code, "names": row.names},
        "geometry": None if area is None else mapping(area),
    }
    return json.dumps(feature, ensure_ascii=False)
