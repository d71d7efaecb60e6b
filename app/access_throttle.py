"""Failed logins, counted in the database so that every process sees them."""

import ipaddress
import math
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, delete, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import TooManyRequestsError
from app.models import LoginAttempt

WINDOW = timedelta(minutes=15)
PER_LOGIN = 10
PER_ADDRESS = 50
KEPT = timedelta(days=1)
# First keys of the advisory locks; always taken in this order, so that none waits for itself.
LOGIN_LOCK, ADDRESS_LOCK = 0x6C6F67, 0x616464
UNKNOWN_ADDRESS = "unknown"
IPV6_NETWORK = 64


class TooManyLoginsError(TooManyRequestsError):
    """Too many failed logins; wait before the next one."""

    code = "too-many-logins"


@lru_cache(maxsize=4_096)
def network_of(address: str | None) -> str:
    """Return what is counted as one address: of IPv6 the network, as everybody has a whole one."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return UNKNOWN_ADDRESS
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, IPV6_NETWORK), strict=False))
    return str(parsed)


async def note_attempt(session: AsyncSession, login: str, address: str) -> None:
    """Count a login that is about to be tried as failed; commit before the password is looked at.

    Counting first leaves no moment in which many guesses at once are all let through. A right
    password takes the count back, see `forgive`.

    Raises
    ------
    TooManyLoginsError
    """
    for space, value in ((LOGIN_LOCK, login), (ADDRESS_LOCK, address)):
        await session.execute(select(func.pg_advisory_xact_lock(space, func.hashtext(value))))
    for limit, same in (
        (PER_LOGIN, LoginAttempt.login == login),
        (PER_ADDRESS, LoginAttempt.address == address),
    ):
        wait = await _wait(session, same, limit)
        if wait is not None:
            raise TooManyLoginsError(retry_after_s=wait)
    session.add(LoginAttempt(login=login, address=address))
    await session.flush()


async def _wait(session: AsyncSession, same: ColumnElement[bool], limit: int) -> int | None:
    """Return for how many seconds nobody may try, or None when one may."""
    # The attempt which has to grow old before there is room for one more.
    row = (
        await session.execute(
            select(
                func.extract("epoch", LoginAttempt.at + literal(WINDOW) - func.clock_timestamp())
            )
            .where(same, LoginAttempt.at > func.now() - literal(WINDOW))
            .order_by(LoginAttempt.at.desc())
            .offset(limit - 1)
            .limit(1)
        )
    ).scalar()
    return None if row is None else max(1, math.ceil(row))


async def forgive(session: AsyncSession, login: str) -> None:
    """Forget failed attempts of a login that has just given the right password."""
    await session.execute(
        delete(LoginAttempt).where(
            (LoginAttempt.login == login) | (LoginAttempt.at < func.now() - literal(KEPT))
        )
    )
