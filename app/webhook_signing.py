"""Signatures of webhooks, as Standard Webhooks has them.

What is signed is the message's id, the time of the attempt and the body, so that neither can be
put to another's use, and an old message cannot be sent again later.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime

PREFIX = "whsec_"
SECRET_BYTES = 32
VERSION = "v1"


def new_secret() -> str:
    """Make a secret, as a receiver's library takes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that a message carries.

    Parameters
    ----------
    secret : str
        As `new_secret` made it.
    message_id : str
        The same at each attempt.
    at : datetime
        Of this attempt.
    body : bytes

    Raises
    ------
    ValueError
        When the secret is none of ours.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        message = "not a webhook's secret"
        raise ValueError(message) from error
    timestamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    digest = hmac.digest(key, signed, hashlib.sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"{VERSION},{base64.b64encode(digest).decode()}",
    }
