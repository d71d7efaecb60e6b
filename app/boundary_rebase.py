"""Carry the changes of a boundary set over to the one that is in force now."""

from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from sqlalchemy.ext.asyncio import AsyncSession

from app import boundary_audit
from app.boundaries import in_force
from app.boundary_drafts import create_draft, find_set, refuse_unstorable, validated
from app.context import UseCases
from app.errors import ConflictError, UnavailableError
from app.routing import load_districts
from geo.districts import District

Set = Mapping[str, District]


class NothingToRebaseError(ConflictError):
    """The boundary set is based on the one in force already."""

    code = "nothing-to-rebase"


@dataclass(frozen=True, slots=True)
class Rebased:
    """A new draft.

    Attributes
    ----------
    boundary_set_id : int
    conflicts : tuple of dict
        Districts that both sides changed: `code`, and what `ours` and `theirs` did (`changed`,
        `added` or `removed`). Ours was taken.
    """

    boundary_set_id: int
    conflicts: tuple[dict[str, str], ...]


async def rebase(
    session: AsyncSession, context: UseCases, boundary_set_id: int, actor: str
) -> Rebased:
    """Make a draft of the set in force with the changes that another set made to its own base.

    District by district: what only one side changed is taken from it; what both changed in
    different ways is a conflict, in which the set that is rebased wins, and which is listed.

    Raises
    ------
    NotFoundError
    NothingToRebaseError
    UnstorableError
        When what comes out cannot be stored.
    """
    found = await find_set(session, boundary_set_id)
    now = await in_force(session)
    if now is None:
        raise UnavailableError("No boundary set is in force to rebase on")
    if now in {found.based_on, boundary_set_id}:
        raise NothingToRebaseError
    base: Set = {}
    if found.based_on is not None:
        base = _by_code(await load_districts(session, found.based_on))
    ours = _by_code(await load_districts(session, boundary_set_id))
    theirs = _by_code(await load_districts(session, now))
    merged, conflicts = merge(base, ours, theirs)
    problems = await validated(session, context, merged)
    refuse_unstorable(problems)
    draft = await create_draft(
        session,
        merged,
        label=found.label,
        source=found.source,
        actor=actor,
        based_on=now,
        problems=problems,
        notes=[*found.notes, {"kind": "rebase", "of": boundary_set_id, "conflicts": conflicts}],
        approximate=found.approximate,
    )
    await boundary_audit.note(
        session,
        draft,
        actor=actor,
        kind="rebased",
        before={"boundary_set": boundary_set_id, "based_on": found.based_on},
        after={"based_on": now, "conflicts": conflicts},
    )
    return Rebased(draft, tuple(conflicts))


def merge(base: Set, ours: Set, theirs: Set) -> tuple[list[District], list[dict[str, str]]]:
    """Merge two sets that came from one, district by district.

    Returns
    -------
    districts : list of District
        By code.
    conflicts : list of dict
        See `Rebased`.
    """
    merged: list[District] = []
    conflicts: list[dict[str, str]] = []
    for code in sorted(base.keys() | ours.keys() | theirs.keys()):
        was, here, there = base.get(code), ours.get(code), theirs.get(code)
        taken = there if same(was, here) else here
        if not (same(was, here) or same(was, there) or same(here, there)):
            conflicts.append({"code": code, "ours": _did(was, here), "theirs": _did(was, there)})
        if taken is not None:
            merged.append(taken)
    kept = {each.code for each in merged}
    # A beat of a precinct that only they removed, or the other way round, must not be an orphan.
    for beat in [each for each in merged if each.parent is not None and each.parent not in kept]:
        parent = ours.get(beat.parent or "") or theirs.get(beat.parent or "")
        if parent is not None and parent.code not in kept:
            merged.append(parent)
            kept.add(parent.code)
            conflicts.append({"code": parent.code, "ours": "kept", "theirs": "removed"})
    return sorted(merged, key=lambda each: each.code), conflicts


def _did(was: District | None, became: District | None) -> str:
    if became is None:
        return "removed"
    return "added" if was is None else "changed"


def same(one: District | None, other: District | None) -> bool:
    """Tell whether two districts are the same in every attribute and every vertex."""
    if one is None or other is None:
        return one is other
    plain = ("code", "level", "parent", "station_address", "phone")
    return (
        all(getattr(one, name) == getattr(other, name) for name in plain)
        and dict(one.name) == dict(other.name)
        and bool(shapely.equals_exact(one.geometry, other.geometry, tolerance=0.0))
    )


def _by_code(districts: list[District]) -> dict[str, District]:
    return {each.code: each for each in districts}
