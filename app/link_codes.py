"""Codes that link a chat, once and for a short time; only their hashes are kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

LIFETIME = timedelta(minutes=15)
# No letter or digit that looks like another one.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 10


@dataclass(frozen=True, slots=True)
class Code:
    """A code for linking a chat, shown this once."""

    code: str
    expires_at: datetime


def make(now: datetime) -> Code:
    """Make a code that is good for a while."""
    return Code("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)), now + LIFETIME)


def digest(code: str) -> bytes:
    """Return what is kept of a code; capitals and spaces make no difference."""
    return hashlib.sha256(code.strip().upper().encode(errors="replace")).digest()
