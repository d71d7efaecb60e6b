"""Faults on demand: what the next calls meet, or a share of them by chance."""

import random
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FaultKind = Literal[
    "too_many_requests", "blocked", "server_error", "drop_before", "drop_after", "delay"
]


class FaultSpec(BaseModel):
    """A fault as it is asked for.

    Parameters
    ----------
    kind
        ``too_many_requests`` (429), ``blocked`` (403), ``server_error`` (``status``),
        ``drop_before`` or ``drop_after`` doing the thing, ``delay`` (``seconds``).
    method, chat_id
        Which calls; any when None.
    times
        How many calls; until removed when None.
    skip
        How many matching calls to let through first.
    probability
        Share of matching calls that meet it.
    retry_after
        Seconds, of a 429.
    status
        HTTP status of a server error.
    seconds
        Length of a delay.
    """

    model_config = ConfigDict(extra="forbid")

    kind: FaultKind
    method: str | None = None
    chat_id: int | None = None
    times: int | None = Field(default=1, ge=1)
    skip: int = Field(default=0, ge=0)
    probability: float = Field(default=1.0, ge=0, le=1)
    retry_after: int = Field(default=1, ge=0)
    status: int = Field(default=502, ge=500, le=599)
    seconds: float = Field(default=1.0, ge=0)


class Fault(FaultSpec):
    """A fault that is set, with how often it was met."""

    id: int
    hits: int = 0

    def wants(self, method: str, chat_id: int | None) -> bool:
        """Tell whether a call is one of those this fault is for."""
        return (self.method is None or self.method.lower() == method.lower()) and (
            self.chat_id is None or self.chat_id == chat_id
        )


class FaultBook:
    """All faults that are set.

    Parameters
    ----------
    generator
        Decides by chance, repeatably.
    """

    def __init__(self, generator: random.Random) -> None:
        self._random = generator
        self._faults: dict[int, Fault] = {}
        self._last = 0

    def add(self, spec: FaultSpec) -> Fault:
        """Set a fault."""
        self._last += 1
        fault = Fault(id=self._last, **spec.model_dump())
        self._faults[fault.id] = fault
        return fault

    def all(self) -> list[dict[str, Any]]:
        """List the faults that are set, in JSON form."""
        return [fault.model_dump() for fault in self._faults.values()]

    def remove(self, fault_id: int) -> bool:
        """Take one away; False when there is none."""
        return self._faults.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Take all away."""
        self._faults.clear()

    def meet(self, method: str, chat_id: int | None) -> Fault | None:
        """Give the fault that a call meets, and count it.

        Parameters
        ----------
        method
            Name of the Bot API method.
        chat_id
            Chat it is for, if any.

        Returns
        -------
        Fault or None
            The first that is for such calls and is not skipped or spared by chance.
        """
        for fault in list(self._faults.values()):
            if not fault.wants(method, chat_id):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.probability < 1 and self._random.random() >= fault.probability:
                continue
            fault.hits += 1
            if fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    self._faults.pop(fault.id)
            return fault.model_copy()
        return None
