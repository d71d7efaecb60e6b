"""Validation of 10,000 beats with 5 million vertices: seconds, processor seconds, and peak memory.

Three made-up cities: one without a fault; the same with some hundred faults; and one in which no
two neighbours have the same vertices, as when every beat was digitised by itself, so that nothing
can be left out. Each runs in a process of its own, for its peak memory to be its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.districts import District, Level
from geo.topology import validate

CASES = ("faultless", "some faults", "nothing fits")
SIDE = 100
PER_EDGE = 125
BLOCK = 10  # beats on a side of a precinct
CELL = 0.01  # degrees
WEST, SOUTH = 37.0, 47.0
FAULTS = 200
NAME = {"uk": "Район"}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement.

    Attributes
    ----------
    case : str
    polygons, vertices : int
    seconds, processor_s : float
    before_mb, peak_mb : float
        Resident memory before, with the city in it, and at most.
    found : dict of str to int
        How many problems, by kind and severity.
    """

    case: str
    polygons: int
    vertices: int
    seconds: float
    processor_s: float
    before_mb: float
    peak_mb: float
    found: dict[str, int]


def city(case: str, side: int = SIDE, per_edge: int = PER_EDGE) -> list[District]:
    """Make beats on a grid whose edges wander, and the precincts that hold them.

    Parameters
    ----------
    case : str
        One of `CASES`.
    side : int
        Beats on a side of the city.
    per_edge : int
        Vertices on a side of a beat.
    """
    rng = np.random.default_rng(2026)
    share = np.arange(per_edge) / per_edge
    # Pinned at both ends; too small to cross the next edge.
    wander = np.sin(np.pi * share) * 0.2
    corner: Floats = np.stack(
        np.meshgrid(np.arange(side + 1.0), np.arange(side + 1.0), indexing="ij"), axis=-1
    )
    corner += rng.uniform(-0.1, 0.1, corner.shape)
    along, up = (
        start[:, :, None] + share[:, None] * (end - start)[:, :, None]
        for start, end in ((corner[:-1], corner[1:]), (corner[:, :-1], corner[:, 1:]))
    )
    waves = rng.uniform(2, 9, (2, side + 1, side + 1, 1)) * np.pi * share
    along[..., 1] += wander * np.sin(waves[0, :side])
    up[..., 0] += wander * np.sin(waves[1, :, :side])
    back_along = np.concatenate([corner[1:, :, None], along[:, :, :0:-1]], axis=2)
    back_up = np.concatenate([corner[:, 1:, None], up[:, :, :0:-1]], axis=2)
    rings = np.concatenate([along[:, :-1], up[1:], back_along[:, 1:], back_up[:-1]], axis=2)
    rings = rings.reshape(side * side, 4 * per_edge, 2) * CELL + (WEST, SOUTH)
    polygons = shapely.polygons(rings)
    block = np.repeat(np.arange(side) // BLOCK, side) * side + np.tile(
        np.arange(side) // BLOCK, side
    )
    names = np.unique(block)
    joined = [shapely.coverage_union_all(polygons[block == name]) for name in names.tolist()]
    if case == "some faults":
        chosen = rng.choice(side * side, min(FAULTS, side), replace=False)
        polygons[chosen] = shapely.buffer(polygons[chosen], CELL * rng.normal(0, 0.02))
    elif case == "nothing fits":
        shift = rng.normal(0, CELL * 0.001, (side * side, 1, 2))
        polygons = shapely.polygons(rings + shift)
    precincts = [
        District(f"P{name}", Level.PRECINCT, None, NAME, shape)
        for name, shape in zip(names.tolist(), joined, strict=True)
    ]
    beats = [
        District(f"B{number}", Level.BEAT, f"P{name}", NAME, polygon)
        for number, (name, polygon) in enumerate(
            zip(block.tolist(), polygons.tolist(), strict=True)
        )
    ]
    return [*precincts, *beats]


def measure(case: str, side: int = SIDE, per_edge: int = PER_EDGE) -> Row:
    """Validate one city, in this process.

    Parameters
    ----------
    case : str
    side, per_edge : int
        See `city`.
    """
    districts = city(case, side, per_edge)
    before, started, used = _resident_mb(), time.perf_counter(), time.process_time()
    problems = validate(districts, progress=_show if sys.stderr.isatty() else None)
    seconds, processor_s = time.perf_counter() - started, time.process_time() - used
    return Row(
        case,
        len(districts),
        int(sum(shapely.get_num_coordinates(district.geometry) for district in districts)),
        seconds,
        processor_s,
        before,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        dict(Counter(f"{problem.kind} ({problem.severity})" for problem in problems)),
    )


def _resident_mb() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - not a file of ours
        pages = int(file.read().split()[1])
    return pages * resource.getpagesize() / 1024**2


def _show(stage: str, done: int, total: int) -> None:
    print(f"\r{stage} {done}/{total}      ", end="", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] = ()) -> None:
    """Print a table, or with --case one measurement as JSON."""
    parser = argparse.ArgumentParser(description="Measure the validation of districts.")
    parser.add_argument("--case", choices=CASES)
    parser.add_argument("--side", type=int, default=SIDE)
    options = parser.parse_args(arguments)
    if options.case:
        row = measure(options.case, options.side)
        print(json.dumps({field: getattr(row, field) for field in Row.__slots__}))
        return
    print("\nValidation of boundaries (target: 60 s on 2 cores)")
    for case in CASES:
        _print(_apart(case, options.side))


def _apart(case: str, side: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.topology", "--case", case, "--side", str(side)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    row: dict[str, Any] = json.loads(done.stdout)
    return row


def _print(row: dict[str, Any]) -> None:
    print(
        f"  {row['case']:14} {row['polygons']:,} polygons, {row['vertices']:,} vertices: "
        f"{row['seconds']:.1f} s ({row['processor_s']:.1f} s of processor), peak "
        f"{row['peak_mb']:,.0f} MB of which the city {row['before_mb']:,.0f} MB"
    )
    found = ", ".join(f"{count} {what}" for what, count in sorted(row["found"].items()))
    print(f"  {'':14} found: {found or 'nothing'}")


if __name__ == "__main__":
    main(sys.argv[1:])
