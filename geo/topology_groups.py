"""Things that belong together, found from pairs."""

from collections.abc import Iterable


class Groups:
    """Numbers from 0, each at first on its own.

    Parameters
    ----------
    size : int
        How many.
    """

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def root(self, k: int) -> int:
        """Give the number that stands for the group of `k`."""
        above = self._above
        while above[k] != k:
            above[k] = above[above[k]]
            k = above[k]
        return k

    def join(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Make one group of the groups of each pair; the smallest number stands for it."""
        for one, other in pairs:
            a, b = self.root(one), self.root(other)
            self._above[max(a, b)] = min(a, b)

    def listed(self) -> list[list[int]]:
        """Every group's members in order, the groups by their first member."""
        members: dict[int, list[int]] = {}
        for k in range(len(self._above)):
            members.setdefault(self.root(k), []).append(k)
        return list(members.values())
