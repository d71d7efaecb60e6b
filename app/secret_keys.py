"""Keys derived from the installation's secrets: each for one purpose, named without telling it."""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ID_BYTES = 8
# Of HMAC-SHA-256.
BLOCK = 64
INNER, OUTER = 0x36, 0x5C


def derive(secret: bytes, purpose: bytes) -> bytes:
    """Return a key of 32 bytes that is of use for one purpose only."""
    return HKDF(SHA256(), 32, salt=None, info=b"beatway " + purpose).derive(secret)


@dataclass(frozen=True, slots=True)
class SecretKey:
    """One of the installation's secrets.

    Attributes
    ----------
    id : bytes
        Names the secret and tells nothing of it.
    signing : bytes
        Proves to the database that a process of ours speaks, see `app.claims`.
    """

    id: bytes
    signing: bytes

    @classmethod
    def of(cls, secret: bytes) -> "SecretKey":
        """Derive what a secret is known by."""
        return cls(derive(secret, b"key id")[:ID_BYTES], derive(secret, b"scope"))

    @property
    def pads(self) -> tuple[bytes, bytes]:
        """The key as HMAC uses it inside and outside: the database has no HMAC of its own."""
        block = self.signing.ljust(BLOCK, b"\0")
        return bytes(b ^ INNER for b in block), bytes(b ^ OUTER for b in block)

    def sign(self, words: bytes) -> bytes:
        """Return the HMAC-SHA-256 of some words."""
        return hmac.digest(self.signing, words, hashlib.sha256)
