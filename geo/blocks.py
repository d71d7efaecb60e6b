"""Where something happened, to the block and no closer."""

import math

# A block of houses, roughly.
SIDE_M = 150.0
# From the middle to a corner: how far the truth may be.
REACH_M = SIDE_M / math.sqrt(2)
METRES_A_DEGREE = 111_195.0
HIGHEST = 89.0


def block_of(lon: float, lat: float) -> tuple[float, float]:
    """Return the middle of the block that a point lies in, in degrees.

    The Earth is laid out in rows of cells with sides of about 150 m; every point of a cell gives
    the same answer, however often it is asked, so that nothing averages out. The cells are for
    hiding in, not for measuring: their sides are those of a sphere.
    """
    height = SIDE_M / METRES_A_DEGREE
    middle_lat = (math.floor(lat / height) + 0.5) * height
    width = height / math.cos(math.radians(max(-HIGHEST, min(HIGHEST, middle_lat))))
    return (math.floor(lon / width) + 0.5) * width, middle_lat
