"""Districts that have to cover the ground once between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.districts import Level
from geo.topology_edges import SignedEdges, unmatched
from geo.topology_features import Feature

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Objects = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Layer:
    """Some of the features, side by side.

    Attributes
    ----------
    features : tuple of Feature
    numbers : ndarray of int64
        Which they are among all.
    geometries : ndarray of geometry
    tree : STRtree
        Of the geometries.
    """

    features: tuple[Feature, ...]
    numbers: Ints
    geometries: Objects
    tree: shapely.STRtree

    @classmethod
    def of(cls, features: Sequence[Feature], numbers: Sequence[int]) -> "Layer":
        """Make one of the features with these numbers."""
        chosen = tuple(features[number] for number in numbers)
        geometries = np.empty(len(chosen), object)
        geometries[:] = [feature.geometry for feature in chosen]
        return cls(chosen, np.array(numbers, np.int64), geometries, shapely.STRtree(geometries))

    def codes(self, places: Ints) -> tuple[str, ...]:
        """Codes of those at some places, sorted, each once; none for those that have none."""
        return tuple(sorted({code for k in places.tolist() if (code := self.features[k].code)}))

    def any_broken(self, places: Ints) -> bool:
        """True when one of those at some places had to be made valid."""
        return any(self.features[k].broken for k in places.tolist())


def unit_layer(features: Sequence[Feature]) -> Layer:
    """What places are routed to: beats, and precincts which have none."""
    parents = {feature.parent for feature in features if feature.level is Level.BEAT}
    chosen = [
        number
        for number, feature in enumerate(features)
        if feature.level is Level.BEAT or feature.code not in parents
    ]
    return Layer.of(features, chosen)


def precinct_layer(features: Sequence[Feature]) -> Layer:
    """All precincts."""
    chosen = [n for n, feature in enumerate(features) if feature.level is Level.PRECINCT]
    return Layer.of(features, chosen)


def open_edges(edges: SignedEdges, rows: Ints, flipped: NDArray[np.bool_] | None = None) -> Floats:
    """Start and end of the edges that do not meet their like, insides on the left.

    Parameters
    ----------
    edges : SignedEdges
    rows : ndarray of int64
        Positions of the edges to look at.
    flipped : ndarray of bool, optional
        True for those of districts that are to be subtracted; see `unmatched`.

    Returns
    -------
    ndarray of float64, shape (n, 4)
    """
    left = unmatched(edges, rows, flipped)
    xy: Floats = edges.xy[left]
    return np.where(edges.turned[left][:, None], xy[:, [2, 3, 0, 1]], xy)
