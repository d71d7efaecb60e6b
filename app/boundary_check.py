"""From uploaded files to districts and all that is wrong with them. Long work, without a database.

Nothing here waits: call it in a thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from app.boundary_raw import RawFile, Sources, read_raw
from app.boundary_rows import as_district
from geo.districts import District
from geo.problem import Problem
from geo.repair import Repair, repair
from geo.topology import Progress, RawDistrict, TopologyRules, validate

# Of more than this the largest are named.
KEPT_NOTES = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done with files.

    Attributes
    ----------
    repair : bool
        True to make geometries valid and to close gaps and cut overlaps.
    tolerance_m : float
        Metres up to which those are closed and cut.
    """

    sources: Sources
    repair: bool = False
    tolerance_m: float = 2.0


@dataclass(frozen=True, slots=True)
class Checked:
    """What files came to.

    Attributes
    ----------
    districts : tuple of RawDistrict or District
        After the repair, if there was one.
    problems : tuple of Problem
        Of these districts.
    notes : tuple
        What was assumed, as text, and what was repaired, as a dict with `kind` `repair`.
    """

    districts: tuple[RawDistrict | District, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Any, ...]
    source: str
    approximate: bool

    @property
    def storable(self) -> bool:
        """Whether the database can hold them."""
        return all(problem.storable for problem in self.problems)

    def ready(self) -> list[District]:
        """Return the districts to be stored.

        Raises
        ------
        app.boundary_rows.UnstorableError
        """
        return [as_district(each) for each in self.districts]


def check_files(
    wish: Wish, rules: TopologyRules, in_force: Sequence[District], progress: Progress
) -> Checked:
    """Read files, repair them if that is wished, and find what is wrong.

    Parameters
    ----------
    wish : Wish
    rules : TopologyRules
    in_force : sequence of District
        The boundary set to compare with; empty when there is none.
    progress : callable
        Called with a stage, what of it is done and its total.

    Raises
    ------
    BoundaryFileError
        When the files cannot be read at all.
    """
    progress("reading", 0, 1)
    raw = read_raw(wish.sources)
    progress("reading", 1, 1)
    problems = tuple(validate(raw.districts, rules, in_force=in_force, progress=progress))
    notes: tuple[Any, ...] = tuple(raw.notes)
    districts: tuple[RawDistrict | District, ...] = tuple(raw.districts)
    if wish.repair and all(problem.storable for problem in problems):
        progress("repair", 0, 1)
        done = repair(raw.districts, tolerance_m=wish.tolerance_m, rules=rules)
        progress("repair", 1, 1)
        districts, notes = done.districts, (*notes, repair_note(done, wish.tolerance_m))
        problems = tuple(validate(done.districts, rules, in_force=in_force, progress=progress))
    return _checked(raw, districts, problems, notes)


def _checked(
    raw: RawFile,
    districts: tuple[RawDistrict | District, ...],
    problems: tuple[Problem, ...],
    notes: tuple[Any, ...],
) -> Checked:
    return Checked(districts, problems, notes, raw.source, raw.approximate)


def repair_note(done: Repair, tolerance_m: float) -> dict[str, Any]:
    """Return what a repair did, JSON-ready: it is kept with the set and shown."""
    ordered = sorted(done.notes, key=lambda note: -(note.gained_m2 + note.lost_m2))
    return {
        "kind": "repair",
        "tolerance_m": tolerance_m,
        "moved_m2": done.moved_m2,
        "moved": None if done.moved is None else shapely.geometry.mapping(done.moved),
        "done": [note.as_dict() for note in ordered[:KEPT_NOTES]],
        "done_total": len(ordered),
    }
