"""Passwords: hashed with argon2id, never kept and never compared in the open."""

import asyncio
import secrets
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import InvalidError

SHORTEST = 8
# A longer one is no safer and would only keep the processor busy.
LONGEST = 256


class Passwords:
    """Makes and checks password hashes away from the event loop.

    Parameters
    ----------
    hasher : PasswordHasher, optional
        The library's recommended parameters by default.
    at_once : int
        Each check holds 64 MiB, so a flood of logins must wait for its turn.
    """

    def __init__(self, hasher: PasswordHasher | None = None, at_once: int = 2) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(at_once)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """Return what to store for a password."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Check a password; it takes as long where there is none to compare with."""
        async with self._turn:
            right = await asyncio.to_thread(self._verify, stored, password)
        return right and stored is not None

    def _verify(self, stored: str | None, password: str) -> bool:
        try:
            return self._hasher.verify(stored or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False

    def outdated(self, stored: str) -> bool:
        """Tell whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)


def check_strength(password: str) -> None:
    """Raise InvalidError for a password that is too short to be safe or too long to be one."""
    if not SHORTEST <= len(password) <= LONGEST:
        message = f"A password has {SHORTEST} to {LONGEST} characters"
        raise InvalidError(message)
