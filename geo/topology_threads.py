"""Vectorised calls on two processors: shapely lets go of Python's lock while it works."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORKERS = 2
CHUNK = 256
Array = NDArray[Any]


def spread(function: Callable[..., Array], *arrays: Array, chunk: int = CHUNK) -> Array:
    """Call a function that works row by row on pieces of arrays, two at a time.

    Parameters
    ----------
    function : callable
        Called with a piece of each array; gives an array as long.
    *arrays : ndarray
        All of one length.
    chunk : int
        Rows of a piece.

    Returns
    -------
    ndarray
        As the function gives for the whole arrays.
    """
    if len(arrays[0]) <= chunk:
        return function(*arrays)
    return np.concatenate(list(spread_parts(function, *arrays, chunk=chunk)))


def spread_parts(
    function: Callable[..., Array], *arrays: Array, chunk: int = CHUNK
) -> Iterator[Array]:
    """Do the same as `spread`, and give each piece's answer as it is ready, in order."""

    def work(start: int) -> Array:
        return function(*(array[start : start + chunk] for array in arrays))

    with ThreadPoolExecutor(WORKERS) as pool:
        yield from pool.map(work, range(0, len(arrays[0]), chunk))
