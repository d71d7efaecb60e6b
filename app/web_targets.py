"""Where webhooks may be sent: to the public internet, and nowhere in our own network.

An address is looked up, checked, and then that very address is connected to: a name that means
something else a moment later leads nowhere.
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from app.errors import InvalidError

LONGEST_URL = 2000
HTTPS_PORT, HTTP_PORT = 443, 80
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class RefusedTargetError(InvalidError):
    """Webhooks are not sent there."""

    code = "webhook-refused"


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address.

    Attributes
    ----------
    url : str
        With the numeric address in place of the name.
    host : str
        For the header `Host`.
    name : str
        What the certificate must be for.
    """

    url: str
    host: str
    name: str


def checked_url(url: str, *, loopback: bool = False) -> str:
    """Return a webhook's address in one form, as far as it can be told without looking it up.

    Parameters
    ----------
    url : str
    loopback : bool
        Whether this machine itself may be named, without TLS: for trying things out.

    Raises
    ------
    RefusedTargetError
    """
    parts, port = _parts(url)
    try:
        literal = ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        literal = None
    inside = literal.is_loopback if literal else parts.hostname == "localhost"
    if loopback and inside:
        return url
    if parts.scheme != "https":
        raise RefusedTargetError("A webhook's address begins with https://")
    if inside or (literal is not None and not is_public(literal)):
        raise RefusedTargetError("The address is not on the public internet")
    if port == 0:
        raise RefusedTargetError("The address has no such port")
    return url


def _parts(url: str) -> tuple[SplitResult, int]:
    try:
        parts = urlsplit(url)
        port = parts.port
        name = parts.hostname
        if name is not None:
            name.encode("ascii")
    except (ValueError, UnicodeError):
        raise RefusedTargetError("The address cannot be read") from None
    if len(url) > LONGEST_URL or any(letter <= " " or letter == "\x7f" for letter in url):
        raise RefusedTargetError("The address is too long or has a space in it")
    if parts.scheme not in {"http", "https"} or not name:
        raise RefusedTargetError("A webhook's address begins with https://")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise RefusedTargetError("The address may carry no login, password or #fragment")
    default = HTTPS_PORT if parts.scheme == "https" else HTTP_PORT
    return parts, default if port is None else port


def is_public(address: Address) -> bool:
    """Tell whether an address is on the public internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


async def resolve(url: str, *, loopback: bool = False) -> Target:
    """Look an address up and check all that it may mean.

    Raises
    ------
    RefusedTargetError
        When it is not to be sent to.
    OSError
        When the name is not known.
    """
    parts, port = _parts(checked_url(url, loopback=loopback))
    name = parts.hostname or ""
    found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(entry[4][0]) for entry in found]
    if not addresses:
        raise RefusedTargetError("The address means nothing")
    local = loopback and all(address.is_loopback for address in addresses)
    if not local and not all(is_public(address) for address in addresses):
        raise RefusedTargetError("The address is not on the public internet")
    if not local and parts.scheme != "https":
        raise RefusedTargetError("A webhook's address begins with https://")
    first = addresses[0]
    numeric = f"[{first}]" if first.version == 6 else str(first)  # noqa: PLR2004 - of IP
    return Target(
        url=urlunsplit((parts.scheme, f"{numeric}:{port}", parts.path or "/", parts.query, "")),
        host=parts.netloc,
        name=name,
    )
