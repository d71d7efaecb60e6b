"""What routing says of a place."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.coordinates import ROW_ERRORS


class Reason(StrEnum):
    """Why a decision is as it is."""

    INSIDE = "inside"
    BOUNDARY = "boundary"
    OVERLAP = "overlap"
    UNCERTAIN = "uncertain"
    NEAREST = "nearest"
    OUTSIDE = "outside"


REASONS = tuple(Reason)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A district that the place may belong to.

    Attributes
    ----------
    code : str
    share : float or None
        Of the accuracy circle, 0 to 1; None where no accuracy was given.
    distance_m : float
        Metres from the point; 0 when the district covers it.
    """

    code: str
    share: float | None
    distance_m: float


@dataclass(frozen=True, slots=True)
class Decision:
    """The district a place belongs to, and why.

    Attributes
    ----------
    reason : Reason
    district : str or None
        Code of the beat, or of a precinct that has no beats; None only when `outside`.
    precinct, beat : str or None
        The same district as a pair that always agrees: a beat's precinct is its parent.
    distance_m : float or None
        Metres from the point to the district, 0 when covered; None when `outside`.
    share : float or None
        The district's share of the accuracy circle, 0 to 1; None without accuracy or district.
    candidates : tuple of Candidate
        The district itself first, then those that may be meant instead.
    """

    reason: Reason
    district: str | None
    precinct: str | None
    beat: str | None
    distance_m: float | None
    share: float | None
    candidates: tuple[Candidate, ...]

    def as_dict(self) -> dict[str, Any]:
        """Make it ready for JSON: metres rounded to centimetres, shares to four digits."""
        return {
            "reason": self.reason.value,
            "district": self.district,
            "precinct": self.precinct,
            "beat": self.beat,
            "distance_m": _rounded(self.distance_m, 2),
            "share": _rounded(self.share, 4),
            "candidates": [
                {
                    "code": candidate.code,
                    "share": _rounded(candidate.share, 4),
                    "distance_m": _rounded(candidate.distance_m, 2),
                }
                for candidate in self.candidates
            ],
        }


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions of *n* points as arrays; `decisions[i]` is the same as that of the point alone.

    Attributes
    ----------
    districts : tuple of (code, precinct code, beat code)
        What the district numbers stand for.
    reason : ndarray of uint8, shape (n,)
        Position in `REASONS`. A bad row is `outside`.
    district : ndarray of int32, shape (n,)
        District number, -1 for none.
    distance_m : ndarray of float64, shape (n,)
        Metres; NaN for none.
    share : ndarray of float64, shape (n,)
        0 to 1; NaN for none.
    candidate_start : ndarray of int64, shape (n + 1,)
        The candidates of point i are at `candidate_start[i]:candidate_start[i + 1]`.
    candidate_district : ndarray of int32
    candidate_distance_m, candidate_share : ndarray of float64
    marks : ndarray of uint8, shape (n,)
        0 for a good row, else the position of its fault in `geo.coordinates.ROW_ERRORS`.
    """

    districts: tuple[tuple[str, str, str | None], ...]
    reason: NDArray[np.uint8]
    district: NDArray[np.int32]
    distance_m: NDArray[np.float64]
    share: NDArray[np.float64]
    candidate_start: NDArray[np.int64]
    candidate_district: NDArray[np.int32]
    candidate_distance_m: NDArray[np.float64]
    candidate_share: NDArray[np.float64]
    marks: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.reason)

    def __getitem__(self, row: int) -> Decision:
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        row %= len(self)
        number = int(self.district[row])
        code, precinct, beat = self.districts[number] if number >= 0 else (None, None, None)
        first, last = self.candidate_start[row : row + 2].tolist()
        return Decision(
            REASONS[self.reason[row]],
            code,
            precinct,
            beat,
            _optional(self.distance_m[row]),
            _optional(self.share[row]),
            tuple(
                Candidate(self.districts[number][0], _optional(share), distance)
                for number, share, distance in zip(
                    self.candidate_district[first:last].tolist(),
                    self.candidate_share[first:last].tolist(),
                    self.candidate_distance_m[first:last].tolist(),
                    strict=True,
                )
            ),
        )

    def __iter__(self) -> Iterator[Decision]:
        return (self[row] for row in range(len(self)))

    def reasons(self) -> list[str]:
        """Reasons as words, one for each point."""
        return list(np.array([reason.value for reason in REASONS], object)[self.reason])

    def codes(self) -> list[str | None]:
        """Codes of the districts, one for each point."""
        return self._column(0)

    def precincts(self) -> list[str | None]:
        """Codes of the precincts, one for each point."""
        return self._column(1)

    def beats(self) -> list[str | None]:
        """Codes of the beats, one for each point; None in a precinct without beats."""
        return self._column(2)

    def errors(self) -> list[str]:
        """What is wrong with each row; empty strings for good ones."""
        return list(np.array(ROW_ERRORS, object)[self.marks])

    def _column(self, which: int) -> list[str | None]:
        # None comes last, where the district number -1 finds it.
        names = [district[which] for district in self.districts]
        return list(np.array([*names, None], object)[self.district])


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _optional(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
