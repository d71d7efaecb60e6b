"""Run benchmarks, all or those that are named, one after the other."""

import argparse
import sys
from collections.abc import Callable, Sequence

from bench import (
    dispatch,
    duplicates,
    editor,
    evidence,
    flood,
    geocode,
    index,
    intake,
    keeping,
    overview,
    privacy,
    reroute,
    staffing,
    tiles,
    topology,
    triage,
)

BENCHMARKS: dict[str, Callable[[], None]] = {
    "index": index.main,
    "intake": intake.main,
    "topology": topology.main,
    "reroute": reroute.main,
    "tiles": tiles.main,
    "geocode": geocode.main,
    "staffing": staffing.main,
    "overview": overview.main,
    "triage": triage.main,
    "dispatch": dispatch.main,
    "duplicates": duplicates.main,
    "editor": editor.main,
    "evidence": evidence.main,
    "flood": flood.main,
    "keeping": keeping.main,
    "privacy": privacy.main,
}


def main(arguments: Sequence[str]) -> None:
    """Measure what is named, or everything."""
    options = argparse.ArgumentParser(prog="bench", description=__doc__)
    options.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], metavar="NAME")
    for name in options.parse_args(arguments).names or BENCHMARKS:
        print(f"\n=== {name}", flush=True)
        BENCHMARKS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
