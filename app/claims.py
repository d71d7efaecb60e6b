"""Whose reports a transaction of the web may see, said so that the database can believe it.

The web's database role sees no report by itself. What it sees in a transaction is what a process
of ours has signed for it: the row policies of the database check the signature. Somebody who has
only the role (its password, or a way to slip in SQL) cannot sign.
"""

import json
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from app.secret_keys import SecretKey

ALL = "*"
# What is in no precinct.
UNPLACED = ""
# A claim that leaks is of no use for long; no transaction of ours lasts so long.
GOOD_FOR_S = 900
_SIGNER, _CLAIM = "claims signer", "claim"
_SAY = text("SELECT set_config('beatway.scope', :said, true)")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a transaction is for.

    Attributes
    ----------
    sees : tuple of str
        Codes of precincts; `ALL` for every one, `UNPLACED` for reports in none.
    staff_id : int, optional
        In whose name.
    login : bool
        Whether a session may be opened: somebody's password was checked.
    """

    sees: tuple[str, ...] = ()
    staff_id: int | None = None
    login: bool = False


EVERYTHING = Claim((ALL,))
LOGGING_IN = Claim(login=True)


class Signer:
    """Signs claims for the database.

    Parameters
    ----------
    key : SecretKey
    good_for_s : int
        How long what is signed is believed.
    """

    def __init__(self, key: SecretKey, good_for_s: int = GOOD_FOR_S) -> None:
        self._key = key
        self._good_for_s = good_for_s

    def sign(self, claim: Claim) -> str:
        """Return a claim as the database checks it."""
        said: dict[str, Any] = {"sees": claim.sees, "until": int(time.time()) + self._good_for_s}
        if claim.staff_id is not None:
            said["staff"] = claim.staff_id
        if claim.login:
            said["login"] = True
        words = json.dumps(said, separators=(",", ":"))
        return f"{self._key.id.hex()}.{self._key.sign(words.encode()).hex()}.{words}"


class ClaimingSession(Session):
    """A session that says its claim at the beginning of each transaction."""


@event.listens_for(ClaimingSession, "after_begin")
def _say(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    signer, claim = session.info.get(_SIGNER), session.info.get(_CLAIM)
    if signer is not None and claim is not None and not transaction.nested:
        connection.execute(_SAY, {"said": signer.sign(claim)})


def give_signer(session: AsyncSession, signer: Signer, claim: Claim | None) -> None:
    """Let a session that has not begun say a claim, now or later."""
    session.sync_session.info[_SIGNER] = signer
    session.sync_session.info[_CLAIM] = claim


async def speak_for(session: AsyncSession, claim: Claim) -> None:
    """Say from now on what a session is for; nothing, where its role sees everything anyway."""
    signer: Signer | None = session.sync_session.info.get(_SIGNER)
    if signer is None:
        return
    begun = session.in_transaction()
    session.sync_session.info[_CLAIM] = claim
    if begun:
        await session.execute(_SAY, {"said": signer.sign(claim)})
